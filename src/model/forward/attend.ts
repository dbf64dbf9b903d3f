/** Softmax attention of grouped query heads over the keys of whole sequences, in bounded memory. */
import {
  recompute,
  tf,
  type Tensor,
  type Tensor4D,
} from "../../engine/index.js";
import { maskedSoftmax } from "./layers.js";

/** Most attention scores (B · H · T · T) that exist at a time; more are computed in blocks of queries. */
const BLOCK_SCORES = 2 ** 24;

/**
 * y = softmax(q · kᵀ + bias) · v.
 *
 * The query heads of one key head are folded into its time axis, so that keys and values are never copied. Where the scores of all
 * queries would be more than 64 MiB, blocks of queries are done one after the other and computed again in the backward pass.
 *
 * @param q     (B, H, T, D), already scaled by 1/√D
 * @param k     (B, kv, T, D); H is a multiple of kv
 * @param v     (B, kv, T, D)
 * @param bias  (1, 1, rep·T, T) with rep = H / kv: 0 where a query may attend, very negative elsewhere
 * @returns (B, H, T, D)
 */
export function attend(
  q: Tensor4D,
  k: Tensor4D,
  v: Tensor4D,
  bias: Tensor,
): Tensor4D {
  const [B, H, T, D] = q.shape;
  const kv = k.shape[1];
  const rep = H / kv;
  if (B * H * T * T <= BLOCK_SCORES) {
    const folded = tf.reshape(q, [B, kv, rep * T, D]);
    const y = softmaxAttention([folded, k, v], [bias]); // (B, kv, rep·T, D)
    return tf.reshape(y, [B, H, T, D]) as Tensor4D;
  }
  const size = Math.max(1, Math.floor(BLOCK_SCORES / (B * H * T)));
  const causal = tf.slice(bias, [0, 0, 0, 0], [1, 1, T, T]);
  const blocks: Tensor[] = [];
  for (let from = 0; from < T; from += size) {
    const t = Math.min(size, T - from);
    // Later keys are hidden from all queries of the block.
    const keys = (x: Tensor4D): Tensor =>
      tf.slice(x, [0, 0, 0, 0], [B, kv, from + t, D]);
    const rows = tf.slice(causal, [0, 0, from, 0], [1, 1, t, from + t]);
    const folded = tf.reshape(tf.slice(q, [0, 0, from, 0], [B, H, t, D]), [
      B,
      kv,
      rep * t,
      D,
    ]);
    const y = recompute(
      softmaxAttention,
      [folded, keys(k), keys(v)],
      [tf.tile(rows, [1, 1, rep, 1])],
    );
    blocks.push(tf.reshape(y, [B, H, t, D]));
  }
  return tf.concat(blocks, 2) as Tensor4D;
}

/** Of folded queries (B, kv, rep·T, D), keys and values; `bias` broadcasts over the first two axes. */
function softmaxAttention(inputs: Tensor[], [bias]: Tensor[]): Tensor {
  const [q, k, v] = inputs as [Tensor, Tensor, Tensor];
  const att = maskedSoftmax(tf.matMul(q, k, false, true), bias!); // (B, kv, rep·T, T)
  return tf.matMul(att, v);
}
