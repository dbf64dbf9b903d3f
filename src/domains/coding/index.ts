/**
 * The coding domain: small JavaScript functions, really executed against unit tests in a sandbox.
 *
 * Exports: `coding` (the DomainSpec), `unitTests`, `lastProgram`, `Sandbox` with its `LIMITS`.
 */
import type { DomainSpec } from "../task.js";
import { verify } from "./verify.js";

export { lastProgram } from "./extract.js";
export { LIMITS, Sandbox, type Limits, type Run } from "./sandbox.js";
export type { CodingData } from "./problem.js";
export { unitTests, type UnitTest } from "./unitTests.js";

/** The coding domain. */
export const coding: DomainSpec = {
  style: { label: "Coding", color: "#b8420f", dash: "7 3", symbol: "square" },
  expert: "RL-Coding",
  reasoning: true,
  rlPrompts: 19169,
  maxNewTokens: 104,
  maxTurns: 1,
  tools: [],
  verify,
};
