/**
 * The math domain: chains of operations and linear equations, answered in `\boxed{}` and compared exactly.
 *
 * Exports: `math` (the DomainSpec); `lastBoxed`, `normalise`, `equalAnswers` (the grader's parts).
 */
import { correct, gate, noAnswer, wrong } from "../gate.js";
import { terseSlip } from "../slip.js";
import type { DomainSpec } from "../task.js";
import { equalAnswers, lastBoxed } from "./answer.js";
import { generate, type MathData } from "./generate.js";
import { reason } from "./reason.js";

export { equalAnswers, lastBoxed, normalise } from "./answer.js";

/** Math: AIME's place in the nano world. */
export const math: DomainSpec = {
  name: "math",
  maxNewTokens: 80,
  maxTurns: 1,
  tools: [],
  kinds: [
    { name: "chain", heldOut: false },
    { name: "equation", heldOut: false },
  ],
  generate,
  verify: (task, completion, finish) =>
    gate(completion, finish, (text) => {
      const boxed = lastBoxed(text);
      if (boxed === null) return noAnswer("no \\boxed{} after </think>");
      const { answer } = task.data as MathData;
      return equalAnswers(String(answer), boxed)
        ? correct()
        : wrong(`expected ${answer}, got ${boxed.slice(0, 40)}`);
    }),
  demonstrate(task, random, { careful, slip }) {
    const { lines, answer } = reason(
      task,
      random,
      careful ? slip : terseSlip(slip, 5),
    );
    return [
      {
        role: "assistant",
        reasoning: careful ? lines.join("\n") : "",
        content: `\\boxed{${answer}}`,
      },
    ];
  },
};
