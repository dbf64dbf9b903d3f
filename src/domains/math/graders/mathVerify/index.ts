/** The grader `mathVerify`: extraction and comparison as in Math-Verify. */
import { Budget, BudgetError } from "../../latex/budget.js";
import type { Grade, GradeOptions } from "../grade.js";
import { equalAnswer } from "./compare.js";
import { parseAnswer, type Parsed } from "./parse.js";

/** Whether mathematics stands in an environment already. */
const IN_ENVIRONMENT = /\$|\\\(|\\\[|\\boxed/;

/**
 * The reference, read: mathematics in an environment as it stands, anything else as the content of a box.
 *
 * @throws BudgetError it is too large
 */
export function parseReference(reference: string, budget: Budget): Parsed {
  return parseAnswer(
    IN_ENVIRONMENT.test(reference) ? reference : `\\boxed{${reference}}`,
    budget,
  );
}

/**
 * Grade a completion by Math-Verify's rules.
 *
 * Source: Math-Verify 0.9.0 with latex2sympy2_extended 1.11.0, LaTeX and plain expressions, default options. Agreement with it
 * on the golden set is printed by `npm run parity`.
 * Deviates: limits are steps, not seconds; more true identities are found (see `equalAnswer`); text before the last 200,000
 * characters is not looked at.
 */
export function gradeMathVerify(
  reference: string,
  completion: string,
  { steps }: GradeOptions = {},
): Grade {
  const grader = "mathVerify";
  const budget = new Budget(steps);
  let given: Parsed = { value: null, text: "" };
  try {
    const gold = parseReference(reference, budget);
    if (gold.value === null && gold.text.trim() === "")
      return {
        grader,
        outcome: "unreadableReference",
        detail: "no mathematics in the reference",
      };
    given = parseAnswer(completion, budget);
    if (given.value === null && given.text.trim() === "")
      return {
        grader,
        outcome: "noAnswer",
        detail: "no number or mathematics",
      };
    const same =
      (gold.value !== null &&
        given.value !== null &&
        equalAnswer(gold.value, given.value, budget)) ||
      (gold.text.trim() !== "" && gold.text.trim() === given.text.trim());
    return { grader, outcome: same ? "right" : "wrong", extracted: given.text };
  } catch (error) {
    if (!(error instanceof BudgetError)) throw error;
    return {
      grader,
      outcome: "budgetExhausted",
      extracted: given.text,
      detail: error.message,
    };
  }
}
