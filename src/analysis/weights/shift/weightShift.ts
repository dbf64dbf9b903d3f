/** What experts changed in the weights of the base they were trained from, tensor by tensor. */
import { isRecomputable } from "../../../checkpoint/index.js";
import { CheckpointError, ShapeError } from "../../../error.js";
import { BF16_GAP, checkEta, PAPER_ETA } from "../changed.js";
import { correspondingLayer, MATRICES, type Kind, placeOf } from "../place.js";
import { BLOCK, MOST_EXPERTS } from "./tally.js";
import {
  tensorShift,
  type TensorPlace,
  type TensorShift,
  type TensorShiftOptions,
} from "./tensorShift.js";
import {
  isFloat,
  withWeights,
  type ModelSource,
  type Weights,
} from "./weights.js";

/** Tolerances at which the curve is drawn, beside η itself. */
const CURVE_ETAS: readonly number[] = [
  1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 0.1,
];

/** How far a comparison has come. */
export interface ShiftProgress {
  /** Share of all work, 0 to 1, by an estimate of the time that each tensor takes. */
  share: number;
  /** Stored bytes read for the exact sums, and all of them. */
  bytes: number;
  totalBytes: number;
  /** The tensor that was last worked on. */
  tensor: string;
}

/** Options of `weightShift`. */
export interface WeightShiftOptions {
  /** Tolerance of the rule of change, relative to the larger of both weights; [0, 1), default 1e-3 as in the paper. */
  eta?: number;
  /** Seed of projection, shuffles and samples, default 1. */
  seed?: number;
  /** Dimension of the principal subspaces, default 16. */
  rank?: number;
  /** Layers whose matrices have their spectra measured: "corresponding" (default) is the one that corresponds to the paper's. */
  spectra?: "corresponding" | "all" | "none";
  /** Compare only tensors of these layers, counted from 0; default all tensors of the model. */
  layers?: readonly number[];
  /** Names of tensors to leave out. */
  skip?: readonly string[];
  /** Entries read at a time, a multiple of 8,192; results do not depend on it. Default 262,144. */
  chunk?: number;
  /** Progress callback. */
  onProgress?: (progress: ShiftProgress) => void;
}

/** What experts changed in a base. */
export interface WeightShift {
  experts: string[];
  eta: number;
  seed: number;
  /** Layers of the model. */
  layers: number;
  /** The layer that corresponds to the paper's, counted from 0; null for a model without layers. */
  layer: number | null;
  tensors: TensorShift[];
  /** Tensors that hold no real numbers, and those that were left out on request. */
  skipped: string[];
}

/** One tensor to measure, with what it takes. */
export interface ShiftJob {
  place: TensorPlace;
  options: TensorShiftOptions;
  /** Stored bytes of all models. */
  bytes: number;
  /** Estimated nanoseconds. */
  work: number;
}

/** A comparison that was checked and not yet begun. */
export interface ShiftPlan {
  jobs: ShiftJob[];
  /** The result without its tensors. */
  frame: Omit<WeightShift, "tensors">;
}

/**
 * Check models and options, and list what is to be done, from headers alone.
 *
 * @throws RangeError an option is out of range, or there are no experts or more than 8 · ShapeError a tensor is missing or has another
 * shape than in the base · CheckpointError a tensor holds real numbers in a format that cannot be read
 */
export function planShift(
  base: Weights,
  experts: Readonly<Record<string, Weights>>,
  {
    eta = PAPER_ETA,
    seed = 1,
    rank = 16,
    spectra = "corresponding",
    layers: wanted,
    skip = [],
    chunk = 2 ** 18,
  }: WeightShiftOptions = {},
): ShiftPlan {
  const names = Object.keys(experts);
  checkOptions(names, { eta, rank, chunk, seed });
  checkTensors(base, experts, skip);
  const depth = depthOf(base);
  const layer = depth === 0 ? null : correspondingLayer(depth);
  const chosen = ofLayers(base, depth, wanted);
  const isLone = (name: string): boolean =>
    isRecomputable(name) &&
    !Object.values(experts).every(({ tensors }) => tensors.has(name));
  const isUsed = ([name, { dtype }]: NamedTensor): boolean =>
    !skip.includes(name) && isReal(dtype) && !isLone(name);
  const used = chosen.filter(isUsed);
  if (used.length === 0)
    throw new RangeError(
      "weightShift: models must hold a tensor of real numbers to compare, got none",
    );
  const options = {
    experts: names,
    eta,
    etas: [...new Set([...CURVE_ETAS, eta])].sort((a, b) => a - b),
    seed,
    rank,
    rounded: chosen.some(([, { dtype }]) => isFloat(dtype) && dtype !== "BF16"),
    chunk,
  };
  const measured = (place: TensorPlace): boolean =>
    isMatrix(place) &&
    (spectra === "all" ||
      (spectra === "corresponding" && place.layer === layer));
  const models = [base, ...Object.values(experts)];
  const taken = new Set(used);
  const skipped = chosen
    .filter((tensor) => !taken.has(tensor))
    .map(([name]) => name);
  return {
    jobs: used.map((tensor) => jobOf(tensor, models, options, measured)),
    frame: { experts: names, eta, seed, layers: depth, layer, skipped },
  };
}

