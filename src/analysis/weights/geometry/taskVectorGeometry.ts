/** How task vectors lie to each other: lengths, angles, conflicts of sign and shared large entries, in two passes over the weights. */
import { pairsOf } from "../shift/tally.js";
import type { TensorPlace } from "../shift/tensorShift.js";
import {
  withWeights,
  type ModelSource,
  type Weights,
} from "../shift/weights.js";
import { planShift } from "../shift/weightShift.js";
import type { Kind } from "../place.js";

/** What two task vectors have to do with each other. Sums of disjoint sets of entries add up. */
export interface PairGeometry {
  /** Σ δ_a δ_b. */
  dot: number;
  /** Σ min(|δ_a|, |δ_b|) over entries that both move the same way, */
  agreed: number;
  /** and in opposite directions. */
  opposed: number;
  /** Entries among the largest of both. */
  top: number;
}

/** Task vectors on one group of tensors; pairs as (0, 1), (0, 2), …, (1, 2), … */
export interface GroupGeometry {
  /** Kind of the tensors: "q", "up", "embed", …; "all" for the whole model. */
  group: Kind | "all";
  entries: number;
  /** Σ w² of the base. */
  baseSquares: number;
  /** Σ δ² of each expert. */
  squares: number[];
  /** Entries of each expert that count as its largest. */
  kept: number[];
  pairs: PairGeometry[];
}

/** The geometry of some task vectors of one base. */
export interface TaskVectorGeometry {
  experts: string[];
  /** Share of a task vector's entries that count as its largest. */
  top: number;
  /** The whole model first, then each kind of tensor. */
  groups: GroupGeometry[];
}

/** Options of `taskVectorGeometry`. */
export interface GeometryOptions {
  /** Share of all entries that count as a task vector's largest, (0, 1], default 0.2: what TIES keeps. */
  top?: number;
  /** Names of tensors to leave out. */
  skip?: readonly string[];
  /** Entries read at a time, a multiple of 8,192; results do not depend on it. Default 262,144. */
  chunk?: number;
}

/** Bits of a float32 that a bin of sizes leaves out: sizes of one bin differ by at most 0.05 %. */
const COARSE = 12;
const BINS = 2 ** (31 - COARSE);

/**
 * Lengths, inner products, sign conflicts and shared large entries of task vectors, of the whole model and of each kind of tensor.
 *
 *   τ_m = expert_m − base;  largest entries of τ_m: those with |δ| ≥ t_m, t_m the (top · n)-th largest |δ| of the whole model
 *
 * t_m is known to 0.05 %, from a histogram; entries that did not move are never among the largest. Entries with NaN or an infinity in
 * any model are left out.
 *
 * Cost: two passes over all weights; memory for a chunk of each model and 4 MB an expert, whatever the size of the models.
 *
 * @param base     the model that training started from
 * @param experts  1 to 8 models by name, with the tensors of `base`
 * @throws RangeError top is out of (0, 1] · as `weightShift` where models do not fit
 * @example
 * taskVectorGeometry("models/sft", { math: "models/math", coding: "models/coding" }).groups[0].pairs[0].dot
 */
export function taskVectorGeometry(
  base: ModelSource,
  experts: Readonly<Record<string, ModelSource>>,
  { top = 0.2, skip = [], chunk = 2 ** 18 }: GeometryOptions = {},
): TaskVectorGeometry {
  if (!(top > 0 && top <= 1))
    throw new RangeError(
      `taskVectorGeometry: top must be in (0, 1], got ${top}`,
    );
  return withWeights(base, experts, (from, to) => {
    const places = planShift(from, to, {
      skip,
      chunk,
      spectra: "none",
    }).jobs.map(({ place }) => place);
    const models = { base: from, experts: Object.values(to), chunk };
    const thresholds = thresholdsOf(models, places, top);
    return {
      experts: Object.keys(to),
      top,
      groups: grouped(
        places.map(({ kind }) => kind),
        places.map((place) => tensorGeometry(models, place, thresholds)),
      ),
    };
  });
}

/** Open models with the entries that are read of them at a time. */
interface Models {
  base: Weights;
  experts: readonly Weights[];
  chunk: number;
}

/** Call back with the base's entries and every expert's differences, chunk by chunk; entries that are not finite somewhere are 0. */
function forChunks(
  { base, experts, chunk }: Models,
  { name, entries }: TensorPlace,
  use: (
    count: number,
    before: Float32Array,
    deltas: readonly Float64Array[],
  ) => void,
): void {
  const size = Math.min(chunk, entries);
  const before = new Float32Array(size);
  const after = new Float32Array(size);
  const deltas = experts.map(() => new Float64Array(size));
  for (let start = 0; start < entries; start += size) {
    const count = Math.min(size, entries - start);
    base.read(name, start, before.subarray(0, count));
    experts.forEach((expert, m) => {
      expert.read(name, start, after.subarray(0, count));
      const delta = deltas[m]!;
      for (let i = 0; i < count; i++) delta[i] = after[i]! - before[i]!;
    });
    for (let i = 0; i < count; i++) {
      if (deltas.every((delta) => Number.isFinite(delta[i]!))) continue;
      before[i] = 0;
      for (const delta of deltas) delta[i] = 0;
    }
    use(count, before, deltas);
  }
}

