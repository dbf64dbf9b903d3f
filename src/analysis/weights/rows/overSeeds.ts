/** Rows of several seeds → their means. */
import type { ShiftStorage, WeightShiftRow } from "./shiftRow.js";
import type { RowsOf } from "./shiftTables.js";
import type { WeightShift } from "../shift/weightShift.js";
import { meanOrNull } from "../../../stats/index.js";

/** Fields that name a row; all other numbers are averaged over seeds. */
const NAMES: readonly string[] = ["layer", "rank", "quantile", "eta"];

/**
 * Rows of all seeds → their means; `low` and `high` become the smallest and the largest.
 *
 * @param shifts   the same experts' comparisons, one a seed; none give no rows
 * @param storage  what the rows say about themselves
 * @param tables   which rows
 */
export function overSeeds(
  shifts: readonly WeightShift[],
  storage: ShiftStorage,
  tables: readonly RowsOf[],
): WeightShiftRow[] {
  const [first] = shifts;
  if (first === undefined) return [];
  const of = (shift: WeightShift): Record<string, unknown>[] =>
    tables.flatMap((table) => table(shift) as Record<string, unknown>[]);
  const seeds = shifts.map(of);
  return seeds[0]!.map((row, i) => {
    const same = seeds.map((rows) => rows[i]!);
    const out: Record<string, unknown> = {
      table: row["table"],
      storage,
      eta: row["eta"] ?? first.eta,
      seeds: shifts.length,
    };
    for (const name of Object.keys(row))
      out[name] = NAMES.includes(name)
        ? row[name]
        : meanOf(
            same.map((each) => each[name]),
            name,
          );
    return out as unknown as WeightShiftRow;
  });
}

/** Fields that are of the first seed alone. */
const FIRST_SEED: readonly string[] = [
  "projected",
  "projectedError",
  "unprojected",
];

/** Digits that rows keep: tables show three. */
const DIGITS = 5;

function meanOf(values: readonly unknown[], name: string): unknown {
  const [first] = values;
  if (typeof first === "string") return first;
  if (Array.isArray(first))
    return first.map((_, i) =>
      meanOf(
        values.map((value) => (value as number[])[i]),
        name,
      ),
    );
  const numbers = values as (number | null)[];
  const known = numbers.filter((value) => value !== null);
  if (known.length === 0) return null;
  const value = averagerOf(name)(known);
  return Number(value.toPrecision(DIGITS));
}

function averagerOf(name: string): (numbers: readonly number[]) => number {
  if (name === "low") return (numbers) => Math.min(...numbers);
  if (name === "high") return (numbers) => Math.max(...numbers);
  if (FIRST_SEED.includes(name)) return ([first]) => first!;
  return (numbers) => meanOrNull(numbers)!;
}
