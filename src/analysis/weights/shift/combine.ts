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
  // One set of sums to which all are added: of a hundred thousand tensors a new one each time would be most of the work.
  const { sums, sample } = structuredClone({
    sums: first.sums,
    sample: first.sample,
  });
  for (const shift of rest) {
    addSums(sums, shift.sums);
    addSamples(sample, shift.sample);
  }
  sums.pairs.forEach((pair, i) => {
    pair.projected = meanOrNull(
      shifts.flatMap((shift) => shift.sums.pairs[i]!.projected ?? []),
    );
  });
  return { sums, sample };
}

function addSums(total: Sums, other: Sums): void {
  total.entries += other.entries;
  total.baseSquares += other.baseSquares;
  other.experts.forEach((own, i) => {
    const expert = total.experts[i]!;
    expert.changed += own.changed;
    expert.nonfinite += own.nonfinite;
    expert.squares += own.squares;
    expert.mass += own.mass;
    expert.largest = Math.max(expert.largest, own.largest);
  });
  other.pairs.forEach((own, i) => addPairs(total.pairs[i]!, own));
  add(total.ways, other.ways);
  total.opposed += other.opposed;
  total.minority += other.minority;
}

function addPairs(total: PairSums, other: PairSums): void {
  total.both += other.both;
  total.sameSign += other.sameSign;
  total.dot += other.dot;
  total.overlapDot += other.overlapDot;
  add(total.overlapSquares, other.overlapSquares);
}

function addSamples(total: SampleSums, other: SampleSums): void {
  total.entries += other.entries;
  other.curve.forEach((own, i) => {
    const point = total.curve[i]!;
    addMasks(point.real, own.real);
    addMasks(point.shuffled, own.shuffled);
    own.given.forEach(({ both, either }, pair) => {
      const given = point.given[pair]!;
      given.both += both;
      given.either += either;
    });
  });
  add(total.strata.entries, other.strata.entries);
  other.strata.changed.forEach((own, i) => add(total.strata.changed[i]!, own));
  for (const name of Object.keys(total.survival))
    addSurvival(total.survival[name]!, other.survival[name]!);
}

function addMasks(total: MaskCounts, other: MaskCounts): void {
  add(total.changed, other.changed);
  add(total.both, other.both);
}

function addSurvival(total: SurvivalSums, other: SurvivalSums): void {
  total.moved += other.moved;
  total.survived += other.survived;
  total.squares += other.squares;
  total.errorSquares += other.errorSquares;
}

function add(total: number[], other: readonly number[]): void {
  for (let i = 0; i < total.length; i++) total[i]! += other[i]!;
}
