/** Rows of the predictors of merging: what each merge's task vectors looked like, what it was worth, and whether the one tells the other. */
import { PREDICTORS, type PredictorName } from "../../analysis/index.js";
import {
  crossedBootstrap,
  detectable,
  draws,
  fitLine,
  holm,
  leaveOut,
  mean,
  rankCorrelation,
  type Draw,
  type Draws,
} from "../../stats/index.js";
import { Random } from "../../random.js";
import { brief, points, type Interval } from "./interval.js";
import type { ModelScores } from "./modelScores.js";

/** What a merge is compared with: the mean of its own experts, or the model that their task vectors start at. */
export type PredictorTarget = "experts" | "anchor";

const TARGETS: readonly PredictorTarget[] = ["experts", "anchor"];
const NAMES = Object.keys(PREDICTORS) as PredictorName[];

/** One merge in one seed. */
export type PredictorRow = {
  model: string;
  /** The experts that it is made of. */
  experts: string[];
  seed: number;
  /** Average score minus the mean of its experts', points. */
  overExperts: number;
  /** Average score minus the anchor's, points. */
  overAnchor: number;
} & Record<PredictorName, number>;

/** Whether one predictor tells what merges gain; "count" is the number of experts, the baseline. */
export interface PredictorTestRow {
  predictor: PredictorName | "count";
  target: PredictorTarget;
  merges: number;
  seeds: number;
  /** Spearman's rank correlation with the gain, over merges; 95 % interval over items and seeds. */
  rho: Interval | null;
  /** The smallest correlation that would have been found in four of five repetitions with so many independent merges. */
  detectable: number;
  /** 1 − squared error ÷ that of the mean of the others, each merge left out in turn; 95 % interval over items and seeds. */
  r2: Interval | null;
  /** The same with each seed left out in turn; null for one seed. */
  r2Seeds: number | null;
  /** 1 − squared error of number of experts and predictor ÷ that of their number alone, each merge left out in turn. */
  added: number | null;
  /** Share of the permutations of the experts that add as much; null where the merges are not all subsets of their sizes. */
  p: number | null;
  /** The same by Holm, among the predictors of this target. */
  adjusted: number | null;
  /** Gain in points = intercept + slope · predictor, from all merges, with the error on merges left out. */
  intercept: number;
  slope: number;
  error: number;
  verdict: "predicts" | "no prediction shown" | null;
}

/** One merge of a study. */
export interface PredictedMerge {
  model: string;
  /** Places of its experts among those of the study. */
  members: readonly number[];
  scores: ModelScores;
  /** Predictors by seed. */
  values: readonly Record<PredictorName, number>[];
}

/** Everything that predictors are tested on. */
export interface PredictorEvidence {
  experts: readonly { model: string; scores: ModelScores }[];
  anchor: ModelScores;
  merges: readonly PredictedMerge[];
  seeds: readonly number[];
}

/** gains[benchmark][item][seed] of one merge, shares. */
type Gains = number[][][];

function gainsOf(
  { scores, members }: PredictedMerge,
  { experts, anchor }: PredictorEvidence,
  target: PredictorTarget,
): Gains {
  const others =
    target === "anchor" ? [anchor] : members.map((m) => experts[m]!.scores);
  return [...scores].map(([name, matrix]) =>
    matrix.map((row, i) =>
      row.map(
        (score, s) => score - mean(others.map((own) => own.get(name)![i]![s]!)),
      ),
    ),
  );
}

function meanGain(gains: Gains, { seeds, items }: Draw): number {
  return mean(
    gains.map((matrix, b) => {
      let sum = 0;
      for (const i of items[b]!) for (const s of seeds) sum += matrix[i]![s]!;
      return sum / (items[b]!.length * seeds.length);
    }),
  );
}

/** A row for every merge and seed. */
export function predictorRows(evidence: PredictorEvidence): PredictorRow[] {
  return evidence.merges.flatMap((merge) => {
    const [overExperts, overAnchor] = TARGETS.map((target) =>
      gainsOf(merge, evidence, target),
    );
    return evidence.seeds.map((seed, s): PredictorRow => {
      const items = overExperts!.map((matrix) => matrix.map((_, i) => i));
      const of = (gains: Gains): number =>
        points(meanGain(gains, { seeds: [s], items }));
      const values = merge.values[s]!;
      return {
        model: merge.model,
        experts: merge.members.map((m) => evidence.experts[m]!.model),
        seed,
        overExperts: of(overExperts!),
        overAnchor: of(overAnchor!),
        ...(Object.fromEntries(
          NAMES.map((name) => [name, brief(values[name])]),
        ) as Record<PredictorName, number>),
      };
    });
  });
}

