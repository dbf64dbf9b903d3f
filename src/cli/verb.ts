/** What every verb of the command line has in common. */
import { M2rlError } from "../error.js";

/** Where the command line writes. */
export interface CliOutput {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown; isTTY?: boolean; columns?: number };
}

/** One verb. */
export interface Verb {
  /** Text of `--help`. */
  help: string;
  /** Does it; returns the exit code. */
  main(args: string[], output: CliOutput): Promise<number>;
}

/** The command line is wrong; nothing was done. */
export class UsageError extends M2rlError {
  override name = "UsageError";
}

/**
 * A whole number from an option.
 *
 * @throws UsageError the text is not a whole number of at least `min`
 */
export function integerOption(
  name: string,
  text: string | undefined,
  min: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !Number.isSafeInteger(value) || value < min) {
    throw new UsageError(
      `--${name} must be a whole number of at least ${min}, got ${JSON.stringify(text)}`,
    );
  }
  return value;
}

/**
 * A port from an option; 0 is a free one.
 *
 * @throws UsageError the text is not a port
 */
export function portOption(
  name: string,
  text: string | undefined,
): number | undefined {
  const port = integerOption(name, text, 0);
  if (port !== undefined && port > 65_535)
    throw new UsageError(`--${name} must be at most 65535, got ${port}`);
  return port;
}

/**
 * A number from an option.
 *
 * @throws UsageError the text is not a number in [min, max]
 */
export function numberOption(
  name: string,
  text: string | undefined,
  min: number,
  max: number,
): number | undefined {
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === "" || !(value >= min && value <= max)) {
    throw new UsageError(
      `--${name} must be a number in [${min}, ${max}], got ${JSON.stringify(text)}`,
    );
  }
  return value;
}

/**
 * The one argument of a verb.
 *
 * @param what  what it is
 * @throws UsageError there is none, or more
 */
export function onlyArgument(
  verb: string,
  what: string,
  positionals: readonly string[],
): string {
  const [found, ...more] = positionals;
  if (found === undefined || more.length > 0)
    throw new UsageError(
      `${verb} must be given one ${what}, got ${positionals.length}; m2rl ${verb} --help`,
    );
  return found;
}

/** Lines of a table, columns padded; by default the first to the left and the others, numbers, to the right. */
export function textTable(
  rows: readonly (readonly string[])[],
  align: readonly ("left" | "right")[] = ["left"],
): string {
  const widths = rows[0]!.map((_, i) =>
    rows.reduce((most, row) => Math.max(most, row[i]!.length), 0),
  );
  return rows
    .map((row) =>
      row
        .map((cell, i) =>
          align[i] === "left"
            ? cell.padEnd(widths[i]!)
            : cell.padStart(widths[i]!),
        )
        .join("  "),
    )
    .join("\n");
}
