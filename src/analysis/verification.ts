/** How well models judge their own answers: the paper's score, and what tells judging from agreeing. */
import type { Estimate, JudgedAnswer, JudgeMode } from "../evaluate/index.js";
import {
  crossedBootstrap,
  draws,
  type Draw,
  type Draws,
} from "./crossedBootstrap.js";

/** Judged answers of one model on one benchmark: answers[seed], every seed on the same items. */
export type SeedAnswers = readonly (readonly JudgedAnswer[])[];

/** Scores of one judge in one mode; shares in [0, 1], means over benchmarks where there are several. */
export interface Verification {
  mode: JudgeMode;
  /**
   * The number that we take the paper's to be: share of judged answers on which the verdict agrees with the verifier. A missing
   * verdict agrees with nothing.
   */
  agreement: Estimate | null;
  /** Share of right answers that are called correct; null where no answer is right. */
  truePositiveRate: Estimate | null;
  /** Share of wrong answers that are called incorrect; null where no answer is wrong. */
  trueNegativeRate: Estimate | null;
  /** Mean of the two: 1/2 for every judge that does not look, whatever it says and however many answers are right. */
  balancedAccuracy: Estimate | null;
  /** Share of verdicts that are right and rest on the task solved again rightly (`readJudgement`). */
  sound: Estimate | null;
  /** Agreement that verdicts drawn at random at this judge's own rates would have. */
  chance: number;
  /** Share of answers called correct, and of answers without a verdict. */
  yesRate: number;
  unparsed: number;
  /** Share of right answers, of all answers, judged or not. */
  generation: Estimate;
  /** Answers that make a claim and so are judged, and answers in all. */
  judged: number;
  answers: number;
  /** `agreement` of each seed; null where that seed has no claim. */
  perSeed: (number | null)[];
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
 * Score a judge on one benchmark, or on the mean of several.
 *
 *   agreement = share of judged answers with verdict = label,   balanced accuracy = (TPR + TNR) / 2
 *   chance = g · P(yes) + (1 − g) · P(no),   g = share of right answers among the judged
 *
 * A judge that calls everything correct agrees in a share g, and one that calls everything incorrect in 1 − g: agreement moves
 * with the generator although nothing is judged. Balanced accuracy does not.
 *
 * Source: paper §3.6, Table 7 (Avg@8 × 100); the paper defines neither the label nor the score, so ours are stated here.
 * Intervals: `crossedBootstrap` over items, with all their answers, and seeds.
 *
 * @param benchmarks  answers of each benchmark: benchmarks[b][seed]
 * @throws RangeError no benchmark or answer, or seeds that differ in their items
 * @example
 * verification([[selfVerify(policy, tokenizer, "aime24", { items: 10 })]], "outcome").balancedAccuracy
 */
export function verification(
  benchmarks: readonly SeedAnswers[],
  mode: JudgeMode,
  { resamples = 1000 }: { resamples?: number } = {},
): Verification {
  if (benchmarks.length === 0 || benchmarks.some((b) => !b[0]?.length))
    throw new RangeError(
      "verification: benchmarks must hold answers, got none",
    );
  const counts = benchmarks.map((answers) => countItems(answers, mode));
  const drawn = draws({
    seeds: counts[0]!.length,
    items: counts.map((each) => each[0]!.length),
    resamples,
  });
  const { whole } = drawn;
  /** Mean over benchmarks of a number of each one's sums. */
  const over =
    (number: (sum: (of: keyof Counts) => number) => number) =>
    ({ seeds, items }: Draw): number =>
      counts.reduce(
        (mean, each, b) =>
          mean +
          number((of) => add(each, seeds, items[b]!, of)) / counts.length,
        0,
      );
  const share = (top: (keyof Counts)[], bottom: (keyof Counts)[]) =>
    over((sum) => {
      const all = (names: readonly (keyof Counts)[]): number =>
        names.reduce((value, name) => value + sum(name), 0);
      return all(top) / all(bottom);
    });
  const agreement = share(["yesRight", "noWrong"], ["judged"]);
  const tpr = (sum: (of: keyof Counts) => number): number =>
    sum("yesRight") / sum("judgedRight");
  const tnr = (sum: (of: keyof Counts) => number): number =>
    sum("noWrong") / (sum("judged") - sum("judgedRight"));
  const chance = over((sum) => {
    const n = sum("judged");
    const [g, yes, missing] = [
      sum("judgedRight") / n,
      sum("yes") / n,
      sum("missing") / n,
    ];
    return g * yes + (1 - g) * (1 - yes - missing);
  });
  const interval = (statistic: (draw: Draw) => number, of: Draws = drawn) =>
    crossedBootstrap(statistic, of);
  const total = (of: keyof Counts): number =>
    counts.reduce(
      (sum, each, b) => sum + add(each, whole.seeds, whole.items[b]!, of),
      0,
    );
  return {
    mode,
    agreement: interval(agreement),
    truePositiveRate: interval(over(tpr)),
    trueNegativeRate: interval(over(tnr)),
    balancedAccuracy: interval(over((sum) => (tpr(sum) + tnr(sum)) / 2)),
    sound: interval(share(["sound"], ["judged"])),
    chance: chance(whole),
    yesRate: share(["yes"], ["judged"])(whole),
    unparsed: share(["missing"], ["judged"])(whole),
    generation: interval(share(["right"], ["answers"]))!,
    judged: total("judged"),
    answers: total("answers"),
    perSeed: whole.seeds.map((s) => {
      const value = agreement({ seeds: [s], items: whole.items });
      return Number.isFinite(value) ? value : null;
    }),
  };
}
