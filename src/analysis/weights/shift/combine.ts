/** Measures of several tensors as those of one set of entries. */
import type { MaskCounts } from "../control.js";
import type { SampleSums, TensorShift } from "./tensorShift.js";
import type { PairSums, Sums } from "./tally.js";
import type { SurvivalSums } from "../survival.js";
import { meanOrNull } from "../../../stats/index.js";

/** What is known about a set of entries: of one tensor, or of several together. */
export type Shift = Pick<TensorShift, "sums" | "sample">;

/**
 * Add up the measures of tensors with the same experts.
 *
 * A projected cosine has no sum, since each tensor has its own map: it becomes the mean over tensors. What was measured on samples
 * weighs each tensor by its sample.
 *
 * @throws RangeError there is no tensor
 * @example
 * combine(shift.tensors).sums.entries
 */
export function combine(shifts: readonly Shift[]): Shift {
  const [first, ...rest] = shifts;
  if (first === undefined)
    throw new RangeError("combine: tensors must not be empty, got 0 tensors");
  const total = rest.reduce<Shift>(
    (a, b) => ({
      sums: addSums(a.sums, b.sums),
      sample: addSamples(a.sample, b.sample),
    }),
    first,
  );
  const pairs = total.sums.pairs.map((pair, i) => {
    const known = shifts.flatMap(({ sums }) => sums.pairs[i]!.projected ?? []);
    return { ...pair, projected: meanOrNull(known) };
  });
  return { ...total, sums: { ...total.sums, pairs } };
}

function addSums(a: Sums, b: Sums): Sums {
  return {
    entries: a.entries + b.entries,
    baseSquares: a.baseSquares + b.baseSquares,
    experts: a.experts.map((own, i) => {
      const other = b.experts[i]!;
      return {
        changed: own.changed + other.changed,
        nonfinite: own.nonfinite + other.nonfinite,
        squares: own.squares + other.squares,
        mass: own.mass + other.mass,
        largest: Math.max(own.largest, other.largest),
      };
    }),
    pairs: a.pairs.map((own, i) => addPairs(own, b.pairs[i]!)),
    ways: add(a.ways, b.ways),
    opposed: a.opposed + b.opposed,
    minority: a.minority + b.minority,
  };
}

function addPairs(a: PairSums, b: PairSums): PairSums {
  return {
    both: a.both + b.both,
    sameSign: a.sameSign + b.sameSign,
    dot: a.dot + b.dot,
    overlapDot: a.overlapDot + b.overlapDot,
    overlapSquares: [
      a.overlapSquares[0] + b.overlapSquares[0],
      a.overlapSquares[1] + b.overlapSquares[1],
    ],
    projected: null,
  };
}

function addSamples(a: SampleSums, b: SampleSums): SampleSums {
  return {
    entries: a.entries + b.entries,
    curve: a.curve.map((point, i) => ({
      ...point,
      real: addMasks(point.real, b.curve[i]!.real),
      shuffled: addMasks(point.shuffled, b.curve[i]!.shuffled),
      given: point.given.map((own, pair) => ({
        both: own.both + b.curve[i]!.given[pair]!.both,
        either: own.either + b.curve[i]!.given[pair]!.either,
      })),
    })),
    strata: {
      entries: add(a.strata.entries, b.strata.entries),
      changed: a.strata.changed.map((own, i) => add(own, b.strata.changed[i]!)),
    },
    survival: Object.fromEntries(
      Object.entries(a.survival).map(([name, own]) => [
        name,
        addSurvival(own, b.survival[name]!),
      ]),
    ),
  };
}

function addMasks(a: MaskCounts, b: MaskCounts): MaskCounts {
  return { changed: add(a.changed, b.changed), both: add(a.both, b.both) };
}

function addSurvival(a: SurvivalSums, b: SurvivalSums): SurvivalSums {
  return {
    moved: a.moved + b.moved,
    survived: a.survived + b.survived,
    squares: a.squares + b.squares,
    errorSquares: a.errorSquares + b.errorSquares,
  };
}

function add(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, i) => value + b[i]!);
}
