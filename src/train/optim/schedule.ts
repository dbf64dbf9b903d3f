/** Learning rate as a function of the step. */
import { checkFinite } from "../../error.js";

/** Shape of a learning-rate schedule. */
export interface Schedule {
  /** Peak. */
  learningRate: number;
  /** Steps of the whole run; the decay ends with them. */
  steps: number;
  /** Steps over which the rate rises linearly to the schedule. */
  warmup: number;
  /** Shape after the warm-up. */
  decay: "constant" | "linear" | "cosine";
  /** Fraction of the peak at the end; 1 for "constant". */
  final: number;
}

/**
 * Learning rate of a step.
 *
 *   η(s) = peak · min(1, (s + 1) / warmup) · (final + (1 − final) · d(s / steps))
 *   d(u) = 1 (constant), 1 − u (linear), (1 + cos πu) / 2 (cosine)
 *
 * @param step 0-based
 * @throws RangeError a number is not finite
 * @example
 * learningRateAt(0, { learningRate: 1e-3, steps: 100, warmup: 10, decay: "linear", final: 0.05 }) // 1e-4
 */
export function learningRateAt(step: number, schedule: Schedule): number {
  const { learningRate, steps, warmup, decay, final } = schedule;
  checkFinite("learningRateAt", "step and schedule", [
    ...[step, learningRate, steps, warmup, final],
  ]);
  const rise = warmup > 0 ? Math.min(1, (step + 1) / warmup) : 1;
  const u = step / steps;
  const shape =
    decay === "constant"
      ? 1
      : decay === "linear"
        ? 1 - u
        : (1 + Math.cos(Math.PI * u)) / 2;
  return learningRate * rise * (final + (1 - final) * shape);
}
