/** A command that stops at Ctrl-C after its current step, and at once at the second. */
import type { CliOutput } from "./verb.js";

/**
 * Do work that hears a signal.
 *
 * @param output  where it is said that the command stops, and how to resume
 * @returns the exit code of the work, or 130 when it was stopped
 */
export async function untilStopped(
  output: CliOutput,
  work: (signal: AbortSignal, stop: () => void) => Promise<number>,
): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => {
    // A second Ctrl-C does not wait; that is as safe as a kill, and workers end when they find their runner gone.
    if (stop.signal.aborted) process.exit(130);
    output.stderr.write("\nstopping after the current steps …\n");
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await work(stop.signal, onSignal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    output.stderr.write(
      "m2rl: stopped; everything that is done is kept, rerun the same command to resume\n",
    );
    return 130;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
