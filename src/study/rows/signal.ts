/** Rows of the share of a task vector that its replicas have in common. */
import { signalShare, type GroupGeometry } from "../../analysis/index.js";
import { averageOverSeeds } from "../../stats/index.js";
import { brief } from "./interval.js";

/** The common share of one domain's replicas in one seed of the study, or the mean over domains and seeds. */
export interface SignalRow {
  /** What the replicas were trained on: "math"; "average" for the mean over all. */
  trained: string;
  /** Seed of the study, that of the model that they start from; null for the mean. */
  seed: number | null;
  /** Kind of the tensors, "all" for the whole model. */
  group: GroupGeometry["group"];
  /** Share of the squared length; of independent replicas about 0, of equal ones 1. */
  share: number;
  /** Ends of the 95 % interval: over replicas, for the mean over domains and seeds; null where there are too few. */
  low: number | null;
  high: number | null;
  replicas: number;
}

/** Geometry of one domain's replicas, lines[seed][group]. */
export interface SignalSource {
  trained: string;
  seeds: readonly (readonly GroupGeometry[])[];
}

/** A row for every domain, seed and kind of tensors, and the means. */
export function signalRows(
  sources: readonly SignalSource[],
  seeds: readonly number[],
): SignalRow[] {
  const rows = sources.flatMap(({ trained, seeds: lines }) =>
    lines.flatMap((groups, s) =>
      groups
        // Tensors that training leaves alone have no direction.
        .filter(({ squares }) => squares.some((value) => value > 0))
        .map((group): SignalRow => {
          const { share, low, high, replicas } = signalShare(group);
          return {
            trained,
            seed: seeds[s]!,
            group: group.group,
            share: brief(share),
            low: low === null ? null : brief(low),
            high: high === null ? null : brief(high),
            replicas,
          };
        }),
    ),
  );
  const groups = [...new Set(rows.map(({ group }) => group))];
  const means = groups.map((group): SignalRow => {
    const own = rows.filter((row) => row.group === group);
    const shares = sources.map(({ trained }) =>
      own.filter((row) => row.trained === trained).map(({ share }) => share),
    );
    const { mean, low, high } = averageOverSeeds([shares], {
      kind: "difference",
    });
    // One domain in one seed has nothing to vary over.
    const alone = own.length < 2;
    return {
      trained: "average",
      seed: null,
      group,
      share: brief(mean),
      low: alone ? null : brief(low),
      high: alone ? null : brief(high),
      replicas: Math.min(...own.map(({ replicas }) => replicas)),
    };
  });
  return [...rows, ...means];
}
