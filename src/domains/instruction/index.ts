/**
 * Instruction following: write a text under constraints that a program checks. Constraint ids, arguments and pass rules are
 * those of IFEval, IFEvalG and IFBench.
 *
 * Exports: `instruction` (the domain), `constraint` and `CONSTRAINTS` (the checkers), `REFUSED` (ids without a checker), `InstructionData`.
 */
import type { DomainSpec } from "../task.js";
import { verify } from "./verify.js";

export { constraint, CONSTRAINTS } from "./constraints.js";
export { REFUSED } from "./refused.js";
export type { Constraint, Kwargs, KwargType } from "./constraints.js";
export type { InstructionData } from "./data.js";

/** The instruction domain. */
export const instruction: DomainSpec = {
  name: "instruction",
  maxNewTokens: 88,
  maxTurns: 1,
  tools: [],
  verify,
};
