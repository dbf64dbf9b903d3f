/** Grading of coding answers: the last program must pass every test of its task. */
import { hashText } from "../../io/index.js";
import { correct, gate, noAnswer, wrong } from "../gate.js";
import type { FinishReason, Task, Verdict } from "../task.js";
import { lastProgram } from "./extract.js";
import { lastFenced } from "./python/extract.js";
import { answerGrade } from "./python/gradeAnswer.js";
import { gradeAndWait } from "./python/gradeAndWait.js";
import { checkProblem, isPython } from "./python/problem.js";
import { describe } from "./harness.js";
import type { CodingData } from "./problem.js";
import { Sandbox } from "./sandbox.js";
import { unitTests } from "./unitTests.js";

/** Verdicts kept; a group of rollouts often holds the same program several times. */
const KEPT = 20_000;

const sandbox = new Sandbox();
const verdicts = new Map<string, Verdict>();

/**
 * What a program's `f` returns for some inputs, each as text: a number, `[1,2]`, or why there is none.
 *
 * @returns null where the program does not run
 * @throws InfrastructureError the sandbox broke down
 * @example
 * runProgram("function f(x) { return x + 3; }", [1, 2]) // ["4", "5"]
 */
export function runProgram(
  program: string,
  inputs: readonly (number | number[])[],
): string[] | null {
  const run = sandbox.run(program, inputs);
  return "failed" in run ? null : run.results;
}

function judgePython(id: string, data: unknown, program: string): Verdict {
  const { passed, detail } = answerGrade(
    gradeAndWait(id, checkProblem(id, data), program),
  );
  return passed ? correct() : wrong(detail!);
}

function judge(data: CodingData, program: string): Verdict {
  const tests = unitTests(data);
  const run = sandbox.run(
    program,
    tests.map(({ input }) => input),
  );
  if ("failed" in run) return wrong(run.failed);
  for (const [i, { input, expected }] of tests.entries()) {
    const got = run.results[i];
    if (got === describe(expected)) continue;
    return wrong(
      `f(${JSON.stringify(input)}) must be ${describe(expected)}, got ${got?.slice(0, 60)}`,
    );
  }
  return correct();
}

/**
 * Grade a completion: the program in it must pass every test of the task. Equal programs for the same problem get the verdict
 * that was found first.
 *
 * Nano tasks: the last complete ```js block, in QuickJS. Tasks whose data is a `PythonProblem`: the text between the last two
 * fences, by LiveCodeBench's protocol, in a jail (or a SandboxFusion server, M2RL_SANDBOX_URL).
 *
 * @throws TaskError the data is not a problem · InfrastructureError the sandbox broke down, or no jail can be made here
 */
export function verify(
  task: Task,
  completion: string,
  finish: FinishReason,
): Verdict {
  return gate(completion, finish, (answer) => {
    const python = isPython(task.data);
    const program = python ? lastFenced(answer) : lastProgram(answer);
    if (program === null)
      return noAnswer(
        `no complete ${python ? "" : "```js "}block after </think>`,
      );
    // Two files may use one id for different tests.
    const tests = python ? JSON.stringify(task.data) : "";
    const name = hashText(`${task.id}\n${tests}\n${program}`);
    let verdict = verdicts.get(name);
    if (!verdict) {
      verdict = python
        ? judgePython(task.id, task.data, program)
        : judge(task.data as CodingData, program);
      if (verdicts.size >= KEPT) verdicts.clear();
      verdicts.set(name, verdict);
    }
    return verdict;
  });
}
