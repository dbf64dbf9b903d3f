/**
 * TIES over a whole model of any size: one threshold per expert, and one sign for entries whose votes cancel. All tensors are looked
 * at three times before any is merged: a sample, a narrow window around each threshold, the balance of all signs.
 */
import { addresses, inArena, scoped } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import type { MergeContext, SurveyPlan } from "../../tensor.js";
import {
  COARSE,
  type Cut,
  type Window,
  countTensor,
  countWindow,
  countWindows,
  findRank,
  samplePieces,
  windowAt,
} from "./select.js";
import {
  type Drop,
  dropBelow,
  type Open,
  type Sparsify,
  sparsified,
} from "./sparsify.js";
import { sumWeighted } from "../sum.js";
import type { Walk } from "../walk.js";

/** What the survey has found so far. */
export interface GlobalTrim {
  /** What the next round looks at; "everything" follows a sample that misled. */
  next: "sample" | "everything" | "window" | "balance" | "nothing";
  /** Where to look closely, per expert. */
  windows: readonly Window[];
  /** Smallest magnitude kept, per expert. */
  thresholds: readonly number[];
  /** Sign of the sum of the signs of all sums: the vote of entries whose own votes cancel. */
  majority: number;
}

/** What one round counts, tensor by tensor; per-expert counts follow one another in one array. */
type Count = {
  /** Entries of the model, and how many of them a coarse count looked at. */
  length: number;
  seen: number;
  densities: readonly number[];
  counts: Float64Array;
  /** Entries smaller than the window. */
  below: number[];
  /** Sum of the signs of all sums. */
  signs: number;
};

const START: GlobalTrim = {
  next: "sample",
  windows: [],
  thresholds: [],
  majority: 0,
};

const foundIn = ({ survey }: MergeContext): GlobalTrim =>
  (survey as GlobalTrim | undefined) ?? START;

/** Zeroes what is below the threshold of each expert. */
function dropBelowAll(thresholds: readonly number[]): () => Drop {
  const drop: Drop = (_start, models) =>
    models.forEach((values, m) => dropBelow(values, thresholds[m]!));
  return () => drop;
}

/** Entries that a trim drops of n; 1 − 0.9 is 0.0999…98 in floating point, and the fraction meant is 0.1. */
function droppedCount(total: number, density: number): number {
  return Math.trunc(total * Number((1 - density).toFixed(12)));
}

/** Add a tensor to coarse counts. */
function addCoarse(
  total: Count,
  vectors: Walk,
  pieces: number | undefined,
): void {
  if (pieces === undefined) {
    total.seen += countTensor(vectors, pieces, total.counts);
    return;
  }
  const counts = new Uint32Array(total.counts.length);
  const seen = countTensor(vectors, pieces, counts);
  // Each tensor counts by its size, however much of it was looked at.
  const weight = vectors.length / seen;
  for (let i = 0; i < counts.length; i++)
    total.counts[i]! += counts[i]! * weight;
  total.seen += seen;
}

/** Add a tensor to the counts of the windows: in place where it has fewer entries than they have counts. */
function addFine(
  total: Count,
  vectors: Walk,
  windows: readonly Window[],
): void {
  const { counts, below } = total;
  let end = 0;
  const parts = windows.map(({ low, width }) => ({
    low,
    coarse: false,
    below: 0,
    counts: counts.subarray(end, (end += width)),
  }));
  if (vectors.length * windows.length < counts.length) {
    vectors.each((_start, _base, models) =>
      parts.forEach((part, m) => countWindow(part, models[m]!)),
    );
    parts.forEach((part, m) => (below[m]! += part.below));
    return;
  }
  const found = countWindows(
    vectors,
    windows.map((window) => [window]),
  ).flat();
  found.forEach((window, m) => {
    below[m]! += window.below;
    addTo(parts[m]!.counts, window.counts);
  });
}

function addTo(sum: Float64Array, counts: Uint32Array | Float64Array): void {
  for (let i = 0; i < sum.length; i++) sum[i]! += counts[i]!;
}

function balance(vectors: Walk): number {
  const sum = sumWeighted(Array<number>(vectors.models).fill(1));
  let signs = 0;
  vectors.each((_start, base, models) => {
    if (inArena(...models))
      signs += scoped(() =>
        kernels.balance(base.length, addresses(models), models.length),
      );
    else for (const total of sum(models)) signs += +(total > 0) - +(total < 0);
  });
  return signs;
}

