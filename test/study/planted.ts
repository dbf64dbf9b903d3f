/** A study's numbers with the paper's tables planted in them, so that the ledger must come to the paper's own numbers. */
import {
  type BenchmarkName,
  benchmarkSpec,
  JUDGE_MODES,
  type JudgeMode,
} from "../../src/evaluate/index.js";
import type { Domain } from "../../src/domains/index.js";
import {
  PAPER_BENCHMARKS,
  paperJudging,
  paperNumbers,
  paperScores,
} from "../../src/report/index.js";
import { statedRows, type ClaimRow } from "../../src/study/claims/claimRow.js";
import { consistencyClaims } from "../../src/study/claims/consistency.js";
import type { ClaimData } from "../../src/study/claims/data.js";
import { frontierClaims } from "../../src/study/claims/frontier.js";
import { interferenceClaims } from "../../src/study/claims/interference.js";
import { judgeClaims } from "../../src/study/claims/judging.js";
import { mergingClaims } from "../../src/study/claims/merging.js";
import { costRatio, mixingClaims } from "../../src/study/claims/mixing.js";
import { neighborClaims } from "../../src/study/claims/neighborhoods.js";
import { weightClaims } from "../../src/study/claims/weights.js";
import type { Role } from "../../src/study/graph/model.js";
import { withNote } from "../../src/study/measures/behaviour/judging.js";
import type { FrontierRow } from "../../src/study/rows/frontier.js";
import type { CostRow } from "../../src/study/rows/cost.js";
import type { JudgeSource, JudgingLine } from "../../src/study/rows/judging.js";
import type { ModelScores, Scored } from "../../src/study/rows/modelScores.js";
import type { MatrixOverlap, Overlaps } from "../../src/study/rows/overlaps.js";
import type { PairSource } from "../../src/study/rows/pairs.js";

export const DOMAINS: readonly Domain[] = [
  "math",
  "coding",
  "science",
  "instruction",
  "agent",
];
const BENCHMARKS = PAPER_BENCHMARKS.map(({ id }) => id as BenchmarkName);
const SEEDS = [1, 2];

/** Items of every benchmark. */
const ITEMS = 20;

/** scores[item][seed], items around the table's score: what is added to one is taken from the next. */
function around(points: number): number[][] {
  const share = points / 100;
  const spread = Math.min(share, 1 - share) / 2;
  return Array.from({ length: ITEMS }, (_, i) => {
    const own = share + ((i % 2 === 0 ? spread : -spread) * (i >> 1)) / ITEMS;
    return SEEDS.map(() => own);
  });
}

/** Tables 3 and 4. */
function scores(): Map<string, ModelScores> {
  const found = new Map<string, Map<BenchmarkName, number[][]>>();
  for (const { model, benchmark, score } of [
    ...paperScores(3),
    ...paperScores(4),
  ]) {
    if (!(BENCHMARKS as string[]).includes(benchmark)) continue;
    const own = found.get(model) ?? new Map<BenchmarkName, number[][]>();
    own.set(benchmark as BenchmarkName, around(score));
    found.set(model, own);
  }
  // The paper has no control: planted as one that gains nothing.
  found.set("control", found.get("sft")!);
  return found;
}

/** Table 2: GPU hours as a ratio, a little different from seed to seed. */
function cost(): CostRow[] {
  const hours = paperNumbers(2).filter(({ column }) => column === "gpuHours");
  const experts = hours.slice(0, 5).reduce((sum, { value }) => sum + value, 0);
  const multi = hours.find(({ row }) => row === "Multi-Task")!.value;
  return SEEDS.map(
    (seed, i) =>
      ({
        model: "multi",
        seed,
        ratio: multi / experts + (i === 0 ? 0.001 : -0.001),
      }) as CostRow,
  );
}

/** Table 6: score of each merge of a pair, benchmark by benchmark. */
function pairs(): PairSource[] {
  const named: Record<string, Domain> = {
    Math: "math",
    Coding: "coding",
    Science: "science",
    IF: "instruction",
    Agent: "agent",
  };
  const merged = scores();
  const rows = paperNumbers(6).filter(
    ({ row, column }) => row.includes("+") && column.endsWith("change"),
  );
  const own = (
    domain: Domain,
    change: (i: number) => number,
  ): PairSource["lines"] => {
    const lines = BENCHMARKS.filter(
      (name) => benchmarkSpec(name).domain === domain,
    ).map((benchmark, i) => ({
      benchmark,
      scores: merged
        .get(domain)!
        .get(benchmark)!
        .map(([share]) => share! + change(i)),
    }));
    return SEEDS.map(() => lines);
  };
  const pairs = [...new Set(rows.map(({ row }) => row))].map((row) => {
    const [domain, partner] = row.split(" + ").map((name) => named[name]!) as [
      Domain,
      Domain,
    ];
    const changes = rows.filter((each) => each.row === row);
    return {
      domain,
      partner,
      lines: own(domain, (i) => changes[i]!.value / 100),
    };
  });
  // The paper merges no expert alone; planted as a merge that changes nothing.
  const alone = [...new Set(pairs.map(({ domain }) => domain))].map(
    (domain) => ({ domain, partner: null, lines: own(domain, () => 0) }),
  );
  return [...alone, ...pairs];
}

/** Divergence of expert ℬ to the merge on data 𝒜: 1 for 𝒜's own, 1.5 for neighbours of Table 6, 5 for all others. */
function divergence(data: Domain, expert: Domain): number {
  if (data === expert) return 1;
  const near = `${data} ${expert}`;
  return near === "math coding" || near === "coding agent" ? 1.5 : 5;
}

