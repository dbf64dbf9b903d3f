/**
 * The coding domain: programs, really executed against tests in a sandbox. JavaScript functions of the small world in QuickJS,
 * Python problems in the form of LiveCodeBench in a jail or on a SandboxFusion server.
 *
 * Exports: `coding` (the DomainSpec), `unitTests`, `lastProgram`, `Sandbox` with its `LIMITS`; for Python `gradeProgram` and
 * `gradePython` with the executors `embedded` and `sandboxFusion` (`defaultExecutor` chooses), and the types of problems and grades.
 */
import type { DomainSpec } from "../task.js";
import { verify } from "./verify.js";

export { lastProgram } from "./extract.js";
export { LIMITS, Sandbox, type Limits, type Run } from "./sandbox.js";
export type { CodingData } from "./problem.js";
export { defaultExecutor } from "./executors/defaultExecutor.js";
export { embedded, type EmbeddedOptions } from "./executors/embedded.js";
export {
  PYTHON_LIMITS,
  type PythonExecutor,
  type PythonLimits,
  type PythonOutcome,
  type PythonRun,
} from "./executors/executor.js";
export {
  sandboxFusion,
  type SandboxFusionOptions,
} from "./executors/sandboxFusion.js";
export { gradePython, type AnswerGrade } from "./python/gradeAnswer.js";
export {
  gradeProgram,
  type ProgramGrade,
  type TestGrade,
  type TestVerdict,
} from "./python/gradeProgram.js";
export type { PythonProblem, PythonTest } from "./python/problem.js";
export { behaviour, unitTests, type UnitTest } from "./unitTests.js";

/** The coding domain. */
export const coding: DomainSpec = {
  style: { label: "Coding", color: "#b8420f", dash: "7 3", symbol: "square" },
  expert: "RL-Coding",
  reasoning: true,
  rlPrompts: 19169,
  maxNewTokens: 190,
  maxTurns: 1,
  verify,
};
