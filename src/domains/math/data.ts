/** What the verifier reads of a math task: the right answer, and by which grader it is compared. */
import { TaskError } from "../../error.js";
import { correct, noAnswer, wrong } from "../gate.js";
import type { Task, Verdict } from "../task.js";
import { gradeMath, type GraderName } from "./graders/index.js";

/** `Task.data` of a math task. Nano tasks have a number, compared exactly; tasks of real data a text, compared by a named grader. */
export interface MathData {
  answer: number | string;
  /** Default `mathVerify`; only where the answer is a text. */
  grader?: GraderName;
}

/**
 * The data of a task, checked.
 *
 * @throws TaskError there is no answer
 */
export function mathData({ id, data }: Task): MathData {
  const { answer } = (data ?? {}) as Partial<MathData>;
  if (typeof answer === "number" || (typeof answer === "string" && answer))
    return data as MathData;
  throw new TaskError(
    `math: task ${JSON.stringify(id)} must have an answer, a number or a text`,
  );
}

/**
 * The verdict of a named grader on the text of an answer.
 *
 * @throws TaskError the grader is unknown, or the reference cannot be read: an error of the data, never a reward
 */
export function verdictByGrader(
  { id }: Task,
  reference: string,
  text: string,
  grader: GraderName = "mathVerify",
): Verdict {
  const { outcome, extracted, detail } = gradeMath(grader, reference, text);
  if (outcome === "right") return correct();
  if (outcome === "unreadableReference")
    throw new TaskError(
      `math: task ${JSON.stringify(id)}: answer must be mathematics, got ${JSON.stringify(reference.slice(0, 60))}`,
    );
  if (outcome === "noAnswer") return noAnswer(detail ?? "no answer");
  return wrong(
    detail ??
      `expected ${reference.slice(0, 40)}, got ${(extracted ?? "").slice(0, 40)}`,
  );
}
