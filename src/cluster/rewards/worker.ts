/** A thread that judges rows: batches in, one result per row out, in order. */
import type { Verdict } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import { serveThread } from "../../io/index.js";
import { judge, type RewardRow } from "./judge.js";

/** What became of a row: a verdict, or why there is none. */
export type Judged =
  | { verdict: Verdict }
  | { failed: "label" | "infrastructure"; message: string };

/** Judge a row; what goes wrong is said, never scored. */
export function judged(row: RewardRow): Judged {
  try {
    return { verdict: judge(row) };
  } catch (error) {
    const { message } = error as Error;
    const label = error instanceof TaskError;
    return { failed: label ? "label" : "infrastructure", message };
  }
}

serveThread(
  () =>
    (rows: RewardRow[]): Judged[] =>
      rows.map(judged),
);
