/** A line on stderr about a merge under way. */
import { byteText, type MergeProgress } from "../../merge/index.js";
import type { CliOutput } from "../verb.js";

/** Nothing is written before, in seconds: a short merge needs no progress. */
const QUIET = 1;
/** Between two lines, in milliseconds. */
const EVERY = { terminal: 200, file: 10_000 };

/** Seconds as "8 s" or "3 min 05 s". */
export function durationText(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
}

/** The line itself. */
export function progressText({
  done,
  bytesRead,
  bytesWritten,
  seconds,
  secondsLeft,
}: MergeProgress): string {
  const bytes = bytesRead + bytesWritten;
  const left =
    secondsLeft === null ? "" : `, about ${durationText(secondsLeft)} left`;
  return `merged ${Math.floor(100 * done)} %, ${byteText(bytes)} read and written, ${byteText(bytes / seconds)}/s${left}`;
}

/**
 * Shows progress: redrawn in place on a terminal, else a line every ten seconds.
 *
 * @param now  milliseconds; the tests give their own
 */
export function mergeProgress(
  stderr: CliOutput["stderr"],
  now: () => number = () => performance.now(),
): { show(progress: MergeProgress): void; end(): void } {
  let last = -Infinity;
  let drawn = false;
  return {
    show(progress) {
      const time = now();
      const every = stderr.isTTY ? EVERY.terminal : EVERY.file;
      if (progress.seconds < QUIET || time - last < every) return;
      last = time;
      const text = progressText(progress);
      stderr.write(stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
      drawn = stderr.isTTY === true;
    },
    end() {
      if (drawn) stderr.write("\r\x1b[K");
      drawn = false;
    },
  };
}
