/** The clipped policy-gradient loss of one micro-batch, token by token. */
import { tf, type Tensor } from "../engine/index.js";
import { detach } from "./detach.js";

/** How the gap between the sampler's and the trainer's log-probs is corrected. */
export type ImportanceSampling = "none" | "truncated" | "masked";

/** Options of `policyLoss`. */
export interface PolicyLossOptions {
  /** ε below 1 of the clipped ratio; default 0.2. */
  clipEps?: number;
  /** ε above 1 of the clipped ratio; default 0.28. */
  clipEpsHigh?: number;
  /** Weight of the KL term towards `reference`; default 0. */
  klCoef?: number;
  /**
   * Weight w of a token, ρ' = exp(old − rollout): "masked" ρ' if it lies in [0.5, 2] and else 0, what the paper's text names
   * (it gives no bounds); "truncated" clamp(ρ', 0, 2), the authors' scripts; "none" 1. Default "masked". Here sampler and
   * trainer agree to rounding, so the first two give the same bytes.
   */
  importanceSampling?: ImportanceSampling;
  /** Weight of an entropy bonus, of the policy's distribution at each trained token; default 0. */
  entropyCoef?: number;
}

/** What the loss needs beside the log-probs; every tensor is float32 (N), one entry a trained token. */
export interface PolicyBatch {
  /** A of each token. */
  advantages: Tensor;
  /** Weight of each token in the step's mean. */
  share: Tensor;
  /** Log-probs that the sampler reported. */
  rollout: Tensor;
  /** Log-probs of the trainer before the update; absent on the first update of a rollout, where they are those of now. */
  old?: Tensor;
  /** Log-probs of the reference policy; needed when `klCoef` is not 0. */
  reference?: Tensor;
  /** Entropy of the policy's distribution, differentiable; needed when `entropyCoef` is not 0. */
  entropy?: Tensor;
}

/**
 * Loss of a micro-batch.
 *
 *   ρ = exp(log p − old),   ℓ = w · max(−ρ A, −clip(ρ, 1 − ε_low, 1 + ε_high) A) + β (exp(d) − 1 − d) − α H,   L = Σ share · ℓ
 *
 * with d = reference − log p, the k3 estimate clamped to [−10, 10], and H the entropy.
 *
 * @param logp (N), differentiable
 * @returns scalar
 */
export function policyLoss(
  logp: Tensor,
  batch: PolicyBatch,
  options: PolicyLossOptions = {},
): Tensor {
  const {
    clipEps = 0.2,
    clipEpsHigh = 0.28,
    klCoef = 0,
    importanceSampling = "masked",
    entropyCoef = 0,
  } = options;
  const old = batch.old ?? detach(logp);
  const ratio = tf.exp(tf.sub(logp, old));
  const gain = tf.neg(batch.advantages);
  const clipped = tf.clipByValue(ratio, 1 - clipEps, 1 + clipEpsHigh);
  let loss: Tensor = tf.maximum(tf.mul(ratio, gain), tf.mul(clipped, gain));
  if (importanceSampling !== "none")
    loss = tf.mul(loss, samplerWeight(old, batch.rollout, importanceSampling));
  if (klCoef !== 0) {
    const d = tf.sub(batch.reference!, logp);
    const k3 = tf.clipByValue(tf.sub(tf.sub(tf.exp(d), 1), d), -10, 10);
    loss = tf.add(loss, tf.mul(k3, klCoef));
  }
  if (entropyCoef !== 0)
    loss = tf.sub(loss, tf.mul(batch.entropy!, entropyCoef));
  return tf.sum(tf.mul(loss, batch.share));
}

function samplerWeight(
  old: Tensor,
  rollout: Tensor,
  mode: "truncated" | "masked",
): Tensor {
  const ratio = detach(tf.exp(tf.sub(old, rollout)));
  if (mode === "truncated") return tf.clipByValue(ratio, 0, 2);
  // step(x) is 1 where x > 0; comparisons have no gradient function in TensorFlow.js.
  const outside = tf.add(
    tf.step(tf.sub(0.5, ratio)),
    tf.step(tf.sub(ratio, 2)),
  );
  return tf.mul(ratio, tf.sub(1, outside));
}
