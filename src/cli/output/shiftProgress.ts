/** A line on stderr about a long comparison of weights. */
import type { ShiftProgress } from "../../analysis/index.js";
import type { CliOutput } from "../verb.js";

/** Nothing is written before, in milliseconds: short work needs no progress. */
const QUIET = 2000;
/** Between two lines, in milliseconds. */
const EVERY = { terminal: 200, file: 10_000 };

/**
 * Progress with the share of the work, speed of reading and the time that is left: redrawn in place on a terminal, else a line every ten
 * seconds.
 *
 * @param now  milliseconds; the tests give their own
 */
export function shiftProgress(
  stderr: CliOutput["stderr"],
  now: () => number = () => performance.now(),
): { hear(progress: ShiftProgress): void; end(): void } {
  const begin = now();
  let last = -Infinity;
  let drawn = false;
  return {
    hear({ share, bytes, totalBytes, tensor }: ShiftProgress): void {
      const time = now();
      const every = stderr.isTTY ? EVERY.terminal : EVERY.file;
      if (share === 0 || time - begin < QUIET || time - last < every) return;
      last = time;
      const seconds = (time - begin) / 1000;
      const left = Math.ceil((seconds * (1 - share)) / share);
      const read = `${(bytes / 1e9).toFixed(2)} of ${(totalBytes / 1e9).toFixed(2)} GB read, ${(bytes / seconds / 1e9).toFixed(2)} GB/s`;
      const text = `${(100 * share).toFixed(0)} %, about ${left} s left; ${read}; ${tensor}`;
      const shown = text.slice(0, (stderr.columns ?? 120) - 1);
      stderr.write(stderr.isTTY ? `\r\x1b[K${shown}` : `${text}\n`);
      drawn = stderr.isTTY === true;
    },
    end(): void {
      if (drawn) stderr.write("\r\x1b[K");
      drawn = false;
    },
  };
}
