/** From four paradigms of experts to rows: what they gained, what their merges kept of it, and how their task vectors differ. */
import { crossedBootstrap, draws, type Draw } from "../../../analysis/index.js";
import {
  averageOverSeeds,
  type Estimate,
  mean,
  meanOrNull,
  pairedDifference,
} from "../../../stats/index.js";
import type { Domain } from "../../../domains/index.js";
import { type BenchmarkName } from "../../../evaluate/index.js";
import type { StepMetrics } from "../../../train/index.js";
import {
  brief,
  inPoints,
  points,
  rounded,
  scoreOf,
  share,
  type Interval,
} from "../interval.js";
import { transpose } from "../modelScores.js";
import type {
  ParadigmData,
  ParadigmContrastRow,
  ParadigmExpertRow,
  ParadigmMergeRow,
  ParadigmRetentionRow,
  ParadigmRow,
} from "./paradigmRow.js";
import { weightsOf, paradigmShapeRows } from "./paradigmShape.js";

/** Item means by benchmark: scores[item][seed]. */
type Scores = ReadonlyMap<BenchmarkName, readonly (readonly number[])[]>;

/**
 * Rows of the section.
 *
 * @param paradigms    each is compared with all before it
 * @param sft         item means of the SFT models, by benchmark: scores[item][seed], seeds as in the paradigms' runs
 * @param benchmarks  those of each domain
 */
export function paradigmRows(
  paradigms: readonly ParadigmData[],
  sft: Scores,
  benchmarks: ReadonlyMap<Domain, readonly BenchmarkName[]>,
): ParadigmRow[] {
  const measured = paradigms.map((data) => new Measured(data, sft, benchmarks));
  return measured.flatMap((own, i) => [
    ...own.expertRows(),
    ...own.mergeRows(),
    ...measured.slice(0, i).flatMap((other) => own.contrastRows(other)),
    ...paradigmShapeRows(own.data),
  ]);
}

class Measured {
  private readonly models: ReadonlyMap<string, Scores>;
  private readonly names: BenchmarkName[];
  /** Answers of `gainIsSure`: every merge asks the same. */
  private readonly sure = new Map<string, boolean>();

  constructor(
    readonly data: ParadigmData,
    private readonly sft: Scores,
    private readonly benchmarks: ReadonlyMap<Domain, readonly BenchmarkName[]>,
  ) {
    this.models = new Map(
      data.runs[0]!.scores.map(({ model }) => [model, this.scoresOf(model)]),
    );
    this.names = [...benchmarks.values()].flat();
  }

  private scoresOf(model: string): Scores {
    const runs = this.data.runs.map(
      ({ scores }) => scores.find((line) => line.model === model)!.scores,
    );
    const names = Object.keys(runs[0]!) as BenchmarkName[];
    return new Map(
      names.map((name) => [name, transpose(runs.map((own) => own[name]!))]),
    );
  }

  private get merges(): string[] {
    return [...this.models.keys()].filter(
      (name) => !this.benchmarks.has(name as Domain),
    );
  }

  expertRows(): ParadigmExpertRow[] {
    const { paradigm, runs } = this.data;
    return [...this.benchmarks].map(([domain, names]): ParadigmExpertRow => {
      const expert = this.models.get(domain)!;
      const gain = this.difference(expert, this.sft, names);
      const logs = runs.map(({ logs }) => logs.get(domain)!);
      const weights = runs.map((run) =>
        weightsOf(run).experts.find((each) => each.domain === domain)!,
      );
      const rank = meanOrNull(weights.map((each) => each.effectiveRank));
      return {
        what: "expert",
        paradigm,
        domain,
        steps: logs[0]!.length,
        tokens: Math.round(mean(logs.map(trainedTokens))),
        sft: points(average(this.sft, names)),
        score: points(average(expert, names)),
        gain: points(gain.mean),
        low: points(gain.low),
        high: points(gain.high),
        norm: brief(mean(weights.map((each) => each.norm))),
        relativeNorm: brief(mean(weights.map((each) => each.relativeNorm))),
        effectiveRank: rank && brief(rank),
        gradNorm: share(
          mean(logs.flatMap((log) => log.map(({ gradNorm }) => gradNorm))),
        ),
        seeds: runs.length,
      };
    });
  }

