/** Which tasks an RL run sees, and in which order. */
import { drawTask, type Domain, type Task } from "../domains/index.js";
import { Random } from "../random.js";

/**
 * Prompts of the paper's RL data per domain (§3.2); the mixed run shuffles their concatenation uniformly, so a domain is
 * drawn in proportion to them.
 */
export const RL_DATASET_SIZES: Readonly<Record<Domain, number>> = {
  math: 22056,
  coding: 19169,
  science: 19670,
  instruction: 16575,
  agent: 10229,
};

/** Levels that training tasks are drawn from, uniformly over the list; a level that stands twice is drawn twice as often. */
export const RL_LEVELS: Readonly<Record<Domain, readonly number[]>> = {
  math: [1, 2, 2, 3, 3],
  coding: [1, 2, 2],
  science: [1, 2, 2],
  instruction: [1, 2, 2, 3, 3],
  agent: [1, 2, 2],
};

/** What the task order of a run depends on. */
export interface TaskOrder {
  seed: number;
  /** Name of the run; runs of other names see other tasks. */
  name: string;
  domains: readonly Domain[];
  /** Relative frequency of each domain. */
  weights: Readonly<Partial<Record<Domain, number>>>;
  levels: Readonly<Record<Domain, readonly number[]>>;
}

/**
 * The tasks of one step, from the training split.
 *
 * Task i of step s comes from the stream `<name>/tasks/<s>/<i>`, so it depends on nothing that happened before.
 */
export function tasksOfStep(
  order: TaskOrder,
  step: number,
  count: number,
): Task[] {
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(order.seed, `${order.name}/tasks/${step}/${i}`);
    const domain = pickDomain(order, random);
    return drawTask(domain, random, {
      split: "train",
      level: random.pick(order.levels[domain]),
    });
  });
}

function pickDomain({ domains, weights }: TaskOrder, random: Random): Domain {
  const total = domains.reduce((sum, domain) => sum + weights[domain]!, 0);
  let left = random.next() * total;
  for (const domain of domains) {
    left -= weights[domain]!;
    if (left < 0) return domain;
  }
  return domains.at(-1)!;
}
