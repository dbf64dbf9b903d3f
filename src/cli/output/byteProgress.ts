/** A line on stderr about work that reads or writes many bytes. */
import type { CliOutput } from "../verb.js";

/** Progress of such work. */
export interface ByteProgress {
  /** Count bytes as done; writes the line when it is time. */
  add(bytes: number): void;
  /** Remove the line. */
  end(): void;
}

/** Nothing is written before, in milliseconds: short work needs no progress. */
const QUIET = 2000;
/** Between two lines, in milliseconds. */
const EVERY = { terminal: 200, file: 10_000 };

/**
 * Progress with bytes, speed and the time that is left, once the work has lasted two seconds: redrawn in place on a terminal, else a
 * line every ten seconds.
 *
 * @param verb   what is being done, such as "scanned"
 * @param total  bytes of the whole work
 * @param now    milliseconds; the tests give their own
 */
export function byteProgress(
  stderr: CliOutput["stderr"],
  verb: string,
  total: number,
  now: () => number = () => performance.now(),
): ByteProgress {
  const begin = now();
  let done = 0;
  let last = -Infinity;
  let drawn = false;
  return {
    add(bytes) {
      done += bytes;
      const time = now();
      const every = stderr.isTTY ? EVERY.terminal : EVERY.file;
      if (time - begin < QUIET || time - last < every) return;
      last = time;
      const speed = done / (time - begin);
      const left = Math.ceil((total - done) / speed / 1000);
      const text = `${verb} ${gigabytes(done)} of ${gigabytes(total)} GB, ${(speed / 1e6).toFixed(2)} GB/s, about ${left} s left`;
      stderr.write(stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
      drawn = stderr.isTTY === true;
    },
    end() {
      if (drawn) stderr.write("\r\x1b[K");
      drawn = false;
    },
  };
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(2);
}