  mergeRows(): (ParadigmMergeRow | ParadigmRetentionRow)[] {
    const { paradigm } = this.data;
    return this.merges.flatMap((merge) => {
      const scores = this.models.get(merge)!;
      const matrices = this.names.map((name) => scores.get(name)!);
      return [
        {
          what: "merge",
          paradigm,
          merge,
          ...scoreOf(averageOverSeeds(matrices)),
        },
        ...[...this.benchmarks.keys()].map((domain) =>
          this.retentionRow(merge, domain, [domain]),
        ),
        this.retentionRow(merge, "all", [...this.benchmarks.keys()]),
      ];
    });
  }

  contrastRows(other: Measured): ParadigmContrastRow[] {
    const { paradigm } = this.data;
    const all = [...this.benchmarks.keys()];
    return this.merges.flatMap((merge): ParadigmContrastRow[] => {
      const score = inPoints(
        this.difference(
          this.models.get(merge)!,
          other.models.get(merge)!,
          this.names,
        ),
      );
      const known = this.gainIsSure(all) && other.gainIsSure(all);
      const kept = shares(
        known
          ? this.bootstrap(
              all,
              (draw) =>
                this.retention(merge, all, draw) -
                other.retention(merge, all, draw),
            )
          : null,
      );
      const row = (
        measure: ParadigmContrastRow["measure"],
        { mean: difference, low, high }: Shares,
      ): ParadigmContrastRow => ({
        what: "contrast",
        paradigm,
        against: other.data.paradigm,
        merge,
        measure,
        difference,
        low,
        high,
      });
      return [row("score", score), row("retention", kept)];
    });
  }

  private retentionRow(
    merge: string,
    domain: Domain | "all",
    domains: readonly Domain[],
  ): ParadigmRetentionRow {
    const { mean, low, high } = shares(
      this.gainIsSure(domains)
        ? this.bootstrap(domains, (draw) =>
            this.retention(merge, domains, draw),
          )
        : null,
    );
    const { paradigm } = this.data;
    const retention = mean;
    return { what: "retention", paradigm, merge, domain, retention, low, high };
  }

  /** A ratio of nearly nothing says nothing. */
  private gainIsSure(domains: readonly Domain[]): boolean {
    const name = domains.join(" ");
    const known = this.sure.get(name);
    if (known !== undefined) return known;
    const gain = this.bootstrap(domains, (draw) =>
      this.gain((domain) => this.models.get(domain)!, domains, draw),
    );
    const sure = gain !== null && gain.low > 0;
    this.sure.set(name, sure);
    return sure;
  }

  private retention(
    merge: string,
    domains: readonly Domain[],
    draw: Draw,
  ): number {
    const merged = this.models.get(merge)!;
    const gained = this.gain(
      (domain) => this.models.get(domain)!,
      domains,
      draw,
    );
    return gained > 0
      ? this.gain(() => merged, domains, draw) / gained
      : Number.NaN;
  }

  /** Sum over domains of what a model of each has gained over SFT on the drawn items. */
  private gain(
    modelOf: (domain: Domain) => Scores,
    domains: readonly Domain[],
    { items, seeds }: Draw,
  ): number {
    let block = 0;
    return domains.reduce((sum, domain) => {
      const model = modelOf(domain);
      const names = this.benchmarks.get(domain)!;
      const gains = names.map((name) => {
        const [own, before] = [model.get(name)!, this.sft.get(name)!];
        return mean(
          items[block++]!.map((i) =>
            mean(seeds.map((s) => own[i]![s]! - before[i]![s]!)),
          ),
        );
      });
      return sum + mean(gains);
    }, 0);
  }

  /** One block of items a benchmark, in the order that `gain` reads them. */
  private bootstrap(
    domains: readonly Domain[],
    statistic: (draw: Draw) => number,
  ): Estimate | null {
    const items = domains.flatMap((domain) =>
      this.benchmarks.get(domain)!.map((name) => this.sft.get(name)!.length),
    );
    return crossedBootstrap(
      statistic,
      draws({ seeds: this.data.runs.length, items }),
    );
  }

  private difference(
    a: Scores,
    b: Scores,
    names: readonly BenchmarkName[],
  ): Estimate {
    return pairedDifference(
      names.map((name) => ({ a: a.get(name)!, b: b.get(name)! })),
    );
  }
}

/** An estimate that may not exist. */
type Shares = Record<keyof Interval, number | null>;

function shares(estimate: Interval | null): Shares {
  return estimate === null
    ? { mean: null, low: null, high: null }
    : rounded(estimate, { digits: 4 });
}

function average(scores: Scores, names: readonly BenchmarkName[]): number {
  return mean(names.map((name) => mean(scores.get(name)!.map(mean))));
}

function trainedTokens(log: readonly StepMetrics[]): number {
  return log.reduce((sum, { tokens }) => sum + tokens.trained, 0);
}
