/** A line on stderr about work under way. */
import { duration } from "../../io/index.js";
import type { CliOutput } from "../verb.js";

/** A line that is written again while work goes on. */
export interface ProgressLine {
  /** Write the line if it is time; only then it is asked for, with the seconds since the work began. */
  show(text: (seconds: number) => string): void;
  /** Remove the line. */
  end(): void;
}

/** Nothing is written before, in milliseconds: short work needs no progress. */
const QUIET = 2000;
/** Between two lines, in milliseconds. */
const EVERY = { terminal: 200, file: 10_000 };

/**
 * A line of progress, once the work has lasted two seconds: redrawn in place on a terminal, no wider than that, else a line every ten
 * seconds.
 *
 * @param now  milliseconds; the tests give their own
 */
export function progressLine(
  stderr: CliOutput["stderr"],
  now: () => number = () => performance.now(),
): ProgressLine {
  const begin = now();
  let last = -Infinity;
  let drawn = false;
  return {
    show(text) {
      const time = now();
      const every = stderr.isTTY ? EVERY.terminal : EVERY.file;
      if (time - begin < QUIET || time - last < every) return;
      last = time;
      const line = text((time - begin) / 1000);
      const shown = line.slice(0, (stderr.columns ?? 120) - 1);
      stderr.write(stderr.isTTY ? `\r\x1b[K${shown}` : `${line}\n`);
      drawn = stderr.isTTY === true;
    },
    end() {
      if (drawn) stderr.write("\r\x1b[K");
      drawn = false;
    },
  };
}

/** Time that is left, in words: a started second counts. */
export function timeLeft(seconds: number): string {
  return `about ${duration(Math.ceil(seconds))} left`;
}
