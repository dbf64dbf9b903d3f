/** A pause in long computations. */

/**
 * Lets the event loop turn once: signals, timers and messages are heard, and lines are written, between the steps of a computation that
 * would otherwise hold the thread.
 *
 * @example
 * for (let step = 0; step < 3; step++) await breathe(); // after the work of each step
 */
export function breathe(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
