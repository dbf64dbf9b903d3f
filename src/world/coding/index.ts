/**
 * The small world's programs: short JavaScript functions. They stand in for LiveCodeBench at nano scale.
 *
 * Exports: `coding` (the WorldSpec).
 */
import type { CodingData } from "../../domains/coding/problem.js";
import type { Task } from "../../domains/index.js";
import type { Random } from "../../random.js";
import type { Message } from "../../tokenizer/message.js";
import { terseSlip } from "../slip.js";
import type { DemonstrationOptions, WorldSpec } from "../spec.js";
import { thinking } from "../thinking.js";
import { KIND_NAMES, generate } from "./generate.js";
import { review } from "./review.js";
import { fence, solve } from "./solve.js";

function demonstrate(
  task: Task,
  random: Random,
  options: DemonstrationOptions,
): Message[] {
  const { careful, slip } = options;
  const data = task.data as CodingData;
  const { lines, expression } = solve(
    data,
    random,
    careful ? slip : terseSlip(slip, 3),
  );
  return [
    {
      role: "assistant",
      reasoning: thinking(lines, options),
      content: fence(data, expression),
    },
  ];
}

/** Coding in the small world. */
export const coding: WorldSpec = {
  kinds: KIND_NAMES.map((name) => ({ name, heldOut: false })),
  generate,
  levels: {
    easy: { corpus: [1, 2, 3], sft: [1, 2, 3], rl: [1, 2, 2] },
    hard: { corpus: [1, 2, 2, 2, 4], sft: [2, 4, 5], rl: [4, 4, 5] },
  },
  corpusWeight: 1,
  blend: {
    source: "code",
    row: 4,
    paperName: "Nemotron-Competitive-Programming-v1",
    paperSamples: 3_927_984,
    paperPercent: 27.81,
    sampling: "use all",
    unique: 1,
  },
  review,
  demonstrate,
};
