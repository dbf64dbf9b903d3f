/** A number of the paper beside the same number computed from its other numbers. */
import type { Rounded } from "./rounded.js";
import type { TableValue } from "../table.js";

/** One comparison. */
export interface Check {
  /** What is compared, and where it is printed. */
  what: string;
  /** As printed. */
  paper: Rounded;
  /** As it follows from other printed numbers. */
  recomputed: Rounded;
  /** Distance that rounding of neither can explain; 0 where the two agree. */
  beyond: number;
}

/** Bounds of binary numbers that mean the same decimal differ by this much at most. */
const SLACK = 1e-9;

/**
 * Compare a printed number with a recomputed one: they agree where their bounds overlap.
 *
 *   beyond = max(0, recomputed.low − paper.high, paper.low − recomputed.high)
 *
 * @example
 * check("random overlap (Table 5)", printed("0.18"), exactly(0.3 / 1.7)).beyond // 0
 */
export function check(
  what: string,
  paper: Rounded,
  recomputed: Rounded,
): Check {
  const gap = Math.max(
    recomputed.low - paper.high,
    paper.low - recomputed.high,
  );
  return { what, paper, recomputed, beyond: gap > SLACK ? gap : 0 };
}

/**
 * Checks as rows for `markdownTable`: the paper's value as printed, ours with two more decimals, what rounding cannot explain,
 * and the verdict.
 *
 * @example
 * checkRows([check("r", printed("-0.53"), exactly(-0.534))])[0].verdict // "agrees"
 */
export function checkRows(
  checks: readonly Check[],
): Record<string, TableValue>[] {
  return checks.map(({ what, paper, recomputed, beyond }) => {
    const digits = paper.digits ?? 2;
    return {
      check: what,
      paper: paper.value.toFixed(digits),
      recomputed: recomputed.value.toFixed(digits + 2),
      "beyond rounding": beyond === 0 ? "0" : beyond.toFixed(digits + 2),
      verdict: beyond === 0 ? "agrees" : "differs",
    };
  });
}

/**
 * Many checks in a line: how many there are, how many differ, and which differs most.
 *
 * @throws RangeError there is no check
 * @example
 * checkSummary([check("a", printed("1.0"), exactly(1))]) // "1 number, all agree"
 */
export function checkSummary(checks: readonly Check[]): string {
  const first = checks[0];
  if (first === undefined)
    throw new RangeError("checkSummary: checks must not be empty, got 0");
  const count = `${checks.length} ${checks.length === 1 ? "number" : "numbers"}`;
  const differ = checks.filter(({ beyond }) => beyond > 0);
  if (differ.length === 0) return `${count}, all agree`;
  const worst = differ.reduce((a, b) => (b.beyond > a.beyond ? b : a));
  return `${count}, ${differ.length} differ, most by ${worst.beyond.toFixed(3)} beyond rounding: ${worst.what}`;
}
