/**
 * The small world's mathematics: chains of operations and linear equations. It stands in for AIME at nano scale.
 *
 * Exports: `math` (the WorldSpec).
 */
import { terseSlip } from "../slip.js";
import type { WorldSpec } from "../spec.js";
import { generate } from "./generate.js";
import { reason } from "./reason.js";

/** Mathematics of the small world. */
export const math: WorldSpec = {
  kinds: [
    { name: "chain", heldOut: false },
    { name: "equation", heldOut: false },
  ],
  generate,
  rlLevels: [1, 2, 2, 3, 3],
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
  checks: { kinds: ["chain", "equation"], solve: reason },
  demonstrate(task, random, { careful, slip }) {
    const { lines, answer } = reason(
      task,
      random,
      careful ? slip : terseSlip(slip, 5),
    );
    return [
      {
        role: "assistant",
        reasoning: careful ? lines.join("\n") : "",
        content: `\\boxed{${answer}}`,
      },
    ];
  },
};
