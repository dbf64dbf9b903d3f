/**
 * The small world's mathematics: chains of operations, linear equations and, when it is hard, systems and remainders. It stands in for AIME at nano scale.
 *
 * Exports: `math` (the WorldSpec).
 */
import { numberReview } from "../review/numbers.js";
import { terseSlip } from "../slip.js";
import type { WorldSpec } from "../spec.js";
import { thinking } from "../thinking.js";
import { generate } from "./generate.js";
import { reason } from "./reason.js";

const CHECKS = {
  kinds: ["chain", "equation", "system", "remainder"],
  solve: reason,
};

/** Mathematics of the small world. */
export const math: WorldSpec = {
  kinds: [
    { name: "chain", heldOut: false },
    { name: "equation", heldOut: false },
    { name: "system", heldOut: false },
    { name: "remainder", heldOut: false },
  ],
  generate,
  levels: {
    easy: { corpus: [1, 2, 3], sft: [1, 2, 3], rl: [1, 2, 2, 3, 3] },
    hard: { corpus: [1, 2, 2, 2, 4], sft: [2, 4, 5], rl: [4, 4, 5] },
  },
  corpusWeight: 0.8,
  blend: {
    source: "math",
    row: 2,
    paperName: "Nemotron-Math-v2",
    paperSamples: 2_950_525,
    paperPercent: 20.89,
    sampling: "random sampling",
    unique: 2,
  },
  checks: CHECKS,
  review: numberReview("math", CHECKS),
  demonstrate(task, random, options) {
    const { careful, slip } = options;
    const { lines, answer } = reason(
      task,
      random,
      careful ? slip : terseSlip(slip, 5),
    );
    return [
      {
        role: "assistant",
        reasoning: thinking(lines, options),
        content: `\\boxed{${answer}}`,
      },
    ];
  },
};
