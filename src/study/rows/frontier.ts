/** Rows of the compute frontier: every road at every budget beside the reference road at the same cost. */
import type { BenchmarkName } from "../../evaluate/index.js";
import {
  averageOverSeeds,
  detectable,
  mean,
  pairedDifference,
} from "../../stats/index.js";
import { brief, inPoints, round, scoreOf, type Interval } from "./interval.js";
import type { ModelScores } from "./modelScores.js";

/**
 * What counts as cost: "scratch", everything that was trained after the common ancestor; "given", the same without the experts, which
 * somebody has trained already.
 */
export type Accounting = "scratch" | "given";

/** Unit of a cost: floating-point operations (2N a token read, 6N a token trained), or seconds of one process. */
export type CostUnit = "flops" | "seconds";

const ACCOUNTINGS: readonly Accounting[] = ["scratch", "given"];
const UNITS: readonly CostUnit[] = ["flops", "seconds"];

/**
 * What the paired interval says of a road against the reference at equal cost. "no reference" is said where the reference has no
 * budget so small or so large, and the nearest one does not decide.
 */
export type FrontierVerdict =
  "better" | "worse" | "no difference shown" | "no reference";

/** One model of a road under one accounting, in one unit. */
export interface FrontierRow {
  /** Name of the road. */
  road: string;
  /** The model, or the checkpoint ("multi@20"). */
  model: string;
  accounting: Accounting;
  unit: CostUnit;
  /** Mean over seeds. */
  cost: number;
  /** The cost as a ratio to that of all experts, trained to their end. */
  ratio: number;
  /** Average over the benchmarks, points; with its own 95 % interval. */
  score: number;
  low: number;
  high: number;
  /** Score of the reference road at this cost, points; null for the reference itself. */
  reference: number | null;
  /**
   * Where the reference is taken: "between" two of its budgets, or at its "smallest" or "largest" one, where it has none at this cost
   * in some seed; null for the reference itself.
   */
  at: "between" | "smallest" | "largest" | null;
  /** Road − reference, points, paired by item, random number and seed; null for the reference itself. */
  difference: Interval | null;
  /** The smallest difference that would have been found in four of five repetitions, points. */
  detectable: number | null;
  verdict: FrontierVerdict | null;
  seeds: number;
}

/** Cost of one model, a number a seed. */
export type SeedCosts = Readonly<
  Record<Accounting, Readonly<Record<CostUnit, readonly number[]>>>
>;

/** One model of a road. */
export interface FrontierPoint {
  model: string;
  scores: ModelScores;
  costs: SeedCosts;
}

/** Some models, each made with another budget. */
export interface Road {
  road: string;
  points: readonly FrontierPoint[];
}

/** scores[item][seed] by benchmark. */
type Matrices = ReadonlyMap<BenchmarkName, readonly (readonly number[])[]>;

/** The reference road at one cost in one seed: share (1 − weight) of one budget, `weight` of the next. */
interface Mixture {
  below: number;
  above: number;
  weight: number;
  at: "between" | "smallest" | "largest";
}

/** Costs within a tenth are equal: runs of as many steps differ by as much, by the lengths of what they sample. */
const EQUAL = 0.1;

/**
 * Where a cost lies among the reference's budgets; a tenth beyond the smallest or the largest is at it.
 *
 *   weight = (log cost − log c_k) / (log c_{k+1} − log c_k),  c_k ≤ cost ≤ c_{k+1}
 *
 * @param budgets  the reference's costs in this seed, in any order
 */
function mixtureAt(cost: number, budgets: readonly number[]): Mixture {
  const order = budgets.map((_, i) => i);
  order.sort((a, b) => budgets[a]! - budgets[b]!);
  const first = order[0]!;
  const last = order.at(-1)!;
  const end = (i: number, at: Mixture["at"]): Mixture => ({
    ...{ below: i, above: i, weight: 0 },
    at: Math.abs(cost - budgets[i]!) <= EQUAL * budgets[i]! ? "between" : at,
  });
  if (cost < budgets[first]!) return end(first, "smallest");
  if (cost > budgets[last]!) return end(last, "largest");
  const place = order.findIndex((i) => cost <= budgets[i]!);
  const above = order[place]!;
  const below = order[Math.max(0, place - 1)]!;
  const [from, to] = [Math.log(budgets[below]!), Math.log(budgets[above]!)];
  const weight = to > from ? (Math.log(cost) - from) / (to - from) : 0;
  return { below, above, weight, at: "between" };
}

