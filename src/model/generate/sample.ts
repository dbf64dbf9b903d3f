/** Draws tokens from rows of probabilities, in plain JavaScript so that the random numbers are the library's own. */
import type { DrawnTokens } from "../../engine/index.js";

/**
 * Sample a token, from the whole row or from its nucleus.
 *
 * @param probabilities (V) one row of softmax(logits / temperature)
 * @param u             uniform number in [0, 1); ignored when greedy
 * @param options       greedy: take the most likely token · topP: keep the smallest set of tokens whose probability reaches it, (0, 1]
 * @throws RangeError u is outside [0, 1), or no probability is positive and finite
 * @returns the token; among equals the lowest
 * @example
 * sample(Float32Array.of(0.25, 0.75), 0.5) // 1
 */
export function sample(
  probabilities: Float32Array,
  u: number,
  { greedy = false, topP = 1 }: { greedy?: boolean; topP?: number } = {},
): number {
  if (!(u >= 0 && u < 1) && !greedy)
    throw new RangeError(`sample: u must be in [0, 1), got ${u}`);
  const V = probabilities.length;
  if (greedy) {
    let best = 0;
    for (let i = 1; i < V; i++)
      if (probabilities[i]! > probabilities[best]!) best = i;
    return best;
  }
  const row = topP < 1 ? nucleus(probabilities, topP) : probabilities;
  let total = 0;
  for (let i = 0; i < V; i++) total += row[i]!;
  if (!(total > 0 && Number.isFinite(total)))
    throw new RangeError(
      `sample: probabilities must be finite and add up to more than 0, got a sum of ${total}`,
    );
  let left = u * total;
  let last = 0;
  for (let i = 0; i < V; i++) {
    if (row[i]! === 0) continue;
    last = i;
    left -= row[i]!;
    if (left < 0) return i;
  }
  return last; // u · total met the rounded sum exactly
}

/**
 * `sample` for every row of a batch.
 *
 * @param probabilities (B, V)
 * @param rows          B
 * @param uniforms      (B); NaN for a row that draws nothing, which gets token −1; null takes the most likely tokens
 * @param topP          nucleus, (0, 1]
 */
export function sampleRows(
  probabilities: Float32Array,
  rows: number,
  uniforms: Float64Array | null,
  topP = 1,
): DrawnTokens {
  const V = probabilities.length / rows;
  const tokens = new Int32Array(rows).fill(-1);
  const logprobs = new Float64Array(rows);
  const greedy = uniforms === null;
  for (let b = 0; b < rows; b++) {
    const u = greedy ? 0 : uniforms[b]!;
    if (Number.isNaN(u)) continue;
    const row = probabilities.subarray(b * V, (b + 1) * V);
    const token = sample(row, u, { greedy, topP });
    tokens[b] = token;
    logprobs[b] = Math.log(row[token]!);
  }
  return { tokens, logprobs };
}

function nucleus(probabilities: Float32Array, topP: number): Float32Array {
  const order = Array.from(probabilities.keys()).sort(
    (a, b) => probabilities[b]! - probabilities[a]! || a - b,
  );
  const kept = new Float32Array(probabilities.length);
  let reached = 0;
  for (const token of order) {
    if (reached >= topP) break;
    kept[token] = probabilities[token]!;
    reached += probabilities[token]!;
  }
  return kept;
}
