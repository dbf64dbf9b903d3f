/**
 * Instruction following: write a short text under one to three constraints that a program checks. Constraint ids, arguments
 * and pass rules are those of IFEval, IFEvalG and IFBench; only the texts are toy English. IFEval's types are trained, those of
 * IFEvalG and IFBench are held out, as the paper trains on the one and evaluates on the other.
 *
 * Exports: `instruction` (the domain), `constraint` and `CONSTRAINTS` (the checkers), `REFUSED` (ids without a checker), `InstructionData`.
 */
import type { DomainSpec } from "../task.js";
import { demonstrate } from "./demonstrate.js";
import { generate } from "./generate.js";
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
  kinds: [
    { name: "trained", heldOut: false },
    { name: "heldOut", heldOut: true },
  ],
  generate,
  verify,
  demonstrate,
};
