/**
 * The small world's instructions: write a short text of toy English under one to three constraints. IFEval's types are trained,
 * those of IFEvalG and IFBench are held out, as the paper trains on the one and evaluates on the other.
 *
 * Exports: `instruction` (the WorldSpec).
 */
import type { WorldSpec } from "../spec.js";
import { demonstrate } from "./demonstrate.js";
import { generate } from "./generate.js";
import { review } from "./review.js";

/** Instruction following in the small world. */
export const instruction: WorldSpec = {
  kinds: [
    { name: "trained", heldOut: false },
    { name: "heldOut", heldOut: true },
  ],
  generate,
  levels: {
    easy: { corpus: [1, 2, 3], sft: [1, 2, 3], rl: [1, 2, 2, 3, 3] },
    hard: { corpus: [1, 2, 2, 3, 4], sft: [2, 3, 4], rl: [2, 3, 4, 4] },
  },
  corpusWeight: 1.4,
  blend: {
    source: "chat",
    row: 5,
    paperName: "Nemotron-Instruction-Following-Chat-v1",
    paperSamples: 4_309_780,
    paperPercent: 30.52,
    sampling: "repeat 10×",
    unique: 0.1,
    heldOutShare: 0.35,
  },
  review,
  demonstrate,
};
