/**
 * Instruction following: write a text under constraints that a program checks. Constraint ids, arguments and pass rules are
 * those of IFEval, IFEvalG and IFBench.
 *
 * Exports: `instruction` (the domain), `CONSTRAINTS` and `constraint` (the checkers), `followInstructions` (strict and loose),
 * `pattern` (Python's regular expressions), `splitSentences`, `wordTokenize`, `detectLanguage`, `InstructionData`.
 */
import type { DomainSpec } from "../task.js";
import { verify } from "./verify.js";

export {
  constraint,
  CONSTRAINTS,
  type Constraint,
  type ConstraintOptions,
  type Family,
  type Kwargs,
  type KwargType,
} from "./constraints/index.js";
export {
  followInstructions,
  type Followed,
  type FollowOptions,
} from "./follow.js";
export { detectLanguage } from "./language/detectLanguage.js";
export { splitSentences } from "./language/punkt.js";
export { ruleSentences } from "./language/ruleSentences.js";
export { wordTokenize } from "./language/wordTokenize.js";
export { pattern, type PatternOptions } from "./python/pattern.js";
export type { InstructionData } from "./data.js";

/** The instruction domain. */
export const instruction: DomainSpec = {
  style: {
    label: "Instruction",
    color: "#c57ccb",
    dash: "9 3 2 3",
    symbol: "diamond",
  },
  expert: "RL-IF",
  reasoning: false,
  rlPrompts: 16575,
  maxNewTokens: 100,
  maxTurns: 1,
  verify,
};
