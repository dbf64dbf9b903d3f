/** A line on stderr about a long comparison of weights. */
import type { ShiftProgress } from "../../analysis/index.js";
import type { CliOutput } from "../verb.js";
import { gigabytes } from "./byteProgress.js";
import { progressLine, timeLeft } from "./progressLine.js";

/**
 * Progress with the share of the work, the time that is left, and the speed of reading.
 *
 * @param now  as for `progressLine`
 */
export function shiftProgress(
  stderr: CliOutput["stderr"],
  now?: () => number,
): { hear(progress: ShiftProgress): void; end(): void } {
  const { show, end } = progressLine(stderr, now);
  return {
    hear({ share, bytes, totalBytes, tensor }) {
      if (share === 0) return;
      show((seconds) => {
        const left = timeLeft((seconds * (1 - share)) / share);
        const read = `${gigabytes(bytes)} of ${gigabytes(totalBytes)} GB read, ${gigabytes(bytes / seconds)} GB/s`;
        return `${(100 * share).toFixed(0)} %, ${left}; ${read}; ${tensor}`;
      });
    },
    end,
  };
}
