/** Everything that is measured about one tensor: exact sums over all entries, a sample's, and the spectra of a matrix. */
import {
  countMasks,
  type MaskCounts,
  patternOf,
  shuffleAll,
} from "../control.js";
import {
  type ExpectedOverlap,
  overlapGivenMagnitude,
  type Strata,
  strataOf,
  stratify,
} from "../magnitude.js";
import type { Kind } from "../place.js";
import { dropNonfinite, type Sample, sampleRuns } from "./sample.js";
import {
  baseSpectrum,
  compareSpectra,
  type SpectrumShift,
} from "../spectrumShift.js";
import { survival, type SurvivalSums } from "../survival.js";
import { BLOCK, type Sums, Tally } from "./tally.js";
import { roundTo, type Weights } from "./weights.js";

/** Which tensor, and where it stands in the model. */
export interface TensorPlace {
  name: string;
  kind: Kind;
  layer: number | null;
  shape: readonly number[];
  entries: number;
  /** Format of the base's tensor. */
  dtype: string;
}

/** What to measure, the same for every tensor. */
export interface TensorShiftOptions {
  /** Names of the experts, which key the random streams. */
  experts: readonly string[];
  /** Tolerance of the rule of change, [0, 1). */
  eta: number;
  /** Tolerances of the curve; `eta` is among them. */
  etas: readonly number[];
  seed: number;
  /** Dimension of the principal subspaces. */
  rank: number;
  /** Also draw the curve after rounding every model to bfloat16. */
  rounded: boolean;
  /** Measure the spectra of this tensor, a matrix. */
  spectra: boolean;
  /** Entries read at a time, a multiple of `BLOCK`. */
  chunk: number;
}

/** One point of the curve over η: real masks, and those of shuffled updates. */
export interface CurvePoint {
  /** "stored": as on disk · "bf16": after rounding every model to bfloat16. */
  storage: "stored" | "bf16";
  eta: number;
  real: MaskCounts;
  shuffled: MaskCounts;
  /** What each pair would share if only the size of a weight mattered. */
  given: ExpectedOverlap[];
}

/** What is measured on a sample of at most 2¹⁷ entries. */
export interface SampleSums {
  entries: number;
  curve: CurvePoint[];
  /** Masks at `eta` by the size of the weight. */
  strata: Strata;
  /** What rounding to bfloat16 leaves of each expert's change, and, of two experts or more, of their mean and sum. */
  survival: Record<string, SurvivalSums>;
}

/** All measures of one tensor. */
export interface TensorShift extends TensorPlace {
  sums: Sums;
  sample: SampleSums;
  /** One for each expert; null where spectra were not asked for, or the matrix holds NaN or an infinity. */
  spectra: SpectrumShift[] | null;
}

/** Names of the merged changes among the survivals. */
export const MEAN = "mean of experts";
/** See `MEAN`. */
export const SUM = "sum of experts";

/**
 * Measure one tensor; its chunks are read once for the exact sums, then the sample, then whole rows for the spectra.
 *
 * Cost: memory for one chunk and one sample of each model, whatever the size of the tensor.
 */
export function tensorShift(
  base: Weights,
  experts: readonly Weights[],
  place: TensorPlace,
  options: TensorShiftOptions,
  onRead: (entries: number) => void = () => undefined,
): TensorShift {
  const sums = tallyTensor(base, experts, place, options, onRead);
  const sample = readSample(base, experts, place, options.seed);
  return {
    ...place,
    sums,
    sample: measureSample(sample, place.name, options),
    // NaN in one entry is NaN in every singular value.
    spectra:
      options.spectra && isFinite(sums)
        ? spectraOf(base, experts, place, sample, options)
        : null,
  };
}

function isFinite(sums: Sums): boolean {
  return sums.experts.every(({ nonfinite }) => nonfinite === 0);
}

