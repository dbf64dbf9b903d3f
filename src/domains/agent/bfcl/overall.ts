/** The overall score of BFCL v3, from the scores of its categories. */
import { mean } from "../../../stats/index.js";

/** Categories of BFCL v3 with the number of their tasks. */
export const BFCL_CATEGORIES = {
  simple: 400,
  java: 100,
  javascript: 50,
  multiple: 200,
  parallel: 200,
  parallel_multiple: 200,
  irrelevance: 240,
  live_simple: 258,
  live_multiple: 1053,
  live_parallel: 16,
  live_parallel_multiple: 24,
  live_irrelevance: 882,
  live_relevance: 18,
  multi_turn_base: 200,
  multi_turn_miss_func: 200,
  multi_turn_miss_param: 200,
  multi_turn_long_context: 200,
} as const;

/** One category of BFCL v3. */
export type BfclCategory = keyof typeof BFCL_CATEGORIES;

/** What of one category was answered. */
export interface BfclScore {
  /** Tasks that were answered right. */
  right: number;
  /** Tasks that were judged, at least 1. */
  total: number;
}

/** Scores of BFCL v3, fractions in [0, 1]. */
export interface BfclOverall {
  overall: number;
  nonLive: number;
  live: number;
  multiTurn: number;
  /** Categories that were not judged; they count as 0. */
  missing: BfclCategory[];
}

/**
 * The scores that the leaderboard of BFCL v3 shows.
 *
 *   overall   = mean(nonLive, live, multiTurn)
 *   nonLive   = mean(mean(simple, java, javascript), multiple, parallel, parallel_multiple, irrelevance)
 *   live      = Σ right / Σ total of the six live categories
 *   multiTurn = mean(base, miss_func, miss_param, long_context)
 *
 * Source: score table of BFCL v3 at its last state (2025, after the executable categories were retired, before v4); v4 weighs
 * otherwise and moves irrelevance out of both means.
 * Deviates: live categories that were not judged enter with the published number of tasks, none right; there they enter with 0
 * tasks, so that a partial run looks better than it is.
 *
 * @throws RangeError a category is unknown, or its numbers are not 0 ≤ right ≤ total with total ≥ 1
 * @example
 * bfclOverall({ live_relevance: { right: 9, total: 18 } }).live   // 9 / 2251
 */
export function bfclOverall(
  scores: Partial<Readonly<Record<BfclCategory, BfclScore>>>,
): BfclOverall {
  for (const [name, { right, total }] of Object.entries(scores)) {
    if (!Object.hasOwn(BFCL_CATEGORIES, name))
      throw new RangeError(`bfclOverall: unknown category ${name}`);
    if (!(total >= 1 && right >= 0 && right <= total))
      throw new RangeError(
        `bfclOverall: ${name} must have 0 ≤ right ≤ total and total ≥ 1, got ${right} of ${total}`,
      );
  }
  const names = Object.keys(BFCL_CATEGORIES) as BfclCategory[];
  const score = (name: BfclCategory): BfclScore =>
    scores[name] ?? { right: 0, total: BFCL_CATEGORIES[name] };
  const accuracy = (name: BfclCategory): number =>
    score(name).right / score(name).total;
  const live = names.filter((name) => name.startsWith("live_")).map(score);
  const nonLive = mean([
    mean((["simple", "java", "javascript"] as const).map(accuracy)),
    ...(
      ["multiple", "parallel", "parallel_multiple", "irrelevance"] as const
    ).map(accuracy),
  ]);
  const liveScore =
    live.reduce((sum, { right }) => sum + right, 0) /
    live.reduce((sum, { total }) => sum + total, 0);
  const multiTurn = mean(
    names.filter((name) => name.startsWith("multi_turn_")).map(accuracy),
  );
  return {
    overall: mean([nonLive, liveScore, multiTurn]),
    nonLive,
    live: liveScore,
    multiTurn,
    missing: names.filter((name) => scores[name] === undefined),
  };
}
