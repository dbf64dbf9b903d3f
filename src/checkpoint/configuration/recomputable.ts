/** Buffers that every implementation computes anew, so that files may store them or not. */

const BUFFER =
  /(?:^|\.)(?:rotary_emb\.(?:inv_freq|cos_cached|sin_cached)|position_ids|masked_bias)$/;

/**
 * Whether a tensor is a buffer that loaders recompute: frequencies of rotary embeddings, numbers of positions.
 *
 * @example
 * isRecomputable("model.layers.0.self_attn.rotary_emb.inv_freq") // true
 */
export function isRecomputable(name: string): boolean {
  return BUFFER.test(name);
}
