/** Table 7 as rows from which the figures of self-verification are drawn. */
import type { JudgeRow } from "../charts/judging/judgeCorrelation.js";
import { paperBenchmarkId, paperModelId, paperTable } from "./paper.js";

const KINDS = ["Gen", "Out", "Proc"] as const;

/**
 * How well nine models generate and judge, one row per model and benchmark, and one with the printed average ("average").
 *
 * Source: arXiv 2602.12566v3, Table 7. No intervals are published.
 *
 * @example
 * paperJudging().find((row) => row.model === "multi" && row.benchmark === "ifeval").process.mean // 27.5
 */
export function paperJudging(): JudgeRow[] {
  const { columns, rows } = paperTable(7);
  const benchmarks = columns
    .filter((column) => column.endsWith(" Gen"))
    .map((column) => column.slice(0, -" Gen".length));
  return rows.flatMap((row) =>
    benchmarks.map((benchmark) => {
      const [generation, outcome, process] = KINDS.map((kind) => ({
        mean: Number(row[`${benchmark} ${kind}`]),
      }));
      const label = String(row["model"]);
      return {
        model: paperModelId(label),
        label,
        benchmark:
          benchmark === "Avg." ? "average" : paperBenchmarkId(benchmark),
        generation: generation!,
        outcome: outcome!,
        process: process!,
      };
    }),
  );
}
