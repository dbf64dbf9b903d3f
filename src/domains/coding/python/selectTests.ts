/** Which tests of a problem are run. */
import { Random } from "../../../random.js";
import type { PythonProblem, PythonTest } from "./problem.js";

/**
 * At most `maxTests` tests of a problem, in their order: a subset drawn by the task's id, so that every completion of a group,
 * and every later run, meets the same ones.
 *
 * Source: the authors draw 20 anew for each completion, which makes the reward of one program random.
 */
export function selectTests(id: string, problem: PythonProblem): PythonTest[] {
  const { tests, maxTests = tests.length } = problem;
  if (tests.length <= maxTests) return tests;
  const random = new Random(0, `tests of ${id}`);
  const order = random.shuffle(tests.map((_, i) => i));
  const kept = new Set(order.slice(0, maxTests));
  return tests.filter((_, i) => kept.has(i));
}