function addTensor(total: Count, vectors: Walk, found: GlobalTrim): void {
  switch (found.next) {
    case "sample":
      return addCoarse(total, vectors, samplePieces(vectors.length));
    case "everything":
      return addCoarse(total, vectors, undefined);
    case "window":
      return addFine(total, vectors, found.windows);
    default: {
      const kept = sparsified(vectors, dropBelowAll(found.thresholds));
      total.signs += balance(kept);
    }
  }
}

/** How many counts a round has. */
function countsOf({ next, windows }: GlobalTrim, experts: number): number {
  if (next === "sample" || next === "everything") return COARSE * experts;
  return next === "window"
    ? windows.reduce((sum, { width }) => sum + width, 0)
    : 0;
}

function nothingYet(densities: readonly number[], found: GlobalTrim): Count {
  return {
    length: 0,
    seen: 0,
    densities,
    counts: new Float64Array(countsOf(found, densities.length)),
    below: densities.map(() => 0),
    signs: 0,
  };
}

/** One density per expert, for all tensors. */
function checkDensities(
  known: readonly number[],
  others: readonly number[],
): void {
  if (known.some((density, m) => density !== others[m]))
    throw new RangeError(
      `ties: density must be the same for all tensors of a global trim, got ${known.join(", ")} and ${others.join(", ")}`,
    );
}

/** The window of each expert, from coarse counts; none where nothing is dropped. */
function openWindows({ length, seen, densities, counts }: Count): GlobalTrim {
  const dropped = densities.map((density) => droppedCount(length, density));
  if (dropped.every((count) => count === 0))
    return { ...START, next: "balance", thresholds: dropped };
  const windows = dropped.map((rank, m) =>
    windowAt(
      counts.subarray(m * COARSE, (m + 1) * COARSE),
      length,
      rank,
      seen === length ? 0 : seen,
    ),
  );
  return windows.some(({ coarse }) => coarse)
    ? { ...START, next: "everything" }
    : { ...START, next: "window", windows };
}

/** The threshold of each expert, from the counts of its window. */
function readWindows(
  { length, densities, counts, below }: Count,
  found: GlobalTrim,
): GlobalTrim {
  let at = 0;
  const thresholds = densities.map((density, m) => {
    const { low, width } = found.windows[m]!;
    const window = {
      low,
      coarse: false,
      below: below[m]!,
      counts: counts.subarray(at, at + width),
    };
    at += width;
    const dropped = droppedCount(length, density);
    return dropped === 0
      ? 0
      : (findRank(window, dropped) as Cut | undefined)?.magnitude;
  });
  return thresholds.includes(undefined)
    ? { ...START, next: "everything" }
    : { ...found, next: "balance", thresholds: thresholds as number[] };
}

function step(total: Count, found: GlobalTrim): GlobalTrim {
  switch (found.next) {
    case "sample":
    case "everything":
      return openWindows(total);
    case "window":
      return readWindows(total, found);
    default:
      return { ...found, next: "nothing", majority: Math.sign(total.signs) };
  }
}

/**
 * The survey of a TIES that trims over the whole model. `thresholds` and `majority` of what it finds are exact; the sample only says
 * where to look closely, and where it misleads everything is counted.
 *
 * @param open  the task vectors of a tensor
 * @throws RangeError density differs between tensors
 */
function globalTrim(open: Open): SurveyPlan {
  return {
    tensor(input, options, context, total): Count {
      const densities = options.density as readonly number[];
      const found = foundIn(context);
      const sum = (total as Count | undefined) ?? nothingYet(densities, found);
      checkDensities(sum.densities, densities);
      addTensor(sum, open(input, options, context), found);
      sum.length += input.length;
      return sum;
    },
    combine(first, second): Count {
      const [a, b] = [first as Count, second as Count];
      checkDensities(a.densities, b.densities);
      a.length += b.length;
      a.seen += b.seen;
      addTo(a.counts, b.counts);
      b.below.forEach((value, m) => (a.below[m]! += value));
      a.signs += b.signs;
      return a;
    },
    finish(total, context) {
      const found = step(total as Count, foundIn(context));
      return { found, again: found.next !== "nothing" };
    },
  };
}

/** The `density` of largest magnitude of a whole model, by one threshold per expert; what equals it stays. */
export const largestOfModel: Sparsify = {
  begin: (_vectors, _input, _options, { survey }) =>
    dropBelowAll((survey as GlobalTrim).thresholds),
  survey: globalTrim,
};

/** Where votes cancel, the sign that most entries of the whole model elect. */
export const signOfModel = ({ survey }: MergeContext): number =>
  (survey as GlobalTrim).majority;
