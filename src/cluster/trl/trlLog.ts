/** The log that `train_trl.py` writes: the lines of our own GRPO, checked, since another program wrote them. */
import { TrainError } from "../../error.js";
import { BUDGETS, readText } from "../../io/index.js";
import type { GrpoMetrics, TokenCounts } from "../../train/index.js";

const KINDS = ["prefill", "sampled", "trained", "scored"] as const;

/**
 * A line of the log.
 *
 * @param step  the step that it must be of
 * @throws TrainError it is none, of another step, or a number is NaN or infinite
 * @example
 * readTrlLine('{"step":0,"loss":0,"gradNorm":1,"reward":0.5,"tokens":{"prefill":1,"sampled":1,"trained":2},"seconds":{"total":1}}', 0).reward // 0.5
 */
export function readTrlLine(text: string, step: number): GrpoMetrics {
  const fail = (what: string): never => {
    throw new TrainError(`trl: step ${step} of the log must ${what}`);
  };
  let line: GrpoMetrics;
  try {
    line = JSON.parse(text) as GrpoMetrics;
  } catch {
    return fail(`be JSON of finite numbers, got ${text.slice(0, 120)}`);
  }
  if (line?.step !== step) fail(`say so, got step ${String(line?.step)}`);
  for (const key of ["loss", "gradNorm", "reward"] as const)
    if (!Number.isFinite(line[key]))
      fail(`have a finite ${key}, got ${String(line[key])}`);
  for (const kind of ["prefill", "sampled", "trained"] as const)
    if (!Number.isFinite(line.tokens?.[kind]))
      fail(`count ${kind} tokens, got ${String(line.tokens?.[kind])}`);
  if (!Number.isFinite(line.seconds?.total))
    fail(`have its seconds, got ${String(line.seconds?.total)}`);
  return line;
}

/**
 * The whole log of a run that has ended.
 *
 * @throws TrainError it has fewer or more lines than steps, or one of them is not what it must be
 */
export function readTrlLog(path: string, steps: number): GrpoMetrics[] {
  const text = readText(
    path,
    BUDGETS.lines,
    (what, cause) => new TrainError(`trl: ${what}`, { cause }),
  );
  const lines = text.split("\n").filter((line) => line !== "");
  if (lines.length !== steps)
    throw new TrainError(
      `trl: ${path} must have a line for each of ${steps} steps, got ${lines.length}`,
    );
  return lines.map(readTrlLine);
}

/** Sums over the steps of a run. */
export function trlTotals(metrics: readonly GrpoMetrics[]): {
  tokens: TokenCounts;
  seconds: number;
} {
  const tokens: TokenCounts = { prefill: 0, sampled: 0, trained: 0 };
  for (const line of metrics)
    for (const kind of KINDS) {
      const count = line.tokens[kind];
      if (count !== undefined) tokens[kind] = (tokens[kind] ?? 0) + count;
    }
  const seconds = metrics.reduce((sum, line) => sum + line.seconds.total, 0);
  return { tokens, seconds: Number(seconds.toFixed(3)) };
}
