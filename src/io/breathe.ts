/** A pause in long computations. */

/**
 * Lets the event loop turn once: signals, timers and messages are heard, and lines are written, between the steps of a computation that
 * would otherwise hold the thread.
 *
 * @example
 * for (const step of steps) { compute(step); await breathe(); }
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
