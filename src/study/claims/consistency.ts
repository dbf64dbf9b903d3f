/** What Figure 5 decides: whose gains are the experts' gains? */
import {
  chanceCosine,
  crossedBootstrap,
  draws,
  gainCosine,
  gainVector,
  unionGain,
  type Draw,
  type Draws,
} from "../../analysis/index.js";
import {
  BENCHMARKS,
  type BenchmarkName,
  type BenchmarkSpec,
} from "../../evaluate/index.js";
import { mean } from "../../stats/index.js";
import { transpose, type Scored } from "../rows/modelScores.js";
import { claimRow, STATED, type ClaimRow } from "./claimRow.js";

/** Models of all domains, under the names that the paper's claims use. */
const THREE = ["multi", "ties", "opd"];

/** A number of one model's gains on one benchmark, from its gains, the experts' union and SFT's scores, item by item. */
type Measured = (
  gain: readonly number[],
  union: readonly number[],
  sft: readonly number[],
) => number;

/** A number of one model on one benchmark, mean over the draw's seeds. */
type Statistic = (model: string, benchmark: number, draw: Draw) => number;

/** The gains of a study on the benchmarks of Figure 5. */
class Gains {
  readonly benchmarks: readonly BenchmarkSpec[];
  /** The models of all domains that the study has. */
  readonly present: readonly string[];
  readonly drawn: Draws | null;
  private readonly start: Scored["scores"];
  private readonly experts: readonly Scored[];

  constructor(private readonly models: readonly Scored[]) {
    const start = models.find(({ role }) => role === "sft")!.scores;
    this.start = start;
    this.experts = models.filter(({ role }) => role === "expert");
    this.present = THREE.filter((name) =>
      models.some(({ model }) => model === name),
    );
    this.benchmarks = BENCHMARKS.filter(
      ({ name, inFigure5 }) => inFigure5 && start.has(name),
    );
    const items = this.benchmarks.map(({ name }) => start.get(name)!);
    this.drawn =
      items.length === 0
        ? null
        : draws({
            seeds: items[0]![0]!.length,
            items: items.map(({ length }) => length),
          });
  }

  /** A number of gains as a statistic of models, benchmarks and draws. */
  statistic(of: Measured): Statistic {
    const cells = new Map(
      this.present.flatMap((model) =>
        this.benchmarks.map(({ name }, b) => [
          `${model} ${b}`,
          this.gainsOf(model, name),
        ]),
      ),
    );
    return (model, b, { seeds, items }) => {
      const { own, unions, sft } = cells.get(`${model} ${b}`)!;
      const pick = (values: readonly number[]): number[] =>
        items[b]!.map((i) => values[i]!);
      return mean(
        seeds.map((s) => of(pick(own[s]!), pick(unions[s]!), pick(sft[s]!))),
      );
    };
  }

  /** Gains and union of one model on one benchmark, one vector per seed, with SFT's scores. */
  private gainsOf(
    model: string,
    name: BenchmarkName,
  ): Record<"own" | "unions" | "sft", number[][]> {
    const sft = transpose(this.start.get(name)!);
    const gains = ({ scores }: Scored): number[][] =>
      transpose(scores.get(name)!).map((column, s) =>
        gainVector(column, sft[s]!),
      );
    const parts = this.experts.map(gains);
    return {
      own: gains(this.models.find((each) => each.model === model)!),
      unions: sft.map((_, s) => unionGain(parts.map((part) => part[s]!))),
      sft,
    };
  }

  /** A claim's row; of models that the study lacks, the reason. */
  row(
    claim: string,
    measure: string,
    needed: readonly string[],
    statistic: (draw: Draw) => number,
  ): ClaimRow {
    const lacking = needed.filter((name) => !this.present.includes(name));
    const able = this.drawn !== null && lacking.length === 0;
    return claimRow(
      claim,
      measure,
      able ? crossedBootstrap(statistic, this.drawn!) : null,
      {
        why:
          lacking.length > 0
            ? `the study has no model ${lacking.join(", ")}`
            : "too few items were gained on some benchmark",
      },
    );
  }
}

/** Numbers of the claims on gains; models under the names that the paper's claims use. */
export function consistencyClaims(models: readonly Scored[]): ClaimRow[] {
  const gains = new Gains(models);
  const { benchmarks, present } = gains;
  const cosine = gains.statistic((g, u) => gainCosine(g, u));
  const beyondChance = gains.statistic(
    (g, u) => gainCosine(g, u) - chanceCosine(g, u),
  );
  const beyondSft = gains.statistic(
    (g, u, sft) => gainCosine(g, u) - chanceCosine(g, u, sft),
  );
  const all = benchmarks.map((_, b) => b);
  // Of the three models as many as there are: a study without a student still has the other two.
  const some = present.length > 0 ? present : THREE;
  const meanOf = (of: Statistic) => (draw: Draw) =>
    mean(present.flatMap((model) => all.map((b) => of(model, b, draw))));
  const overModels = (b: number, draw: Draw): number =>
    mean(present.map((model) => cosine(model, b, draw)));
  const lead = (claim: string, a: string, b: string): ClaimRow =>
    gains.row(claim, STATED, [a, b], (draw) =>
      mean(all.map((i) => cosine(a, i, draw) - cosine(b, i, draw))),
    );
  const math = benchmarks.findIndex(({ domain }) => domain === "math");
  return [
    gains.row("gains-shared", STATED, some, meanOf(beyondChance)),
    gains.row(
      "gains-shared",
      "beyond equal SFT scores",
      some,
      meanOf(beyondSft),
    ),
    lead("merging-inherits-more-than-mixing", "ties", "multi"),
    lead("merging-inherits-more-than-distillation", "ties", "opd"),
    gains.row("math-gains-most-consistent", STATED, some, (draw) => {
      const others = all.filter((b) => b !== math);
      return (
        overModels(math, draw) -
        Math.max(...others.map((b) => overModels(b, draw)))
      );
    }),
  ];
}
