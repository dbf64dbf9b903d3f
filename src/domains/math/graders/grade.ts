/** What a math grader says. */

/** How a completion was judged; only `right` is a reward. `unreadableReference` is an error of the data. */
export type GradeOutcome =
  | "right"
  | "wrong"
  | "noAnswer"
  | "truncated"
  | "unreadableReference"
  | "budgetExhausted";

/** The names of the graders. */
export type GraderName = "mathVerify" | "qwq" | "deepscaler" | "dapo" | "exact";

/** One judgement. */
export interface Grade {
  /** Which grader scored. */
  grader: GraderName;
  outcome: GradeOutcome;
  /** The answer that was taken from the completion, as text. */
  extracted?: string;
  /** One line that says why. */
  detail?: string;
}

/** Options of every grader. */
export interface GradeOptions {
  /** Most steps; default 2,000,000. */
  steps?: number;
}
