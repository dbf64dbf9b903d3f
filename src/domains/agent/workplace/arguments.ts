/** Reading the arguments of a call as the Python tools do: falsy means not given, and a wrong type raises an error. */
import { pattern } from "../../instruction/python/pattern.js";
import { strip } from "../../instruction/python/text.js";
import { TaskError } from "../../../error.js";
import { ToolFailure } from "../environments/index.js";
import type { Cell, Row } from "./tables.js";

/** Arguments of one call, as the model gave them. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Python's `bool(value)` of a JSON value. */
export function given(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (typeof value === "object" && value !== null)
    return Object.keys(value).length > 0;
  return Boolean(value);
}

/** A text, for what only texts can do. */
export function text(value: unknown): string {
  if (typeof value !== "string")
    throw new ToolFailure("argument must be a string");
  return value;
}

/** Whether a value is an id of eight digits. */
export const isEightDigits = (value: unknown): boolean =>
  typeof value === "string" && /^\p{Nd}{8}$/u.test(value);

/** Whether a text looks like an address to the tools. */
export const isAddress = (value: unknown): boolean => {
  const address = text(value);
  return address.includes("@") && address.includes(".");
};

/**
 * Milliseconds of a date and time, or NaN where pandas' `Timestamp` refuses the text.
 *
 * Deviates: of the many forms that pandas reads, those of ISO 8601, with a space or a T, and what JavaScript's `Date` knows.
 */
export function timestamp(value: unknown): number {
  const whole = strip(text(value));
  const iso =
    /^(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T](\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?)?$/.exec(
      whole,
    );
  if (iso === null) return Date.parse(whole);
  const [year, month, day, hour = 0, minute = 0, second = 0] = iso
    .slice(1)
    .map((part) => (part === undefined ? undefined : Number(part))) as [
    number,
    number,
    number,
    number?,
    number?,
    number?,
  ];
  const valid =
    month >= 1 &&
    month <= 12 &&
    day >= 1 &&
    day <= new Date(Date.UTC(year, month, 0)).getUTCDate() &&
    hour <= 23 &&
    minute <= 59 &&
    second <= 59;
  return valid ? Date.UTC(year, month - 1, day, hour, minute, second) : NaN;
}

/** Python's `int(value)` of a text or number, or null where it raises ValueError. */
export function integer(value: unknown): number | null {
  if (typeof value === "number") return Math.trunc(value);
  if (typeof value === "boolean") return Number(value);
  const digits = strip(text(value));
  return /^[+-]?\d+(?:_\d+)*$/.test(digits)
    ? Number(digits.replaceAll("_", ""))
    : null;
}

/**
 * Rows whose column matches a query as pandas' `str.contains(query, case=False)` does: a regular expression.
 *
 * @param missing  false: a missing cell does not match; true: a missing cell is an error, as masking with it is in pandas
 */
export function containing(
  rows: readonly Row[],
  column: string,
  query: unknown,
  missing: boolean,
): Row[] {
  let expression: RegExp;
  try {
    expression = pattern(text(query), { ignoreCase: true });
  } catch (error) {
    if (error instanceof TaskError) throw new ToolFailure(error.message);
    throw error;
  }
  return rows.filter(({ cells }) => {
    const cell = cells[column];
    if (typeof cell !== "string") {
      if (missing)
        throw new ToolFailure(
          "Cannot mask with non-boolean array containing NA / NaN values",
        );
      return false;
    }
    expression.lastIndex = 0;
    return expression.test(cell);
  });
}

/** Rows whose column is not before, or not after, a bound, compared as texts; a missing cell is an error, as in Python. */
export function bounded(
  rows: readonly Row[],
  column: string,
  bound: unknown,
  side: "from" | "to",
): Row[] {
  const limit = text(bound);
  return rows.filter(({ cells }) => {
    const cell: Cell = cells[column];
    if (typeof cell !== "string")
      throw new ToolFailure(
        `'${side === "from" ? ">=" : "<="}' not supported between instances`,
      );
    return side === "from" ? cell >= limit : cell <= limit;
  });
}

/** One page of rows with the numbers of the whole, or the text for none. */
export function page(
  rows: readonly Row[],
  name: string,
  args: Arguments,
): unknown {
  const size = args.page_size ?? 5;
  const wanted = args.page ?? 1;
  if (
    !Number.isSafeInteger(size) ||
    !Number.isSafeInteger(wanted) ||
    size === 0
  )
    throw new ToolFailure("page and page_size must be integers");
  if (rows.length === 0) return `No ${name} found.`;
  const pageSize = size as number;
  const pages = Math.floor((rows.length + pageSize - 1) / pageSize);
  const current =
    pages > 0 ? Math.max(1, Math.min(wanted as number, pages)) : 1;
  const start = (current - 1) * pageSize;
  return {
    [name]: rows
      .slice(start, Math.min(start + pageSize, rows.length))
      .map(({ cells }) => cells),
    pagination: {
      [`total_${name}`]: rows.length,
      page: current,
      page_size: pageSize,
      total_pages: pages,
    },
  };
}

/** The next id: one more than the largest as texts are ordered, in eight digits. */
export function nextId(rows: readonly Row[], column: string): string {
  const ids = rows
    .map(({ cells }) => cells[column])
    .filter((id) => typeof id === "string");
  const largest = ids.reduce<string | null>(
    (best, id) => (best === null || id > best ? id : best),
    null,
  );
  const number = largest === null ? null : integer(largest);
  if (number === null) throw new ToolFailure("no id to count from");
  return String(number + 1).padStart(8, "0");
}
