/** Grading of coding answers: the last program must pass every unit test. */
import { correct, gate, noAnswer, wrong } from "../gate.js";
import type { FinishReason, Task, Verdict } from "../task.js";
import { lastProgram } from "./extract.js";
import { describe } from "./harness.js";
import type { CodingData } from "./problem.js";
import { Sandbox } from "./sandbox.js";
import { unitTests } from "./unitTests.js";

/** Verdicts kept; a group of rollouts often holds the same program several times. */
const KEPT = 20_000;

const sandbox = new Sandbox();
const verdicts = new Map<string, Verdict>();

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
 * Grade a completion: the last complete ```js block runs in the sandbox against all unit tests of the task.
 * Equal programs for the same problem get the verdict that was found first.
 *
 * @throws InfrastructureError the sandbox broke down
 */
export function verify(
  task: Task,
  completion: string,
  finish: FinishReason,
): Verdict {
  return gate(completion, finish, (answer) => {
    const program = lastProgram(answer);
    if (program === null)
      return noAnswer("no complete ```js block after </think>");
    const name = `${task.id}\n${program}`;
    let verdict = verdicts.get(name);
    if (!verdict) {
      verdict = judge(task.data as CodingData, program);
      if (verdicts.size >= KEPT) verdicts.clear();
      verdicts.set(name, verdict);
    }
    return verdict;
  });
}
