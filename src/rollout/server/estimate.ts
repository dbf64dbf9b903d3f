/** What an evaluation by a server will ask at most, before the first request. */
import { turnLimit, type Task } from "../../domains/index.js";

/** Price of a million tokens that are read, and of a million that are sampled, in any currency. */
export interface TokenPrice {
  read: number;
  sampled: number;
}

/** Options of `estimateUse`. */
export interface EstimateOptions {
  /** Samples per task. */
  samples: number;
  /** Tokens of a task's prompt. */
  promptTokens: (task: Task) => number;
  /** Whether a request gives all samples of a task; default false. */
  together?: boolean;
  price?: TokenPrice | undefined;
}

/** What will be asked, the first turn of each episode alone. */
export interface UseEstimate {
  requests: number;
  promptTokens: number;
  /** If every answer ran into its limit. */
  sampledTokens: number;
  /** Price of both; undefined where none was given. */
  cost: number | undefined;
}

/**
 * Requests and tokens of an evaluation: prompts are counted, answers are as long as they may be.
 *
 *   cost = (prompt tokens · price of reading + tasks · K · limit · price of sampling) / 10⁶
 *
 * Further turns of agents are not in it: how many there are is up to the model.
 *
 * @example
 * estimateUse([task], { samples: 4, promptTokens: () => 100 }).promptTokens // 400
 */
export function estimateUse(
  tasks: readonly Task[],
  { samples, promptTokens, together = false, price }: EstimateOptions,
): UseEstimate {
  const times = together ? 1 : samples;
  let [read, sampled] = [0, 0];
  for (const task of tasks) {
    read += times * promptTokens(task);
    sampled += samples * turnLimit(task);
  }
  return {
    requests: times * tasks.length,
    promptTokens: read,
    sampledTokens: sampled,
    cost: price && (read * price.read + sampled * price.sampled) / 1e6,
  };
}
