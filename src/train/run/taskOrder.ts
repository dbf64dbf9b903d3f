/** Which tasks a run sees: options, defaults and checks, before any work. */
import { basename } from "node:path";
import { DOMAINS, type AnswerForm, type Domain } from "../../domains/index.js";
import { TrainError } from "../../error.js";
import { LEVELS, type Difficulty, type TaskSource } from "../../world/index.js";
import { checkSetting } from "../settings.js";
import { RL_DATASET_SIZES, rlLevels, type TaskOrder } from "./tasks.js";

/** Options of a run that say which tasks it sees. */
export interface TaskOptions {
  /** Name of the run's random streams; default the last part of `out`. */
  name?: string;
  /** Levels that tasks are drawn from, per domain; default `RL_LEVELS`. */
  levels?: Partial<Record<Domain, readonly number[]>>;
  /** How hard the tasks are, where `levels` does not say it; default "easy". */
  difficulty?: Difficulty;
  /** Relative frequency of the domains; default `RL_DATASET_SIZES`, a uniform shuffle of the paper's data. */
  weights?: Partial<Record<Domain, number>>;
  /** Tasks of each domain in every step, instead of `weights`; they add up to `promptsPerStep`. */
  quotas?: Partial<Record<Domain, number>>;
  /** Where tasks come from; default "nano", the small world. */
  tasks?: TaskSource;
  /** How they are put to the model and when answers count; default as the domains have it. */
  answerForm?: AnswerForm;
}

/**
 * Fill in and check the tasks of a run.
 *
 * @param who function that the message names
 * @throws RangeError a weight, level or quota is out of range · TrainError domains are not valid
 */
export function taskOrder(
  who: string,
  options: TaskOptions & { seed: number; out: string },
  domains: readonly Domain[],
  promptsPerStep: number,
): TaskOrder {
  const order: TaskOrder = {
    seed: options.seed,
    name: options.name ?? basename(options.out),
    domains,
    weights: options.weights ?? RL_DATASET_SIZES,
    levels: { ...rlLevels(options.difficulty ?? "easy"), ...options.levels },
    quotas: options.quotas,
    ...(options.tasks && { tasks: options.tasks }),
    ...(options.answerForm && { answerForm: options.answerForm }),
  };
  checkTaskOrder(who, { ...order, promptsPerStep });
  return order;
}

function checkTaskOrder(
  who: string,
  {
    domains,
    weights,
    levels,
    quotas,
    promptsPerStep,
  }: TaskOrder & { promptsPerStep: number },
): void {
  if (domains.length === 0)
    throw new TrainError(
      `${who}: domains must name at least one domain, got none`,
    );
  for (const domain of domains) {
    if (!DOMAINS.includes(domain)) {
      throw new TrainError(
        `${who}: domains must be of ${DOMAINS.join(", ")}, got ${JSON.stringify(domain)}`,
      );
    }
    const weight = weights[domain] ?? NaN;
    checkSetting(who, `weights.${domain}`, weight, {
      type: "number",
      above: 0,
    });
    const list = levels[domain];
    if (list.length === 0 || list.some((level) => !LEVELS.includes(level))) {
      throw new RangeError(
        `${who}: levels.${domain} must be a list of ${LEVELS.join(", ")}, got [${list.join(", ")}]`,
      );
    }
  }
  if (new Set(domains).size < domains.length) {
    throw new TrainError(
      `${who}: domains must be different, got ${domains.join(", ")}`,
    );
  }
  for (const [domain, quota] of Object.entries(quotas ?? {})) {
    checkSetting(who, `quotas.${domain}`, quota, { type: "integer", min: 0 });
    if (!domains.includes(domain as Domain))
      throw new TrainError(
        `${who}: quotas must be of this run's domains ${domains.join(", ")}, got ${domain}`,
      );
  }
  if (quotas && quotaSum(quotas) !== promptsPerStep) {
    throw new RangeError(
      `${who}: quotas must add up to promptsPerStep ${promptsPerStep}, got ${quotaSum(quotas)}`,
    );
  }
}

/** Tasks of a step under quotas; undefined without. */
export function quotaSum(quotas: TaskOrder["quotas"]): number | undefined {
  return quotas && Object.values(quotas).reduce((sum, quota) => sum + quota, 0);
}
