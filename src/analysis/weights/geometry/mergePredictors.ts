/** Numbers of a set of task vectors that may tell, before anything is merged, what a merge of them will be worth. */
import { mean } from "../../../stats/index.js";
import { cosine } from "../overlap.js";
import { pairsOf } from "../shift/tally.js";
import type { PairGeometry, TaskVectorGeometry } from "./taskVectorGeometry.js";

/** What each predictor is, in words and by its formula. */
export const PREDICTORS = {
  cosine: "mean cosine of two task vectors",
  signConflict:
    "mean share of two task vectors' common movement, Σ min(|δ_a|, |δ_b|), that goes in opposite directions",
  normRatio: "length of the longest task vector ÷ that of the shortest",
  topOverlap:
    "mean share of a task vector's largest entries that are among the largest of another",
  effectiveRank:
    "directions that the task vectors span, (tr C)² / ‖C‖² of their matrix of cosines C, ÷ their number",
} as const;

/** Name of a predictor. */
export type PredictorName = keyof typeof PREDICTORS;

/** All predictors of one set of experts; null where one of them did not move. */
export type Predictions = Record<PredictorName, number | null>;

/**
 * The predictors of a merge of some experts, from the geometry of their task vectors alone.
 *
 * @param geometry  of these experts, and of others perhaps
 * @param names     two experts or more, default all of the geometry
 * @throws RangeError fewer than two experts, or one that the geometry does not hold
 * @example
 * mergePredictors(taskVectorGeometry("models/sft", { math: "models/math", coding: "models/coding" })).cosine
 */
export function mergePredictors(
  { experts, groups }: TaskVectorGeometry,
  names: readonly string[] = experts,
): Predictions {
  const unknown = names.find((name) => !experts.includes(name));
  if (names.length < 2 || unknown !== undefined)
    throw new RangeError(
      `mergePredictors: names must be at least 2 of ${experts.join(", ")}, got ${names.join(", ") || "none"}`,
    );
  const { squares, kept, pairs } = groups[0]!;
  const places = names.map((name) => experts.indexOf(name));
  if (places.some((m) => squares[m] === 0))
    return {
      cosine: null,
      signConflict: null,
      normRatio: null,
      topOverlap: null,
      effectiveRank: null,
    };
  const used = pairsOf(experts.length)
    .map(([a, b], p) => ({ a, b, ...pairs[p]! }))
    .filter(({ a, b }) => places.includes(a) && places.includes(b));
  const over = (of: (pair: (typeof used)[number]) => number): number =>
    mean(used.map(of));
  const angle = ({ a, b, dot }: (typeof used)[number]): number =>
    cosine(dot, squares[a]!, squares[b]!)!;
  const lengths = places.map((m) => Math.sqrt(squares[m]!));
  const n = places.length;
  const squaredCosines = used.reduce((sum, pair) => sum + angle(pair) ** 2, 0);
  return {
    cosine: over(angle),
    signConflict: over(conflict),
    normRatio: Math.max(...lengths) / Math.min(...lengths),
    topOverlap: over(({ a, b, top }) => top / Math.min(kept[a]!, kept[b]!)),
    effectiveRank: n / (n + 2 * squaredCosines),
  };
}

/** Two experts that move no entry in common do not conflict. */
function conflict({ agreed, opposed }: PairGeometry): number {
  const both = agreed + opposed;
  return both === 0 ? 0 : opposed / both;
}
