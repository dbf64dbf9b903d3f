/** From samples and judgements to the rows of Figures 4 to 8 and Tables 6 and 7. */
import {
  gainConsistency,
  neighborhoods,
  verification,
  type ChanceCosine,
  type ExpertSamples,
  type NeighborhoodCell,
} from "../analysis/index.js";
import type { Domain } from "../domains/index.js";
import {
  averageOverSeeds,
  benchmarkSpec,
  JUDGE_MODES,
  overSeeds,
  pairedDifference,
  type BenchmarkName,
  type JudgeMode,
} from "../evaluate/index.js";
import type { ModelScores, Role } from "./rows.js";
import type { PairLine, VerificationLine } from "./stages/behaviour.js";

/** A number with the ends of its 95 % interval. */
export interface Interval {
  mean: number;
  low: number;
  high: number;
}

/** A model with its scores. */
export interface Scored {
  model: string;
  role: Role;
  scores: ModelScores;
}

/** The scores of one pair's merge, read as a merge of `domain`'s expert with `partner`'s; lines[seed]. */
export interface PairSource {
  domain: Domain;
  /** null: the expert alone, merged by the same method. */
  partner: Domain | null;
  lines: readonly (readonly PairLine[])[];
}

/** What one model answered and how it judged; lines[seed]. */
export interface JudgeSource {
  model: string;
  role: Role;
  lines: readonly (readonly VerificationLine[])[];
}

function interval(
  { mean, low, high }: Interval,
  { scale = 1, digits = 6 }: { scale?: number; digits?: number } = {},
): Interval {
  const round = (value: number): number =>
    Number((scale * value).toFixed(digits));
  return { mean: round(mean), low: round(low), high: round(high) };
}

/** Shares as points, 0 to 100. */
const POINTS = { scale: 100, digits: 3 };

const points = (estimate: Interval): Interval => interval(estimate, POINTS);
const pointsOrNull = (estimate: Interval | null): Interval | null =>
  estimate && points(estimate);
const round = (value: number, digits = 6): number =>
  Number(value.toFixed(digits));

/** Figure 4: distance of one expert to one model on one domain's prompts; see `analysis.neighborhoods`. All in nats. */
export interface NeighborhoodRow extends Omit<
  NeighborhoodCell,
  | "perSequence"
  | "perToken"
  | "sampledPerSequence"
  | "sampledPerToken"
  | "ratio"
> {
  role: Role;
  perSequence: Interval;
  perToken: Interval;
  sampledPerSequence: Interval;
  sampledPerToken: Interval;
  ratio: Interval | null;
  /** ΔPerf: score of the model − that of 𝒜's own expert on the benchmarks of 𝒜, points; the same for every expert ℬ. */
  change: Interval;
}

/** Rows of Figure 4, from the samples of each expert and seed. */
export function neighborhoodRows(
  runs: readonly ExpertSamples[],
  models: readonly Scored[],
): NeighborhoodRow[] {
  if (runs.length === 0) return [];
  const of = (name: string): Scored =>
    models.find(({ model }) => model === name)!;
  return neighborhoods(runs).map((cell) => {
    const own = [...of(cell.data).scores].filter(
      ([name]) => benchmarkSpec(name).domain === cell.data,
    );
    const change = pairedDifference(
      own.map(([name, b]) => ({ a: of(cell.model).scores.get(name)!, b })),
    );
    return {
      ...cell,
      role: of(cell.model).role,
      perSequence: interval(cell.perSequence),
      perToken: interval(cell.perToken),
      sampledPerSequence: interval(cell.sampledPerSequence),
      sampledPerToken: interval(cell.sampledPerToken),
      self: round(cell.self, 9),
      ratio: cell.ratio && interval(cell.ratio, { digits: 4 }),
      epsilon: round(cell.epsilon),
      perSeed: cell.perSeed.map((value) => round(value)),
      change: points(change),
    };
  });
}

