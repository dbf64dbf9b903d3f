/** What Figure 5 decides: whose gains are the experts' gains? */
import {
  chanceCosine,
  crossedBootstrap,
  draws,
  gainCosine,
  gainVector,
  unionGain,
  type Draw,
} from "../../analysis/index.js";
import { mean, type BenchmarkName } from "../../evaluate/index.js";
import type { Scored } from "../rows/modelScores.js";
import { claimRow, STATED, type ClaimRow } from "./claimRow.js";

// Figure 5 shows one benchmark per domain.
const FIGURE_5: readonly BenchmarkName[] = [
  "aime24",
  "lcbV5",
  "gpqa",
  "ifeval",
  "bfcl",
];
const THREE = ["multi", "ties", "opd"];

/** Gains and union of one model on one benchmark, a vector a seed, with SFT's scores. */
interface Gains {
  own: number[][];
  unions: number[][];
  sft: number[][];
}

function columns(matrix: readonly (readonly number[])[]): number[][] {
  return matrix[0]!.map((_, s) => matrix.map((row) => row[s]!));
}

/** Numbers of the claims on gains; models under the names that the paper's claims use. */
export function consistencyClaims(models: readonly Scored[]): ClaimRow[] {
  const scoresOf = (name: string) =>
    models.find(({ model }) => model === name)?.scores;
  const start = models.find(({ role }) => role === "sft")!.scores;
  const experts = models.filter(({ role }) => role === "expert");
  const benchmarks = FIGURE_5.filter((name) => start.has(name));
  const gainsOf = (model: string, name: BenchmarkName): Gains => {
    const sft = columns(start.get(name)!);
    const gains = (scores: Scored["scores"]): number[][] =>
      columns(scores.get(name)!).map((column, s) =>
        gainVector(column, sft[s]!),
      );
    const parts = experts.map(({ scores }) => gains(scores));
    return {
      own: gains(scoresOf(model)!),
      unions: sft.map((_, s) => unionGain(parts.map((part) => part[s]!))),
      sft,
    };
  };
  const present = THREE.filter((name) => scoresOf(name) !== undefined);
  const cells = new Map(
    present.flatMap((model) =>
      benchmarks.map((name) => [`${model} ${name}`, gainsOf(model, name)]),
    ),
  );
  /** A number of one model on one benchmark, mean over the draw's seeds. */
  const over =
    (of: (g: number[], u: number[], sft: number[]) => number) =>
    (model: string, b: number, { seeds, items }: Draw): number => {
      const { own, unions, sft } = cells.get(`${model} ${benchmarks[b]!}`)!;
      const pick = (values: number[]): number[] =>
        items[b]!.map((i) => values[i]!);
      return mean(
        seeds.map((s) => of(pick(own[s]!), pick(unions[s]!), pick(sft[s]!))),
      );
    };
  const cosine = over((g, u) => gainCosine(g, u));
  const beyondChance = over((g, u) => gainCosine(g, u) - chanceCosine(g, u));
  const beyondSft = over(
    (g, u, sft) => gainCosine(g, u) - chanceCosine(g, u, sft),
  );
  const all = benchmarks.map((_, b) => b);
  const lacking = (needed: readonly string[]): string[] =>
    needed.filter((name) => !present.includes(name));
  // Of the three models as many as there are: a study without a student still has the other two.
  const some = present.length > 0 ? present : THREE;
  const drawn =
    benchmarks.length === 0
      ? null
      : draws({
          seeds: start.get(benchmarks[0]!)![0]!.length,
          items: benchmarks.map((name) => start.get(name)!.length),
        });
  const row = (
    claim: string,
    measure: string,
    needed: readonly string[],
    statistic: (draw: Draw) => number,
  ): ClaimRow => {
    const missing = lacking(needed);
    const able = drawn !== null && missing.length === 0;
    return claimRow(
      claim,
      measure,
      able ? crossedBootstrap(statistic, drawn) : null,
      {
        why:
          missing.length > 0
            ? `the study has no model ${missing.join(", ")}`
            : "too few items were gained on some benchmark",
      },
    );
  };
  const difference = (a: string, b: string) => (draw: Draw) =>
    mean(all.map((i) => cosine(a, i, draw) - cosine(b, i, draw)));
  const meanOf = (of: typeof cosine) => (draw: Draw) =>
    mean(present.flatMap((model) => all.map((i) => of(model, i, draw))));
  return [
    row("gains-shared", STATED, some, meanOf(beyondChance)),
    row("gains-shared", "beyond equal SFT scores", some, meanOf(beyondSft)),
    row(
      "merging-inherits-more-than-mixing",
      STATED,
      ["ties", "multi"],
      difference("ties", "multi"),
    ),
    row(
      "merging-inherits-more-than-distillation",
      STATED,
      ["ties", "opd"],
      difference("ties", "opd"),
    ),
    row("math-gains-most-consistent", STATED, some, (draw) => {
      const [math, ...others] = all.map((i) =>
        mean(present.map((model) => cosine(model, i, draw))),
      );
      return math! - Math.max(...others);
    }),
  ];
}
