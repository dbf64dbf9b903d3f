/** Log-probabilities of given sequences under a policy, without gradients. */
import { startEngine, tf, type Tensor1D } from "../engine/index.js";
import { logprobsAt } from "./forward.js";
import type { Policy } from "./policy.js";

/**
 * Score token sequences, batched by length.
 *
 * @param sequences  token lists, each of at least one token
 * @param options    tokensPerBatch: padded tokens computed together, a bound on memory
 * @returns one array a sequence: entry t is log p(token t | tokens before), in nats; entry 0 is 0
 * @example
 * scoreSequences(policy, [tokenizer.encode("1+1=2")])[0]
 */
export function scoreSequences(
  policy: Policy,
  sequences: readonly (readonly number[])[],
  { tokensPerBatch = 16384 }: { tokensPerBatch?: number } = {},
): Float32Array[] {
  startEngine();
  const result = sequences.map((sequence) => new Float32Array(sequence.length));
  const order = sequences
    .map((_, i) => i)
    .sort((a, b) => sequences[a]!.length - sequences[b]!.length || a - b);
  for (let start = 0; start < order.length;) {
    let end = start + 1;
    while (
      end < order.length &&
      (end - start + 1) * sequences[order[end]!]!.length <= tokensPerBatch
    )
      end++;
    const batch = order.slice(start, end);
    start = end;
    const B = batch.length;
    const T = sequences[batch[B - 1]!]!.length;
    const ids = new Int32Array(B * T);
    const at: number[] = [];
    const targets: number[] = [];
    batch.forEach((i, b) => {
      ids.set(sequences[i]!, b * T);
      for (let t = 0; t + 1 < sequences[i]!.length; t++) {
        at.push(b * T + t);
        targets.push(sequences[i]![t + 1]!);
      }
    });
    if (at.length === 0) continue;
    // Nothing is returned: `tidy` would look for tensors among the numbers, one by one.
    tf.tidy(() => {
      const flat = (list: number[]): Tensor1D =>
        tf.tensor1d(Int32Array.from(list), "int32");
      const values = logprobsAt(
        policy.weights,
        policy.config,
        tf.tensor2d(ids, [B, T], "int32"),
        flat(at),
        flat(targets),
      ).dataSync();
      let next = 0;
      for (const i of batch)
        for (let t = 1; t < sequences[i]!.length; t++)
          result[i]![t] = values[next++]!;
    });
  }
  return result;
}
