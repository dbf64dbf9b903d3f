/** The measures of a study, by what stands under `measures:`; each row file with the type of its rows. */
import { claimsMeasure } from "./claims.js";
import { consistency } from "./behaviour/consistency.js";
import { cost } from "./training/cost.js";
import { frontier } from "./training/frontier.js";
import { judging } from "./behaviour/judging.js";
import type { Measure } from "./measure.js";
import { mergeSize } from "./merging/mergeSize.js";
import { neighborhoods } from "./behaviour/neighborhoods.js";
import { overlaps } from "./weights/overlaps.js";
import { pairs } from "./merging/pairs.js";
import { paradigms } from "./paradigms/paradigms.js";
import { rewards } from "./training/rewards.js";
import { predictors } from "./merging/predictors.js";
import { signal } from "./merging/signal.js";
import { scores } from "./behaviour/scores.js";
import { storage } from "./merging/storage.js";
import { style } from "./behaviour/style.js";
import { taskScores } from "./behaviour/taskScores.js";
import { trajectories } from "./behaviour/trajectories.js";
import { weightShift } from "./weights/weightShift.js";

/** All measures with their types; those that need another's rows stand below it. */
export interface MeasureTable {
  scores: typeof scores;
  taskScores: typeof taskScores;
  cost: typeof cost;
  rewards: typeof rewards;
  trajectories: typeof trajectories;
  mergeSize: typeof mergeSize;
  storage: typeof storage;
  pairs: typeof pairs;
  predictors: typeof predictors;
  signal: typeof signal;
  neighborhoods: typeof neighborhoods;
  consistency: typeof consistency;
  frontier: typeof frontier;
  judging: typeof judging;
  style: typeof style;
  overlaps: typeof overlaps;
  weightShift: typeof weightShift;
  paradigms: typeof paradigms;
  claims: ReturnType<typeof claimsMeasure>;
}

const deciders = {
  scores,
  cost,
  frontier,
  neighborhoods,
  consistency,
  judging,
  overlaps,
};

/** All measures by their keys. */
export const MEASURES: MeasureTable = {
  scores,
  taskScores,
  cost,
  rewards,
  trajectories,
  mergeSize,
  storage,
  pairs,
  predictors,
  signal,
  neighborhoods,
  consistency,
  frontier,
  judging,
  style,
  overlaps,
  weightShift,
  paradigms,
  claims: claimsMeasure(Object.values(deciders)),
};

/** Keys of all measures. */
export const MEASURE_KEYS: readonly (keyof MeasureTable)[] = Object.keys(
  MEASURES,
) as (keyof MeasureTable)[];

/** A measure by its key. */
export function measure(key: string): Measure {
  const known: Readonly<Record<string, Measure>> = { ...MEASURES };
  const found = known[key];
  if (!found) throw new Error(`internal: there is no measure ${key}`);
  return found;
}

type RowLists = ReturnType<MeasureTable[keyof MeasureTable]["rows"]>;
type RowsIn<Lists, Name extends PropertyKey> =
  Lists extends Record<Name, (infer Row)[]> ? Row : never;
type NamesOf<Lists> = Lists extends unknown ? keyof Lists : never;

/** Type of the rows in each row file. */
export type RowTypes = {
  [Name in NamesOf<RowLists>]: RowsIn<RowLists, Name>;
};

/** Type of the options of each measure. */
export type MeasureOptions = {
  [Key in keyof MeasureTable]: ReturnType<
    MeasureTable[Key]["options"]["parse"]
  >;
};
