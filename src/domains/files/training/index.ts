/**
 * training: rows of the published training data, in their columns, → tasks and chats.
 *
 * Exports: `readRlRow` (the RL blend's five subsets), `readSftRow` (the SFT sources), `questionText` (what they point to), `FIXES` and `SKIPS` (what is done to rows, by
 * name), their types.
 */
export { FIXES, SKIPS, type FixName, type SkipReason } from "./fixes.js";
export { questionText } from "./questionText.js";
export {
  readRlRow,
  type Questions,
  type RlRow,
  type RlRowOptions,
} from "./rlBlend.js";
export {
  readSftRow,
  type Demonstration,
  type SftRow,
  type SftRowOptions,
} from "./sftBlend.js";
