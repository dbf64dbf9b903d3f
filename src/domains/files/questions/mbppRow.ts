/** Rows of MBPP → tasks. */
import { checkProblem } from "../../coding/python/problem.js";
import type { Task } from "../../specs.js";
import { published } from "../check.js";
import type { PlacedRow } from "../streamRows.js";
import { asked, at, textOf, textsOf } from "./place.js";

/** The function that runs the row's assertions; its name is none that a program would define. */
const PASSED = "m2rl_assertions_hold";

/**
 * Read one row of MBPP. The question shows the assertions, which alone say what the function is called; the program is right when
 * none of them fails.
 *
 * Deviates: as `readHumanEvalRow`, whose assertions run beside the program too.
 *
 * @throws TaskError a column is missing or not of its form; names file and line
 */
export function readMbppRow({ row, where }: PlacedRow): Task {
  return at("readMbppRow", where, (refuse) => {
    const id = `mbpp/${textOf(row, "task_id", refuse)}`;
    const tests = textsOf(row, "test_list", refuse);
    if (tests.length === 0) return refuse("test_list must not be empty");
    const setup =
      typeof row["test_setup_code"] === "string" ? row["test_setup_code"] : "";
    const shown = `The function must pass these tests:\n\n${tests.join("\n")}`;
    return {
      id,
      domain: "coding",
      kind: "mbpp",
      prompt: asked(
        published("mbpp"),
        `${textOf(row, "text", refuse)}\n\n${shown}`,
      ),
      data: checkProblem(id, {
        language: "python",
        mode: "functional",
        entry: PASSED,
        // JSON texts are texts of Python, too.
        after: `${setup}\n\ndef ${PASSED}():\n    for test in ${JSON.stringify(tests)}:\n        exec(test, globals())\n    return True\n`,
        tests: [{ input: "", output: "true" }],
      }),
    };
  });
}
