/** The rows about weights that a study wrote. */
import { StudyError } from "../../../error.js";
import { BUDGETS, readJson } from "../../../io/index.js";
import type { WeightShiftRow } from "./shiftRow.js";

/** Names of the tables of `WeightShiftRow`. */
const TABLES: readonly string[] = [
  "overlap",
  "layer",
  "curve",
  "cosine",
  "expert",
  "joint",
  "survival",
  "magnitude",
  "spectrum",
] satisfies WeightShiftRow["table"][];

/**
 * Rows that `weightShiftRows` made, from a file of a study.
 *
 * @throws StudyError the file is missing, or holds no such rows
 * @example
 * readWeightShiftRows("data/hard/runs/full/analysis/weightShift.json")
 */
export function readWeightShiftRows(path: string): WeightShiftRow[] {
  const rows = readJson(
    path,
    BUDGETS.lines,
    (text, cause) => new StudyError(`readWeightShiftRows: ${text}`, { cause }),
  );
  const known = (row: unknown): boolean =>
    TABLES.includes((row as { table?: string } | null)?.table ?? "");
  if (!Array.isArray(rows) || rows.length === 0 || !rows.every(known))
    throw new StudyError(
      `readWeightShiftRows: "${path}" must hold rows of ${TABLES.join(", ")}, got ${JSON.stringify(rows).slice(0, 40)}`,
    );
  return rows as WeightShiftRow[];
}
