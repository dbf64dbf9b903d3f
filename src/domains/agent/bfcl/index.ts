/**
 * BFCL v3, single turn: calls against accepted answers, with the literals of Java and JavaScript. Data and answers come from
 * the user's files.
 *
 * Exports: `checkCalls`, `javaLiteral`, `javascriptLiteral`, types.
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
