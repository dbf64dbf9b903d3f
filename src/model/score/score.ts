/** Log-probabilities of given sequences under a policy, without gradients. */
import { startEngine, tf } from "../../engine/index.js";
import { completionLogprobs } from "./completions.js";
import type { MaskedSequence } from "./maskedSequence.js";
import { microBatches } from "./microBatches.js";
import type { Policy } from "../policy.js";
import { withTemperature } from "./withTemperature.js";

/** Options of `scoreSequences`. */
export interface ScoreOptions {
  /** Tokens of one forward pass, padding included: a bound on memory; default 8192. */
  maxTokens?: number;
  /** The logits are divided by it; default 1. */
  temperature?: number;
}

/**
 * Score sequences on exactly their token ids; nothing is decoded or tokenized again.
 *
 * @param sequences with their completion masks; a plain list of tokens is scored at every token
 * @returns one array per sequence, one entry per token: log p(token t | tokens before) where the mask is true, in nats, and 0 elsewhere;
 *   entry 0 is 0
 * @example
 * scoreSequences(policy, [tokenizer.encode("1+1=2")])[0]
 */
export function scoreSequences(
  policy: Policy,
  sequences: readonly (MaskedSequence | readonly number[])[],
  { maxTokens = 8192, temperature = 1 }: ScoreOptions = {},
): Float32Array[] {
  startEngine();
  const rows = sequences.map((sequence) =>
    "tokens" in sequence
      ? sequence
      : { tokens: sequence, mask: sequence.map(() => true) },
  );
  const scores = rows.map(({ tokens }) => new Float32Array(tokens.length));
  const used = rows.flatMap(({ mask }, i) =>
    mask.some((scored, t) => scored && t > 0) ? [i] : [],
  );
  const lengths = used.map((i) => rows[i]!.tokens.length);
  for (const batch of microBatches(lengths, maxTokens)) {
    const indices = batch.map((u) => used[u]!);
    let values = new Float32Array(0);
    // Nothing is returned: `tidy` would look for tensors among the numbers, one by one.
    tf.tidy(() => {
      values = completionLogprobs(
        withTemperature(policy.weights, temperature),
        policy.config,
        indices.map((i) => rows[i]!),
      ).dataSync() as Float32Array<ArrayBuffer>;
    });
    let next = 0;
    for (const i of indices)
      rows[i]!.mask.forEach((scored, t) => {
        if (scored && t > 0) scores[i]![t] = values[next++]!;
      });
  }
  return scores;
}
