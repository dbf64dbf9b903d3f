/** The SFT blend: the paper's six sources with their shares and sampling rules, filled by the noisy demonstrator. */
import { taskMessages, type Domain, type Task } from "../domains/task.js";
import { TaskError } from "../error.js";
import { Random } from "../random.js";
import type { Message } from "../tokenizer/message.js";
import { CHECKABLE, demonstrateCheck, makeCheck } from "./check.js";
import { drawTask } from "./drawTask.js";
import type { DemonstrationOptions } from "./spec.js";
import { worldSpec } from "./specs.js";

/** Names of the sources. */
export type Source =
  "math-proofs" | "math" | "science" | "code" | "chat" | "agent";

/** One row of the paper's Table 1. */
export interface BlendRow {
  source: Source;
  /** Data set of the paper. */
  paperName: string;
  /** Samples in the paper's blend. */
  paperSamples: number;
  /** Share of the paper's blend as printed, percent. */
  paperPercent: number;
  /** The paper's words. */
  sampling: "random sampling" | "repeat 10×" | "use all";
  /** Different examples available, per example of the blend; our choice where the paper does not say. */
  unique: number;
}

/** The paper's Table 1. `math-proofs` are checks here: a claimed answer is judged, seen alone or with its lines. */
export const BLEND: readonly BlendRow[] = [
  row(
    "math-proofs",
    "Nemotron-Math-Proofs-v1",
    335_122,
    2.37,
    "random sampling",
    2,
  ),
  row("math", "Nemotron-Math-v2", 2_950_525, 20.89, "random sampling", 2),
  row("science", "Nemotron-Science-v1", 2_263_340, 16.04, "repeat 10×", 0.1),
  row(
    "code",
    "Nemotron-Competitive-Programming-v1",
    3_927_984,
    27.81,
    "use all",
    1,
  ),
  row(
    "chat",
    "Nemotron-Instruction-Following-Chat-v1",
    4_309_780,
    30.52,
    "repeat 10×",
    0.1,
  ),
  row("agent", "Nemotron-Agentic-v1", 335_122, 2.37, "use all", 1),
];

function row(
  source: Source,
  paperName: string,
  paperSamples: number,
  paperPercent: number,
  sampling: BlendRow["sampling"],
  unique: number,
): BlendRow {
  return { source, paperName, paperSamples, paperPercent, sampling, unique };
}

/** One SFT example: a whole chat, whose assistant turns are trained. */
export interface SftExample {
  source: Source;
  messages: Message[];
  task: Task;
}

/** Share of chat examples with held-out constraint types: SFT knows them, RL never trains them. */
export const HELD_OUT_CHAT_SHARE = 0.35;

/** Share of checks that show the lines of the solution beside the claim. */
const LINES_SHARE = 0.5;

const DOMAIN: Record<Exclude<Source, "math-proofs">, Domain> = {
  math: "math",
  science: "science",
  code: "coding",
  chat: "instruction",
  agent: "agent",
};

function drawSourceTask(
  source: Exclude<Source, "math-proofs">,
  random: Random,
): Task {
  const domain = DOMAIN[source];
  const heldOut = source === "chat" && random.chance(HELD_OUT_CHAT_SHARE);
  const kinds = worldSpec(domain).kinds.filter(
    (kind) => kind.heldOut === heldOut,
  );
  return drawTask(domain, random, {
    split: "train",
    kinds: kinds.map(({ name }) => name),
  });
}

/**
 * One example of a source: a train-split task answered by the noisy demonstrator. Checks are answered carefully whatever `options` says.
 *
 * @example
 * sftExample("math", new Random(1, "sft"), { careful: true, slip: 0 })
 */
export function sftExample(
  source: Source,
  random: Random,
  options: DemonstrationOptions,
): SftExample {
  if (source === "math-proofs") {
    const domain = random.pick(["math", "science"] as const);
    const task = drawTask(domain, random, {
      split: "train",
      kinds: CHECKABLE[domain],
    });
    const check = makeCheck(task, random, random.chance(LINES_SHARE));
    const messages: Message[] = [
      { role: "user", content: check.prompt },
      demonstrateCheck(check, random, options.slip),
    ];
    return { source, messages, task };
  }
  const task = drawSourceTask(source, random);
  return {
    source,
    messages: [
      ...taskMessages(task),
      ...worldSpec(task.domain).demonstrate(task, random, options),
    ],
    task,
  };
}

