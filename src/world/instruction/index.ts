/**
 * The small world's instructions: write a short text of toy English under one to three constraints. IFEval's types are trained,
 * those of IFEvalG and IFBench are held out, as the paper trains on the one and evaluates on the other.
 *
 * Exports: `instruction` (the WorldSpec).
 */
import type { WorldSpec } from "../spec.js";
import { demonstrate } from "./demonstrate.js";
import { generate } from "./generate.js";

/** Instruction following in the small world. */
export const instruction: WorldSpec = {
  name: "instruction",
  kinds: [
    { name: "trained", heldOut: false },
    { name: "heldOut", heldOut: true },
  ],
  generate,
  demonstrate,
};
