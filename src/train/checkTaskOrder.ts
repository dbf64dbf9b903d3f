/** Checks which tasks a run sees, before any work. */
import { DOMAINS, type Domain } from "../domains/index.js";
import { TrainError } from "../error.js";
import { checkOptions } from "./checkOptions.js";
import type { TaskOrder } from "./tasks.js";

/**
 * Check the tasks of a run.
 *
 * @param who function that the message names
 * @throws RangeError a weight, level or quota is out of range · TrainError domains are not valid
 */
export function checkTaskOrder(
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
    checkOptions(
      who,
      { [`weights.${domain}`]: weight },
      { [`weights.${domain}`]: "positive" },
    );
    const list = levels[domain];
    if (list.length === 0 || list.some((level) => ![1, 2, 3].includes(level))) {
      throw new RangeError(
        `${who}: levels.${domain} must be a list of 1, 2 or 3, got [${list.join(", ")}]`,
      );
    }
  }
  if (new Set(domains).size < domains.length) {
    throw new TrainError(
      `${who}: domains must be different, got ${domains.join(", ")}`,
    );
  }
  for (const [domain, quota] of Object.entries(quotas ?? {})) {
    checkOptions(
      who,
      { [`quotas.${domain}`]: quota },
      { [`quotas.${domain}`]: "countOrZero" },
    );
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
