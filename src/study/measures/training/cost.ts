/** Measure `cost`: tokens, floating-point operations and seconds of training runs (Table 2), from their logs. */
import type { StepMetrics } from "../../../train/index.js";
import { statedRows } from "../../claims/claimRow.js";
import { costRatio } from "../../claims/mixing.js";
import { missingClaims } from "../../claims/paperModels.js";
import type { MeasureEntry, Ref } from "../../graph/model.js";
import { costRows, type CostRow } from "../../rows/cost.js";
import type { Results } from "../../rows/results.js";
import { manyModels, modelSets, object, type Field } from "../../spec/field.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of `cost`. */
export interface CostOptions {
  /** Training runs. */
  models: Ref[];
  /** The list of runs whose cost together is the unit of the others. */
  unit: { name: string; models: Ref[] };
}

const IDS = ["mix-costs-less"] as const;

const unit: Field<CostOptions["unit"]> = {
  means: "the name of a list of models",
  optional: false,
  parse: (value, path, scope) => modelSets.parse([value], path, scope)[0]!,
};

function rowsOf(
  { options }: MeasureEntry<CostOptions>,
  results: Results,
): CostRow[] {
  const logs = results.study.seeds.flatMap((seed) =>
    options.models.map(({ model }) => ({
      model,
      seed,
      log: results.log<StepMetrics>(model, seed),
    })),
  );
  const { name, models } = options.unit;
  const together = models.map(({ model }) => model);
  return costRows(logs, together, name, results.parameters());
}

/** The measure. */
export const cost: Measure<CostOptions, { cost: CostRow }> = {
  ...NOTHING,
  key: "cost",
  about: "tokens, floating-point operations and seconds of training runs",
  version: 1,
  options: object<CostOptions>({ models: manyModels, unit }),
  rowFiles: ["cost"],
  claimIds: IDS,
  reads: ({ models }) => models,
  logs: ({ models }) => models.map(({ model }) => model),
  rows: (entry, results) => ({ cost: rowsOf(entry, results) }),
  claims: (entry, results, { multi }) =>
    multi === null
      ? missingClaims(IDS, "the study names no mixed run of the paper")
      : statedRows({
          "mix-costs-less": costRatio(rowsOf(entry, results), multi),
        }),
};
