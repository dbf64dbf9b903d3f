/**
 * The math domain: final answers in `\boxed{}`, compared exactly.
 *
 * Exports: `math` (the DomainSpec) and its `MathData`; `lastBoxed`, `normalise`, `equalAnswers` (its grader's parts); the named graders (`GRADERS`,
 * `gradeMath`).
 */
import { correct, gate, noAnswer, wrong } from "../gate.js";
import type { DomainSpec } from "../task.js";
import { equalAnswers, lastBoxed } from "./answer.js";
import { mathData, verdictByGrader } from "./data.js";

export { equalAnswers, lastBoxed, normalise } from "./answer.js";
export { mathData, type MathData } from "./data.js";
export {
  GRADERS,
  gradeMath,
  type Grade,
  type GradeOptions,
  type GradeOutcome,
  type Grader,
  type GraderName,
} from "./graders/index.js";

/** The math domain. `Task.data` is a `MathData`. */
export const math: DomainSpec = {
  style: { label: "Math", color: "#1f3f94", dash: "none", symbol: "circle" },
  expert: "RL-Math",
  reasoning: true,
  rlPrompts: 22056,
  maxNewTokens: 120,
  maxTurns: 1,
  finalAnswer: lastBoxed,
  verify: (task, completion, finish) => {
    const { answer, grader } = mathData(task);
    return gate(completion, finish, (text) => {
      if (typeof answer === "string")
        return verdictByGrader(task, answer, text, grader);
      const boxed = lastBoxed(text);
      if (boxed === null) return noAnswer("no \\boxed{} after </think>");
      return equalAnswers(String(answer), boxed)
        ? correct()
        : wrong(`expected ${answer}, got ${boxed.slice(0, 40)}`);
    });
  },
};
