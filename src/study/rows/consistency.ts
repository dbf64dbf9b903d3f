/** Rows of Figure 5: whose gains are the experts' gains. */
import { gainConsistency, type ChanceCosine } from "../../analysis/index.js";
import type { Domain } from "../../domains/index.js";
import type { BenchmarkName } from "../../evaluate/index.js";
import type { Role } from "../graph/model.js";
import { round, rounded, type Interval } from "./interval.js";
import { about, type ModelScores, type Scored } from "./modelScores.js";

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

/** What gains are compared with. */
export interface ConsistencySource {
  sft: ModelScores;
  experts: readonly ModelScores[];
  shown: readonly Scored[];
  /** The model against which the others' cosines are compared too. */
  against: string;
}

/** Rows of Figure 5: every model of all domains on every benchmark. */
export function consistencyRows(
  { sft, experts, shown, against }: ConsistencySource,
  samples: number,
): ConsistencyRow[] {
  const share = (estimate: Interval | undefined): Interval | null =>
    estimate === undefined ? null : rounded(estimate);
  const chance = (found: ChanceCosine | undefined): ChanceCosine | null =>
    found === undefined
      ? null
      : { mean: round(found.mean), high: round(found.high) };
  return [...sft].flatMap(([name, start]) => {
    const found = gainConsistency(
      start,
      experts.map((scores) => scores.get(name)!),
      Object.fromEntries(
        shown.map(({ model, scores }) => [model, scores.get(name)!]),
      ),
      { against },
    );
    return shown.map(({ model, role }) => {
      const own = found.models[model] ?? undefined;
      return {
        model,
        role,
        ...about(name),
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
