/** What Table 7 decides: who judges better, and does judging follow generation? */
import { sampleCorrelation } from "simple-statistics";
import {
  crossedBootstrap,
  draws,
  judgeStatistics,
  type Draw,
  type JudgeStatistics,
} from "../../analysis/index.js";
import {
  benchmarkSpec,
  type BenchmarkName,
  type JudgeMode,
} from "../../evaluate/index.js";
import { spec as domainSpec } from "../../domains/index.js";
import { type Estimate, mean } from "../../stats/index.js";
import type { JudgeSource } from "../rows/judging.js";
import { claimRow, STATED, type ClaimRow } from "./claimRow.js";

const POINTS = 100;
const FEWEST_MODELS = 4;

/** Which number of a judge is compared: the claim's own, and the one that a judge which ignores its input cannot move. */
type Measure = "agreement" | "balancedAccuracy";
const MEASURES: readonly (readonly [Measure, string])[] = [
  ["agreement", STATED],
  ["balancedAccuracy", "balanced accuracy"],
];

/** All judges of a study. */
interface Judges {
  names: string[];
  /** Experts besides the agent's. */
  otherExperts: string[];
  benchmarks: BenchmarkName[];
  /** How well one solves tasks itself, where that was measured apart from what it judged. */
  generation(model: string): number | undefined;
  /** Statistics of one judge, over all benchmarks or some. */
  of(
    model: string,
    mode: JudgeMode,
    benchmarks?: readonly BenchmarkName[],
  ): JudgeStatistics;
}

function judgesOf(sources: readonly JudgeSource[]): Judges {
  const benchmarks = [
    ...new Set(sources[0]?.lines[0]?.map((line) => line.benchmark)),
  ];
  const known = new Map<string, JudgeStatistics>();
  return {
    names: sources.map(({ model }) => model),
    otherExperts: sources
      .filter(({ role, model }) => role === "expert" && model !== "agent")
      .map(({ model }) => model),
    benchmarks,
    generation: (name) =>
      sources.find(({ model }) => model === name)!.generation,
    of(model, mode, used = benchmarks) {
      const key = `${model} ${mode} ${used.join(" ")}`;
      let found = known.get(key);
      if (!found) {
        const { lines } = sources.find((each) => each.model === model)!;
        found = judgeStatistics(
          used.map((name) =>
            lines.map((seed) => seed.filter((line) => line.benchmark === name)),
          ),
          mode,
        );
        known.set(key, found);
      }
      return found;
    },
  };
}

