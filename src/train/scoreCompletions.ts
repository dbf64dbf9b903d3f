/** Log-probs of marked tokens under a policy that is not trained: a teacher. */
import { tf } from "../engine/index.js";
import type { MaskedSequence, Policy } from "../model/index.js";
import { completionLogprobs, microBatches } from "./batch.js";
import { withTemperature } from "./withTemperature.js";

/**
 * Score the marked tokens of some rows, on exactly their token ids; nothing is decoded or tokenized again.
 *
 * @param options maxTokens: tokens of one forward pass, padding included · temperature: the logits are divided by it
 * @returns one array a row, one entry a token: log p(token t | tokens before) where it is marked, in nats, and 0 elsewhere
 */
export function scoreCompletions(
  policy: Policy,
  rows: readonly MaskedSequence[],
  { maxTokens, temperature }: { maxTokens: number; temperature: number },
): Float32Array[] {
  const scores = rows.map(({ tokens }) => new Float32Array(tokens.length));
  const lengths = rows.map(({ tokens }) => tokens.length);
  for (const indices of microBatches(lengths, maxTokens)) {
    const batch = indices.map((i) => rows[i]!);
    const values = tf.tidy(() =>
      completionLogprobs(
        withTemperature(policy.weights, temperature),
        policy.config,
        batch,
      ).dataSync(),
    );
    let next = 0;
    for (const i of indices)
      rows[i]!.mask.forEach((marked, t) => {
        if (marked && t > 0) scores[i]![t] = values[next++]!;
      });
  }
  return scores;
}
