/** All rows about weights that a study keeps. */
import { etaAtRate } from "../etaAtRate.js";
import { overSeeds } from "./overSeeds.js";
import type { CurveRow, WeightShiftRow } from "./shiftRow.js";
import {
  cosineRows,
  curveRows,
  expertRows,
  jointRows,
  layerRows,
  magnitudeRows,
  overlapRows,
  type RowsOf,
  spectrumRows,
  survivalRows,
} from "./shiftTables.js";
import { weightShift, type WeightShift } from "../shift/weightShift.js";
import { openWeights, savedAs } from "../shift/weights.js";

const pairRows: readonly RowsOf[] = [overlapRows, layerRows, cosineRows];
const modelRows: readonly RowsOf[] = [
  curveRows("stored"),
  expertRows,
  jointRows,
  survivalRows,
  magnitudeRows,
  spectrumRows,
];

/** The models of one seed of a study. */
export interface ShiftModels {
  /** Folder of the model that training started from. */
  base: string;
  /** Folders of the experts by domain. */
  experts: Readonly<Record<string, string>>;
}

/** Options of `weightShiftRows`. */
export interface WeightShiftRowsOptions {
  /** One entry per seed: experts that were trained and saved in float32 (or as they are). */
  models: readonly ShiftModels[];
  /** One entry per seed: experts whose weights were kept in bfloat16 during training, which began with a rounded base. Optional. */
  stored?: readonly ShiftModels[];
  /** Tolerance of the rule of change, default 1e-3 as in the paper. */
  eta?: number;
  /** Change rate of a second set of rows, default 0.3 as in the paper. */
  rate?: number;
  /** Hears which part is being measured. */
  onProgress?: (progress: { done: number; total: number }) => void;
}

/**
 * Rows for every table and figure about weights: at the paper's η, and at the η where as many weights count as changed as in the paper,
 * since float32 experts change nearly all of their weights by more than 0.1 %. The curve over η is there as saved and after a cast to
 * bfloat16. Experts that were trained in bfloat16 have rows at the paper's η.
 *
 * @throws as `weightShift`; RangeError there are no models, or they have no layers
 * @example
 * weightShiftRows({ models: [{ base: "models/sft", experts: { math: "models/math" } }] })
 */
export function weightShiftRows({
  models,
  stored = [],
  eta = 1e-3,
  rate = 0.3,
  onProgress = () => undefined,
}: WeightShiftRowsOptions): WeightShiftRow[] {
  if (models.length === 0)
    throw new RangeError("weightShiftRows: models must not be empty, got 0");
  const total = 2 * models.length + stored.length;
  let done = 0;
  const measure = (
    folders: readonly ShiftModels[],
    at: number,
    rounded = false,
  ): WeightShift[] =>
    folders.map(({ base, experts }) => {
      const start = openWeights(base);
      const from = rounded ? savedAs(start, "BF16") : start;
      let shift: WeightShift;
      try {
        shift = weightShift(from, experts, { eta: at });
      } finally {
        start.close();
      }
      if (shift.layer === null)
        throw new RangeError(
          `weightShiftRows: models must have decoder layers, got none in ${base}`,
        );
      onProgress({ done: ++done, total });
      return shift;
    });
  const asSaved = measure(models, eta);
  const matched = measure(models, etaAtRate(meanCurve(asSaved), rate));
  const own = measure(stored, eta, true);
  return [
    ...overSeeds(asSaved, "fp32", [...pairRows, ...modelRows]),
    ...overSeeds(matched, "fp32", [...pairRows, magnitudeRows, spectrumRows]),
    ...overSeeds(asSaved, "bf16-saved", [curveRows("bf16")]),
    ...overSeeds(own, "bf16-stored", [...pairRows, ...modelRows]),
  ];
}

/** Share of changed weights by η, over all seeds. */
function meanCurve(shifts: readonly WeightShift[]): CurveRow[] {
  return overSeeds(shifts, "fp32", [curveRows("stored")]) as CurveRow[];
}
