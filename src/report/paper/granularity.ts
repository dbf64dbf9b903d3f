/** What the decimals of a percentage give away: of how many answers it can be a share. */
import type { Rounded } from "./rounded.js";

/** How well the printed percentages of one benchmark fit one number of answers. */
export interface TotalFit {
  /** Number of answers: questions × samples. */
  total: number;
  /** Percentages that are a whole number of answers. */
  fits: number;
  /** Percentages in all. */
  of: number;
  /** Percentages that would fit if they were drawn at random. */
  expected: number;
}

const SLACK = 1e-9;

/**
 * Whether a percentage can be `count / total` for a whole count.
 *
 *   ⌊high · total / 100⌋ ≥ ⌈low · total / 100⌉
 *
 * @param total  number of answers, ≥ 1
 * @throws RangeError total is not a positive whole number
 * @example
 * isShareOf(printed("81.15"), 30 * 64) // true: 1558 of 1920
 */
export function isShareOf(
  percent: Pick<Rounded, "low" | "high">,
  total: number,
): boolean {
  if (!(Number.isInteger(total) && total >= 1))
    throw new RangeError(
      `isShareOf: total must be a positive whole number, got ${total}`,
    );
  const most = Math.floor((percent.high * total) / 100 + SLACK);
  const least = Math.ceil((percent.low * total) / 100 - SLACK);
  return most >= least;
}

/**
 * How well percentages fit each of several numbers of answers, best first: the most fits beyond what chance gives. A large total
 * fits everything by chance, so it cannot win; of equals the smaller wins.
 *
 * Deviates: expects a percentage with d decimals to fit with probability min(1, total / 10^(d+2)), which leaves out the few
 * totals whose shares fall on the same decimals.
 *
 * @param percents  as printed, all of one benchmark
 * @param totals    the numbers of answers to try
 * @throws RangeError there is no percentage or no total
 * @example
 * impliedTotals([printed("81.15"), printed("81.20")], [30, 480, 1920])[0].total // 1920
 */
export function impliedTotals(
  percents: readonly Rounded[],
  totals: readonly number[],
): TotalFit[] {
  if (percents.length === 0 || totals.length === 0)
    throw new RangeError(
      `impliedTotals: percentages and totals must not be empty, got ${percents.length} and ${totals.length}`,
    );
  const excess = ({ fits, expected }: TotalFit): number => fits - expected;
  return totals
    .map((total) => ({
      total,
      fits: percents.filter((percent) => isShareOf(percent, total)).length,
      of: percents.length,
      expected: percents.reduce(
        (sum, { digits = 0 }) => sum + Math.min(1, total / 10 ** (digits + 2)),
        0,
      ),
    }))
    .sort((a, b) => excess(b) - excess(a) || a.total - b.total);
}
