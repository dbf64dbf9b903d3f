/** Small fixed rows from which the tests of charts draw; the numbers are made up and look like a nano study. */
import type {
  DomainJudgeRow,
  GainRow,
  JudgeRow,
  MergeSizeRow,
  MixOrMergeRow,
  ReferenceScore,
  RewardRow,
  ScoreRow,
  TrajectoryRow,
} from "../../src/report/index.js";

export const EXPERTS: readonly string[] = [
  "math",
  "coding",
  "science",
  "instruction",
  "agent",
];

export const BENCHMARKS: readonly (readonly [string, string])[] = [
  ["AIME'24", "math"],
  ["AIME'25", "math"],
  ["LCB v5", "coding"],
  ["LCB v6", "coding"],
  ["HLE", "science"],
  ["GPQA-D", "science"],
  ["IFEval", "instruction"],
  ["IFBench", "instruction"],
  ["BFCL v3", "agent"],
];

/** A fixed wiggle in [-1, 1] without any random generator. */
function wiggle(i: number): number {
  return Math.round(Math.sin(i * 12.9898) * 1000) / 1000;
}

export const rewardRows: RewardRow[] = [...EXPERTS, "multi"].flatMap((run, r) =>
  [1, 2, 3].flatMap((seed) =>
    Array.from({ length: 21 }, (_, i) => ({
      run,
      seed,
      step: i * 2,
      reward:
        0.3 +
        0.05 * r +
        0.4 * (1 - Math.exp(-i / 6)) +
        0.05 * wiggle(i + 31 * seed + 97 * r),
    })),
  ),
);

export const trajectoryRows: TrajectoryRow[] = BENCHMARKS.filter(
  (_, i) => i % 2 === 0,
).flatMap(([benchmark, domain], b) =>
  EXPERTS.flatMap((run, r) =>
    [0, 10, 20, 30, 40].map((step) => {
      const score =
        30 +
        4 * b +
        (run === domain ? 1.1 : 0.15 * r) * step +
        2 * wiggle(step + r + b);
      return { run, benchmark, step, score, low: score - 4, high: score + 4 };
    }),
  ),
);

const MODELS: readonly (readonly [string, string, number])[] = [
  ["base", "Base", 17],
  ["sft", "SFT", 36],
  ["math", "RL-Math", 54],
  ["coding", "RL-Coding", 55],
  ["science", "RL-Science", 55],
  ["instruction", "RL-IF", 53],
  ["agent", "RL-Agent", 53],
  ["ties", "TIES", 65],
  ["multi", "RL-Multi", 66],
];

export const scoreRows: ScoreRow[] = [
  ...BENCHMARKS,
  ["Average", ""] as const,
].flatMap(([benchmark, domain], b) =>
  MODELS.map(([model, label, level], m) => {
    const score = Math.min(
      97,
      level + (model === domain ? 25 : 0) + 8 * wiggle(b + 10 * m),
    );
    return { model, label, benchmark, score, low: score - 4, high: score + 4 };
  }),
);

export const gainRows: GainRow[] = EXPERTS.flatMap((expert, e) =>
  BENCHMARKS.map(([benchmark, domain], b) => {
    const gain =
      domain === expert
        ? 40 + 5 * wiggle(b)
        : 12 * wiggle(b + 20 * e) + (domain === "agent" ? -4 : 6);
    return { expert, benchmark, domain, gain, low: gain - 6, high: gain + 6 };
  }),
);

export const mixOrMergeRows: MixOrMergeRow[] = [
  {
    model: "multi",
    label: "Mixed RL",
    score: 66,
    low: 64.1,
    high: 67.9,
    cost: 0.81,
  },
  { model: "ties", label: "TIES", score: 65.4, low: 63.4, high: 67.2, cost: 1 },
  {
    model: "dareTies",
    label: "TIES + DARE",
    score: 66.1,
    low: 64,
    high: 68.3,
    cost: 1,
  },
  { model: "sce", label: "SCE", score: 63.6, low: 61.7, high: 65.6, cost: 1 },
  {
    model: "average",
    label: "Average",
    score: 62.3,
    low: 60.5,
    high: 64.2,
    cost: 1,
  },
  {
    model: "taskArithmetic",
    label: "Task arithmetic",
    score: 53.4,
    low: 51,
    high: 56,
    cost: 1,
  },
];

export const mergeSizeRows: MergeSizeRow[] = [
  "average",
  "taskArithmetic",
  "ties",
  "dareTies",
  "sce",
].flatMap((method, m) =>
  [0.25, 0.5, 1, 1.5, 2].map((size) => {
    const score = Math.max(
      66 - (m === 1 ? 40 : 6 + 3 * m) * (size - 0.6) ** 2 + m,
      2,
    );
    return { method, size, score, low: score - 2, high: score + 2 };
  }),
);

export const references: ReferenceScore[] = [
  { label: "mixed RL", score: 66 },
  { label: "best expert", score: 55.1 },
  { label: "SFT", score: 36.2 },
];

/** Judging with intervals: process above outcome except on the instruction benchmark, and a mixed run that judges badly. */
export const judgeRows: DomainJudgeRow[] = (
  [
    ["AIME'24", "math"],
    ["LCB v5", "coding"],
    ["GPQA-D", "science"],
    ["IFEval", "instruction"],
  ] as const
).flatMap(([benchmark, domain], b) =>
  MODELS.slice(1).map(([model, label, level], m) => {
    const around = (mean: number): JudgeRow["outcome"] => ({
      mean,
      low: mean - 4,
      high: Math.min(mean + 4, 100),
    });
    const outcome = 60 + level / 4 + 5 * wiggle(b + 10 * m);
    const step = (domain === "instruction" ? -12 : 9) + 4 * wiggle(m + 3 * b);
    return {
      model,
      label,
      benchmark,
      domain,
      generation: around(level + 8 * wiggle(b + m)),
      outcome: around(outcome),
      process: around(model === "multi" ? 45 : outcome + step),
    };
  }),
);

export const judgeAverageRows: JudgeRow[] = judgeRows
  .filter((row) => row.domain === "math")
  .map((row) => ({ ...row, benchmark: "average" }));
