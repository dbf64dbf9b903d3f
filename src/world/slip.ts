/** Mistakes of the noisy demonstrator: a step of arithmetic that may come out wrong. */
import type { Random } from "../random.js";

/**
 * A wrong value near `value`: off by 1, 2 or 10, and not negative where `value` is not.
 */
export function slipped(value: number, random: Random): number {
  const off = random.pick([-10, -2, -1, 1, 2, 10]);
  return value + off >= 0 ? value + off : value - off;
}

/**
 * The result of one step: `value`, or with probability `slip` a wrong one.
 *
 * @param slip  probability of a mistake, in [0, 1]; at 0 no random number is drawn
 */
export function step(value: number, random: Random, slip: number): number {
  return slip > 0 && random.chance(slip) ? slipped(value, random) : value;
}

/**
 * Slip rate of a demonstration without reasoning, which skips steps in the head and errs more often.
 *
 * @param factor  how many times more often than with reasoning
 * @returns at most 0.6
 */
export function terseSlip(slip: number, factor: number): number {
  return Math.min(0.6, slip * factor);
}
