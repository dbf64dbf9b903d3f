/** Findings on the ways of merging and on what training gives (Tables 3 and 4), from scores; merges go by the names of their methods. */
import type { BenchmarkName } from "../../evaluate/index.js";
import { mean } from "../../stats/index.js";
import { estimated, missing, type ClaimNumber } from "./claimRow.js";
import { contrast, difference, meanOfTerms } from "./contrast.js";
import type { ClaimData } from "./data.js";
import { resampled } from "./resampled.js";

/** Claims that `mergingClaims` decides. */
export const MERGING = [
  "distillation-first",
  "merge-beats-experts-on-five",
  "average-worst",
  "methods-close",
  "dare-harmless",
  "math-beats-science-on-science",
  "sft-above-base",
] as const;

/** Benchmarks on which the paper's merge is above every expert. */
const FIVE: readonly BenchmarkName[] = [
  "aime24",
  "aime25",
  "hle",
  "ifeval",
  "bfcl",
];
const SCIENCE: readonly BenchmarkName[] = ["hle", "gpqa"];
const CAREFUL: readonly string[] = [
  "sce",
  "ties",
  "taskArithmetic",
  "dareTies",
  "dareTaskArithmetic",
];

/** Numbers of "the ways of merging", and what scores say of merging, distillation and fine-tuning beside. */
export function mergingClaims(
  data: ClaimData,
): Record<(typeof MERGING)[number], ClaimNumber> {
  const among = whereScored(data);
  const between = (a: string, b: string, of = data.benchmarks) =>
    among([a, b], of, () =>
      estimated(contrast(data.scores, difference(a, b, of)), 100),
    );
  return {
    ...rankClaims(data),
    "dare-harmless": among(CAREFUL, [], () =>
      estimated(
        contrast(
          data.scores,
          meanOfTerms([
            difference("dareTies", "ties", data.benchmarks),
            difference("dareTaskArithmetic", "taskArithmetic", data.benchmarks),
          ]),
        ),
        100,
      ),
    ),
    "math-beats-science-on-science": between("math", "science", SCIENCE),
    "sft-above-base": between("sft", "base"),
  };
}

/** Those that ask for the best or the worst of several models: chosen anew in each draw. */
function rankClaims(data: ClaimData) {
  const among = whereScored(data);
  const over = (
    statistic: (average: (model: string) => number) => number,
  ): ClaimNumber =>
    resampled(data, data.benchmarks, (score) =>
      statistic((model) =>
        mean(data.benchmarks.map((name) => score(model, name))),
      ),
    );
  return {
    "distillation-first": among(["opd", "multi", "ties"], [], () =>
      over((of) => of("opd") - Math.max(of("multi"), of("ties"))),
    ),
    "merge-beats-experts-on-five": among(["ties"], FIVE, () =>
      resampled(data, FIVE, (score) =>
        mean(
          FIVE.map(
            (name) =>
              score("ties", name) -
              Math.max(...data.domains.map((domain) => score(domain, name))),
          ),
        ),
      ),
    ),
    "average-worst": among(["average", ...CAREFUL], [], () =>
      over((of) => of("average") - Math.min(...CAREFUL.map(of))),
    ),
    "methods-close": among(CAREFUL, [], () =>
      over((of) => Math.max(...CAREFUL.map(of)) - Math.min(...CAREFUL.map(of))),
    ),
  };
}

/** A number where the study has the models and benchmarks that it speaks of. */
function whereScored({ scores, benchmarks }: ClaimData) {
  return (
    models: readonly string[],
    wanted: readonly BenchmarkName[],
    number: () => ClaimNumber,
  ): ClaimNumber => {
    const lacking = [
      ...models.filter((model) => !scores.has(model)),
      ...wanted.filter((name) => !benchmarks.includes(name)),
    ];
    return lacking.length === 0
      ? number()
      : missing(`the study does not score ${lacking.join(", ")}`);
  };
}
