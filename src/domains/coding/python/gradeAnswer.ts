/** Grading of an answer to a Python problem: find the program in it, run it, say in one word and one line what came of it. */
import type { PythonExecutor } from "../executors/executor.js";
import { lastFenced } from "./extract.js";
import {
  gradeProgram,
  type ProgramGrade,
  type TestVerdict,
} from "./gradeProgram.js";
import { checkProblem } from "./problem.js";

/** What came of an answer. */
export interface AnswerGrade {
  passed: boolean;
  /** The verdict of the first test that is not right; "right" where all are. */
  outcome: TestVerdict | "noAnswer";
  /** One line that says why it is not right. */
  detail?: string;
}

/** A grade of a program in one word and one line. */
export function answerGrade({ passed, tests }: ProgramGrade): AnswerGrade {
  if (passed) return { passed, outcome: "right" };
  const { verdict, detail } = tests.at(-1)!;
  return {
    passed,
    outcome: verdict,
    detail: `test ${tests.length}: ${verdict}: ${detail}`,
  };
}

/**
 * Grade an answer: the program between its last two fences must pass every test of the problem.
 *
 * @param id      the task's
 * @param data    the task's; a `PythonProblem`
 * @param answer  what the model wrote, without its reasoning
 * @throws TaskError the data is no problem · InfrastructureError the sandbox failed, also when asked again
 * @example
 * const tests = [{ input: "4", output: "5" }];
 * const problem = { language: "python", mode: "stdin", tests };
 * await gradePython(embedded(), "id", problem, "I do not know."); // outcome "noAnswer"
 */
export async function gradePython(
  executor: PythonExecutor,
  id: string,
  data: unknown,
  answer: string,
): Promise<AnswerGrade> {
  const problem = checkProblem(id, data);
  const program = lastFenced(answer);
  if (program === null)
    return { passed: false, outcome: "noAnswer", detail: "no complete block" };
  return answerGrade(await gradeProgram(executor, id, problem, program));
}
