/** The grader `exact`: the last box, as text or as one written number. */
import { equalAnswers, lastBoxed } from "../answer.js";
import type { Grade } from "./grade.js";

/**
 * Grade a completion by the content of its last box: the same text as the reference, or the same number (integer, decimal, simple
 * fraction) exactly. Nothing is evaluated; a fraction must be in lowest terms. The strictest grader, for answers that are numbers.
 *
 * @example
 * gradeExact("1/2", "so \\boxed{0.5}").outcome // "right"
 */
export function gradeExact(reference: string, completion: string): Grade {
  const grader = "exact";
  if (reference.trim() === "")
    return { grader, outcome: "unreadableReference", detail: "empty" };
  const extracted = lastBoxed(completion);
  if (extracted === null || extracted.trim() === "")
    return { grader, outcome: "noAnswer", detail: "no \\boxed{}" };
  const right = equalAnswers(reference, extracted);
  return { grader, outcome: right ? "right" : "wrong", extracted };
}
