/** Predictors of merging that a committed study has tested and found to tell: what `m2rl diff` may go by. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import {
  PREDICTORS,
  type Predictions,
  type PredictorName,
} from "./mergePredictors.js";

/** One tested predictor: a line from its value to the gain of a merge, with the error on merges that the line had not seen. */
export interface TestedPredictor {
  predictor: PredictorName;
  /** What the gain is over: the mean of the merged experts, or the model that they were trained from. */
  target: "experts" | "anchor";
  /** Points at 0, and points for each unit of the predictor. */
  intercept: number;
  slope: number;
  /** Root of the mean squared error on merges left out, points. */
  error: number;
  /** Spearman's rank correlation with the gain. */
  rho: number;
  merges: number;
  seeds: number;
  /** Method by which they were merged, and the study in which. */
  method: string;
  study: string;
}

const NUMBERS = [
  "intercept",
  "slope",
  "error",
  "rho",
  "merges",
  "seeds",
] as const;

/**
 * The rows of `data/predictors.json`: those predictors whose verdict in a committed study is "predicts"; none so far if it is empty.
 *
 * @throws TypeError a row lacks a field, or has one of a wrong kind
 * @example
 * testedPredictors().map(({ predictor }) => predictor)
 */
export function testedPredictors(): TestedPredictor[] {
  const path = fileURLToPath(
    new URL("../../../../data/predictors.json", import.meta.url),
  );
  return parseTestedPredictors(readFileSync(path, "utf8"));
}

/**
 * The tested predictors in a JSON text.
 *
 * @throws SyntaxError the text is not JSON · TypeError as for `testedPredictors`
 * @internal
 */
export function parseTestedPredictors(json: string): TestedPredictor[] {
  const rows: unknown = JSON.parse(json);
  if (!Array.isArray(rows))
    throw new TypeError("parseTestedPredictors: rows must be a list");
  return rows.map((row: unknown, i) => {
    const own = (typeof row === "object" && row !== null ? row : {}) as Record<
      string,
      unknown
    >;
    const wrong =
      NUMBERS.find((name) => !Number.isFinite(own[name])) ??
      (["method", "study"] as const).find(
        (name) => typeof own[name] !== "string",
      ) ??
      (Object.hasOwn(PREDICTORS, String(own["predictor"]))
        ? null
        : "predictor") ??
      (["experts", "anchor"].includes(String(own["target"])) ? null : "target");
    if (wrong !== null)
      throw new TypeError(
        `parseTestedPredictors: row ${i} has no valid "${wrong}", got ${JSON.stringify(own[wrong])}`,
      );
    return own as unknown as TestedPredictor;
  });
}

/** What a tested predictor expects of a merge, points; null where it has no value. */
export function expectedGain(
  { predictor, intercept, slope }: TestedPredictor,
  values: Predictions,
): number | null {
  const value = values[predictor];
  return value === null ? null : intercept + slope * value;
}
