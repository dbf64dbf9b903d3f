/** The grader `mathVerify`: extraction and comparison as in Math-Verify. */
import type { Budget } from "../../latex/budget.js";
import { gradeWithin, type Grade, type GradeOptions } from "../grade.js";
import { equalAnswer } from "./compare.js";
import { parseAnswer, type Parsed } from "./parse.js";

/** Whether mathematics stands in an environment already. */
const IN_ENVIRONMENT = /\$|\\\(|\\\[|\\boxed/;

/**
 * The reference, read: mathematics in an environment as it stands, anything else as the content of a box.
 *
 * @throws BudgetError it is too large
 */
function parseReference(reference: string, budget: Budget): Parsed {
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
  options: GradeOptions = {},
): Grade {
  let given: Parsed = { value: null, text: "" };
  const judge = (budget: Budget): boolean | Omit<Grade, "grader"> => {
    const gold = parseReference(reference, budget);
    if (gold.value === null && gold.text.trim() === "")
      return {
        outcome: "unreadableReference",
        detail: "no mathematics in the reference",
      };
    given = parseAnswer(completion, budget);
    if (given.value === null && given.text.trim() === "")
      return { outcome: "noAnswer", detail: "no number or mathematics" };
    return (
      (gold.value !== null &&
        given.value !== null &&
        equalAnswer(gold.value, given.value, budget)) ||
      (gold.text.trim() !== "" && gold.text.trim() === given.text.trim())
    );
  };
  return gradeWithin("mathVerify", options, () => given.text, judge);
}
