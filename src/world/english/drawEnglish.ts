/** Drawing a task in plain English of one split. */
import type { Domain, Task } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { Random } from "../../random.js";
import type { DrawTaskOptions } from "../drawTask.js";
import { splitOf } from "../split.js";
import { instruction } from "./instruction.js";
import { math } from "./math.js";
import { science } from "./science.js";
import type { EnglishSource } from "./source.js";

const SOURCES: Readonly<Partial<Record<Domain, EnglishSource>>> = {
  math,
  science,
  instruction,
};

/** Domains that have English tasks. */
export const ENGLISH_DOMAINS: readonly Domain[] = Object.keys(
  SOURCES,
) as Domain[];

const MOST_TRIES = 1000;

/**
 * The English tasks of a domain: short requests in everyday words for a pretrained model, graded by the domain's own verifier.
 *
 * @throws TaskError the domain has none
 * @example
 * englishSource("instruction").kinds
 */
export function englishSource(domain: Domain): EnglishSource {
  const source = SOURCES[domain];
  if (source === undefined)
    throw new TaskError(
      `englishSource: domain must be one of ${ENGLISH_DOMAINS.join(", ")}, got ${JSON.stringify(domain)}`,
    );
  return source;
}

/**
 * Draw one English task that lies in the given split, by drawing from the whole space until one does. There are no levels.
 *
 * @param random  source of the draw; the same state gives the same task
 * @param options kinds: default all that are not held out
 * @throws TaskError the domain has no English tasks, a kind does not exist, or no task of the split was found
 * @example
 * drawEnglish("math", new Random(1, "tasks"), { split: "train" }).prompt
 */
export function drawEnglish(
  domain: Domain,
  random: Random,
  { split, kinds }: Omit<DrawTaskOptions, "level">,
): Task {
  const source = englishSource(domain);
  const known = source.kinds.map(({ name }) => name);
  const trained = source.kinds.filter(({ heldOut }) => !heldOut);
  const chosen = kinds ?? trained.map(({ name }) => name);
  const wrong = chosen.find((kind) => !known.includes(kind));
  if (chosen.length === 0 || wrong !== undefined)
    throw new TaskError(
      `drawEnglish: kinds must be of ${known.join(", ")}, got ${wrong === undefined ? "none" : JSON.stringify(wrong)}`,
    );
  for (let i = 0; i < MOST_TRIES; i++) {
    const task = source.generate(random, chosen);
    if (splitOf(task.id) === split) return task as Task;
  }
  throw new TaskError(
    `drawEnglish: ${domain} ${chosen.join(", ")} has no ${split} task within ${MOST_TRIES} draws`,
  );
}
