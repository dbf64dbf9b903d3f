/** From four families of experts to rows: what they gained, what their merges kept of it, and how their task vectors differ. */
import {
  crossedBootstrap,
  draws,
  meanOrNull,
  type Draw,
} from "../analysis/index.js";
import type { Domain } from "../domains/index.js";
import {
  averageOverSeeds,
  mean,
  pairedDifference,
  type BenchmarkName,
  type Estimate,
} from "../evaluate/index.js";
import type { StepMetrics } from "../train/index.js";
import type { FamilyScores } from "./stages/familyScores.js";
import type { FamilyShape } from "./stages/familyShape.js";
import type { Family } from "./why.js";

/** One expert: what it gained on its domain's benchmarks, and how it got there. */
export interface WhyExpertRow {
  what: "expert";
  family: Family;
  domain: Domain;
  /** Updates, and sequences' tokens that were trained on. */
  steps: number;
  tokens: number;
  /** Points: SFT, expert, and their paired difference with its 95 % interval over items. */
  sft: number;
  score: number;
  gain: number;
  low: number;
  high: number;
  /** ‖τ‖, and ‖τ‖ / ‖θ₀‖. */
  norm: number;
  relativeNorm: number;
  /** Effective rank of τ ÷ that of random numbers, mean over the matrices of one layer. */
  effectiveRank: number | null;
  /** Mean over the steps of the gradient's norm before clipping; its unit is that of the family's loss. */
  gradNorm: number;
}

/** One merge of a family's experts: mean score over the benchmarks of all domains. */
export interface WhyMergeRow {
  what: "merge";
  family: Family;
  merge: string;
  /** Points. */
  score: number;
  low: number;
  high: number;
}

/** What a merge keeps of the experts' gains: (merged − SFT) / (expert − SFT). */
export interface WhyRetentionRow {
  what: "retention";
  family: Family;
  merge: string;
  /** "all": sum of the gains of all domains over their sum. */
  domain: Domain | "all";
  /** A fraction; null where the experts' gain is not surely above 0. */
  retention: number | null;
  low: number | null;
  high: number | null;
}

/** A merge of a family against the same merge of the RL family, paired over items. */
export interface WhyContrastRow {
  what: "contrast";
  family: Family;
  merge: string;
  /** "score": points of the merged model; "retention": fraction of the experts' gains. */
  measure: "score" | "retention";
  difference: number | null;
  low: number | null;
  high: number | null;
}

/** A family's task vectors against each other. */
export interface WhyConflictRow {
  what: "conflict";
  family: Family;
  /** Share of all movement, Σ|τ|, on the weaker side of its weight. */
  minorityMass: number;
  /** Of the weights that several changed: share that some moved up and others down. */
  opposed: number | null;
  /** Mean over pairs. */
  cosine: number | null;
}

/** Cosine of two task vectors. */
export interface WhyPairRow {
  what: "pair";
  family: Family;
  a: string;
  b: string;
  cosine: number | null;
}

/** Loss along a direction, as `FamilyLine`, or on a plane, as `FamilyPlane`. */
export type WhyShapeRow = { family: Family } & Exclude<
  FamilyShape,
  { what: "weights" }
>;

/** Any row of the section. */
export type WhyRow =
  | WhyExpertRow
  | WhyMergeRow
  | WhyRetentionRow
  | WhyContrastRow
  | WhyConflictRow
  | WhyPairRow
  | WhyShapeRow;

/** Everything that is known about one family. */
export interface FamilyData {
  family: Family;
  scores: readonly FamilyScores[];
  shape: readonly FamilyShape[];
  /** Training log of each expert, as many steps as it was trained. */
  logs: ReadonlyMap<Domain, readonly StepMetrics[]>;
}

/** Item means by benchmark. */
type Scores = ReadonlyMap<BenchmarkName, readonly number[]>;

const points = (value: number): number => Number((100 * value).toFixed(3));
const share = (value: number): number => Number(value.toFixed(4));

/**
 * Rows of the section.
 *
 * @param families    the RL family first
 * @param sft         item means of the SFT model, by benchmark
 * @param benchmarks  those of each domain
 */
export function whyRows(
  families: readonly FamilyData[],
  sft: Scores,
  benchmarks: ReadonlyMap<Domain, readonly BenchmarkName[]>,
): WhyRow[] {
  const measured = families.map((data) => new Measured(data, sft, benchmarks));
  return measured.flatMap((own) => [
    ...own.expertRows(),
    ...own.mergeRows(),
    ...(own === measured[0] ? [] : own.contrastRows(measured[0]!)),
    ...own.shapeRows(),
  ]);
}

class Measured {
  private readonly models: ReadonlyMap<string, Scores>;
  private readonly names: BenchmarkName[];
  /** Answers of `gainIsSure`: every merge asks the same. */
  private readonly sure = new Map<string, boolean>();

  constructor(
    private readonly data: FamilyData,
    private readonly sft: Scores,
    private readonly benchmarks: ReadonlyMap<Domain, readonly BenchmarkName[]>,
  ) {
    this.models = new Map(
      data.scores.map(({ model, scores }) => [
        model,
        new Map(Object.entries(scores) as [BenchmarkName, number[]][]),
      ]),
    );
    this.names = [...benchmarks.values()].flat();
  }

