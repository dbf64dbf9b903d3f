/**
 * The small world's workplace: one or two requests to an assistant. The requests need look-ups and a little arithmetic; it is the
 * paper's workplace assistant (NeMo-Gym) at a size that fits in a few hundred tokens, in the real tool-call format.
 *
 * Exports: `agent` (the WorldSpec).
 */
import type { WorldSpec } from "../spec.js";
import { demonstrate } from "./demonstrate.js";
import { generate } from "./generate.js";

/** Agent tasks of the small world. */
export const agent: WorldSpec = {
  kinds: [{ name: "workplace", heldOut: false }],
  generate,
  levels: {
    easy: { corpus: [1, 2, 3], sft: [1, 2, 3], rl: [1, 2, 2] },
    hard: { corpus: [1, 2, 2, 2, 4], sft: [2, 4, 5], rl: [4, 4, 5] },
  },
  corpusWeight: 1.2,
  blend: {
    source: "agent",
    row: 6,
    paperName: "Nemotron-Agentic-v1",
    paperSamples: 335_122,
    paperPercent: 2.37,
    sampling: "use all",
    unique: 1,
  },
  demonstrate,
};
