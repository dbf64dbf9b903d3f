/** What a math grader says. */
import { Budget, BudgetError } from "../latex/budget.js";

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

/**
 * Judge within a budget: what is found, or that the budget ran out before.
 *
 * @param found  the answer that was taken from the completion, as far as it is known when the budget runs out
 * @param judge  whether the answer is right
 */
export function gradeWithin(
  grader: GraderName,
  { steps }: GradeOptions,
  found: () => string,
  judge: (budget: Budget) => boolean | Omit<Grade, "grader">,
): Grade {
  try {
    const said = judge(new Budget(steps));
    if (typeof said !== "boolean") return { grader, ...said };
    return { grader, outcome: said ? "right" : "wrong", extracted: found() };
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return {
      grader,
      outcome: "budgetExhausted",
      extracted: found(),
      detail: error.message,
    };
  }
}