/** Scores of the reference at these costs: a weighted mean of two budgets' scores, item by item and seed by seed. */
function interpolated(
  reference: readonly FrontierPoint[],
  mixtures: readonly Mixture[],
): Matrices {
  return new Map(
    [...reference[0]!.scores].map(([name, matrix]) => [
      name,
      matrix.map((row, i) =>
        row.map((_, s) => {
          const { below, above, weight } = mixtures[s]!;
          const of = (point: number): number =>
            reference[point]!.scores.get(name)![i]![s]!;
          return (1 - weight) * of(below) + weight * of(above);
        }),
      ),
    ]),
  );
}

/**
 * The verdict by its rule. Where the reference has a budget on either side, the interval decides. A road that is cheaper than every
 * budget of the reference can only be better: it has done more with less. One that is more expensive can only be worse.
 */
export function frontierVerdict(
  { low, high }: Pick<Interval, "low" | "high">,
  at: Mixture["at"],
): FrontierVerdict {
  if (low > 0 && at !== "largest") return "better";
  if (high < 0 && at !== "smallest") return "worse";
  return at === "between" ? "no difference shown" : "no reference";
}

type Comparison = Pick<
  FrontierRow,
  "reference" | "at" | "difference" | "detectable" | "verdict"
>;

const NOTHING_COMPARED: Comparison = {
  reference: null,
  at: null,
  difference: null,
  detectable: null,
  verdict: null,
};

function compare(
  point: FrontierPoint,
  reference: readonly FrontierPoint[],
  accounting: Accounting,
  unit: CostUnit,
): Comparison {
  const costs = point.costs[accounting][unit];
  const mixtures = costs.map((cost, s) =>
    mixtureAt(
      cost,
      reference.map((each) => each.costs[accounting][unit][s]!),
    ),
  );
  const other = interpolated(reference, mixtures);
  const names = [...point.scores.keys()];
  const estimate = inPoints(
    pairedDifference(
      names.map((name) => ({
        a: point.scores.get(name)!,
        b: other.get(name)!,
      })),
    ),
  );
  const at =
    mixtures.find((mixture) => mixture.at !== "between")?.at ?? "between";
  return {
    reference: scoreOf(averageOverSeeds([...other.values()])).score,
    at,
    difference: estimate,
    detectable: round(detectable(estimate), 3),
    verdict: frontierVerdict(estimate, at),
  };
}

/**
 * Every model of every road, under both accountings and in both units, against the reference road at equal cost.
 *
 * The reference's score at a cost is interpolated linearly in the logarithm of the cost between two of its budgets, seed by seed. It is
 * a weighted mean of scores of the same items, so its interval and that of the difference are exact and not those of two numbers apart.
 *
 * @param reference  the road that others are compared with; its rows come first
 * @param roads      the others
 * @param unit       cost of all experts together, a number a seed
 */
export function frontierRows(
  reference: Road,
  roads: readonly Road[],
  unit: Readonly<Record<CostUnit, readonly number[]>>,
): FrontierRow[] {
  return [reference, ...roads].flatMap((road) =>
    road.points.flatMap((point) => {
      const estimate = averageOverSeeds([...point.scores.values()]);
      return ACCOUNTINGS.flatMap((accounting) =>
        UNITS.map((name): FrontierRow => {
          const costs = point.costs[accounting][name];
          return {
            road: road.road,
            model: point.model,
            accounting,
            unit: name,
            cost: brief(mean(costs)),
            ratio: brief(mean(costs.map((cost, s) => cost / unit[name][s]!))),
            ...scoreOf(estimate),
            ...(road === reference
              ? NOTHING_COMPARED
              : compare(point, reference.points, accounting, name)),
            seeds: estimate.seeds,
          };
        }),
      );
    }),
  );
}
