/** Which tasks an RL run sees, and in which order. */
import {
  DOMAINS,
  inForm,
  spec,
  type AnswerForm,
  type Domain,
  type Task,
} from "../../domains/index.js";
import { Random } from "../../random.js";
import {
  drawFrom,
  worldSpec,
  type Difficulty,
  type TaskSource,
} from "../../world/index.js";

/**
 * Prompts of the paper's RL data per domain (§3.2); the mixed run shuffles their concatenation uniformly, so a domain is
 * drawn in proportion to them.
 */
export const RL_DATASET_SIZES: Readonly<Record<Domain, number>> = eachDomain(
  (domain) => spec(domain).rlPrompts,
);

/** Levels that training tasks are drawn from, uniformly over the list; a level that stands twice is drawn twice as often. */
export const RL_LEVELS: Readonly<Record<Domain, readonly number[]>> =
  rlLevels("easy");

/** Levels that training tasks of a difficulty are drawn from. */
export function rlLevels(
  difficulty: Difficulty,
): Record<Domain, readonly number[]> {
  return eachDomain((domain) => worldSpec(domain).levels[difficulty].rl);
}

function eachDomain<T>(of: (domain: Domain) => T): Record<Domain, T> {
  const entries = DOMAINS.map((domain) => [domain, of(domain)]);
  return Object.fromEntries(entries) as Record<Domain, T>;
}

/** What the task order of a run depends on. */
export interface TaskOrder {
  seed: number;
  /** Name of the run; runs of other names see other tasks. */
  name: string;
  domains: readonly Domain[];
  /** Relative frequency of each domain. */
  weights: Readonly<Partial<Record<Domain, number>>>;
  levels: Readonly<Record<Domain, readonly number[]>>;
  /** Tasks of each domain in every step, instead of drawing domains by `weights`; they add up to the tasks of a step. */
  quotas?: Readonly<Partial<Record<Domain, number>>>;
  /** Where tasks come from; absent: the small world. */
  tasks?: TaskSource;
  /** How they are put to the model and when answers count; absent: as the domains have it. */
  answerForm?: AnswerForm;
}

/**
 * The tasks of one step, from the training split.
 *
 * Task i of step s comes from the stream `<name>/tasks/<s>/<i>`, so it depends on nothing that happened before. Domains are drawn
 * by weight, which is what a uniform shuffle of the concatenated data does; under quotas each step has the same number of each
 * domain, in an order of its own.
 *
 * @param count   tasks; under quotas their sum, unless `replaces` is given
 * @param options from: number of the first task, default 0 · replaces: tasks that were dropped; under quotas the new ones are of
 *   the same domains
 */
export function tasksOfStep(
  order: TaskOrder,
  step: number,
  count: number,
  options: { from?: number; replaces?: readonly Task[] } = {},
): Task[] {
  const { from = 0, replaces } = options;
  const fixed =
    order.quotas &&
    (replaces?.map(({ domain }) => domain) ?? quotaOf(order, step));
  return Array.from({ length: count }, (_, i) => {
    const random = new Random(
      order.seed,
      `${order.name}/tasks/${step}/${from + i}`,
    );
    const domain = fixed ? fixed[i]! : pickDomain(order, random);
    const level = random.pick(order.levels[domain]);
    const task = drawFrom(order.tasks, domain, random, {
      split: "train",
      level,
    });
    return inForm(task, order.answerForm ?? {});
  });
}

function quotaOf({ seed, name, quotas }: TaskOrder, step: number): Domain[] {
  const domains = DOMAINS.flatMap((domain) =>
    Array.from({ length: quotas![domain] ?? 0 }, () => domain),
  );
  return new Random(seed, `${name}/quotas/${step}`).shuffle(domains);
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
