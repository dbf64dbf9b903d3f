/** What tasks and verifiers are: JSON in, one of four outcomes out. */
import {
  DOMAINS,
  spec,
  type Domain,
  type FinishReason,
  type Task,
  type Verdict,
} from "../../src/domains/index.js";
import { rollouts, type Rollout } from "../../src/rollout/index.js";
import type { Policy } from "../../src/model/index.js";
import type { Tokenizer } from "../../src/tokenizer/index.js";

declare const policy: Policy;
declare const tokenizer: Tokenizer;

export const domain: Domain = "math";
export const all: readonly Domain[] = DOMAINS;
// @ts-expect-error domains are those of the table
export const poetry: Domain = "poetry";

export const task: Task = {
  ...{ id: "math:1", kind: "equation", prompt: "1+1=?" },
  domain: "math",
  data: { answer: 2 },
};
// @ts-expect-error a task needs what its verifier reads
export const bare: Task = { id: "a", domain: "math", kind: "b", prompt: "c" };
// @ts-expect-error a task is of a domain of the table
export const strange: Task = { ...task, domain: "poetry" };

export const verdict: Verdict = spec("math").verify(task, "2", "stop");
// @ts-expect-error a verifier must know how the completion ended
spec("math").verify(task, "2");
// @ts-expect-error a completion ends by its stop token or at a limit
export const finish: FinishReason = "error";
// @ts-expect-error a reward is 0 or 1
export const half: Verdict = { reward: 0.5, outcome: "correct" };
// @ts-expect-error an infrastructure failure is no verdict
export const broken: Verdict = { reward: 0, outcome: "broken" };

export const sampled: Rollout[] = rollouts(policy, tokenizer, [task], {
  seed: 1,
  stream: "demo",
});
// @ts-expect-error randomness is always named
rollouts(policy, tokenizer, [task], {});
// @ts-expect-error a prompt alone is not a task
rollouts(policy, tokenizer, ["1+1=?"], { seed: 1, stream: "demo" });
