/** Rows of HumanEval → tasks. */
import { TaskError } from "../../error.js";
import { checkProblem } from "../coding/python/problem.js";
import type { Task } from "../specs.js";
import { published } from "./check.js";
import type { PlacedRow } from "./streamRows.js";

/** The function that runs the row's assertions; its name is none that a program would define. */
const PASSED = "m2rl_assertions_hold";

/**
 * Read one row of HumanEval. The row's own text stands before the answer, so that its imports and helpers are there; its assertions run
 * after it, and the program is right when none fails.
 *
 * Deviates: none of the protocol, whose assertions run in the same process as the program: unlike tests by input and output they believe
 * an object that calls itself equal to everything.
 *
 * @throws TaskError a column is missing or not of its form; names file and line
 * @example
 * for await (const placed of streamRows("HumanEval.jsonl.gz")) readHumanEvalRow(placed).id;   // "HumanEval/0" …
 */
export function readHumanEvalRow({ row, where }: PlacedRow): Task {
  const text = (column: string): string => {
    const value = row[column];
    if (typeof value === "string") return value;
    throw new TaskError(`readHumanEvalRow: ${where}: ${column} must be a text`);
  };
  const id = text("task_id");
  const prompt = published("humaneval").prompt;
  const question = text("prompt");
  return {
    id,
    domain: "coding",
    kind: "humanEval",
    prompt: prompt.replace("{question}", () => question),
    data: checkProblem(id, {
      language: "python",
      mode: "functional",
      entry: PASSED,
      before: question,
      after: `${text("test")}\n\ndef ${PASSED}():\n    check(${text("entry_point")})\n    return True\n`,
      tests: [{ input: "", output: "true" }],
    }),
  };
}
