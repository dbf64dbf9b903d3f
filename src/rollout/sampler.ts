/** Who samples and scores: a model in this process, or one behind a server. */
import type { Task } from "../domains/index.js";
import { scoreSequences, type Policy } from "../model/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import { rollouts, type Rollout, type RolloutOptions } from "./rollout.js";

/** Answers tasks and scores token ids, wherever the model is. */
export interface Sampler {
  /** What records call the model: equal identities mean equal answers for equal seeds. */
  readonly identity: string;
  /** Tasks that are best sampled together, repetitions aside. */
  readonly batch: number;
  /** Batches that may be under way at a time. */
  readonly ahead: number;
  /** As `rollouts`. @throws InfrastructureError the server, a verifier or an environment failed (never a reward) */
  rollouts(tasks: readonly Task[], options: RolloutOptions): Promise<Rollout[]>;
  /** The text of token ids. */
  decode(tokens: readonly number[]): string;
  /** As `scoreSequences` at temperature 1. @throws InfrastructureError the server failed */
  score(sequences: readonly (readonly number[])[]): Promise<Float32Array[]>;
}

/**
 * The sampler of a model in this process.
 *
 * @param identity  what records call the model, for example `checkpoint.hashModel`
 * @example
 * const { policy, tokenizer } = model.loadPolicy("data/nano/base");
 * await rollout.localSampler(policy, tokenizer).score([tokenizer.encode("1+1=2")]);
 */
export function localSampler(
  policy: Policy,
  tokenizer: Tokenizer,
  identity = "",
): Sampler {
  return {
    identity,
    batch: 50,
    ahead: 1,
    rollouts: async (tasks, options) =>
      rollouts(policy, tokenizer, tasks, options),
    decode: (tokens) => tokenizer.decode(tokens),
    score: async (sequences) => scoreSequences(policy, sequences),
  };
}
