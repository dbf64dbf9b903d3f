/** How much of a task vector is what training always does, and how much is this run's chance. */
import { mean, symmetric, variance } from "../../../stats/index.js";
import { pairsOf } from "../shift/tally.js";
import type { GroupGeometry } from "./taskVectorGeometry.js";

/** The common part of replicated task vectors. */
export interface SignalShare {
  /** Share of the squared length that replicas have in common; below 0 by chance where there is none. */
  share: number;
  /** Ends of its 95 % interval over replicas; null for fewer than three. */
  low: number | null;
  high: number | null;
  replicas: number;
}

/**
 * Share of a task vector's squared length that is common to runs which differ in their seed alone.
 *
 *   τ_r = s + e_r, e_r of mean zero and independent:  E⟨τ_q, τ_r⟩ = ‖s‖²,  E‖τ_r‖² = ‖s‖² + E‖e‖²
 *   share = mean_{q<r} ⟨τ_q, τ_r⟩ / mean_r ‖τ_r‖²
 *
 * Interval: jackknife over replicas, Student's t with R − 1 degrees of freedom; with three replicas it is wide.
 *
 * @param group  geometry of R ≥ 2 replicas on one group of tensors
 * @throws RangeError fewer than two replicas, or none that moved
 * @example
 * signalShare(taskVectorGeometry("models/sft", { a: "runs/math-1", b: "runs/math-2", c: "runs/math-3" }).groups[0]).share
 */
export function signalShare({
  squares,
  pairs,
}: Pick<GroupGeometry, "squares" | "pairs">): SignalShare {
  const replicas = squares.length;
  if (replicas < 2)
    throw new RangeError(
      `signalShare: replicas must be at least 2, got ${replicas}`,
    );
  const all = pairsOf(replicas);
  const without = (left: number | null): number =>
    mean(
      all.flatMap(([a, b], p) =>
        a === left || b === left ? [] : [pairs[p]!.dot],
      ),
    ) / mean(squares.filter((_, r) => r !== left));
  const share = without(null);
  if (!Number.isFinite(share))
    throw new RangeError("signalShare: replicas must have moved, got none");
  if (replicas < 3) return { share, low: null, high: null, replicas };
  const left = squares.map((_, r) => without(r));
  const se = Math.sqrt(((replicas - 1) ** 2 / replicas) * variance(left));
  const { low, high } = symmetric(share, se, replicas - 1);
  return { share, low, high, replicas };
}