/** Table 6: a merge of two experts on the benchmarks of one of them. All scores in points. */
export interface PairRow {
  /** Domain 𝒜, whose benchmarks are scored. */
  domain: Domain;
  /** Domain ℬ of the other expert; null: 𝒜's expert alone, merged by the same method. */
  partner: Domain | null;
  benchmark: BenchmarkName | "average";
  title: string;
  /** Score of the merge of 𝒜 and ℬ. */
  score: Interval;
  /** Score of 𝒜's expert alone. */
  expert: number;
  /** Merge − expert, paired. */
  difference: Interval;
  /** Merge − merge of the expert alone, paired: what the partner does; null for the expert alone. */
  partnerEffect: Interval | null;
  seeds: number;
}

/** Item scores of a merge (a) and of the domain's expert (b), on the domain's benchmarks: [item][seed]. */
export function pairMatrices(
  { domain, lines }: PairSource,
  models: readonly Scored[],
): { benchmark: BenchmarkName; a: number[][]; b: number[][] }[] {
  const own = models.find(({ model }) => model === domain)!.scores;
  return lines[0]!
    .map((line) => line.benchmark)
    .filter((name) => benchmarkSpec(name).domain === domain)
    .map((benchmark) => {
      const columns = lines.map(
        (seed) => seed.find((line) => line.benchmark === benchmark)!.scores,
      );
      const a = columns[0]!.map((_, i) => columns.map((each) => each[i]!));
      return { benchmark, a, b: own.get(benchmark)! };
    });
}

/** The merge of a pair's expert alone. */
export function aloneOf(
  { domain }: PairSource,
  pairs: readonly PairSource[],
): PairSource {
  return pairs.find((each) => each.domain === domain && each.partner === null)!;
}

/** Rows of Table 6. */
export function pairRows(
  pairs: readonly PairSource[],
  models: readonly Scored[],
): PairRow[] {
  return pairs.flatMap((pair) => {
    const { domain, partner, lines } = pair;
    const matrices = pairMatrices(pair, models);
    const alone = pairMatrices(aloneOf(pair, pairs), models);
    const row = (
      benchmark: PairRow["benchmark"],
      title: string,
      used: typeof matrices,
    ): PairRow => ({
      domain,
      partner,
      benchmark,
      title,
      score: points(
        used.length === 1
          ? overSeeds(used[0]!.a)
          : averageOverSeeds(used.map(({ a }) => a)),
      ),
      expert: round(
        100 * averageOverSeeds(used.map(({ b }) => b)).mean,
        POINTS.digits,
      ),
      difference: points(pairedDifference(used)),
      partnerEffect:
        partner === null
          ? null
          : points(
              pairedDifference(
                used.map(({ benchmark: name, a }) => ({
                  a,
                  b: alone.find((each) => each.benchmark === name)!.a,
                })),
              ),
            ),
      seeds: lines.length,
    });
    return [
      ...matrices.map((each) =>
        row(each.benchmark, benchmarkSpec(each.benchmark).title, [each]),
      ),
      row("average", "Avg.", matrices),
    ];
  });
}

/** Figure 5: consistency of a model's gains with the union of the experts'; see `analysis.gainConsistency`. Shares in [0, 1]. */
export interface ConsistencyRow {
  model: string;
  role: Role;
  benchmark: BenchmarkName;
  title: string;
  domain: Domain;
  /** null where too few items were gained for a cosine. */
  cosine: Interval | null;
  chance: ChanceCosine | null;
  chanceGivenSft: ChanceCosine | null;
  inherited: Interval | null;
  novel: Interval | null;
  /** Cosine − that of the mixed run. */
  above: Interval | null;
  /** Cosine of two unions of experts that were trained from different seeds. */
  retrained: number | null;
  /** Items on which the union gained, mean over seeds. */
  gained: number;
  items: number;
  samples: number;
  seeds: number;
  perSeed: number[];
}

