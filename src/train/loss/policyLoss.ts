/** The clipped policy-gradient loss of one micro-batch, token by token. */
import { tf, type Tensor } from "../../engine/index.js";
import { resolveSettings, type OptionsOf } from "../settings.js";
import { stopGradient } from "./stopGradient.js";

/** Settings of `policyLoss`. */
export const POLICY_LOSS_SETTINGS = {
  clipEps: {
    type: "number",
    min: 0,
    max: 1,
    default: 0.2,
    doc: "ε below 1 of the clipped ratio.",
  },
  clipEpsHigh: {
    type: "number",
    min: 0,
    default: 0.28,
    doc: "ε above 1 of the clipped ratio.",
  },
  klCoef: {
    type: "number",
    min: 0,
    default: 0,
    doc: "β, weight of the KL term towards the reference policy; at 0 no reference is evaluated.",
  },
  importanceSampling: {
    type: "choice",
    of: ["none", "truncated", "masked"],
    default: "masked",
    doc: "Weight of a token that corrects for the gap between sampler and trainer; see `ImportanceSampling`.",
  },
  entropyCoef: {
    type: "number",
    min: 0,
    default: 0,
    doc: "α, weight of an entropy bonus, of the policy's distribution at each trained token.",
  },
} as const;

/** Options of `policyLoss`. */
export type PolicyLossOptions = OptionsOf<typeof POLICY_LOSS_SETTINGS>;

/**
 * Weight w of a token, ρ' = exp(old − rollout):
 * - "masked": ρ' if it lies in [0.5, 2] and else 0, what the paper's text names (it gives no bounds);
 * - "truncated": clamp(ρ', 0, 2), the authors' scripts;
 * - "none": 1.
 *
 * Here sampler and trainer agree to rounding, so the first two give the same bytes.
 */
export type ImportanceSampling = NonNullable<
  PolicyLossOptions["importanceSampling"]
>;

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
  const { clipEps, clipEpsHigh, klCoef, importanceSampling, entropyCoef } =
    resolveSettings("policyLoss", POLICY_LOSS_SETTINGS, options);
  const old = batch.old ?? stopGradient(logp);
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

/**
 * Share of the tokens on which clipping acts, so that they have no gradient: ρ > 1 + ε_high where A > 0, ρ < 1 − ε_low where A < 0.
 *
 * @param logp (N)
 * @returns scalar; tokens weigh as in the loss, so that those of the micro-batches of a step add up
 */
export function clipFraction(
  logp: Tensor,
  { advantages, share, old }: PolicyBatch,
  options: PolicyLossOptions = {},
): Tensor {
  if (!old) return tf.scalar(0);
  const { clipEps, clipEpsHigh } = resolveSettings(
    "clipFraction",
    POLICY_LOSS_SETTINGS,
    options,
  );
  const ratio = tf.exp(tf.sub(logp, old));
  const high = tf.mul(
    tf.step(advantages),
    tf.step(tf.sub(ratio, 1 + clipEpsHigh)),
  );
  const low = tf.mul(
    tf.step(tf.neg(advantages)),
    tf.step(tf.sub(1 - clipEps, ratio)),
  );
  return tf.sum(tf.mul(tf.add(high, low), share));
}

function samplerWeight(
  old: Tensor,
  rollout: Tensor,
  mode: "truncated" | "masked",
): Tensor {
  const ratio = stopGradient(tf.exp(tf.sub(old, rollout)));
  if (mode === "truncated") return tf.clipByValue(ratio, 0, 2);
  // step(x) is 1 where x > 0; comparisons have no gradient function in TensorFlow.js.
  const outside = tf.add(
    tf.step(tf.sub(0.5, ratio)),
    tf.step(tf.sub(ratio, 2)),
  );
  return tf.mul(ratio, tf.sub(1, outside));
}
