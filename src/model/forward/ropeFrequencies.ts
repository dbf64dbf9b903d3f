/** Frequencies of the rotary embedding, scaled for long inputs where a model says so. */

/** Scaling of Llama 3: long wavelengths are stretched, short ones stay, those between are blended. */
export interface RopeScaling {
  /** How far the longest wavelengths are stretched. */
  factor: number;
  /** Wavelengths above `originalMaxPositions` / this are stretched fully. */
  lowFreqFactor: number;
  /** Wavelengths below `originalMaxPositions` / this stay. */
  highFreqFactor: number;
  /** Longest sequence of the first training, in tokens. */
  originalMaxPositions: number;
}

/**
 * Radians per token of each pair of entries of a head, in float32 steps as in the reference implementation.
 *
 *   f_i = θ^(−2i/D); scaled: w = 2π / f_i, L = originalMaxPositions;
 *   f_i / factor where w > L / low, f_i where w < L / high, else ((1 − s) / factor + s) · f_i with s = (L / w − low) / (high − low)
 *
 * Source: Su et al. 2021 (arXiv 2104.09864); Llama 3.1, as in transformers.
 *
 * @returns D / 2 values
 * @example
 * ropeFrequencies(4, 10000) // [1, 0.01]
 */
export function ropeFrequencies(
  headDim: number,
  theta: number,
  scaling?: RopeScaling,
): Float32Array {
  return Float32Array.from({ length: headDim / 2 }, (_, i) => {
    const plain = Math.fround(
      1 / Math.fround(Math.pow(theta, (2 * i) / headDim)),
    );
    if (scaling === undefined) return plain;
    const { factor, lowFreqFactor: low, highFreqFactor: high } = scaling;
    const turns = (scaling.originalMaxPositions * plain) / (2 * Math.PI);
    if (turns < low) return plain / factor;
    if (turns > high) return plain;
    const share = (turns - low) / (high - low);
    return ((1 - share) * plain) / factor + share * plain;
  });
}
