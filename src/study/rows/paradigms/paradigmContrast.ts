/** Kinds of experts and their states, and two of them against each other, read from rows of `paradigms`. */
import { mean } from "../../../stats/index.js";
import type { Interval } from "../interval.js";
import type { ParadigmContrastRow, ParadigmRow } from "./paradigmRow.js";

/** What is compared: one merge of both, by score or by what it keeps of the experts' gains. */
export type Compared = Pick<ParadigmContrastRow, "merge" | "measure">;

/**
 * The merge of one paradigm minus the same merge of another, paired over tasks and seeds, whichever the study names first.
 *
 * @returns points of a score, a fraction of the experts' gains for "retention"; null where a gain is not surely above 0
 * @throws RangeError where the rows do not compare the two
 * @example
 * paradigmContrast(paradigmLines, ["rl", "positive"], { merge: "ties", measure: "score" })
 */
export function paradigmContrast(
  rows: readonly ParadigmRow[],
  [a, b]: readonly [string, string],
  { merge, measure }: Compared,
): Interval | null {
  const between = (paradigm: string, against: string) =>
    rows.find(
      (row) =>
        row.what === "contrast" &&
        row.paradigm === paradigm &&
        row.against === against &&
        row.merge === merge &&
        row.measure === measure,
    ) as ParadigmContrastRow | undefined;
  const [own, reversed] = [between(a, b), between(b, a)];
  const row = own ?? reversed;
  if (row === undefined)
    throw new RangeError(
      `paradigmContrast: rows must compare ${a} with ${b} by ${measure} of ${merge}, got none that does`,
    );
  if (row.difference === null) return null;
  const estimate = { mean: row.difference, low: row.low!, high: row.high! };
  return own ? estimate : negated(estimate);
}

function negated({ mean, low, high }: Interval): Interval {
  return { mean: -mean, low: -high, high: -low };
}

/**
 * Mean gain of a paradigm's experts on the benchmarks of their own domains, points.
 *
 * @example
 * meanGain(paradigmLines, "rl")
 */
export function meanGain(
  rows: readonly ParadigmRow[],
  paradigm: string,
): number {
  return mean(
    rows.flatMap((row) =>
      row.what === "expert" && row.paradigm === paradigm ? [row.gain] : [],
    ),
  );
}

/** Experts of one paradigm after some of its updates, under the name that the rows have for them. */
export interface ParadigmState {
  state: string;
  /** Name of the same runs' last state. */
  paradigm: string;
  /** Updates of its experts, the most of any domain. */
  steps: number;
}

/**
 * All states that the rows measure. A study names checkpoints of the same runs as paradigms of their own: which belong together is told
 * by the models that they are of, and which is the last by the updates in the rows.
 *
 * @param experts  option of the study's measure: models of each name
 * @returns in the order of `experts`
 * @example
 * paradigmStates(paradigmLines, { rl: [{ model: "math" }], rl10: [{ model: "math" }] })
 * // [{ state: "rl", paradigm: "rl", steps: 20 }, { state: "rl10", paradigm: "rl", steps: 10 }]
 */
export function paradigmStates(
  rows: readonly ParadigmRow[],
  experts: Readonly<Partial<Record<string, readonly { model: string }[]>>>,
): ParadigmState[] {
  const stepsOf = (name: string): number =>
    Math.max(
      ...rows.flatMap((row) =>
        row.what === "expert" && row.paradigm === name ? [row.steps] : [],
      ),
    );
  const states = Object.entries(experts).map(([state, refs]) => ({
    state,
    runs: refs!.map(({ model }) => model).join(),
    steps: stepsOf(state),
  }));
  return states.map(({ state, runs, steps }) => {
    const same = states.filter((other) => other.runs === runs);
    const last = same.reduce((a, b) => (b.steps > a.steps ? b : a));
    return { state, paradigm: last.state, steps };
  });
}

/**
 * Of several states of two paradigms the two whose experts gained most alike.
 *
 * @param states  names of paradigms, those of the first and those of the second
 * @example
 * matchedByGain(paradigmLines, [["rl", "rl10"], ["positive", "positive10"]])
 */
export function matchedByGain(
  rows: readonly ParadigmRow[],
  [first, second]: readonly [readonly string[], readonly string[]],
): [string, string] {
  const pairs = first.flatMap((a) =>
    second.map((b): [string, string] => [a, b]),
  );
  const apart = ([a, b]: [string, string]): number =>
    Math.abs(meanGain(rows, a) - meanGain(rows, b));
  const [closest] = pairs.sort((one, other) => apart(one) - apart(other));
  if (closest === undefined)
    throw new RangeError(
      "matchedByGain: states must hold two lists of names, got an empty one",
    );
  return closest;
}
