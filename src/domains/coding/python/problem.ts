/** The typed form of a Python problem: what `data` of a coding task carries beside the nano tasks. */
import { TaskError } from "../../../error.js";
import type { PythonLimits } from "../executors/executor.js";

/** One test. */
export interface PythonTest {
  /** Standard input; in functional problems one JSON value a line, the arguments of the call. */
  input: string;
  /** What must be printed; in functional problems the result as JSON. Never shown to the program. */
  output: string;
}

/**
 * A problem that is solved by a Python program, in the form of LiveCodeBench's tests.
 *
 * @example
 * const program: PythonProblem = { language: "python", mode: "stdin", tests: [{ input: "4\n", output: "5\n" }] };
 * const add: PythonProblem = { language: "python", mode: "functional", entry: "add", tests: [{ input: "1\n2", output: "3" }] };
 */
export interface PythonProblem {
  language: "python";
  /** Whether the program reads and prints, or defines a function (a method of `Solution`, or a plain one). */
  mode: "stdin" | "functional";
  tests: PythonTest[];
  /** The function's name; functional problems only. */
  entry?: string;
  /** Source that is run before the program and after it, in the same module: what a problem gives, and tests written as assertions. */
  before?: string;
  after?: string;
  /** Most tests that are run: a subset drawn by the task's id, the same for every completion; default all. */
  maxTests?: number;
  /** Limits of each test where they differ from `PYTHON_LIMITS`. */
  limits?: Partial<PythonLimits>;
}

/** Whether a task's data claims to be a Python problem; `checkProblem` says whether it is one. */
export function isPython(data: unknown): boolean {
  return (data as { language?: unknown } | null)?.language === "python";
}

function isTest(test: unknown): boolean {
  const { input, output } = (test ?? {}) as Partial<PythonTest>;
  return typeof input === "string" && typeof output === "string";
}

function isCount(value: unknown): boolean {
  return value === undefined || (Number.isInteger(value) && Number(value) > 0);
}

function checkLimits(limits: Partial<PythonLimits>, refuse: Refuse): void {
  const most = { seconds: 3600, memory: 1 << 20, output: 1 << 18 };
  for (const [name, value] of Object.entries(limits)) {
    if (!Object.hasOwn(most, name))
      refuse(`limits has no ${JSON.stringify(name)}`);
    const top = most[name as keyof PythonLimits];
    if (!(typeof value === "number" && value > 0 && value <= top))
      refuse(`limits.${name} must be in (0, ${top}], got ${value}`);
    if (name !== "seconds" && !Number.isInteger(value))
      refuse(`limits.${name} must be a whole number, got ${value}`);
  }
}

type Refuse = (why: string) => never;

/**
 * Check data that claims to be a Python problem.
 *
 * @param id  the task's, for the message
 * @throws TaskError a field is missing or not of its type, or there is no test: a program that passes none of none is not right
 */
export function checkProblem(id: string, data: unknown): PythonProblem {
  const refuse: Refuse = (why) => {
    throw new TaskError(`coding: task ${JSON.stringify(id)}: ${why}`);
  };
  const problem = data as PythonProblem;
  const { mode, tests, entry, maxTests, limits, before, after } = problem;
  if (mode !== "stdin" && mode !== "functional")
    refuse(`mode must be "stdin" or "functional", got ${JSON.stringify(mode)}`);
  if (!Array.isArray(tests) || tests.length === 0)
    refuse("tests must be a list with at least one test");
  const bad = tests.findIndex((test) => !isTest(test));
  if (bad >= 0) refuse(`tests[${bad}] must have input and output as text`);
  if (mode === "functional" && !/^[A-Za-z_]\w*$/.test(entry ?? ""))
    refuse(`entry must be the function's name, got ${JSON.stringify(entry)}`);
  if (mode === "stdin" && entry !== undefined)
    refuse("entry belongs to functional problems");
  for (const source of [before, after])
    if (source !== undefined && typeof source !== "string")
      refuse("before and after must be texts");
  if (!isCount(maxTests))
    refuse(`maxTests must be a positive whole number, got ${maxTests}`);
  checkLimits(limits ?? {}, refuse);
  return problem;
}
