/** The scores of a judge as functions of a draw of seeds and items, from which intervals and differences of judges are made. */
import type { JudgedAnswer, JudgeMode } from "../../evaluate/index.js";
import type { Draw } from "../../stats/crossedBootstrap.js";

/** Judged answers of one model on one benchmark: answers[seed], every seed on the same items. */
export type SeedAnswers = readonly (readonly JudgedAnswer[])[];

/** A number of one judge over a draw; a share in [0, 1], NaN where there is nothing to take a share of. */
export type JudgeStatistic = (draw: Draw) => number;

/** All numbers of one judge in one mode; means over benchmarks. Their definitions stand at `Verification`. */
export interface JudgeStatistics {
  seeds: number;
  /** Items of each benchmark: the blocks of a draw. */
  items: number[];
  judged: number;
  answers: number;
  agreement: JudgeStatistic;
  truePositiveRate: JudgeStatistic;
  trueNegativeRate: JudgeStatistic;
  balancedAccuracy: JudgeStatistic;
  sound: JudgeStatistic;
  chance: JudgeStatistic;
  yesRate: JudgeStatistic;
  unparsed: JudgeStatistic;
  generation: JudgeStatistic;
}

/** Counts over one item's answers. */
interface Counts {
  answers: number;
  right: number;
  judged: number;
  judgedRight: number;
  yesRight: number;
  noWrong: number;
  yes: number;
  missing: number;
  sound: number;
}

function count(answers: readonly JudgedAnswer[], mode: JudgeMode): Counts {
  const counts: Counts = {
    answers: answers.length,
    right: 0,
    judged: 0,
    judgedRight: 0,
    yesRight: 0,
    noWrong: 0,
    yes: 0,
    missing: 0,
    sound: 0,
  };
  for (const { reward, judgements } of answers) {
    counts.right += reward;
    if (judgements === null) continue;
    const { verdict, sound } = judgements[mode];
    counts.judged++;
    counts.judgedRight += reward;
    if (verdict === "correct") counts.yes++;
    if (verdict === null) counts.missing++;
    if (verdict === "correct" && reward === 1) counts.yesRight++;
    if (verdict === "incorrect" && reward === 0) counts.noWrong++;
    if (sound) counts.sound++;
  }
  return counts;
}

/** counts[seed][item] of one benchmark. */
function countItems(answers: SeedAnswers, mode: JudgeMode): Counts[][] {
  const items = [...new Set(answers[0]!.map(({ task }) => task))];
  return answers.map((seed, s) => {
    const byItem = new Map<string, JudgedAnswer[]>();
    for (const answer of seed)
      byItem.set(answer.task, [...(byItem.get(answer.task) ?? []), answer]);
    if (byItem.size !== items.length || items.some((item) => !byItem.has(item)))
      throw new RangeError(
        `verification: every seed must have the same items, got ${byItem.size} in seed ${s} and ${items.length} in the first`,
      );
    return items.map((item) => count(byItem.get(item)!, mode));
  });
}

/** Sum of one count over chosen seeds and items of one benchmark. */
function add(
  counts: readonly (readonly Counts[])[],
  seeds: readonly number[],
  items: readonly number[],
  of: keyof Counts,
): number {
  let sum = 0;
  for (const s of seeds) for (const i of items) sum += counts[s]![i]![of];
  return sum;
}

/**
 * The scores of one judge as functions of a draw.
 *
 * @param benchmarks  answers of each benchmark: benchmarks[b][seed]
 * @throws RangeError no benchmark or answer, or seeds that differ in their items
 * @example
 * const judge = judgeStatistics([[answers]], "outcome");
 * judge.agreement(draws({ seeds: 1, items: judge.items }).whole)
 */
export function judgeStatistics(
  benchmarks: readonly SeedAnswers[],
  mode: JudgeMode,
): JudgeStatistics {
  if (benchmarks.length === 0 || benchmarks.some((b) => !b[0]?.length))
    throw new RangeError(
      "verification: benchmarks must hold answers, got none",
    );
  const counts = benchmarks.map((answers) => countItems(answers, mode));
  /** Mean over benchmarks of a number of each one's sums. */
  const over =
    (number: (sum: (of: keyof Counts) => number) => number): JudgeStatistic =>
    ({ seeds, items }) =>
      counts.reduce(
        (mean, each, b) =>
          mean +
          number((of) => add(each, seeds, items[b]!, of)) / counts.length,
        0,
      );
  const share = (top: keyof Counts, bottom: keyof Counts): JudgeStatistic =>
    over((sum) => sum(top) / sum(bottom));
  const tpr = (sum: (of: keyof Counts) => number): number =>
    sum("yesRight") / sum("judgedRight");
  const tnr = (sum: (of: keyof Counts) => number): number =>
    sum("noWrong") / (sum("judged") - sum("judgedRight"));
  const seeds = counts[0]!.length;
  const items = counts.map((each) => each[0]!.length);
  const total = (of: keyof Counts): number =>
    counts.flat(2).reduce((sum, each) => sum + each[of], 0);
  return {
    seeds,
    items,
    judged: total("judged"),
    answers: total("answers"),
    agreement: over(
      (sum) => (sum("yesRight") + sum("noWrong")) / sum("judged"),
    ),
    truePositiveRate: over(tpr),
    trueNegativeRate: over(tnr),
    balancedAccuracy: over((sum) => (tpr(sum) + tnr(sum)) / 2),
    sound: share("sound", "judged"),
    chance: over((sum) => {
      const n = sum("judged");
      const [right, yes] = [sum("judgedRight") / n, sum("yes") / n];
      return right * yes + (1 - right) * (1 - yes - sum("missing") / n);
    }),
    yesRate: share("yes", "judged"),
    unparsed: share("missing", "judged"),
    generation: share("right", "answers"),
  };
}
