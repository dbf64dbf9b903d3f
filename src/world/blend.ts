/** The SFT blend: the paper's sources with their shares and sampling rules, filled by the noisy demonstrator. */
import { DOMAINS, taskMessages, type Task } from "../domains/index.js";
import { TaskError } from "../error.js";
import { Random } from "../random.js";
import type { Message } from "../tokenizer/message.js";
import {
  CHECKABLE,
  checkableKinds,
  demonstrateCheck,
  makeCheck,
} from "./check.js";
import { drawTask } from "./drawTask.js";
import type { BlendRow, DemonstrationOptions, Difficulty } from "./spec.js";
import {
  demonstrateReview,
  isReviewable,
  makeReview,
  REVIEWABLE,
  type Review,
} from "./review/review.js";
import { worldSpec } from "./specs.js";

/** Source of the checks, which stand in for the paper's math proofs: a claimed answer is judged, seen alone or with its lines. */
export const PROOFS = "math-proofs";

/** The paper's Table 1: the checks, and one source of each domain. */
export const BLEND: readonly BlendRow[] = [
  {
    source: PROOFS,
    row: 1,
    paperName: "Nemotron-Math-Proofs-v1",
    paperSamples: 335_122,
    paperPercent: 2.37,
    sampling: "random sampling",
    unique: 2,
  } satisfies BlendRow,
  ...DOMAINS.map((domain) => worldSpec(domain).blend),
].sort((a, b) => a.row - b.row);

/** One SFT example: a whole chat, whose assistant turns are trained. */
export interface SftExample {
  source: string;
  messages: Message[];
  task: Task;
}

/** Share of checks that show the lines of the solution beside the claim. */
const LINES_SHARE = 0.5;

/** The level of a task; the easy world leaves it to `drawTask`. */
export function levelOf(
  levels: readonly number[],
  random: Random,
  difficulty: Difficulty,
): { level?: number } {
  return difficulty === "easy" ? {} : { level: random.pick(levels) };
}

function drawSourceTask(
  source: string,
  random: Random,
  difficulty: Difficulty,
): Task {
  const domain = DOMAINS.find(
    (name) => worldSpec(name).blend.source === source,
  );
  if (domain === undefined)
    throw new TaskError(
      `sftExample: unknown source ${JSON.stringify(source)}; known: ${BLEND.map((row) => row.source).join(", ")}`,
    );
  const { blend, kinds, levels } = worldSpec(domain);
  const heldOut =
    blend.heldOutShare !== undefined && random.chance(blend.heldOutShare);
  return drawTask(domain, random, {
    split: "train",
    ...levelOf(levels[difficulty].sft, random, difficulty),
    kinds: kinds
      .filter((kind) => kind.heldOut === heldOut)
      .map(({ name }) => name),
  });
}

/** A review of an answer in the hard world: of four domains, half of them with the lines in view. */
function drawReview(random: Random): Review {
  const domain = random.pick(REVIEWABLE);
  for (;;) {
    const level = random.pick(worldSpec(domain).levels.hard.sft);
    const task = drawTask(domain, random, { split: "train", level });
    if (!isReviewable(task)) continue;
    const showLines = random.chance(LINES_SHARE);
    const review = makeReview(task, random, { showLines });
    if (review !== null) return review;
  }
}

/**
 * One example of a source: a train-split task answered by the noisy demonstrator. Checks are answered carefully whatever `options` says.
 *
 * @param source  one of `BLEND`
 * @throws TaskError the source is unknown
 * @example
 * sftExample("math", new Random(1, "sft"), { careful: true, slip: 0 })
 */
export function sftExample(
  source: string,
  random: Random,
  options: DemonstrationOptions & { difficulty?: Difficulty },
): SftExample {
  const { difficulty = "easy" } = options;
  if (source === PROOFS && difficulty === "hard") {
    const review = drawReview(random);
    const messages: Message[] = [
      { role: "user", content: review.prompt },
      demonstrateReview(review),
    ];
    return { source, messages, task: review.task };
  }
  if (source === PROOFS) {
    const domain = random.pick(CHECKABLE);
    const task = drawTask(domain, random, {
      split: "train",
      kinds: checkableKinds(domain),
    });
    const check = makeCheck(task, random, random.chance(LINES_SHARE));
    const messages: Message[] = [
      { role: "user", content: check.prompt },
      demonstrateCheck(check, random, options.slip),
    ];
    return { source, messages, task };
  }
  const task = drawSourceTask(source, random, difficulty);
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
  /** Share of demonstrations that take a shortcut, in [0, 1]; checks never do. Default 0. */
  shortcuts?: number;
  /** How hard the tasks are; default "easy". */
  difficulty?: Difficulty;
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
): Map<string, number> {
  const fixed = new Map<string, number | undefined>([
    ["agent", agentShare],
    [PROOFS, proofShare],
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
 * sftBlend({ total: 40, seed: 1, care: 0.55, slip: 0.05 })
 */
export function sftBlend({
  total,
  seed,
  care,
  slip,
  agentShare,
  proofShare,
  shortcuts = 0,
  difficulty = "easy",
}: SftBlendOptions): SftExample[] {
  if (!Number.isSafeInteger(total) || total < 1) {
    throw new TaskError(
      `sftBlend: total must be a positive integer, got ${total}`,
    );
  }
  for (const [name, value] of Object.entries({
    care,
    slip,
    shortcuts,
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
      sftExample(source, random, {
        ...{ careful: random.chance(care), slip, difficulty },
        // Where nobody takes shortcuts nothing is drawn or said: blends without them stay the same.
        ...(shortcuts > 0 && { shortcut: random.chance(shortcuts) }),
      }),
    );
    return sampleItems(available, count, random);
  });
  return new Random(seed, "blend/order").shuffle(examples);
}
