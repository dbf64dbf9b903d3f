/** Values of options, checked against what a dialect of a method knows. */
import type { Dialect } from "./dialects.js";
import type {
  MergeMethod,
  OptionSpec,
  OptionValue,
  TensorOptions,
} from "./tensor.js";

/** What a method's declaration says, as far as options go. */
type Declared = Pick<MergeMethod, "options" | "random">;

/**
 * The options that a dialect of a method knows, each with this dialect's default; one without a default must be given.
 *
 * @example
 * optionsOf(methods.ties, "mergekit").normalize.default // true
 */
export function optionsOf(
  method: Declared,
  dialect: Dialect,
): Record<string, OptionSpec> {
  const known = Object.entries(method.options).filter(
    ([, { dialects }]) => dialects === undefined || dialects.includes(dialect),
  );
  return Object.fromEntries(
    known.map(([name, spec]) => {
      const initial = spec.defaults?.[dialect] ?? spec.default;
      return [
        name,
        { ...spec, default: initial === "required" ? undefined : initial },
      ];
    }),
  );
}

/** What a value must be, where it is not that. */
function broken(
  { type, range }: OptionSpec,
  value: unknown,
): string | undefined {
  if (type === "boolean")
    return typeof value === "boolean" ? undefined : "a boolean";
  if (typeof value !== "number" || !Number.isFinite(value))
    return range?.text ?? "finite";
  if (type === "integer" && !Number.isInteger(value)) return "an integer";
  return range === undefined || range.holds(value) ? undefined : range.text;
}

function checkValue(
  caller: string,
  name: string,
  spec: OptionSpec,
  value: unknown,
): void {
  const must = broken(spec, value);
  if (must !== undefined)
    throw new RangeError(
      `${caller}: ${name} must be ${must}, got ${String(value)}`,
    );
}

function resolveOne(
  caller: string,
  name: string,
  spec: OptionSpec,
  given: unknown,
  models: number,
): OptionValue {
  const value = given ?? spec.default;
  if (value === undefined)
    throw new RangeError(`${caller}: ${name} must be given, got nothing`);
  if (!spec.perModel) {
    checkValue(caller, name, spec, value);
    return value as OptionValue;
  }
  const list: readonly unknown[] = Array.isArray(value)
    ? value
    : Array<unknown>(models).fill(value);
  if (list.length !== models)
    throw new RangeError(
      `${caller}: ${name} must have one number per expert (${models}), got ${list.length}`,
    );
  for (const one of list) checkValue(caller, name, spec, one);
  return list as readonly number[];
}

/**
 * Check the values given for a method's options and complete them with the defaults of the dialect; `undefined` is the default.
 *
 * @param given   values by our names; per-expert options take one number or a list
 * @param models  number of experts
 * @param caller  name for messages
 * @throws RangeError an option is unknown in this dialect, missing, of another type, or out of range
 * @example
 * resolveOptions(methods.ties, "paper", { density: 0.5 }, 3, "ties") // { density: [0.5, 0.5, 0.5], lambda: 1 }
 */
export function resolveOptions(
  method: Declared,
  dialect: Dialect,
  given: Readonly<Record<string, unknown>>,
  models: number,
  caller: string,
): TensorOptions {
  const known = optionsOf(method, dialect);
  for (const [name, value] of Object.entries(given)) {
    if (value === undefined || Object.hasOwn(known, name)) continue;
    const where = method.options[name]?.dialects;
    const names = [...Object.keys(known), ...(method.random ? ["seed"] : [])];
    const help =
      where === undefined
        ? `known: ${names.join(", ") || "none"}`
        : `not available in dialect ${dialect}, only in ${where.join(", ")}`;
    throw new RangeError(
      `${caller}: options must be known, got "${name}"; ${help}`,
    );
  }
  return Object.fromEntries(
    Object.entries(known).map(([name, spec]) => [
      name,
      resolveOne(caller, name, spec, given[name], models),
    ]),
  );
}
