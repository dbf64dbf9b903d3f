/**
 * BFCL v3, single turn: calls against accepted answers, with the literals of Java and JavaScript. Data and answers come from
 * the user's files.
 *
 * Exports: `checkCalls`, `bfclOverall`, `BFCL_CATEGORIES`, `javaLiteral`, `javascriptLiteral`, types.
 */
export {
  checkCalls,
  type BfclAnswer,
  type BfclFunction,
  type BfclKind,
  type BfclLanguage,
  type BfclParameter,
  type CheckCallsOptions,
} from "./checkCalls.js";
export { javaLiteral, javascriptLiteral, type ValueType } from "./literals.js";
export {
  BFCL_CATEGORIES,
  bfclOverall,
  type BfclCategory,
  type BfclOverall,
  type BfclScore,
} from "./overall.js";
