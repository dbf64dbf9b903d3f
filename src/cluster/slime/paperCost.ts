/** What training runs cost in the paper, and what a run of another size would cost at its rate. */
import { spec, type Domain } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import { paperTable } from "../../report/index.js";

/** Size of a run. */
export interface RunSize {
  steps: number;
  promptsPerStep: number;
  groupSize: number;
}

/** Cost of a run. */
export interface PaperCost {
  /** Row of Table 2. */
  row: string;
  /** GPU hours of that row, as printed. */
  printed: number;
  /** GPU hours of a run of this size, at the row's hours per answer. */
  hours: number;
}

/**
 * Cost of a run by Table 2: hours = printed · answers / answers of the row, so that the paper's own size gives the printed number.
 *
 * @param by  "rl", or "distill" for the row of MT-OPD
 * @throws TaskError the paper trained no expert of this domain
 * @example
 * paperCost("rl", ["math"], { steps: 400, promptsPerStep: 128, groupSize: 16 }).hours // 4782.3
 */
export function paperCost(
  by: "rl" | "distill",
  domains: readonly Domain[],
  { steps, promptsPerStep, groupSize }: RunSize,
): PaperCost {
  const row =
    by === "distill"
      ? "MT-OPD"
      : domains.length === 1
        ? spec(domains[0]!).expert.replace(/^RL-/, "")
        : "Multi-Task";
  const found = paperTable(2).rows.find(({ method }) => method === row);
  if (found === undefined)
    throw new TaskError(`paperCost: Table 2 of the paper has no row ${row}`);
  const number = (key: string): number => Number(found[key]);
  const answers = number("batchSize") * number("rollouts") * number("steps");
  const printed = number("gpuHours");
  const share = (steps * promptsPerStep * groupSize) / answers;
  return { row, printed, hours: Number((printed * share).toFixed(1)) };
}
