/** One entry of `models:` before its options are read: what it is repeated over, and what is substituted where. */
import {
  asList,
  dotted,
  FieldError,
  isMap,
  notA,
  type Path,
} from "./fieldError.js";

/** A value of a variable. */
export type Value = string | number | boolean;

/** Values of the variables of one repetition, by name. */
export type Values = Readonly<Record<string, Value>>;

/** An entry as it stands in the file. */
export type Entry = Readonly<Record<string, unknown>>;

/** Keys of an entry that say how it is repeated and named; all others belong to its operation or name its parents. */
export const ENTRY_KEYS = [
  "by",
  "like",
  "each",
  "subsets",
  "then",
  "where",
  "as",
  "seed",
  "role",
] as const;

/** What one entry is made of, repetition by repetition. */
export interface Repetition {
  values: Values;
  /** The models of a subset, as references; null where the entry is not repeated over subsets. */
  subset: string[] | null;
  /** Whether the models of all subsets go by their domains in names: no two are of one domain. */
  byDomain: boolean;
}

/** `over` laid over `under`: maps key by key, null takes away what is there, everything else is replaced. */
export function lay(under: unknown, over: unknown): unknown {
  if (!isMap(under) || !isMap(over)) return over;
  const result: Record<string, unknown> = { ...under };
  for (const [key, value] of Object.entries(over)) {
    const isThere = Object.hasOwn(under, key);
    if (isThere && value === null) delete result[key];
    else result[key] = isThere ? lay(under[key], value) : value;
  }
  return result;
}

/** Every combination of the variables' values, the last variable fastest. */
export function product(
  variables: readonly (readonly [string, readonly Value[]])[],
): Values[] {
  return variables.reduce<Values[]>(
    (all, [name, values]) =>
      all.flatMap((before) =>
        values.map((value) => ({ ...before, [name]: value })),
      ),
    [{}],
  );
}

/** How many subsets `subsets` makes of `n` items. */
export function countSubsets(n: number, sizes: readonly number[]): number {
  const choose = (size: number): number => {
    if (size > n) return 0;
    let count = 1;
    for (let i = 0; i < size; i++) count *= (n - i) / (i + 1);
    return Math.round(count);
  };
  return sizes.reduce((sum, size) => sum + choose(size), 0);
}

/** All subsets of some sizes, small ones first, each in the order of the whole. */
export function subsets<T>(all: readonly T[], sizes: readonly number[]): T[][] {
  const choose = (size: number, from: number): T[][] =>
    size === 0
      ? [[]]
      : all
          .slice(from)
          .flatMap((first, i) =>
            choose(size - 1, from + i + 1).map((rest) => [first, ...rest]),
          );
  return sizes.flatMap((size) => choose(size, 0));
}

/**
 * A text with its `{variables}` replaced.
 *
 * @throws FieldError a variable is not known
 */
export function substitute(
  value: unknown,
  values: Values,
  path: Path,
): unknown {
  if (Array.isArray(value))
    return value.map((each, i) => substitute(each, values, [...path, i]));
  if (typeof value !== "string") return value;
  return value.replaceAll(/\{(\w+)\}/g, (_, name: string) => {
    if (Object.hasOwn(values, name)) return String(values[name]);
    throw new FieldError(
      path,
      `${dotted(path)} must hold only variables of \`each\` (${Object.keys(values).join(", ") || "none"}), got {${name}}`,
    );
  });
}

/** Whether a text of an entry holds a variable. */
export function holds(entry: unknown, variable: string): boolean {
  if (typeof entry === "string") return entry.includes(`{${variable}}`);
  if (Array.isArray(entry)) return entry.some((each) => holds(each, variable));
  return (
    isMap(entry) && Object.values(entry).some((each) => holds(each, variable))
  );
}

/**
 * A list of the values of one variable.
 *
 * @throws FieldError it is empty, repeats a value, or holds anything but text, numbers and switches
 */
export function valuesOf(given: unknown, path: Path): Value[] {
  const values = asList(given, path, 1);
  const seen = new Set<Value>();
  return values.map((value, i) => {
    const at = [...path, i];
    if (
      typeof value !== "string" &&
      typeof value !== "number" &&
      typeof value !== "boolean"
    )
      throw notA("text, a number, true or false", value, at);
    if (seen.has(value))
      throw new FieldError(
        at,
        `${dotted(path)} must not repeat a value, got ${JSON.stringify(value)} twice`,
      );
    seen.add(value);
    return value;
  });
}