function squaredError(
  features: readonly (readonly number[])[],
  y: readonly number[],
  groups: readonly (string | number)[] = y.map((_, i) => i),
): number {
  return leaveOut(features, y, groups).reduce(
    (sum, value, i) => sum + (y[i]! - value) ** 2,
    0,
  );
}

/** 1 − error of one set of features ÷ error of another, on what was left out; NaN where nothing varies. */
function explained(
  features: readonly (readonly number[])[],
  baseline: readonly (readonly number[])[],
  y: readonly number[],
  groups?: readonly (string | number)[],
): number {
  const rest = squaredError(baseline, y, groups);
  return rest === 0 ? NaN : 1 - squaredError(features, y, groups) / rest;
}

/**
 * The same of one feature against the mean of the others, each point left out in turn, without fitting again and again:
 * the residual of a point left out is e_i / (1 − h_i), h_i = 1 / n + (x_i − x̄)² / Σ (x − x̄)².
 */
function explainedByOne(x: readonly number[], y: readonly number[]): number {
  const n = x.length;
  const [cx, cy] = [mean(x), mean(y)];
  let xx = 0;
  let xy = 0;
  x.forEach((value, i) => {
    xx += (value - cx) ** 2;
    xy += (value - cx) * (y[i]! - cy);
  });
  const slope = xx === 0 ? 0 : xy / xx;
  let error = 0;
  let rest = 0;
  x.forEach((value, i) => {
    const leverage = 1 / n + (xx === 0 ? 0 : (value - cx) ** 2 / xx);
    const own = y[i]! - cy;
    error += ((own - slope * (value - cx)) / (1 - leverage)) ** 2;
    rest += (own / (1 - 1 / n)) ** 2;
  });
  return rest === 0 ? NaN : 1 - error / rest;
}

const column = (x: readonly number[]): number[][] => x.map((value) => [value]);
const beside = (x: readonly number[], z: readonly number[]): number[][] =>
  x.map((value, i) => [value, z[i]!]);
const nothing = (x: readonly unknown[]): number[][] => x.map(() => []);

const MOST_PERMUTATIONS = 720;

/** All orders of n things, the given one first; a seeded thousand where they are many. */
function permutations(n: number): number[][] {
  const order = Array.from({ length: n }, (_, i) => i);
  const count = order.reduce((product, i) => product * (i + 1), 1);
  if (count > MOST_PERMUTATIONS) {
    const random = new Random(0, "permutations");
    return [order, ...Array.from({ length: 999 }, () => random.shuffle(order))];
  }
  const all = (rest: readonly number[]): number[][] =>
    rest.length === 0
      ? [[]]
      : rest.flatMap((first) =>
          all(rest.filter((each) => each !== first)).map((tail) => [
            first,
            ...tail,
          ]),
        );
  return all(order);
}

const keyOf = (members: readonly number[]): string =>
  [...members].sort((a, b) => a - b).join();

/**
 * How often a random naming of the experts adds as much to the number of experts as the true one.
 *
 * Merges share experts, so they are no independent points, and shuffling merges would find too much. What is arbitrary if a predictor
 * tells nothing is which expert has which task vector: experts are permuted, the same way in all seeds, and every merge takes the
 * predictor of the merge of the permuted experts. The number of experts stays.
 *
 * Source: the quadratic assignment procedure, Hubert and Schultz 1976.
 *
 * @returns null where the merges are not all subsets of their sizes: then a permutation leads out of them
 */
function permuted(
  merges: readonly PredictedMerge[],
  experts: number,
  statistic: (order: readonly number[]) => number,
): number | null {
  const places = new Map(merges.map(({ members }, u) => [keyOf(members), u]));
  const orders = permutations(experts).map((order) =>
    merges.map(({ members }) =>
      places.get(keyOf(members.map((m) => order[m]!))),
    ),
  );
  if (orders.some((order) => order.includes(undefined))) return null;
  const [found, ...others] = (orders as number[][]).map(statistic);
  if (!Number.isFinite(found!)) return null;
  const asMuch = others.filter((value) => value >= found! - 1e-12).length;
  return (1 + asMuch) / orders.length;
}

/** What one target says of one predictor, before Holm. */
type Test = Omit<PredictorTestRow, "adjusted" | "verdict">;

