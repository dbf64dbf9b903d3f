/** Drawing a task from one of the sources of tasks. */
import type { Domain, Task } from "../domains/index.js";
import type { Random } from "../random.js";
import { drawTask, type DrawTaskOptions } from "./drawTask.js";
import { drawEnglish } from "./english/drawEnglish.js";

/** Where tasks come from: "nano", the small world with a language of its own; "english", plain English for pretrained models. */
export const TASK_SOURCES = ["nano", "english"] as const;

/** One of them. */
export type TaskSource = (typeof TASK_SOURCES)[number];

/**
 * Draw one task of a source that lies in the given split.
 *
 * @param source  default "nano"; English tasks have no levels
 * @throws TaskError as `drawTask` and `drawEnglish`
 * @example
 * drawFrom("english", "science", new Random(1, "tasks"), { split: "train" }).prompt
 */
export function drawFrom(
  source: TaskSource | undefined,
  domain: Domain,
  random: Random,
  options: DrawTaskOptions,
): Task {
  return source === "english"
    ? drawEnglish(domain, random, options)
    : drawTask(domain, random, options);
}