  private get merges(): string[] {
    return [...this.models.keys()].filter(
      (name) => !this.benchmarks.has(name as Domain),
    );
  }

  expertRows(): WhyExpertRow[] {
    const { family, logs } = this.data;
    const weights = this.data.shape.find(({ what }) => what === "weights");
    if (weights?.what !== "weights") throw new Error("internal: no weights");
    return [...this.benchmarks].map(([domain, names]): WhyExpertRow => {
      const expert = this.models.get(domain)!;
      const gain = this.difference(expert, this.sft, names);
      const log = logs.get(domain)!;
      const { norm, relativeNorm, effectiveRank } = weights.experts.find(
        (each) => each.domain === domain,
      )!;
      return {
        what: "expert",
        family,
        domain,
        steps: log.length,
        tokens: log.reduce((sum, { tokens }) => sum + tokens.trained, 0),
        sft: points(average(this.sft, names)),
        score: points(average(expert, names)),
        gain: points(gain.mean),
        low: points(gain.low),
        high: points(gain.high),
        norm,
        relativeNorm,
        effectiveRank,
        gradNorm: share(mean(log.map(({ gradNorm }) => gradNorm))),
      };
    });
  }

  mergeRows(): (WhyMergeRow | WhyRetentionRow)[] {
    const { family } = this.data;
    return this.merges.flatMap((merge) => {
      const scores = this.models.get(merge)!;
      const { mean, low, high } = averageOverSeeds(
        this.names.map((name) => scores.get(name)!.map((score) => [score])),
      );
      const about = { family, merge };
      return [
        {
          what: "merge",
          ...about,
          score: points(mean),
          low: points(low),
          high: points(high),
        },
        ...[...this.benchmarks.keys()].map((domain) =>
          this.retentionRow(merge, domain, [domain]),
        ),
        this.retentionRow(merge, "all", [...this.benchmarks.keys()]),
      ];
    });
  }

  contrastRows(rl: Measured): WhyContrastRow[] {
    const { family } = this.data;
    const all = [...this.benchmarks.keys()];
    return this.merges.flatMap((merge): WhyContrastRow[] => {
      const score = this.difference(
        this.models.get(merge)!,
        rl.models.get(merge)!,
        this.names,
      );
      const known = this.gainIsSure(all) && rl.gainIsSure(all);
      const kept = known
        ? this.bootstrap(
            all,
            (draw) =>
              this.retention(merge, all, draw) - rl.retention(merge, all, draw),
          )
        : null;
      const about = { what: "contrast", family, merge } as const;
      return [
        {
          ...about,
          measure: "score",
          difference: points(score.mean),
          low: points(score.low),
          high: points(score.high),
        },
        {
          ...about,
          measure: "retention",
          difference: kept && share(kept.mean),
          low: kept && share(kept.low),
          high: kept && share(kept.high),
        },
      ];
    });
  }

  shapeRows(): WhyRow[] {
    const { family, shape } = this.data;
    return shape.flatMap((line): WhyRow[] => {
      if (line.what !== "weights") return [{ family, ...line }];
      const { minorityMass, opposed, pairs } = line;
      const cosine = meanOrNull(pairs.map((pair) => pair.cosine));
      return [
        {
          what: "conflict",
          family,
          minorityMass,
          opposed,
          cosine: cosine && share(cosine),
        },
        ...pairs.map((pair): WhyPairRow => ({ what: "pair", family, ...pair })),
      ];
    });
  }

  private retentionRow(
    merge: string,
    domain: Domain | "all",
    domains: readonly Domain[],
  ): WhyRetentionRow {
    const kept = this.gainIsSure(domains)
      ? this.bootstrap(domains, (draw) => this.retention(merge, domains, draw))
      : null;
    return {
      what: "retention",
      family: this.data.family,
      merge,
      domain,
      retention: kept && share(kept.mean),
      low: kept && share(kept.low),
      high: kept && share(kept.high),
    };
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
    { items }: Draw,
  ): number {
    let block = 0;
    return domains.reduce((sum, domain) => {
      const model = modelOf(domain);
      const names = this.benchmarks.get(domain)!;
      const gains = names.map((name) => {
        const [own, before] = [model.get(name)!, this.sft.get(name)!];
        return mean(items[block++]!.map((i) => own[i]! - before[i]!));
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
    return crossedBootstrap(statistic, draws({ seeds: 1, items }));
  }

  private difference(
    a: Scores,
    b: Scores,
    names: readonly BenchmarkName[],
  ): Estimate {
    const column = (scores: Scores, name: BenchmarkName): number[][] =>
      scores.get(name)!.map((score) => [score]);
    return pairedDifference(
      names.map((name) => ({ a: column(a, name), b: column(b, name) })),
    );
  }
}

function average(scores: Scores, names: readonly BenchmarkName[]): number {
  return mean(names.map((name) => mean([...scores.get(name)!])));
}