type NamedTensor = [
  name: string,
  tensor: { dtype: string; shape: readonly number[]; elements: number },
];

/** Tensors of the wanted layers; all where none are named. */
function ofLayers(
  { tensors }: Weights,
  depth: number,
  wanted: readonly number[] | undefined,
): NamedTensor[] {
  const unknown = wanted?.find((each) => !(each >= 0 && each < depth));
  if (unknown !== undefined)
    throw new RangeError(
      `weightShift: layers must be in [0, ${depth}), got ${unknown}`,
    );
  return [...tensors].filter(
    ([name]) =>
      wanted === undefined || wanted.includes(placeOf(name).layer ?? -1),
  );
}

function isMatrix({ shape, entries, kind }: TensorPlace): boolean {
  return (
    shape.length === 2 &&
    entries > 0 &&
    (MATRICES as readonly Kind[]).includes(kind)
  );
}

/** What one tensor takes. */
function jobOf(
  [name, { dtype, shape, elements: entries }]: NamedTensor,
  models: readonly Weights[],
  options: Omit<TensorShiftOptions, "spectra">,
  measured: (place: TensorPlace) => boolean,
): ShiftJob {
  const place = { name, ...placeOf(name), shape, entries, dtype };
  const spectra = measured(place);
  return {
    place,
    options: { ...options, spectra },
    bytes: models.reduce(
      (sum, model) => sum + entries * widthOf(model.tensors.get(name)!.dtype),
      0,
    ),
    work: estimate(entries, options.experts.length, spectra),
  };
}

/**
 * Compare experts with the base that they were trained from: masks of changed weights and their overlaps (paper's Table 5), cosines of
 * task vectors (Figure 3), controls, and what the paper does not show: spectra, sign conflicts, what rounding leaves.
 *
 * Masks, overlaps, cosines, norms and signs are exact sums over every entry, in float64, the same bytes for any chunk size. Curves over
 * η, the shuffled control, strata by size and survival are measured on a seeded sample of at most 2¹⁷ entries a tensor (all entries of a
 * smaller one). Spectra use whole matrices.
 *
 * Source: paper §3.3; Zhu et al. 2025 (arXiv 2511.08567) for spectra and principal weights.
 * Deviates: the paper measures seven matrices of one layer; here every tensor. It does not say how its projection is drawn; see
 * `drawSlots`.
 * Cost: one pass over the weights; memory for a few chunks, whatever the size of the models.
 *
 * @param base     the model that training started from
 * @param experts  1 to 8 models by name, with the tensors of `base`
 * @throws as `planShift`, before any tensor is read · CheckpointError a file is missing, broken or changes while it is read
 * @example
 * weightShift("models/sft", { math: "models/math", coding: "models/coding" })
 */
export function weightShift(
  base: ModelSource,
  experts: Readonly<Record<string, ModelSource>>,
  options: WeightShiftOptions = {},
): WeightShift {
  return withWeights(base, experts, (from, to) => {
    const plan = planShift(from, to, options);
    const hear = progressOf(plan, options.onProgress);
    const tensors = plan.jobs.map((job) => {
      const bytes = job.bytes / Math.max(1, job.place.entries);
      const shift = tensorShift(
        from,
        Object.values(to),
        job.place,
        job.options,
        (entries) => hear.read(job, entries * bytes),
      );
      hear.done(job);
      return shift;
    });
    return { ...plan.frame, tensors };
  });
}

/** Turns reports of single tensors into the state of the whole. */
export function progressOf(
  { jobs }: ShiftPlan,
  onProgress: (progress: ShiftProgress) => void = () => undefined,
): {
  read(job: ShiftJob, bytes: number): void;
  done(job: ShiftJob): void;
} {
  const totalBytes = jobs.reduce((sum, job) => sum + job.bytes, 0);
  const work = jobs.reduce((sum, job) => sum + job.work, 0);
  let bytes = 0;
  let finished = 0;
  const running = new Map<ShiftJob, number>();
  const report = (job: ShiftJob): void => {
    let begun = 0;
    for (const [each, read] of running)
      begun += (streamWork(each) * read) / Math.max(1, each.bytes);
    const share = work === 0 ? 1 : (finished + begun) / work;
    onProgress({
      share: Math.min(1, share),
      bytes,
      totalBytes,
      tensor: job.place.name,
    });
  };
  return {
    read(job: ShiftJob, more: number): void {
      bytes += more;
      running.set(job, (running.get(job) ?? 0) + more);
      report(job);
    },
    done(job: ShiftJob): void {
      running.delete(job);
      finished += job.work;
      report(job);
    },
  };
}

