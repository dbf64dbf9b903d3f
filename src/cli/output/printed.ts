/** What the command line writes, without what would command a terminal. */
import { printable } from "../../io/index.js";
import type { CliOutput } from "../verb.js";

/** What the lines of progress may hold: the start of the line, and the sequences that clear it or go up some lines. */
// eslint-disable-next-line no-control-regex
const OWN = /(\r|\u001b\[(?:K|0J|\d{1,3}A))/;

/**
 * The same output with every control character that came from names and texts of others written as an escape; on stderr the few
 * sequences that draw progress stay.
 */
export function printed({ stdout, stderr }: CliOutput): CliOutput {
  return {
    stdout: { write: (text) => stdout.write(printable(text)) },
    stderr: {
      get isTTY() {
        return stderr.isTTY ?? false;
      },
      get columns() {
        // As wide as the terminal is now.
        return stderr.columns ?? 120;
      },
      write: (text) =>
        stderr.write(
          stderr.isTTY === true
            ? text
                .split(OWN)
                .map((part, i) => (i % 2 === 1 ? part : printable(part)))
                .join("")
            : printable(text),
        ),
    },
  };
}