/** Rows of Figure 5: every model of all domains on every benchmark. */
export function consistencyRows(
  models: readonly Scored[],
  samples: number,
): ConsistencyRow[] {
  const sft = models.find(({ role }) => role === "sft")!.scores;
  const experts = models.filter(({ role }) => role === "expert");
  const shown = models.filter(({ role }) =>
    ["multi", "merged", "student"].includes(role),
  );
  const share = (estimate: Interval | undefined): Interval | null =>
    estimate === undefined ? null : interval(estimate);
  const chance = (found: ChanceCosine | undefined): ChanceCosine | null =>
    found === undefined
      ? null
      : { mean: round(found.mean), high: round(found.high) };
  return [...sft].flatMap(([name, start]) => {
    const found = gainConsistency(
      start,
      experts.map(({ scores }) => scores.get(name)!),
      Object.fromEntries(
        shown.map(({ model, scores }) => [model, scores.get(name)!]),
      ),
      { against: "multi" },
    );
    return shown.map(({ model, role }) => {
      const own = found.models[model] ?? undefined;
      return {
        model,
        role,
        benchmark: name,
        title: benchmarkSpec(name).title,
        domain: benchmarkSpec(name).domain,
        cosine: share(own?.cosine),
        chance: chance(own?.chance),
        chanceGivenSft: chance(own?.chanceGivenSft),
        inherited: share(own?.inherited),
        novel: share(own?.novel),
        above: share(own?.above ?? undefined),
        retrained: found.retrained === null ? null : round(found.retrained),
        gained: round(found.gained, 2),
        items: start.length,
        samples,
        seeds: start[0]!.length,
        perSeed: (own?.perSeed ?? []).map((value) => round(value)),
      };
    });
  });
}

/** Table 7: a model as judge of its own answers, in one mode. All shares in points; see `analysis.verification`. */
export interface VerificationRow {
  model: string;
  role: Role;
  benchmark: BenchmarkName | "average";
  title: string;
  domain: Domain | null;
  mode: JudgeMode;
  /** The paper-style number: agreement of verdicts with the verifier. */
  value: Interval | null;
  truePositiveRate: Interval | null;
  trueNegativeRate: Interval | null;
  balancedAccuracy: Interval | null;
  sound: Interval | null;
  /** Agreement that verdicts drawn at random at this judge's rates would have. */
  chance: number | null;
  yesRate: number | null;
  unparsed: number | null;
  /** Score of the answers themselves. */
  generation: Interval;
  /** Judged answers and all answers, of all seeds. */
  n: number;
  answers: number;
  items: number;
  seeds: number;
  perSeed: (number | null)[];
}

/** Rows of Table 7: each judge on each benchmark and on their average, in both modes. */
export function verificationRows(
  judges: readonly JudgeSource[],
): VerificationRow[] {
  return judges.flatMap(({ model, role, lines }) => {
    const names = [...new Set(lines[0]!.map((line) => line.benchmark))];
    const answersOf = (name: BenchmarkName): VerificationLine[][] =>
      lines.map((seed) => seed.filter((line) => line.benchmark === name));
    const row = (
      place: Pick<VerificationRow, "benchmark" | "title" | "domain">,
      used: readonly BenchmarkName[],
      mode: JudgeMode,
    ): VerificationRow => {
      const found = verification(used.map(answersOf), mode);
      const share = (value: number): number | null =>
        Number.isFinite(value) ? round(100 * value, POINTS.digits) : null;
      return {
        model,
        role,
        ...place,
        mode,
        value: pointsOrNull(found.agreement),
        truePositiveRate: pointsOrNull(found.truePositiveRate),
        trueNegativeRate: pointsOrNull(found.trueNegativeRate),
        balancedAccuracy: pointsOrNull(found.balancedAccuracy),
        sound: pointsOrNull(found.sound),
        chance: share(found.chance),
        yesRate: share(found.yesRate),
        unparsed: share(found.unparsed),
        generation: points(found.generation),
        n: found.judged,
        answers: found.answers,
        items: new Set(
          used.flatMap((name) => answersOf(name)[0]!.map(({ task }) => task)),
        ).size,
        seeds: lines.length,
        perSeed: found.perSeed.map((value) =>
          value === null ? null : round(100 * value, POINTS.digits),
        ),
      };
    };
    return JUDGE_MODES.flatMap((mode) => [
      ...names.map((name) => {
        const { title, domain } = benchmarkSpec(name);
        return row({ benchmark: name, title, domain }, [name], mode);
      }),
      row({ benchmark: "average", title: "Avg.", domain: null }, names, mode),
    ]);
  });
}
