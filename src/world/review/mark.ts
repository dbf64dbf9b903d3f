/** One line of a solution beside the right one: whether it is wrong, how a reviewer says so, and how a mistake is planted in it. */
import type { Random } from "../../random.js";
import { slipped } from "../slip.js";

/** The number that a line ends in, such as the 41 of `c=36+5=41`; null where it does not end in "= number". */
export function valueOf(line: string): number | null {
  const found = /=\s*(-?\d+)$/.exec(line);
  return found ? Number(found[1]) : null;
}

/**
 * Whether a shown line is wrong: a line of arithmetic where its value is, any other line where its text is.
 *
 * @param right  the line that a right solution has in its place; undefined where it has none
 */
export function isWrong(shown: string, right: string | undefined): boolean {
  if (right === undefined) return true;
  const [value, truth] = [valueOf(shown), valueOf(right)];
  return value === null || truth === null ? shown !== right : value !== truth;
}

/**
 * What a reviewer writes of a shown line: the line as it must be, the difference where it is arithmetic, and "ok" or "wrong". The
 * difference stands there because a nano model never learnt to compare two numbers without it.
 *
 * @example
 * markLine("c=36+5=42", "c=36+5=41") // "c=36+5=41 42-41=1 wrong"
 */
export function markLine(shown: string, right: string | undefined): string {
  const word = isWrong(shown, right) ? "wrong" : "ok";
  if (right === undefined) return `nothing ${word}`;
  const [value, truth] = [valueOf(shown), valueOf(right)];
  return value === null || truth === null
    ? `${right} ${word}`
    : `${right} ${value}-${truth}=${value - truth} ${word}`;
}

/** Signs that are easily taken for another. */
const CONFUSED: Readonly<Record<string, string>> = {
  ...{ "+": "*", "*": "+", "-": "+", "/": "*" },
  ...{ ">": "<", "<": ">" },
};

/**
 * A line with one mistake in it: another value, another number, or another sign; null where it has none of these.
 *
 * @example
 * spoilLine("force = mass * acceleration", new Random(1)) // "force = mass + acceleration"
 */
export function spoilLine(line: string, random: Random): string | null {
  const numbers = [...line.matchAll(/\d+/g)];
  if (numbers.length > 0) {
    // The value of arithmetic is what a step gets wrong; other numbers are as good as each other.
    const place =
      valueOf(line) === null ? random.pick(numbers) : numbers.at(-1)!;
    const value = slipped(Number(place[0]), random);
    const before = line.slice(0, place.index);
    return `${before}${value}${line.slice(place.index + place[0].length)}`;
  }
  const sign = [...line.matchAll(/(?<= )[-+*/<>](?= )/g)].at(-1);
  if (sign === undefined) return null;
  const other = CONFUSED[sign[0]]!;
  return `${line.slice(0, sign.index)}${other}${line.slice(sign.index + 1)}`;
}
