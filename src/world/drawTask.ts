/** Drawing a task of one split. */
import type { Domain, Split, Task } from "../domains/index.js";
import { TaskError } from "../error.js";
import type { Random } from "../random.js";
import { splitOf } from "./split.js";
import { worldSpec } from "./specs.js";

/** Options of `drawTask`. */
export interface DrawTaskOptions {
  split: Split;
  /** 1 to 5; by default 1, 2 and 3 are drawn equally often. */
  level?: number;
  /** Names of kinds to draw from; by default all that are not held out. */
  kinds?: readonly string[];
}

/** All difficulties. */
export const LEVELS: readonly number[] = [1, 2, 3, 4, 5];

/** A split of 5 % is missed this often in a row with probability 10⁻²². */
const MOST_TRIES = 1000;

/**
 * Draw one task that lies in the given split, by drawing from the whole space until one does.
 *
 * @param random  source of the draw; the same state gives the same task
 * @throws TaskError a level or kind does not exist, or no task of the split was found
 * @example
 * drawTask("math", new Random(1, "tasks"), { split: "train", level: 2 })
 */
export function drawTask(
  domain: Domain,
  random: Random,
  { split, level, kinds }: DrawTaskOptions,
): Task {
  const { kinds: known, generate } = worldSpec(domain);
  const chosen =
    kinds ?? known.filter(({ heldOut }) => !heldOut).map(({ name }) => name);
  if (level !== undefined && !LEVELS.includes(level)) {
    throw new TaskError(
      `drawTask: level must be one of ${LEVELS.join(", ")}, got ${level}`,
    );
  }
  if (chosen.length === 0)
    throw new TaskError("drawTask: kinds must not be empty, got 0 kinds");
  for (const kind of chosen) {
    if (!known.some(({ name }) => name === kind)) {
      const names = known.map(({ name }) => name).join(", ");
      throw new TaskError(
        `drawTask: unknown kind ${JSON.stringify(kind)} of ${domain}; known: ${names}`,
      );
    }
  }
  for (let i = 0; i < MOST_TRIES; i++) {
    const task = generate(random, level ?? random.int(1, 3), chosen);
    if (splitOf(task.id) === split) return task;
  }
  throw new TaskError(
    `drawTask: ${domain} ${chosen.join(", ")} has no ${split} task within ${MOST_TRIES} draws`,
  );
}
