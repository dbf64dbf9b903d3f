/** A line on stderr about work that reads or writes many bytes. */
import type { CliOutput } from "../verb.js";
import { progressLine, timeLeft } from "./progressLine.js";

/** Progress of such work. */
export interface ByteProgress {
  /** Count bytes as done; writes the line when it is time. */
  add(bytes: number): void;
  /** Remove the line. */
  end(): void;
}

/**
 * Progress with bytes, speed and the time that is left.
 *
 * @param verb   what is being done, such as "scanned"
 * @param total  bytes of the whole work
 * @param now    as for `progressLine`
 */
export function byteProgress(
  stderr: CliOutput["stderr"],
  verb: string,
  total: number,
  now?: () => number,
): ByteProgress {
  const { show, end } = progressLine(stderr, now);
  let done = 0;
  return {
    add(bytes) {
      done += bytes;
      show((seconds) => {
        const speed = done / seconds;
        const left = timeLeft((total - done) / speed);
        return `${verb} ${gigabytes(done)} of ${gigabytes(total)} GB, ${gigabytes(speed)} GB/s, ${left}`;
      });
    },
    end,
  };
}

/** Bytes in GB, without the unit. */
export function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
