/** How well models judge their own answers: the paper's score, and what tells judging from agreeing. */
import type { JudgeMode } from "../../evaluate/index.js";
import { crossedBootstrap, draws } from "../../stats/crossedBootstrap.js";
import { judgeStatistics, type SeedAnswers } from "./judgeStatistics.js";
import type { Estimate } from "../../stats/index.js";

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
  /** Mean of the two: 1/2 for every judge that ignores its input, whatever it says and however many answers are right. */
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
 * const answers = selfVerify(policy, tokenizer, "aime24", { items: 2, answers: 1 });
 * verification([[answers]], "outcome").balancedAccuracy
 */
export function verification(
  benchmarks: readonly SeedAnswers[],
  mode: JudgeMode,
  { resamples = 1000 }: { resamples?: number } = {},
): Verification {
  const judge = judgeStatistics(benchmarks, mode);
  const drawn = draws({ seeds: judge.seeds, items: judge.items, resamples });
  const { whole } = drawn;
  const of = (
    statistic: Parameters<typeof crossedBootstrap>[0],
  ): Estimate | null => crossedBootstrap(statistic, drawn);
  return {
    mode,
    agreement: of(judge.agreement),
    truePositiveRate: of(judge.truePositiveRate),
    trueNegativeRate: of(judge.trueNegativeRate),
    balancedAccuracy: of(judge.balancedAccuracy),
    sound: of(judge.sound),
    chance: judge.chance(whole),
    yesRate: judge.yesRate(whole),
    unparsed: judge.unparsed(whole),
    generation: of(judge.generation)!,
    judged: judge.judged,
    answers: judge.answers,
    perSeed: whole.seeds.map((s) => {
      const value = judge.agreement({ seeds: [s], items: whole.items });
      return Number.isFinite(value) ? value : null;
    }),
  };
}