function streamWork({ place, options }: ShiftJob): number {
  return estimate(place.entries, options.experts.length, false);
}

/** Nanoseconds that a tensor takes, as measured on one core of a server; only ratios matter. */
function estimate(entries: number, experts: number, spectra: boolean): number {
  const stream = entries * (experts === 1 ? 5 : 10 + 8 * experts);
  return stream + (spectra ? entries * 300 * (1 + 2 * experts) : 0);
}

function checkOptions(
  names: readonly string[],
  {
    eta,
    rank,
    chunk,
    seed,
  }: { eta: number; rank: number; chunk: number; seed: number },
): void {
  if (names.length < 1 || names.length > MOST_EXPERTS) {
    throw new RangeError(
      `weightShift: experts must be 1 to ${MOST_EXPERTS}, got ${names.length}`,
    );
  }
  checkEta("weightShift", eta);
  if (!Number.isSafeInteger(seed))
    throw new RangeError(
      `weightShift: seed must be a safe integer, got ${seed}`,
    );
  if (!Number.isSafeInteger(rank) || rank < 1)
    throw new RangeError(
      `weightShift: rank must be an integer of at least 1, got ${rank}`,
    );
  if (!Number.isSafeInteger(chunk) || chunk < BLOCK || chunk % BLOCK !== 0) {
    throw new RangeError(
      `weightShift: chunk must be a multiple of ${BLOCK}, got ${chunk}`,
    );
  }
}

function checkTensors(
  base: Weights,
  experts: Readonly<Record<string, Weights>>,
  skip: readonly string[],
): void {
  const models = [base, ...Object.values(experts)];
  const strange = skip.find(
    (name) => !models.some(({ tensors }) => tensors.has(name)),
  );
  if (strange !== undefined)
    throw new RangeError(
      `weightShift: skip must name tensors of the models, got ${JSON.stringify(strange)}`,
    );
  for (const [expert, { tensors }] of Object.entries(experts)) {
    for (const [name, { dtype, shape }] of base.tensors) {
      if (skip.includes(name)) continue;
      const other = tensors.get(name);
      if (other === undefined && isRecomputable(name)) continue;
      if (other === undefined)
        throw new ShapeError(
          `weightShift: tensor "${name}" must be in ${expert} as in the base, got no such tensor; skip it to compare the rest`,
        );
      if (String(other.shape) !== String(shape))
        throw new ShapeError(
          `weightShift: tensor "${name}" must have shape (${shape.join(", ")}) as in the base, got (${other.shape.join(", ")}) in ${expert}`,
        );
      if (isReal(dtype) !== isReal(other.dtype))
        throw new ShapeError(
          `weightShift: tensor "${name}" must hold ${isReal(dtype) ? "real numbers" : dtype} as in the base, got ${other.dtype} in ${expert}`,
        );
    }
    const extra = [...tensors.keys()].find(
      (name) =>
        !base.tensors.has(name) &&
        !skip.includes(name) &&
        !isRecomputable(name),
    );
    if (extra !== undefined)
      throw new ShapeError(
        `weightShift: tensor "${extra}" of ${expert} must be in the base, got no such tensor; skip it to compare the rest`,
      );
  }
}

/** Does the format hold real numbers? Those of 8 bits and less do, and cannot be read. */
function isReal(dtype: string): boolean {
  if (isFloat(dtype)) return true;
  if (/^(?:F|C)/.test(dtype))
    throw new CheckpointError(
      `weightShift: tensors must be F16, BF16, F32 or F64, got ${dtype}`,
    );
  return false;
}

function widthOf(dtype: string): number {
  return dtype === "F64" ? 8 : dtype === "F32" ? 4 : 2;
}

/** Layers of a model: one more than the largest number in its names. */
function depthOf({ tensors }: Weights): number {
  let depth = 0;
  for (const name of tensors.keys())
    depth = Math.max(depth, (placeOf(name).layer ?? -1) + 1);
  return depth;
}

/** What the rule of change means for a format, in words. */
export function meaningOf(dtype: string, eta: number): string {
  if (dtype === "BF16" && eta < BF16_GAP)
    return "stored as another number (bfloat16 has no two neighbours closer than 0.39 %)";
  if (dtype === "F16")
    return `moved by more than ${eta} of its size; neighbours in float16 are 0.05 to 0.1 % apart`;
  return `moved by more than ${eta} of its size`;
}