/**
 * The authors' sampling rule: with at least `count` items, sample without replacement; with fewer, draw independently
 * with replacement ("repeat 10×" is 10 times the size, not 10 copies: about e⁻¹⁰ of the items never appear).
 *
 * Source: M2RL `process_sft_data.py`, `sample_dataset`.
 */
export function sampleItems<T>(
  items: readonly T[],
  count: number,
  random: Random,
): T[] {
  if (items.length >= count) return random.sample(items, count);
  return Array.from({ length: count }, () => random.pick(items));
}

/** Options of `sftBlend`. */
export interface SftBlendOptions {
  /** Examples in the blend. */
  total: number;
  seed: number;
  /** Share of careful demonstrations, in [0, 1]; checks always are. */
  care: number;
  /** Probability of an error per step, in [0, 1]. */
  slip: number;
  /**
   * Share of agent examples, in [0, 1). Default the paper's 2.37 %; the other sources keep their proportions. A nano model
   * sees so few examples in all that 2.37 % do not teach the tool format.
   */
  agentShare?: number;
  /** Share of checks ("math-proofs"), likewise: 2.37 % do not teach a nano model to judge. */
  proofShare?: number;
}

/**
 * How many examples of a blend come from each source; the counts sum to `total` (largest remainders).
 *
 * @param agentShare  share of agent examples, in [0, 1]; default the paper's
 * @param proofShare  share of checks, in [0, 1 − agentShare]; default in proportion to the other sources
 */
export function blendCounts(
  total: number,
  agentShare?: number,
  proofShare?: number,
): Map<Source, number> {
  const fixed = new Map<Source, number | undefined>([
    ["agent", agentShare],
    ["math-proofs", proofShare],
  ]);
  const free = BLEND.filter(({ source }) => fixed.get(source) === undefined);
  const freeSamples = free.reduce((sum, row) => sum + row.paperSamples, 0);
  const rest = 1 - (agentShare ?? 0) - (proofShare ?? 0);
  const exact = BLEND.map(
    ({ source, paperSamples }) =>
      total * (fixed.get(source) ?? (rest * paperSamples) / freeSamples),
  );
  const counts = exact.map(Math.floor);
  const order = exact
    .map((_, i) => i)
    .sort((i, j) => exact[j]! - counts[j]! - (exact[i]! - counts[i]!) || i - j);
  const missing = total - counts.reduce((sum, count) => sum + count, 0);
  for (const i of order.slice(0, missing)) counts[i]!++;
  return new Map(BLEND.map(({ source }, i) => [source, counts[i]!]));
}

/**
 * Draw an SFT blend of Table 1's shape: each source's examples are made, sampled by its rule, joined and shuffled.
 *
 * @returns `total` examples, all of the train split; repeated sources hold the same example several times
 * @throws TaskError total is not a positive integer, or a share is outside its range
 * @example
 * sftBlend({ total: 3840, seed: 1, care: 0.55, slip: 0.05 })
 */
export function sftBlend({
  total,
  seed,
  care,
  slip,
  agentShare,
  proofShare,
}: SftBlendOptions): SftExample[] {
  if (!Number.isSafeInteger(total) || total < 1) {
    throw new TaskError(
      `sftBlend: total must be a positive integer, got ${total}`,
    );
  }
  for (const [name, value] of Object.entries({
    care,
    slip,
    agentShare: agentShare ?? 0,
    proofShare: proofShare ?? 0,
    "agentShare + proofShare": (agentShare ?? 0) + (proofShare ?? 0),
  })) {
    if (!(value >= 0 && value <= 1))
      throw new TaskError(`sftBlend: ${name} must be in [0, 1], got ${value}`);
  }
  const counts = blendCounts(total, agentShare, proofShare);
  const examples = BLEND.flatMap(({ source, unique }) => {
    const count = counts.get(source)!;
    const random = new Random(seed, `blend/${source}`);
    const available = Array.from({ length: Math.ceil(count * unique) }, () =>
      sftExample(source, random, { careful: random.chance(care), slip }),
    );
    return sampleItems(available, count, random);
  });
  return new Random(seed, "blend/order").shuffle(examples);
}
