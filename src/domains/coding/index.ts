/**
 * The coding domain: small JavaScript functions, really executed against unit tests in a sandbox.
 *
 * Exports: `coding` (the DomainSpec), `unitTests`, `lastProgram`, `Sandbox` with its `LIMITS`.
 */
import type { Random } from "../../random.js";
import { terseSlip } from "../slip.js";
import type { DemonstrationOptions, DomainSpec, Task } from "../task.js";
import type { Message } from "../../tokenizer/message.js";
import { KIND_NAMES, generate, type CodingData } from "./generate.js";
import { fence, solve } from "./solve.js";
import { verify } from "./verify.js";

export { lastProgram } from "./extract.js";
export { LIMITS, Sandbox, type Limits, type Run } from "./sandbox.js";
export { unitTests, type UnitTest } from "./solve.js";

function demonstrate(
  task: Task,
  random: Random,
  { careful, slip }: DemonstrationOptions,
): Message[] {
  const data = task.data as CodingData;
  const { lines, expression } = solve(
    data,
    random,
    careful ? slip : terseSlip(slip, 3),
  );
  return [
    {
      role: "assistant",
      reasoning: careful ? lines.join("\n") : "",
      content: fence(data, expression),
    },
  ];
}

/** Coding: LiveCodeBench's place in the nano world. */
export const coding: DomainSpec = {
  name: "coding",
  maxNewTokens: 104,
  maxTurns: 1,
  tools: [],
  kinds: KIND_NAMES.map((name) => ({ name, heldOut: false })),
  generate,
  verify,
  demonstrate,
};
