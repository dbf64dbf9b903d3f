/** What one expert did to the spectrum of one matrix. */
import { markChanged } from "./changed.js";
import { enrichment } from "./magnitude.js";
import type { Sample } from "./shift/sample.js";
import { principalEnergy, rotation, spectralDrift } from "./subspace.js";
import type { Weights } from "./shift/weights.js";
import {
  leadingSpectrum,
  type StreamedMatrix,
  type Spectrum,
} from "../../linalg/index.js";

/** Share of the entries that count as principal: the largest of |W₀ to rank k|. */
export const PRINCIPAL_SHARE = 0.1;

/** How one expert changed the spectrum of a matrix. */
export interface SpectrumShift {
  expert: string;
  /** Dimension k of the principal subspaces. */
  rank: number;
  /** ‖σ(W₁) − σ(W₀)‖ / ‖σ(W₀)‖ over the k largest singular values. */
  drift: number;
  /** Largest principal angle between the k-dimensional left subspaces of base and expert, degrees. */
  angleLeft: number;
  /** The same of the right subspaces. */
  angleRight: number;
  /** Mean cos² of the principal angles, left and right together. */
  shared: number;
  /** Share of the update's energy in the base's principal subspaces. */
  energy: number;
  /** The share that a random update has there, k² / (rows · columns). */
  energyByChance: number;
  /** (Σσ²)² / Σσ⁴ of the update: how many directions carry it. */
  effectiveRank: number;
  /** The effective rank of a matrix of independent random numbers, rows · columns / (rows + columns). */
  effectiveRankByChance: number;
  /** Σσ² / σ₁² of the update. */
  stableRank: number;
  /** P(changed | principal) / P(changed): below 1, the update avoids the entries that the principal directions make large. */
  principalEnrichment: number | null;
  /** Error of the base's vectors, see `Spectrum.residual`; angles below it mean nothing. */
  residual: number;
}

/** The base's side of a comparison, computed once for all experts. */
export interface BaseSpectrum {
  name: string;
  weights: Weights;
  matrix: StreamedMatrix;
  spectrum: Spectrum;
}

function matrixIn(
  weights: Weights,
  name: string,
  rows: number,
  columns: number,
): StreamedMatrix {
  return {
    rows,
    columns,
    read: (from: number, out: Float32Array): void =>
      weights.read(name, from * columns, out),
  };
}

/** Leading spectrum of a matrix of the base. */
export function baseSpectrum(
  weights: Weights,
  name: string,
  {
    rows,
    columns,
    rank,
    seed,
  }: { rows: number; columns: number; rank: number; seed: number },
): BaseSpectrum {
  const matrix = matrixIn(weights, name, rows, columns);
  const k = Math.min(rank, rows, columns);
  return {
    name,
    weights,
    matrix,
    spectrum: leadingSpectrum(matrix, { rank: k, seed }),
  };
}

/**
 * Compare an expert's matrix with the base's.
 *
 * @param index  of the expert in the sample
 */
export function compareSpectra(
  base: BaseSpectrum,
  weights: Weights,
  sample: Sample,
  index: number,
  { expert, eta, seed }: { expert: string; eta: number; seed: number },
): SpectrumShift {
  const { rows, columns } = base.matrix;
  const k = base.spectrum.values.length;
  const matrix = matrixIn(weights, base.name, rows, columns);
  const update = difference(base.matrix, matrix);
  const after = leadingSpectrum(matrix, { rank: k, seed });
  const change = leadingSpectrum(update, { rank: 1, seed });
  const left = rotation(base.spectrum.left, after.left, k);
  const right = rotation(base.spectrum.right, after.right, k);
  const { squares, fourths } = change;
  return {
    expert,
    rank: k,
    drift: spectralDrift(base.spectrum.values, after.values),
    angleLeft: left.angle,
    angleRight: right.angle,
    shared: (left.shared + right.shared) / 2,
    energy: principalEnergy(update, base.spectrum),
    energyByChance: (k * k) / (rows * columns),
    effectiveRank: fourths === 0 ? 0 : squares ** 2 / fourths,
    effectiveRankByChance: (rows * columns) / (rows + columns),
    stableRank: squares === 0 ? 0 : squares / change.values[0]! ** 2,
    principalEnrichment: principalEnrichment(base, sample, index, eta),
    residual: base.spectrum.residual,
  };
}

/** W₁ − W₀. */
function difference(
  base: StreamedMatrix,
  expert: StreamedMatrix,
): StreamedMatrix {
  let scratch = new Float32Array(0);
  return {
    rows: base.rows,
    columns: base.columns,
    read(from: number, out: Float32Array): void {
      if (scratch.length < out.length) scratch = new Float32Array(out.length);
      const before = scratch.subarray(0, out.length);
      base.read(from, before);
      expert.read(from, out);
      for (let i = 0; i < out.length; i++) out[i]! -= before[i]!;
    },
  };
}

/** How much more often the entries that are large in the rank-k base are changed, on the sample. */
function principalEnrichment(
  { matrix: { columns }, spectrum }: BaseSpectrum,
  { base, experts, runs }: Sample,
  index: number,
  eta: number,
): number | null {
  const k = spectrum.values.length;
  const sizes = new Float32Array(base.length);
  let at = 0;
  for (const { start, length } of runs) {
    for (let i = start; i < start + length; i++, at++) {
      const row = Math.floor(i / columns) * k;
      const column = (i % columns) * k;
      let value = 0;
      for (let c = 0; c < k; c++) {
        value +=
          spectrum.left[row + c]! *
          spectrum.values[c]! *
          spectrum.right[column + c]!;
      }
      sizes[at] = Math.abs(value);
    }
  }
  const threshold = sizes.slice().sort()[
    Math.floor((1 - PRINCIPAL_SHARE) * sizes.length)
  ]!;
  const pattern = new Uint8Array(base.length);
  const { changed } = markChanged(base, experts[index]!, eta, 1, pattern);
  const inSet = { entries: 0, changed: 0 };
  sizes.forEach((size, i) => {
    if (size < threshold) return;
    inSet.entries++;
    inSet.changed += pattern[i]!;
  });
  return enrichment(inSet, { entries: base.length, changed });
}
