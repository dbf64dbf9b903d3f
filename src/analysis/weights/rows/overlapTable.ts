/** The paper's Table 5 from the rows of a study: overlaps of pairs, and the controls below them. */
import { mean } from "../../../stats/index.js";
import { MATRIX_LABELS, MATRICES, type MatrixKind } from "../place.js";
import type { OverlapRow } from "./shiftRow.js";

/** Lines below the pairs, with the field of which each is the mean over pairs. */
const CONTROLS = {
  random: "random",
  "by size": "givenMagnitude",
  shuffled: "shuffled",
} as const;

/**
 * One line per pair of experts and one column per kind of matrix; then what independent masks, the size of the weights and shuffled
 * updates give, means over pairs.
 *
 * @param rows  of one η and storage
 * @param name  how an expert is called
 * @example
 * const rows = readWeightShiftRows("data/hard/runs/full/analysis/weightShift.json");
 * const cells = report.where(rows, { table: "overlap", storage: "fp32", eta: 0.014 });
 * report.htmlTable(overlapTable(cells), { digits: 2 })
 */
export function overlapTable(
  rows: readonly OverlapRow[],
  name: (expert: string) => string = (expert) => expert,
): Record<string, string | number>[] {
  const line = (
    domains: string,
    value: (kind: MatrixKind) => number,
  ): Record<string, string | number> => ({
    domains,
    ...Object.fromEntries(
      MATRICES.map((kind) => [MATRIX_LABELS[kind], value(kind)]),
    ),
  });
  const ofKind = (kind: MatrixKind): OverlapRow[] =>
    rows.filter((row) => row.kind === kind);
  const pairs = ofKind(MATRICES[0]!).map(({ a, b }) =>
    line(
      `${name(a)} - ${name(b)}`,
      (kind) => ofKind(kind).find((row) => row.a === a && row.b === b)!.jaccard,
    ),
  );
  const controls = Object.entries(CONTROLS).map(([title, field]) =>
    line(title, (kind) => mean(ofKind(kind).map((row) => row[field]))),
  );
  return [...pairs, ...controls];
}
