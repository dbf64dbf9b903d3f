/** The operations of a study, by what stands behind `by:`. */
import { average } from "./average.js";
import { distill } from "./distill.js";
import { imitate } from "./imitate.js";
import { load } from "./load.js";
import { merge } from "./merge.js";
import type { Operation } from "./operation.js";
import { rl } from "./rl.js";
import { sft } from "./sft.js";

/** All operations. */
export const OPERATIONS: readonly Operation[] = [
  sft,
  rl,
  imitate,
  distill,
  merge,
  average,
  load,
];

/** An operation by its key. */
export function operation(key: string): Operation {
  const found = OPERATIONS.find((each) => each.key === key);
  if (!found) throw new Error(`internal: there is no operation ${key}`);
  return found;
}
