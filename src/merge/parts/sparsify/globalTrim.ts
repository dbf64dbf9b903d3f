/**
 * TIES over a whole model of any size: one threshold per expert, and one sign for entries whose votes cancel. All tensors are looked
 * at three times before any is merged: a sample, a narrow window around each threshold, the balance of all signs.
 */
import { addresses, inArena, scoped } from "../../kernels/arena.js";
import { kernels } from "../../kernels/kernels.js";
import type { MergeContext, SurveyPlan } from "../../tensor.js";
import {
  COARSE,
  type Window,
  countTensor,
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

/** What one round counts; per-expert counts follow one another in one array. */
type Count = {
  /** Entries of the model, and how many of them a coarse count looked at. */
  length: number;
  seen: number;
  densities: readonly number[];
  counts: Float64Array;
  /** Entries smaller than the window. */
  below: readonly number[];
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

function coarse(
  vectors: Walk,
  pieces: number | undefined,
): Pick<Count, "counts" | "seen"> {
  const { counts, seen } = countTensor(vectors, pieces);
  // Each tensor counts by its size, however much of it was looked at.
  const weight = vectors.length / seen;
  const weighted = new Float64Array(counts.length);
  for (let i = 0; i < counts.length; i++) weighted[i] = counts[i]! * weight;
  return { counts: weighted, seen };
}

function fine(
  vectors: Walk,
  windows: readonly Window[],
): Pick<Count, "counts" | "below"> {
  const all = countWindows(
    vectors,
    windows.map((window) => [window]),
  ).flat();
  const counts = new Float64Array(
    windows.reduce((sum, { width }) => sum + width, 0),
  );
  let at = 0;
  for (const window of all) {
    counts.set(window.counts, at);
    at += window.counts.length;
  }
  return { counts, below: all.map(({ below }) => below) };
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

function count(vectors: Walk, found: GlobalTrim): Partial<Count> {
  switch (found.next) {
    case "sample":
      return coarse(vectors, samplePieces(vectors.length));
    case "everything":
      return coarse(vectors, undefined);
    case "window":
      return fine(vectors, found.windows);
    default:
      return {
        signs: balance(sparsified(vectors, dropBelowAll(found.thresholds))),
      };
  }
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
  return windows.includes(undefined)
    ? { ...START, next: "everything" }
    : { ...START, next: "window", windows: windows as Window[] };
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
      below: below[m]!,
      counts: counts.subarray(at, at + width),
    };
    at += width;
    const dropped = droppedCount(length, density);
    return dropped === 0 ? 0 : findRank(window, dropped)?.magnitude;
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

/** Sum of two arrays of counts. */
function added(a: Float64Array, b: Float64Array): Float64Array {
  const sum = a.slice();
  for (let i = 0; i < sum.length; i++) sum[i]! += b[i]!;
  return sum;
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
    tensor(input, options, context): Count {
      return {
        length: input.length,
        seen: 0,
        densities: options.density as readonly number[],
        counts: new Float64Array(0),
        below: [],
        signs: 0,
        ...count(open(input, options, context), foundIn(context)),
      };
    },
    combine(first, second): Count {
      const [a, b] = [first as Count, second as Count];
      if (a.densities.some((density, m) => density !== b.densities[m]))
        throw new RangeError(
          `ties: density must be the same for all tensors of a global trim, got ${a.densities.join(", ")} and ${b.densities.join(", ")}`,
        );
      return {
        length: a.length + b.length,
        seen: a.seen + b.seen,
        densities: a.densities,
        counts: added(a.counts, b.counts),
        below: a.below.map((value, m) => value + b.below[m]!),
        signs: a.signs + b.signs,
      };
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