/** The bin of a size: the leading bits of its float32. */
function binsOf(
  delta: Float64Array,
  count: number,
  use: (bin: number, entry: number) => void,
): void {
  const floats = new Float32Array(1);
  const bits = new Uint32Array(floats.buffer);
  for (let i = 0; i < count; i++) {
    floats[0] = Math.abs(delta[i]!);
    use(bits[0]! >>> COARSE, i);
  }
}

/** The bin from which on a task vector's entries are its largest, expert by expert. */
function thresholdsOf(
  models: Models,
  places: readonly TensorPlace[],
  top: number,
): number[] {
  const counts = models.experts.map(() => new Float64Array(BINS));
  let entries = 0;
  for (const place of places) {
    entries += place.entries;
    forChunks(models, place, (count, _, deltas) =>
      deltas.forEach((delta, m) => {
        const own = counts[m]!;
        binsOf(delta, count, (bin) => own[bin]!++);
      }),
    );
  }
  return counts.map((own) => {
    let bin = BINS - 1;
    // Bin 0 holds what did not move.
    for (let found = own[bin]!; found < top * entries && bin > 1;)
      found += own[--bin]!;
    return bin;
  });
}

function tensorGeometry(
  models: Models,
  place: TensorPlace,
  thresholds: readonly number[],
): Omit<GroupGeometry, "group"> {
  const pairs = pairsOf(models.experts.length);
  const sums: Omit<GroupGeometry, "group"> = {
    entries: place.entries,
    baseSquares: 0,
    squares: models.experts.map(() => 0),
    kept: models.experts.map(() => 0),
    pairs: pairs.map(() => ({ dot: 0, agreed: 0, opposed: 0, top: 0 })),
  };
  const masks = models.experts.map(
    () => new Uint8Array(Math.min(models.chunk, place.entries)),
  );
  forChunks(models, place, (count, before, deltas) => {
    for (let i = 0; i < count; i++) sums.baseSquares += before[i]! ** 2;
    deltas.forEach((delta, m) => {
      const mask = masks[m]!;
      binsOf(delta, count, (bin, i) => {
        sums.squares[m]! += delta[i]! ** 2;
        mask[i] = bin >= thresholds[m]! ? 1 : 0;
        sums.kept[m]! += mask[i]!;
      });
    });
    pairs.forEach(([a, b], p) =>
      addPair(
        sums.pairs[p]!,
        count,
        deltas[a]!,
        deltas[b]!,
        masks[a]!,
        masks[b]!,
      ),
    );
  });
  return sums;
}

function addPair(
  sums: PairGeometry,
  count: number,
  first: Float64Array,
  second: Float64Array,
  firstTop: Uint8Array,
  secondTop: Uint8Array,
): void {
  for (let i = 0; i < count; i++) {
    const a = first[i]!;
    const b = second[i]!;
    sums.dot += a * b;
    const both = Math.min(Math.abs(a), Math.abs(b));
    if (a > 0 === b > 0) sums.agreed += both;
    else sums.opposed += both;
    sums.top += firstTop[i]! & secondTop[i]!;
  }
}

/** Sums of the whole model, and of each kind of tensor in the order in which they first stand in the model. */
function grouped(
  kinds: readonly Kind[],
  tensors: readonly Omit<GroupGeometry, "group">[],
): GroupGeometry[] {
  const of = (group: GroupGeometry["group"]): GroupGeometry =>
    tensors
      .filter((_, i) => group === "all" || kinds[i] === group)
      .map((sums): GroupGeometry => ({ group, ...sums }))
      .reduce(add);
  return (["all", ...new Set(kinds)] as const).map(of);
}

function add(a: GroupGeometry, b: GroupGeometry): GroupGeometry {
  return {
    group: a.group,
    entries: a.entries + b.entries,
    baseSquares: a.baseSquares + b.baseSquares,
    squares: a.squares.map((own, m) => own + b.squares[m]!),
    kept: a.kept.map((own, m) => own + b.kept[m]!),
    pairs: a.pairs.map((own, p) => {
      const other = b.pairs[p]!;
      return {
        dot: own.dot + other.dot,
        agreed: own.agreed + other.agreed,
        opposed: own.opposed + other.opposed,
        top: own.top + other.top,
      };
    }),
  };
}