function roleOf(model: string): Role {
  if (model === "base" || model === "sft" || model === "multi") return model;
  if (model === "opd") return "student";
  return (DOMAINS as readonly string[]).includes(model) ? "expert" : "merged";
}

/** Table 7: verdicts of 1,000 answers that agree as often as the table says, and as many right answers. */
function judges(judged: readonly BenchmarkName[]): JudgeSource[] {
  const names: Record<string, string> = { merging: "ties" };
  const rows = paperJudging().filter(({ benchmark }) =>
    (judged as readonly string[]).includes(benchmark),
  );
  const models = [...new Set(rows.map(({ model }) => model))];
  return models.map((model) => {
    const lines = rows
      .filter((row) => row.model === model)
      .flatMap((row) =>
        Array.from({ length: 1000 }, (_, i): JudgingLine => {
          const reward = i < 10 * row.generation.mean ? 1 : 0;
          const label = reward === 1 ? "correct" : "incorrect";
          const wrong = reward === 1 ? "incorrect" : "correct";
          const judgement = (mode: JudgeMode) => ({
            verdict: i < 10 * row[mode].mean - 1e-6 ? label : wrong,
            sound: false,
            tokens: 1,
          });
          return {
            benchmark: row.benchmark as BenchmarkName,
            task: `task${i % 10}`,
            sample: Math.floor(i / 10),
            reward,
            outcome: reward === 1 ? "right" : "wrong",
            claimed: 1,
            judgements: Object.fromEntries(
              JUDGE_MODES.map((mode) => [mode, judgement(mode)]),
            ),
          } as JudgingLine;
        }),
      );
    const name = names[model] ?? model;
    return { model: name, role: roleOf(name), lines: [lines, lines] };
  });
}

/** Overlaps: Jaccard 0.5 where chance gives 0.2 and shuffling 0.48; cosines 0.3 among reasoning domains, 0.1 elsewhere. */
function matrices(): MatrixOverlap[] {
  const reasoning = DOMAINS.slice(0, 3);
  return SEEDS.flatMap((seed) =>
    DOMAINS.flatMap((a, i) =>
      DOMAINS.slice(i + 1).flatMap((b) =>
        [0, 1].map((layer) => ({
          seed,
          layer,
          kind: "q",
          a,
          b,
          jaccard: 0.5,
          random: 0.2,
          shuffled: 0.48,
          overlapCosine:
            reasoning.includes(a) && reasoning.includes(b) ? 0.3 : 0.1,
        })),
      ),
    ),
  );
}

/** The numbers on behaviour, by the functions that the study computes them with. */
function behaviour(judged: readonly BenchmarkName[]): ClaimRow[] {
  const models = [...scores()].map(([model, own]): Scored => ({
    model,
    role: roleOf(model),
    scores: own,
  }));
  const runs = SEEDS.flatMap((seed) =>
    DOMAINS.map((expert) => ({
      expert,
      seed,
      samples: DOMAINS.flatMap((data) =>
        [0, 1, 2].map((task) => ({
          data,
          task: `${data} ${task}`,
          sample: 0,
          reward: 1 as const,
          finish: "stop" as const,
          tokens: 4,
          self: 0,
          models: {
            ties: { kl: divergence(data, expert), logRatio: 0 },
            multi: { kl: 2 * divergence(data, expert), logRatio: 0 },
          },
        })),
      ),
    })),
  );
  return [
    ...neighborClaims({
      runs,
      models,
      pairs: pairs(),
      reference: "ties",
      factor: 2,
    }),
    ...consistencyClaims(models),
    ...judgeClaims(judges(judged)).map((row) => withNote(row, judged)),
  ];
}

/** Everything that claims are decided from, with the paper's tables planted. */
export interface Planted {
  data: ClaimData;
  cost: CostRow[];
  overlaps: Overlaps;
  behaviour: ClaimRow[];
}

/** The paper's tables as a study, in which answers of these benchmarks are judged. */
export function plantedStudy(
  judged: readonly BenchmarkName[] = ["aime24", "ifeval", "lcbV5", "gpqa"],
): Planted {
  return {
    data: {
      domains: DOMAINS,
      benchmarks: BENCHMARKS,
      seeds: SEEDS,
      scores: scores(),
    },
    cost: cost(),
    behaviour: behaviour(judged),
    overlaps: {
      etas: [0.01, 0.02],
      asPublished: [1, 1.1],
      changed: [0.86, 0.84, 0.85, 0.85],
      matrices: matrices(),
    },
  };
}

/** The TIES merge half a point above the mixed run at equal cost. */
export const EQUAL_COST: FrontierRow = {
  road: "merge",
  model: "ties",
  accounting: "scratch",
  unit: "flops",
  cost: 1e12,
  ratio: 1,
  score: 61,
  low: 60,
  high: 62,
  reference: 60.5,
  at: "between",
  difference: { mean: 0.5, low: -0.5, high: 1.5 },
  detectable: 1.43,
  verdict: "no difference shown",
  seeds: 2,
};

/** The numbers of all claims, by the functions that the measures decide them with. */
export function plantedNumbers({
  data,
  cost: costs,
  overlaps,
  behaviour: rows,
}: Planted): ClaimRow[] {
  return [
    ...statedRows({
      ...mixingClaims(data),
      ...mergingClaims(data),
      ...frontierClaims([EQUAL_COST], "ties"),
      ...interferenceClaims(data),
      "mix-costs-less": costRatio(costs, "multi"),
      ...weightClaims(overlaps),
    }),
    ...rows,
  ];
}
