/** Whether what a program said is what a test expects, by LiveCodeBench's rules; done here, never beside the program. */
import { pyEqual, readPyJson } from "./pyJson.js";

// What Python's Decimal reads of finite numbers.
const DECIMAL = /^([-+]?)(\d+\.?\d*|\.\d+)(?:[eE]([-+]?\d{1,9}))?$/;

/** A decimal in one form, so that equal numbers are equal texts; null for what is not a number. */
function decimal(word: string): string | null {
  const match = DECIMAL.exec(word);
  if (match === null) return null;
  const [, sign, mantissa, exponent = "0"] = match;
  const [whole = "", fraction = ""] = mantissa!.split(".");
  const digits = (whole + fraction).replace(/^0+/, "");
  const significant = digits.replace(/0+$/, "");
  if (significant === "") return "0";
  const power =
    BigInt(exponent) -
    BigInt(fraction.length - digits.length + significant.length);
  return `${sign === "-" ? "-" : ""}${significant}e${power}`;
}

function sameNumbers(a: string, b: string): boolean {
  const [left, right] = [a, b].map((line) => line.split(/\s+/).map(decimal));
  return (
    left!.length === right!.length &&
    left!.every((value, i) => value !== null && value === right![i])
  );
}

/**
 * Whether printed text is the expected one.
 *
 * Both are trimmed and split into lines, each line trimmed; as many lines, and each equal as text or, failing that, as
 * numbers separated by spaces that are exactly equal as decimals (1.0 = 1; no tolerance).
 *
 * Source: LiveCodeBench, `testing_util.grade_stdio`.
 */
export function samePrinted(printed: string, expected: string): boolean {
  const [got, wanted] = [printed, expected].map((text) =>
    text
      .trim()
      .split("\n")
      .map((line) => line.trim()),
  );
  return (
    got!.length === wanted!.length &&
    got!.every(
      (line, i) => line === wanted![i] || sameNumbers(line, wanted![i]!),
    )
  );
}

/**
 * Whether a result equals the expected one as Python values; both are JSON. What cannot be read is equal to nothing.
 *
 * Source: LiveCodeBench, `testing_util.grade_call_based`: plain equality, the outermost tuple made a list before.
 * Deviates: the result is compared by its content, so that an object cannot say itself what it equals.
 *
 * @throws SyntaxError the expected text is no JSON
 */
export function sameResult(result: string, expected: string): boolean {
  const wanted = readPyJson(expected);
  try {
    return pyEqual(readPyJson(result), wanted);
  } catch (error) {
    if (error instanceof SyntaxError) return false;
    throw error;
  }
}