/** Gains of all merges over a draw, points; each draw is computed once, since every predictor meets the same. */
interface Gained {
  target: PredictorTarget;
  drawn: Draws;
  at: (draw: Draw) => number[];
}

function gained(target: PredictorTarget, evidence: PredictorEvidence): Gained {
  const gains = evidence.merges.map((merge) =>
    gainsOf(merge, evidence, target),
  );
  const known = new WeakMap<Draw, number[]>();
  return {
    target,
    drawn: draws({
      seeds: evidence.seeds.length,
      items: gains[0]!.map(({ length }) => length),
    }),
    at(draw) {
      const found =
        known.get(draw) ?? gains.map((own) => 100 * meanGain(own, draw));
      known.set(draw, found);
      return found;
    },
  };
}

function testOf(
  predictor: PredictorTestRow["predictor"],
  { target, drawn, at: gainsAt }: Gained,
  evidence: PredictorEvidence,
): Test {
  const { merges, seeds, experts } = evidence;
  const counts = merges.map(({ members }) => members.length);
  const valueOf = (u: number, s: number): number =>
    predictor === "count" ? counts[u]! : merges[u]!.values[s]![predictor];
  const at = (draw: Draw): { x: number[]; y: number[] } => ({
    x: merges.map((_, u) => mean(draw.seeds.map((s) => valueOf(u, s)))),
    y: gainsAt(draw),
  });
  const { x, y } = at(drawn.whole);
  const bySeed = seeds.map((_, s) => at({ ...drawn.whole, seeds: [s] }));
  const added = (values: readonly number[]): number =>
    explained(beside(counts, values), column(counts), y);
  const fit = fitLine(column(x), y);
  const isCount = predictor === "count";
  const over = (
    statistic: (x: readonly number[], y: readonly number[]) => number,
  ): Interval | null =>
    interval(
      crossedBootstrap((draw) => {
        const own = at(draw);
        return statistic(own.x, own.y);
      }, drawn),
    );
  return {
    predictor,
    target,
    merges: merges.length,
    seeds: seeds.length,
    rho: over(rankCorrelation),
    detectable: brief(
      Math.tanh(
        detectable({ low: -1.96, high: 1.96 }) / Math.sqrt(merges.length - 3),
      ),
    ),
    r2: over(explainedByOne),
    r2Seeds: acrossSeeds(bySeed),
    added: isCount ? null : short(added(x)),
    p: isCount
      ? null
      : permuted(merges, experts.length, (order) =>
          added(order.map((u) => x[u]!)),
        ),
    intercept: brief(fit([0])),
    slope: brief(fit([1]) - fit([0])),
    error: brief(Math.sqrt(squaredError(column(x), y) / y.length)),
  };
}

function short(value: number): number | null {
  return Number.isFinite(value) ? brief(value) : null;
}

/** What a line explains of each seed that is left out; null where there is one. */
function acrossSeeds(
  seeds: readonly { x: readonly number[]; y: readonly number[] }[],
): number | null {
  if (seeds.length < 2) return null;
  const x = seeds.flatMap((own) => own.x);
  return short(
    explained(
      column(x),
      nothing(x),
      seeds.flatMap((own) => own.y),
      seeds.flatMap((own, s) => own.x.map(() => s)),
    ),
  );
}

function interval(
  found: { mean: number; low: number; high: number } | null,
): Interval | null {
  return (
    found && {
      mean: brief(found.mean),
      low: brief(found.low),
      high: brief(found.high),
    }
  );
}

/**
 * The test of every predictor on every target, after the baseline "count".
 *
 * A predictor "predicts" where it adds to the number of experts by its permutation test, Holm-adjusted among the predictors, and beats
 * the mean of the others on merges that were left out, by its interval.
 */
export function predictorTestRows(
  evidence: PredictorEvidence,
): PredictorTestRow[] {
  return TARGETS.flatMap((target) => {
    const gains = gained(target, evidence);
    const tests = NAMES.map((name) => testOf(name, gains, evidence));
    const adjusted = holm(tests.map(({ p }) => p ?? 1));
    return [
      {
        ...testOf("count", gains, evidence),
        adjusted: null,
        verdict: null,
      },
      ...tests.map((test, i): PredictorTestRow => {
        const own = test.p === null ? null : brief(adjusted[i]!);
        const isSure = own !== null && own < 0.05 && (test.r2?.low ?? 0) > 0;
        return {
          ...test,
          p: test.p === null ? null : brief(test.p),
          adjusted: own,
          verdict: isSure ? "predicts" : "no prediction shown",
        };
      }),
    ];
  });
}
