/**
 * BFCL v3: single turns against accepted answers, several turns on stateful classes, the overall score. Data and answers come from
 * the user's files.
 *
 * Exports: `checkCalls`, `checkTurns`, `readBfclTask`, `gradeBfcl`, `readBfclCall`, `readLongContext`, `BFCL_CLASSES`, `bfclOverall`, `BFCL_CATEGORIES`, `javaLiteral`, `javascriptLiteral`, types.
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
export type { BfclMultiData, BfclSingleData } from "./data.js";
export { gradeBfcl, type CallVerdict } from "./gradeBfcl.js";
export { readBfclTask, type ReadBfclOptions } from "./readBfclTask.js";
export { readLongContext } from "./longContext.js";
export { javaLiteral, javascriptLiteral, type ValueType } from "./literals.js";
export {
  BFCL_CATEGORIES,
  bfclOverall,
  type BfclCategory,
  type BfclOverall,
  type BfclScore,
} from "./overall.js";
export {
  BFCL_CLASSES,
  checkTurns,
  readBfclCall,
  type BfclCall,
  type CheckTurnsOptions,
  type MultiTurnTask,
} from "./multiTurn.js";
export type {
  BfclClass,
  BfclConfig,
  BfclStart,
  LongContext,
} from "./backends/bfclClass.js";