/** Correlation of generation and judging over models, which are resampled. */
function overModels(
  judges: Judges,
  names: readonly string[],
  mode: JudgeMode,
  measure: Measure,
): Estimate | null {
  if (names.length < FEWEST_MODELS) return null;
  const points = names.map((model) => {
    const judge = judges.of(model, mode);
    const { whole } = draws(judge);
    const generation = judges.generation(model) ?? judge.generation(whole);
    return [generation, judge[measure](whole)] as const;
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

function correlationRows(judges: Judges): ClaimRow[] {
  const { names } = judges;
  const without = names.filter((name) => name !== "multi");
  return (
    [
      ["outcome-rises", "outcome"],
      ["process-falls", "process"],
    ] as const
  ).flatMap(([claim, mode]) => {
    const row = (
      measure: string,
      of: Measure,
      used: readonly string[],
    ): ClaimRow =>
      claimRow(claim, measure, overModels(judges, used, mode, of), {
        why: `a correlation needs at least ${FEWEST_MODELS} judges that differ in both scores, got ${used.length} judges`,
      });
    return [
      ...MEASURES.map(([of, measure]) => row(measure, of, names)),
      row("without the mixed run", "agreement", without),
    ];
  });
}

/** A claim that is a difference of judges: who must have judged, and the number over a draw. */
interface Comparison {
  claim: string;
  needed: readonly string[];
  /** Those that it is about; default all. */
  benchmarks?: readonly BenchmarkName[];
  number: (of: Measure) => (draw: Draw) => number;
}

/** Of a draw over all benchmarks the part that is of some. */
function drawOn(
  some: readonly BenchmarkName[],
  draw: Draw,
  { benchmarks }: Judges,
): Draw {
  return {
    ...draw,
    items: some.map((name) => draw.items[benchmarks.indexOf(name)]!),
  };
}

/** One way of judging against the other on some benchmarks, mean over all judges. */
function betterBy(
  judges: Judges,
  claim: string,
  {
    better,
    worse,
    on,
  }: { better: JudgeMode; worse: JudgeMode; on: readonly BenchmarkName[] },
): Comparison {
  const { names } = judges;
  return {
    claim,
    needed: names,
    benchmarks: on,
    number: (of) => (draw) => {
      const own = drawOn(on, draw, judges);
      return mean(
        names.map(
          (model) =>
            judges.of(model, better, on)[of](own) -
            judges.of(model, worse, on)[of](own),
        ),
      );
    },
  };
}

/** Which way of judging is better, where tasks are reasoned about and where instructions are followed. */
function waysOfJudging(judges: Judges): Comparison[] {
  const { benchmarks } = judges;
  const reasons = (name: BenchmarkName): boolean =>
    domainSpec(benchmarkSpec(name).domain).reasoning;
  return [
    betterBy(judges, "process-better-in-reasoning", {
      better: "process",
      worse: "outcome",
      on: benchmarks.filter(reasons),
    }),
    betterBy(judges, "outcome-better-in-instruction", {
      better: "outcome",
      worse: "process",
      on: benchmarks.filter(
        (name) => benchmarkSpec(name).domain === "instruction",
      ),
    }),
  ];
}

function comparisons(judges: Judges): Comparison[] {
  const { names, otherExperts, benchmarks } = judges;
  const process = (model: string, of: Measure, draw: Draw): number =>
    judges.of(model, "process")[of](draw);
  const homes = benchmarks.map((name) => benchmarkSpec(name).domain);
  const againstSft = (claim: string, model: string): Comparison => ({
    claim,
    needed: ["sft", model],
    number: (of) => (draw) =>
      process(model, of, draw) - process("sft", of, draw),
  });
  return [
    ...waysOfJudging(judges),
    {
      claim: "training-sharpens-judging",
      needed: ["sft", ...homes],
      number: (of) => (draw) =>
        mean(
          benchmarks.map((name) => {
            const own = drawOn([name], draw, judges);
            const score = (model: string): number =>
              judges.of(model, "process", [name])[of](own);
            return score(benchmarkSpec(name).domain) - score("sft");
          }),
        ),
    },
    {
      claim: "agent-best-process-judge",
      needed: ["agent", ...otherExperts],
      number: (of) => (draw) =>
        process("agent", of, draw) -
        Math.max(...otherExperts.map((model) => process(model, of, draw))),
    },
    {
      claim: "merge-best-outcome-judge",
      needed: ["ties", "sft", "multi"],
      number: (of) => (draw) => {
        const outcome = (model: string): number =>
          judges.of(model, "outcome")[of](draw);
        const others = names.filter((name) => name !== "ties");
        return outcome("ties") - Math.max(...others.map(outcome));
      },
    },
    againstSft("instruction-hurts-process", "instruction"),
    againstSft("mixed-collapses", "multi"),
    againstSft("merge-keeps-process", "ties"),
    againstSft("distillation-keeps-process", "opd"),
  ];
}

/** Rows of the claims on self-verification; reasons only where the study has no judges. */
export function judgeClaims(sources: readonly JudgeSource[]): ClaimRow[] {
  const judges = judgesOf(sources);
  const [first] = judges.names;
  const drawn = first === undefined ? null : draws(judges.of(first, "outcome"));
  const compared = comparisons(judges).flatMap((comparison) =>
    MEASURES.map(([of, measure]) => {
      const { claim, needed, benchmarks, number } = comparison;
      const missing = needed.filter((name) => !judges.names.includes(name));
      const asked = benchmarks?.length !== 0;
      const able = drawn !== null && missing.length === 0 && asked;
      return claimRow(
        claim,
        measure,
        able ? crossedBootstrap(number(of), drawn) : null,
        {
          scale: POINTS,
          why:
            drawn === null
              ? "the study has no measure verification"
              : missing.length > 0
                ? `${missing.join(", ")} did not judge in this study`
                : asked
                  ? "too few answers are right or wrong"
                  : "the study has no such benchmark among those that were judged",
        },
      );
    }),
  );
  return [...correlationRows(judges), ...compared];
}
