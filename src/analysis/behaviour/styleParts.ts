/** What a gain owes to the style of the answers, and what is left when both models answer in the same style. */
import { STYLES, type Style } from "../../evaluate/index.js";
import {
  crossedBootstrap,
  draws,
  mean,
  type Draw,
  type Estimate,
} from "../../stats/index.js";

/** One answer with its style: the fields of an evaluation's record that are read. */
export interface StyledAnswer {
  task: string;
  reward: number;
  style?: Style;
}

/** Answers of one model on one benchmark: answers[seed], every seed on the same items. */
export type StyledAnswers = readonly (readonly StyledAnswer[])[];

/** A gain taken apart; shares in [0, 1], means over benchmarks where there are several. */
export interface StyleParts {
  /** Score of the trained model − score of the one that it started from. */
  gain: Estimate;
  /** What comes from answering in another mixture of styles. */
  style: Estimate;
  /** What comes from being right more often within a style. */
  rest: Estimate;
  /** Share of careful answers, before and after. */
  careful: { before: Estimate; after: Estimate };
}

/** Of one item and seed, style after style: how many answers there are, and how many of them are right. */
type Counts = Float64Array;

/** counts[seed][item] of one benchmark. */
function countItems(answers: StyledAnswers, items: readonly string[]) {
  return answers.map((seed): Counts[] => {
    const byItem = new Map(items.map((item) => [item, noCounts()]));
    for (const { task, reward, style } of seed) {
      const counts = byItem.get(task);
      if (counts === undefined)
        throw new RangeError(
          `styleParts: both models must answer the same items in every seed, got ${JSON.stringify(task)} in one alone`,
        );
      if (style === undefined)
        throw new RangeError(
          `styleParts: every answer must have its style, got none for ${JSON.stringify(task)}`,
        );
      const place = 2 * STYLES.indexOf(style);
      counts[place]!++;
      counts[place + 1]! += reward;
    }
    return [...byItem.values()];
  });
}

function noCounts(): Counts {
  return new Float64Array(2 * STYLES.length);
}

/** One style in some answers: its share, and the share of it that is right, NaN where there is none. */
interface StyleShare {
  share: number;
  accuracy: number;
}

/** Share and accuracy of each style over chosen seeds and items. */
function sums(
  counts: readonly (readonly Counts[])[],
  seeds: readonly number[],
  items: readonly number[],
): StyleShare[] {
  const total = noCounts();
  for (const s of seeds)
    for (const i of items) {
      const own = counts[s]![i]!;
      for (let k = 0; k < total.length; k++) total[k]! += own[k]!;
    }
  const answers = STYLES.map((_, k) => total[2 * k]!);
  const all = answers.reduce((sum, count) => sum + count, 0);
  return answers.map((count, k) => ({
    share: count / all,
    accuracy: total[2 * k + 1]! / count,
  }));
}

/** The two parts of one benchmark's gain. */
function parts(
  before: readonly StyleShare[],
  after: readonly StyleShare[],
): { style: number; rest: number } {
  let style = 0;
  let rest = 0;
  for (const [k, p] of before.entries()) {
    const q = after[k]!;
    if (p.share === 0 && q.share === 0) continue;
    // A style that one model never uses tells nothing of how right it would be: it counts as being as right as the other.
    const a = p.share === 0 ? q.accuracy : p.accuracy;
    const b = q.share === 0 ? p.accuracy : q.accuracy;
    style += (q.share - p.share) * ((a + b) / 2);
    rest += (b - a) * ((p.share + q.share) / 2);
  }
  return { style, rest };
}

/**
 * Take a gain apart into what another mixture of styles does and what is left.
 *
 *   gain  = Σ_s (q_s b_s − p_s a_s) = style + rest
 *   style = Σ_s (q_s − p_s) (a_s + b_s) / 2
 *   rest  = Σ_s (b_s − a_s) (p_s + q_s) / 2
 *
 * p_s, q_s: share of answers in style s before and after; a_s, b_s: share of them that is right. A style that one of the models never
 * uses counts as right as often as in the other, so that all of it is style. The parts describe and do not explain: which items are
 * answered carefully is the model's choice. The gain under forced thinking, where no answer is empty, is the experiment beside it.
 *
 * Source: Kitagawa 1955, "Components of a Difference Between Two Rates", as used by Oaxaca and Blinder 1973 for means.
 * Intervals: `crossedBootstrap` over items, with all their answers, and seeds; both models share items and seeds.
 *
 * @param before  answers of the model that training started from, of each benchmark: before[b][seed]
 * @param after   answers of the trained model to the same items
 * @throws RangeError no benchmark or answer, models that differ in their items or seeds, or an answer without style
 * @example
 * const slow = (task: string, reward: number) => ({ task, reward, style: "careful" as const });
 * styleParts([[[slow("a", 0), slow("b", 1)]]], [[[slow("a", 1), slow("b", 1)]]]).rest.mean // 0.5
 */
export function styleParts(
  before: readonly StyledAnswers[],
  after: readonly StyledAnswers[],
  { resamples = 1000 }: { resamples?: number } = {},
): StyleParts {
  const items = before.map((answers) => [
    ...new Set(answers[0]?.map(({ task }) => task)),
  ]);
  if (items.length === 0 || items.some((own) => own.length === 0))
    throw new RangeError("styleParts: benchmarks must hold answers, got none");
  const seeds = before[0]!.length;
  const all = [...before, ...after];
  if (
    after.length !== before.length ||
    all.some((answers) => answers.length !== seeds)
  )
    throw new RangeError(
      `styleParts: both models must have ${before.length} benchmarks of ${seeds} seeds, got ${after.length} of ${after.map((own) => own.length).join(", ")}`,
    );
  const p = before.map((answers, b) => countItems(answers, items[b]!));
  const q = after.map((answers, b) => countItems(answers, items[b]!));
  const drawn = draws({
    seeds,
    items: items.map((own) => own.length),
    resamples,
  });
  // All numbers are of the same draws, and so are counted together.
  const known = new Map<Draw, ReturnType<typeof numbersOf>[]>();
  const numbersOf = (b: number, { seeds: chosen, items: blocks }: Draw) => {
    const [was, is] = [p, q].map((own) => sums(own[b]!, chosen, blocks[b]!));
    const careful = STYLES.indexOf("careful");
    return {
      ...parts(was!, is!),
      before: was![careful]!.share,
      after: is![careful]!.share,
    };
  };
  const over = (
    number: (of: ReturnType<typeof numbersOf>) => number,
  ): Estimate =>
    crossedBootstrap((draw) => {
      const own = known.get(draw) ?? p.map((_, b) => numbersOf(b, draw));
      known.set(draw, own);
      return mean(own.map(number));
    }, drawn)!;
  return {
    gain: over(({ style, rest }) => style + rest),
    style: over(({ style }) => style),
    rest: over(({ rest }) => rest),
    careful: {
      before: over(({ before: share }) => share),
      after: over(({ after: share }) => share),
    },
  };
}
