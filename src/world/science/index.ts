/**
 * The small world's science: remembered formulas and atomic masses, with exact answers (standing in for HLE) and multiple choice
 * among single-word options (standing in for GPQA); options made of digits could not be learnt by a nano model, words can.
 *
 * Exports: `science` (the WorldSpec).
 */
import { numberReview } from "../review/numbers.js";
import { terseSlip } from "../slip.js";
import type { WorldSpec } from "../spec.js";
import { thinking } from "../thinking.js";
import { KIND_NAMES, generate } from "./generate.js";
import { reason } from "./reason.js";

const CHECKS: NonNullable<WorldSpec["checks"]> = {
  kinds: ["formula", "chain", "molar"],
  solve(task, random, slip) {
    const { lines, answer } = reason(task, random, slip);
    return { lines, answer: Number(answer) };
  },
};

/** Science of the small world. */
export const science: WorldSpec = {
  kinds: KIND_NAMES.map((name) => ({ name, heldOut: false })),
  generate,
  levels: {
    easy: { corpus: [1, 2, 3], sft: [1, 2, 3], rl: [1, 2, 2] },
    hard: { corpus: [1, 2, 2, 2, 4], sft: [2, 4, 5], rl: [4, 4, 5] },
  },
  corpusWeight: 1.6,
  blend: {
    source: "science",
    row: 3,
    paperName: "Nemotron-Science-v1",
    paperSamples: 2_263_340,
    paperPercent: 16.04,
    sampling: "repeat 10×",
    unique: 0.1,
  },
  checks: CHECKS,
  review: numberReview("science", CHECKS),
  demonstrate(task, random, options) {
    const { careful, slip } = options;
    const { lines, answer } = reason(
      task,
      random,
      careful ? slip : terseSlip(slip, 5),
    );
    const reasoning = thinking(lines, options);
    return [{ role: "assistant", reasoning, content: `Answer: ${answer}` }];
  },
};