function tallyTensor(
  base: Weights,
  experts: readonly Weights[],
  { name, entries, dtype }: TensorPlace,
  { eta, seed, chunk }: TensorShiftOptions,
  onRead: (entries: number) => void,
): Sums {
  const tally = new Tally(name, experts.length, { eta, seed, entries });
  const models = [base, ...experts];
  const asBits =
    tally.comparesBits &&
    dtype === "BF16" &&
    experts.every(({ tensors }) => tensors.get(name)!.dtype === "BF16");
  const most = Math.min(chunk, entries);
  const buffers = models.map(() =>
    asBits ? new Uint16Array(most) : new Float32Array(most),
  );
  for (let start = 0; start < entries; start += chunk) {
    const count = Math.min(chunk, entries - start);
    models.forEach((model, m) => {
      const part = buffers[m]!.subarray(0, count);
      if (part instanceof Float32Array) model.read(name, start, part);
      else
        model.readBytes(
          name,
          2 * start,
          new Uint8Array(part.buffer, 0, 2 * count),
        );
    });
    for (let from = 0; from < count; from += BLOCK) {
      const parts = buffers.map((buffer) =>
        buffer.subarray(from, Math.min(from + BLOCK, count)),
      );
      const [first, ...rest] = parts;
      if (asBits) tally.addBf16(first as Uint16Array, rest as Uint16Array[]);
      else tally.add(first as Float32Array, rest as Float32Array[]);
    }
    onRead(count);
  }
  return tally.sums();
}

function readSample(
  base: Weights,
  experts: readonly Weights[],
  { name, entries, dtype }: TensorPlace,
  seed: number,
): Sample {
  const runs = sampleRuns(entries, seed, name);
  const total = runs.reduce((sum, { length }) => sum + length, 0);
  const [first, ...rest] = [base, ...experts].map((model) => {
    const values = new Float32Array(total);
    let at = 0;
    for (const { start, length } of runs) {
      model.read(name, start, values.subarray(at, at + length));
      at += length;
    }
    return values;
  });
  const sample: Sample = { base: first!, experts: rest, runs, dtype };
  dropNonfinite(sample);
  return sample;
}

function measureSample(
  sample: Sample,
  tensor: string,
  options: TensorShiftOptions,
): SampleSums {
  const { base, experts, dtype } = sample;
  const shuffled = shuffleAll(sample, options.experts, options.seed, tensor);
  const curve = curveOf("stored", base, experts, shuffled, options.etas);
  if (options.rounded) {
    // What is stored as bfloat16 already does not change.
    const same = dtype === "BF16";
    curve.push(
      ...(same
        ? curve.map((point): CurvePoint => ({ ...point, storage: "bf16" }))
        : curveOf(
            "bf16",
            inBf16(base),
            experts.map(inBf16),
            shuffled.map(inBf16),
            options.etas,
          )),
    );
  }
  return {
    entries: base.length,
    curve,
    strata: stratify(
      strataOf(base),
      patternOf(base, experts, options.eta),
      experts.length,
    ),
    survival: survivals(sample, options.experts),
  };
}

function inBf16(values: Float32Array): Float32Array {
  const out = values.slice();
  roundTo("BF16", out);
  return out;
}

function curveOf(
  storage: "stored" | "bf16",
  base: Float32Array,
  experts: readonly Float32Array[],
  shuffled: readonly Float32Array[],
  etas: readonly number[],
): CurvePoint[] {
  const strata = strataOf(base);
  const count = experts.length;
  return etas.map((eta) => {
    const pattern = patternOf(base, experts, eta);
    return {
      storage,
      eta,
      real: countMasks(pattern, count),
      shuffled: countMasks(patternOf(base, shuffled, eta), count),
      given: overlapGivenMagnitude(stratify(strata, pattern, count)),
    };
  });
}

function survivals(
  { base, experts }: Sample,
  names: readonly string[],
): Record<string, SurvivalSums> {
  const out: Record<string, SurvivalSums> = {};
  const sum = new Float64Array(base.length);
  const change = new Float64Array(base.length);
  experts.forEach((expert, i) => {
    for (let j = 0; j < change.length; j++) {
      change[j] = expert[j]! - base[j]!;
      sum[j]! += change[j]!;
    }
    out[names[i]!] = survival(base, change);
  });
  if (experts.length < 2) return out;
  for (let j = 0; j < change.length; j++) change[j] = sum[j]! / experts.length;
  out[MEAN] = survival(base, change);
  out[SUM] = survival(base, sum);
  return out;
}

function spectraOf(
  base: Weights,
  experts: readonly Weights[],
  { name, shape }: TensorPlace,
  sample: Sample,
  { experts: names, eta, rank, seed }: TensorShiftOptions,
): SpectrumShift[] {
  const [rows, columns] = shape as [number, number];
  const from = baseSpectrum(base, name, { rows, columns, rank, seed });
  return experts.map((expert, i) =>
    compareSpectra(from, expert, sample, i, { expert: names[i]!, eta, seed }),
  );
}
