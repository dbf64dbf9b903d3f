/** Rows of a study's judges, one per way of judging → what the charts and the table of judges show. */
import { benchmarkLabel } from "../../labels.js";
import { modelLabel } from "../../models.js";
import type { Estimate, TableValue } from "../../table.js";
import { only } from "../../where.js";
import type { DomainJudgeRow } from "./judgeByDomain.js";

/** How well one model answers a benchmark, and judges its answers in one way: the fields of `study.JudgingRow` that are shown. */
export interface JudgingModeRow {
  model: string;
  /** Name of the benchmark, or "average". */
  benchmark: string;
  domain: string | null;
  mode: "outcome" | "process";
  generation: Estimate;
  /** Agreement of verdicts with the verifier; null where there is none. */
  value: Estimate | null;
  balancedAccuracy: Estimate | null;
}

/** Both ways of judging of one model on one benchmark. */
interface BothWays {
  outcome: JudgingModeRow;
  process: JudgingModeRow;
}

function bothWays(rows: readonly JudgingModeRow[]): BothWays[] {
  return rows
    .filter(({ mode }) => mode === "outcome")
    .map((outcome) => {
      const { model, benchmark } = outcome;
      const process = only(rows, { model, benchmark, mode: "process" });
      return { outcome, process };
    });
}

/**
 * Points of `judgeCorrelation`, `judgeByDomain` and `judgeTradeOff`; a model that did not judge in one of the ways has none.
 *
 * @param score  which number of the judges is shown, default "value"
 * @throws RangeError a model lacks a way of judging
 * @example
 * judgeRows(study.rows(hard, "judging"), "balancedAccuracy")
 */
export function judgeRows(
  rows: readonly JudgingModeRow[],
  score: "value" | "balancedAccuracy" = "value",
): DomainJudgeRow[] {
  return bothWays(rows).flatMap(({ outcome, process }) => {
    const { model, benchmark, domain, generation } = outcome;
    const [own, other] = [outcome[score], process[score]];
    if (own === null || other === null) return [];
    return [
      {
        model,
        label: modelLabel(model),
        benchmark:
          benchmark === "average" ? benchmark : benchmarkLabel(benchmark),
        domain: domain ?? "",
        generation,
        outcome: own,
        process: other,
      },
    ];
  });
}

/**
 * The layout of the paper's Table 7: one row per model; of each benchmark generation, outcome and process judging.
 *
 * @throws RangeError a model lacks a way of judging
 * @example
 * htmlTable(judgingTable(study.rows(hard, "judging")), { rank: "column" })
 */
export function judgingTable(
  rows: readonly JudgingModeRow[],
): Record<string, TableValue>[] {
  const lines = new Map<string, Record<string, TableValue>>();
  for (const { outcome, process } of bothWays(rows)) {
    const { model, benchmark, generation } = outcome;
    const title = benchmarkLabel(benchmark);
    lines.set(model, {
      ...(lines.get(model) ?? { model: modelLabel(model) }),
      [`${title} Gen`]: generation,
      [`${title} Out`]: outcome.value,
      [`${title} Proc`]: process.value,
    });
  }
  return [...lines.values()];
}
