/** What `m2rl diff --predictors` prints: what task vectors look like before they are merged, and what that has been found to tell. */
import {
  expectedGain,
  PREDICTORS,
  type Predictions,
  type PredictorName,
  type TestedPredictor,
} from "../../analysis/index.js";
import { textTable } from "../verb.js";

const TARGETS: Readonly<Record<TestedPredictor["target"], string>> = {
  experts: "the mean of its experts",
  anchor: "the base",
};

/**
 * A table of the predictors, and a line for each one that a committed study has tested.
 *
 * @param values  of all experts together
 * @param tested  default none: then it says so
 */
export function predictorLines(
  values: Predictions,
  tested: readonly TestedPredictor[],
): string {
  const names = Object.keys(PREDICTORS) as PredictorName[];
  const table = textTable([
    ["before merging", "value", "what it is"],
    ...names.map((name) => [
      name,
      values[name] === null ? "–" : String(Number(values[name].toPrecision(3))),
      PREDICTORS[name],
    ]),
  ]);
  const lines = tested.flatMap((row) => {
    const gain = expectedGain(row, values);
    if (gain === null) return [];
    const { predictor, target, error, merges, seeds, method, study } = row;
    return `${predictor}: a merge by ${method} is expected at ${signed(gain)} points against ${TARGETS[target]}, ± ${(2 * error).toFixed(1)} (twice the error on merges left out; ${merges} merges, ${plural(seeds)}, ${study}; other models may differ)`;
  });
  return `${[table, ...(lines.length > 0 ? lines : ["no tested predictor yet: no committed study has found one of these to tell what a merge is worth"])].join("\n")}\n`;
}

function signed(value: number): string {
  return `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(1)}`;
}

function plural(seeds: number): string {
  return seeds === 1 ? "1 seed" : `${seeds} seeds`;
}
