/** A command that stops at Ctrl-C after its current step, and at once at the second. */
import type { CliOutput } from "../verb.js";

const STOPPING = [
  "stopping after the current steps …",
  "stopped; everything that is done is kept, rerun the same command to resume",
] as const;

/**
 * Do work that hears a signal.
 *
 * @param output  where it is said that the command stops, and how to resume
 * @param words   what is said at the first signal, and at the end
 * @returns the exit code of the work, or 130 when it was stopped
 */
export async function untilStopped(
  output: CliOutput,
  work: (signal: AbortSignal, stop: () => void) => Promise<number>,
  words: readonly [string, string] = STOPPING,
): Promise<number> {
  const stop = new AbortController();
  const onSignal = (): void => {
    // A second Ctrl-C does not wait; that is as safe as a kill, and workers end when they find their runner gone.
    if (stop.signal.aborted) process.exit(130);
    output.stderr.write(`\n${words[0]}\n`);
    stop.abort();
  };
  process.on("SIGINT", onSignal);
  process.on("SIGTERM", onSignal);
  try {
    return await work(stop.signal, onSignal);
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    output.stderr.write(`m2rl: ${words[1]}\n`);
    return 130;
  } finally {
    process.off("SIGINT", onSignal);
    process.off("SIGTERM", onSignal);
  }
}
