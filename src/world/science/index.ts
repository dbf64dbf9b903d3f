/**
 * The small world's science: remembered formulas and atomic masses, with exact answers (standing in for HLE) and multiple choice
 * among single-word options (standing in for GPQA); options made of digits could not be learnt by a nano model, words can.
 *
 * Exports: `science` (the WorldSpec), `CHOICE_KINDS`.
 */
import { terseSlip } from "../slip.js";
import type { WorldSpec } from "../spec.js";
import { KIND_NAMES, generate } from "./generate.js";
import { reason } from "./reason.js";

export { CHOICE_KINDS } from "./generate.js";

/** Science of the small world. */
export const science: WorldSpec = {
  name: "science",
  kinds: KIND_NAMES.map((name) => ({ name, heldOut: false })),
  generate,
  demonstrate(task, random, { careful, slip }) {
    const { lines, answer } = reason(
      task,
      random,
      careful ? slip : terseSlip(slip, 5),
    );
    const reasoning = careful ? lines.join("\n") : "";
    return [{ role: "assistant", reasoning, content: `Answer: ${answer}` }];
  },
};
