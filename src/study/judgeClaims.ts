/** What Table 7 decides: who judges better, and does judging follow generation? */
import { sampleCorrelation } from "simple-statistics";
import {
  crossedBootstrap,
  draws,
  judgeStatistics,
  type Draw,
  type JudgeStatistics,
} from "../analysis/index.js";
import {
  benchmarkSpec,
  mean,
  type Estimate,
  type JudgeMode,
} from "../evaluate/index.js";
import type { JudgeSource } from "./behaviourRows.js";
import { claimRow, STATED, type ClaimRow } from "./claimRow.js";

const BALANCED = "balanced accuracy";
const POINTS = 100;
const FEWEST_MODELS = 4;

/** Which number of a judge is compared. */
type Measure = "agreement" | "balancedAccuracy";
const MEASURES: readonly [Measure, string][] = [
  ["agreement", STATED],
  ["balancedAccuracy", BALANCED],
];

/** Statistics of each judge in each mode, over all benchmarks and over single ones. */
class Judges {
  private readonly known = new Map<string, JudgeStatistics>();
  readonly names: string[];

  constructor(readonly sources: readonly JudgeSource[]) {
    this.names = sources.map(({ model }) => model);
  }

  of(model: string, mode: JudgeMode, benchmark?: string): JudgeStatistics {
    const key = `${model} ${mode} ${benchmark ?? ""}`;
    const found = this.known.get(key) ?? this.make(model, mode, benchmark);
    this.known.set(key, found);
    return found;
  }

  benchmarks(): string[] {
    return [
      ...new Set(this.sources[0]?.lines[0]?.map((line) => line.benchmark)),
    ];
  }

  private make(
    model: string,
    mode: JudgeMode,
    benchmark?: string,
  ): JudgeStatistics {
    const { lines } = this.sources.find((each) => each.model === model)!;
    const names = benchmark === undefined ? this.benchmarks() : [benchmark];
    return judgeStatistics(
      names.map((name) =>
        lines.map((seed) => seed.filter((line) => line.benchmark === name)),
      ),
      mode,
    );
  }
}

/** Rows of the ledger's claims on self-verification; none but reasons where the study has no judges. */
export function judgeClaims(sources: readonly JudgeSource[]): ClaimRow[] {
  const judges = new Judges(sources);
  const rows: ClaimRow[] = [];
  const add = (
    claim: string,
    measure: string,
    estimate: Estimate | null,
    why: string,
    scale = POINTS,
  ): void => {
    rows.push(claimRow(claim, measure, estimate, { scale, why }));
  };
  const lacking = (needed: readonly string[]): string[] =>
    needed.filter((name) => !judges.names.includes(name));

  for (const [claim, mode] of [
    ["outcome-rises", "outcome"],
    ["process-falls", "process"],
  ] as const) {
    const used = [
      [STATED, "agreement", judges.names],
      [
        "without the mixed run",
        "agreement",
        judges.names.filter((name) => name !== "multi"),
      ],
      [BALANCED, "balancedAccuracy", judges.names],
    ] as const;
    for (const [measure, of, names] of used) {
      const enough = names.length >= FEWEST_MODELS;
      add(
        claim,
        measure,
        enough ? overModels(judges, names, mode, of) : null,
        `a correlation needs at least ${FEWEST_MODELS} judges whose score exists, got ${names.length}`,
        1,
      );
    }
  }

  const first = judges.names[0];
  const drawn = first === undefined ? null : draws(judges.of(first, "outcome"));
  /** Add a claim for both measures. */
  const compare = (
    claim: string,
    needed: readonly string[],
    number: (of: Measure) => (draw: Draw) => number,
  ): void => {
    const missing = lacking(needed);
    for (const [of, measure] of MEASURES) {
      const able = drawn !== null && missing.length === 0;
      add(
        claim,
        measure,
        able ? crossedBootstrap(number(of), drawn) : null,
        missing.length > 0
          ? `${missing.join(", ")} did not judge in this study`
          : "too few answers are right or wrong",
      );
    }
  };
  const process =
    (model: string, of: Measure) =>
    (draw: Draw): number =>
      judges.of(model, "process")[of](draw);
  compare(
    "process-better-in-reasoning",
    judges.names.slice(0, 1),
    (of) => (draw) =>
      mean(
        judges.names.map(
          (model) =>
            judges.of(model, "process")[of](draw) -
            judges.of(model, "outcome")[of](draw),
        ),
      ),
  );
  add(
    "outcome-better-in-instruction",
    STATED,
    null,
    "answers to instructions cannot be judged here: the checks that the models learnt are of numbers",
  );
  const homes = judges.benchmarks().map((name) => benchmarkSpec(name).domain);
  compare(
    "training-sharpens-judging",
    ["sft", ...homes],
    (of) => (draw) =>
      mean(
        judges.benchmarks().map((name, b) => {
          const own = { ...draw, items: [draw.items[b]!] };
          const score = (model: string): number =>
            judges.of(model, "process", name)[of](own);
          return score(homes[b]!) - score("sft");
        }),
      ),
  );
  const experts = sources
    .filter(({ role, model }) => role === "expert" && model !== "agent")
    .map(({ model }) => model);
  compare(
    "agent-best-process-judge",
    ["agent", ...experts],
    (of) => (draw) =>
      process("agent", of)(draw) -
      Math.max(...experts.map((model) => process(model, of)(draw))),
  );
  for (const [claim, model] of [
    ["mixed-collapses", "multi"],
    ["merge-keeps-process", "ties"],
    ["distillation-keeps-process", "opd"],
  ] as const)
    compare(
      claim,
      ["sft", model],
      (of) => (draw) => process(model, of)(draw) - process("sft", of)(draw),
    );
  return rows;
}

/** Correlation of generation and judging over models, which are resampled. */
function overModels(
  judges: Judges,
  names: readonly string[],
  mode: JudgeMode,
  measure: Measure,
): Estimate | null {
  const points = names.map((model) => {
    const judge = judges.of(model, mode);
    const { whole } = draws(judge);
    return [judge.generation(whole), judge[measure](whole)] as const;
  });
  return crossedBootstrap(
    ({ items }) => {
      const used = items[0]!.map((i) => points[i]!);
      return sampleCorrelation(
        used.map(([x]) => x),
        used.map(([, y]) => y),
      );
    },
    draws({ seeds: 1, items: [names.length] }),
  );
}
