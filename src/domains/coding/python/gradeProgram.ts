/** Grading of a program: its tests run in an executor, what they say is compared here. */
import {
  PYTHON_LIMITS,
  type PythonExecutor,
  type PythonOutcome,
} from "../executors/executor.js";
import { samePrinted, sameResult } from "./compare.js";
import type { PythonProblem, PythonTest } from "./problem.js";
import { selectTests } from "./selectTests.js";

/** What a test says of a program. A sandbox that failed says nothing: `InfrastructureError`. */
export type TestVerdict =
  "right" | "wrong" | "runtimeError" | "time" | "memory" | "output";

/** One test that was run. */
export interface TestGrade {
  verdict: TestVerdict;
  /** One line that says why it is not right. */
  detail?: string;
  /** Seconds of CPU time. */
  seconds: number;
}

/** What the tests say of a program. */
export interface ProgramGrade {
  /** Whether every test is right. */
  passed: boolean;
  /** The tests in their order, up to the first that is not right. */
  tests: TestGrade[];
}

function shown(text: string): string {
  return JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text);
}

function gradeOf(
  outcome: PythonOutcome,
  { output }: PythonTest,
  entry: string | undefined,
): TestGrade {
  const { seconds } = outcome;
  if (outcome.kind !== "ended")
    return { verdict: outcome.kind, detail: outcome.detail, seconds };
  const said = outcome.output;
  const same = entry === undefined ? samePrinted : sameResult;
  if (same(said, output)) return { verdict: "right", seconds };
  const got =
    said.startsWith("!") && entry ? `a ${said.slice(1, 60)}` : shown(said);
  const detail = `must be ${shown(output)}, got ${got}`;
  return { verdict: "wrong", detail, seconds };
}

/**
 * Run a program against a problem's tests, as many at a time as the executor takes; no further test starts after one that is
 * not right. Every test is a run of its own that sees its own input alone.
 *
 * Source: LiveCodeBench, `testing_util.run_test`: all tests must pass.
 * Deviates: the program runs as a script of its own instead of inside the harness, and its limit is CPU time.
 *
 * @param id       the task's: draws the subset of the tests where the problem asks for one
 * @param problem  as `checkProblem` returns it
 * @throws InfrastructureError the sandbox failed, also when asked again
 */
export async function gradeProgram(
  executor: PythonExecutor,
  id: string,
  problem: PythonProblem,
  program: string,
): Promise<ProgramGrade> {
  const tests = selectTests(id, problem);
  const limits = { ...PYTHON_LIMITS, ...problem.limits };
  const { entry, before, after } = problem;
  const source = [before, program, after]
    .filter((part) => part !== undefined)
    .join("\n");
  const grades: TestGrade[] = [];
  let next = 0;
  let stop = false;
  const lane = async (): Promise<void> => {
    while (!stop && next < tests.length) {
      const i = next++;
      const test = tests[i]!;
      const run = {
        program: source,
        input: test.input,
        ...(entry ? { entry } : {}),
      };
      const outcome = await executor.run(run, limits);
      grades[i] = gradeOf(outcome, test, entry);
      if (grades[i].verdict !== "right") stop = true;
    }
  };
  const lanes = Math.min(executor.concurrency, tests.length);
  await Promise.all(Array.from({ length: lanes }, lane));
  const first = grades.findIndex(({ verdict }) => verdict !== "right");
  return first < 0
    ? { passed: true, tests: grades }
    : { passed: false, tests: grades.slice(0, first + 1) };
}
