/** Rows of Figure 4: how far each expert is from models of all domains, on whose prompts. */
import {
  neighborhoods,
  type ExpertSamples,
  type NeighborhoodCell,
} from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import { benchmarkSpec } from "../../evaluate/index.js";
import { pairedDifference } from "../../stats/index.js";
import type { Role } from "../graph/model.js";
import { inPoints, round, rounded, type Interval } from "./interval.js";
import type { ModelScores, Scored } from "./modelScores.js";

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
  experts: ReadonlyMap<Domain, ModelScores>,
): NeighborhoodRow[] {
  const of = (name: string): Scored =>
    models.find(({ model }) => model === name)!;
  return neighborhoods(runs).map((cell) => {
    const own = [...experts.get(cell.data)!].filter(
      ([name]) => benchmarkSpec(name).domain === cell.data,
    );
    const change = pairedDifference(
      own.map(([name, b]) => ({ a: of(cell.model).scores.get(name)!, b })),
    );
    return {
      ...cell,
      role: of(cell.model).role,
      perSequence: rounded(cell.perSequence),
      perToken: rounded(cell.perToken),
      sampledPerSequence: rounded(cell.sampledPerSequence),
      sampledPerToken: rounded(cell.sampledPerToken),
      self: round(cell.self, 9),
      ratio: cell.ratio && rounded(cell.ratio, { digits: 4 }),
      epsilon: round(cell.epsilon),
      perSeed: cell.perSeed.map((value) => round(value)),
      change: inPoints(change),
    };
  });
}
