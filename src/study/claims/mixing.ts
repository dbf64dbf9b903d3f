/** Findings on mixing against merging (§3.2): comparable averages, what they cost, and whether a merge is worth it. */
import { mean, symmetric, variance } from "../../stats/index.js";
import type { CostRow } from "../rows/cost.js";
import { bare, estimated, missing, type ClaimNumber } from "./claimRow.js";
import { contrast, difference } from "./contrast.js";
import type { ClaimData } from "./data.js";

/** Claims that `mixingClaims` decides. */
export const MIXING = [
  "mix-matches-merge",
  "merge-beats-experts",
  "distillation-matches-merge",
] as const;

function average(data: ClaimData, model: string): number {
  return mean(
    [...data.scores.get(model)!.values()].map((scores) =>
      mean(scores.map(mean)),
    ),
  );
}

/** What multi-task RL costs as a ratio to all experts together, with its interval over seeds. */
export function costRatio(
  cost: readonly CostRow[],
  multi: string,
): ClaimNumber {
  const ratios = cost
    .filter(({ model }) => model === multi)
    .map(({ ratio }) => ratio);
  const n = ratios.length;
  if (n === 0)
    return missing("the study does not count what its mixed run cost");
  // One training run says nothing of the spread between runs.
  if (n < 2) return bare(mean(ratios));
  const { low, high } = symmetric(
    mean(ratios),
    Math.sqrt(variance(ratios) / n),
    n - 1,
  );
  return estimated({ mean: mean(ratios), low, high });
}

/** Numbers of "mixing matches merging at lower cost", but the cost. */
export function mixingClaims(
  data: ClaimData,
): Record<(typeof MIXING)[number], ClaimNumber> {
  const { domains, scores } = data;
  const compare = (a: string, b: string): ClaimNumber =>
    estimated(contrast(scores, difference(a, b, data.benchmarks)), 100);
  const noTies = missing("the study has no TIES merge of all experts");
  const best = domains.reduce((a, b) =>
    average(data, b) > average(data, a) ? b : a,
  );
  const hasTies = scores.has("ties");
  return {
    "mix-matches-merge": hasTies ? compare("ties", "multi") : noTies,
    "merge-beats-experts": hasTies ? compare("ties", best) : noTies,
    "distillation-matches-merge": !hasTies
      ? noTies
      : scores.has("opd")
        ? compare("opd", "ties")
        : missing("the study has no student of on-policy distillation"),
  };
}
