/** Log-probabilities of labels over a large vocabulary, a few positions at a time. */
import {
  engineKernels,
  tf,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
} from "../../engine/index.js";

/**
 * log softmax(hidden · headᵀ)[label] of each position, of whose logits only those of `rows` positions exist at a time, in the backward pass
 * too: there they are computed again.
 *
 *   d hidden = (onehot − p) · dy · head,   d head = Σ chunks ((onehot − p) · dy)ᵀ · hidden
 *
 * @param hidden  (N, C)
 * @param head    (V, C)
 * @param labels  (N) int32
 * @param rows    positions of a chunk
 * @returns (N), in nats
 */
export function chunkedLogprobs(
  hidden: Tensor2D,
  head: Tensor2D,
  labels: Tensor1D,
  rows: number,
): Tensor1D {
  const apply = tf.customGrad((...inputs) => {
    const [h, w, save] = inputs as unknown as [
      Tensor2D,
      Tensor2D,
      (tensors: Tensor[]) => void,
    ];
    save([h, w, labels]);
    return {
      value: tf.concat1d(
        chunksOf(h, rows).map(([from, size]) =>
          tf.tidy(
            () => crossEntropy(h, w, labels, [from, size]).logprobs as Tensor1D,
          ),
        ),
      ),
      gradFunc: (dy: Tensor, saved: Tensor[]): Tensor[] =>
        gradients(dy, saved as [Tensor2D, Tensor2D, Tensor1D], rows),
    };
  });
  return apply(hidden, head) as Tensor1D;
}

/** Chunk by chunk; the sum over chunks replaces itself, so that it exists once. */
function gradients(
  dy: Tensor,
  [hidden, head, labels]: [Tensor2D, Tensor2D, Tensor1D],
  rows: number,
): Tensor[] {
  let headGradient: Tensor | undefined;
  const parts = chunksOf(hidden, rows).map(([from, size]) => {
    const [dHidden, dHead] = tf.tidy((): [Tensor2D, Tensor2D] => {
      const { h, slope } = crossEntropy(hidden, head, labels, [from, size]);
      const own = tf.neg(tf.expandDims(tf.slice(dy, [from], [size]), -1));
      const d = tf.mul(slope, own) as Tensor2D; // (rows, V)
      return [tf.matMul(d, head), tf.matMul(d, h, true, false)];
    });
    const before = headGradient;
    headGradient = before ? tf.add(before, dHead) : dHead;
    if (before) tf.dispose([before, dHead]);
    return dHidden;
  });
  return [tf.concat2d(parts, 0), headGradient!];
}

/** First position and size of each chunk. */
function chunksOf(
  { shape: [N] }: Tensor2D,
  rows: number,
): [from: number, size: number][] {
  return Array.from({ length: Math.ceil(N / rows) }, (_, c) => [
    c * rows,
    Math.min(rows, N - c * rows),
  ]);
}

/** Log-probs of a chunk's labels, and p − onehot. */
function crossEntropy(
  hidden: Tensor2D,
  head: Tensor2D,
  labels: Tensor1D,
  [from, size]: [number, number],
): { h: Tensor2D; logprobs: Tensor; slope: Tensor } {
  const h = tf.slice(hidden, [from, 0], [size, -1]);
  const { loss, slope } = engineKernels().crossEntropy(
    tf.matMul(h, head, false, true) as Tensor2D,
    tf.slice(labels, [from], [size]),
  );
  return { h, logprobs: tf.neg(loss), slope };
}
