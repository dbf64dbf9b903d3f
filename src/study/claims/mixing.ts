/** Findings on mixing against merging (§3.2): comparable averages, what they cost, and whether a merge is worth it. */
import { mean, symmetric, variance } from "../../evaluate/index.js";
import { contrast, difference } from "./contrast.js";
import type { ClaimData } from "./data.js";
import { measured, type Measured, type Measurements } from "./measured.js";

function average(data: ClaimData, model: string): number {
  return mean(
    [...data.scores.get(model)!.values()].map((scores) =>
      mean(scores.map(mean)),
    ),
  );
}

function costRatio({ cost }: ClaimData): Measured {
  const ratios = cost
    .filter(({ model }) => model === "multi")
    .map(({ ratio }) => ratio);
  const n = ratios.length;
  const { low, high } = symmetric(
    mean(ratios),
    Math.sqrt(variance(ratios) / n),
    Math.max(1, n - 1),
  );
  // One training run says nothing of the spread between runs.
  return { value: mean(ratios), interval: n < 2 ? null : [low, high] };
}

/** Numbers of "mixing matches merging at lower cost". */
export function mixingClaims(data: ClaimData): Measurements {
  const { ties, student, domains } = data;
  const compare = (a: string, b: string): Measured =>
    measured(contrast(data.scores, difference(a, b, data.benchmarks)), 100);
  const noTies = { missing: "the study has no TIES merge of all experts" };
  const best = domains.reduce((a, b) =>
    average(data, b) > average(data, a) ? b : a,
  );
  return {
    "mix-matches-merge": ties === null ? noTies : compare(ties, "multi"),
    "mix-costs-less": costRatio(data),
    "merge-beats-experts": ties === null ? noTies : compare(ties, best),
    "distillation-matches-merge":
      ties === null
        ? noTies
        : student === null
          ? { missing: "the study has no student of on-policy distillation" }
          : compare(student, ties),
  };
}
