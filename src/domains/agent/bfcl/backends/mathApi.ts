/** MathAPI: arithmetic, statistics and units; it has no state. */
import {
  bfclClass,
  failure,
  methodsOf,
  number,
  type BfclClass,
} from "./bfclClass.js";
import { decimalRoot, logarithmTo, roundTo } from "./pythonNumbers.js";

const method = methodsOf<null>();

/** Metres in each unit. */
const METRES: Readonly<Record<string, number>> = {
  km: 1000,
  m: 1,
  cm: 0.01,
  mm: 0.001,
  um: 1e-6,
  nm: 1e-9,
};

/** Units of the second in one of the first. */
const FACTORS: Readonly<Record<string, number>> = {
  "cm in": 0.393701,
  "in cm": 2.54,
  "m ft": 3.28084,
  "ft m": 0.3048,
  "m yd": 1.09361,
  "yd m": 0.9144,
  "km miles": 0.621371,
  "miles km": 1.60934,
  "kg lb": 2.20462,
  "lb kg": 0.453592,
};

/** A result, or its error where it is too large for a number. */
function finite(result: number): unknown {
  if (Number.isFinite(result)) return { result };
  throw new RangeError("the result is no finite number");
}

/** Whether a value counts as a number; truth values do. */
const isNumber = (value: unknown): value is number | boolean =>
  typeof value === "number" || typeof value === "boolean";

/** A method of two numbers. */
const binary = (
  names: readonly [string, string],
  compute: (first: number, second: number) => unknown,
): ReturnType<typeof method> =>
  method(names, (_, args) => {
    const [first, second] = names.map((name) => args[name]);
    return isNumber(first) && isNumber(second)
      ? compute(Number(first), Number(second))
      : failure("both must be numbers");
  });

/** A method of a list of numbers, at least one. */
const ofList = (
  name: string,
  compute: (numbers: readonly number[]) => unknown,
): ReturnType<typeof method> =>
  method<{ numbers: unknown[] }>(["numbers"], (_, { numbers }) => {
    if (numbers.length === 0) return failure(`${name} needs a number`);
    return numbers.every(isNumber)
      ? compute(numbers.map(Number))
      : failure("all must be numbers");
  });

const sum = (numbers: readonly number[]): number =>
  numbers.reduce((total, value) => total + value, 0);
const mean = (numbers: readonly number[]): number =>
  sum(numbers) / numbers.length;

const ARITHMETIC = {
  add: binary(["a", "b"], (a, b) => finite(a + b)),
  subtract: binary(["a", "b"], (a, b) => finite(a - b)),
  multiply: binary(["a", "b"], (a, b) => finite(a * b)),
  divide: binary(["a", "b"], (a, b) =>
    b === 0 ? failure("division by zero") : finite(a / b),
  ),
  percentage: binary(["part", "whole"], (part, whole) =>
    whole === 0
      ? failure("the whole must not be zero")
      : finite((part / whole) * 100),
  ),
  power: binary(["base", "exponent"], (base, exponent) =>
    finite(base ** exponent),
  ),
  absolute_value: method<{ number: unknown }>(["number"], (_, args) =>
    isNumber(args.number)
      ? { result: Math.abs(Number(args.number)) }
      : failure("must be a number"),
  ),
  round_number: method<{ number: unknown; decimal_places?: unknown }>(
    ["number", "decimal_places?"],
    (_, { number: value, decimal_places: places = 0 }) =>
      isNumber(value) && Number.isInteger(places)
        ? { result: roundTo(Number(value), Number(places)) }
        : failure("must be a number and a whole number"),
  ),
};

const PRECISE = {
  // Both answer objects of Python, as texts: their precision shows, so it counts.
  logarithm: method<{ value: number; base: number; precision: number }>(
    ["value", "base", "precision"],
    (_, { value, base, precision }) => {
      try {
        const { value: result, exact } = logarithmTo(
          number(value),
          number(base),
          number(precision),
        );
        return { result, exact };
      } catch (error) {
        return failure((error as Error).message);
      }
    },
  ),
  square_root: method<{ number: unknown; precision: number }>(
    ["number", "precision"],
    (_, { number: value, precision }) => {
      if (!isNumber(value) || Number(value) < 0)
        return failure("must be a number that is not negative");
      return { result: `Decimal ${decimalRoot(Number(value), precision)}` };
    },
  ),
};

const STATISTICS = {
  mean: ofList("mean", (numbers) => finite(mean(numbers))),
  standard_deviation: ofList("deviation", (numbers) => {
    const middle = mean(numbers);
    return finite(
      Math.sqrt(mean(numbers.map((x) => (x - middle) * (x - middle)))),
    );
  }),
  sum_values: ofList("sum", (numbers) => finite(sum(numbers))),
  min_value: ofList("minimum", (numbers) => ({
    result: numbers.reduce((least, one) => (one < least ? one : least)),
  })),
  max_value: ofList("maximum", (numbers) => ({
    result: numbers.reduce((most, one) => (one > most ? one : most)),
  })),
};

interface Conversion {
  value: unknown;
  unit_in: string;
  unit_out: string;
}

const CONVERSION = ["value", "unit_in", "unit_out"];
const unknownUnits = ({ unit_in, unit_out }: Conversion): unknown =>
  failure(`cannot turn ${unit_in} into ${unit_out}`);

const UNITS = {
  si_unit_conversion: method<Conversion>(CONVERSION, (_, args) => {
    const { value, unit_in, unit_out } = args;
    if (!isNumber(value)) return failure("must be a number");
    if (!Object.hasOwn(METRES, unit_in) || !Object.hasOwn(METRES, unit_out))
      return unknownUnits(args);
    return finite(Number(value) * METRES[unit_in]! * (1 / METRES[unit_out]!));
  }),
  imperial_si_conversion: method<Conversion>(CONVERSION, (_, args) => {
    const { value, unit_in, unit_out } = args;
    if (!isNumber(value)) return failure("must be a number");
    if (unit_in === unit_out) return { result: value };
    const units = `${unit_in} ${unit_out}`;
    if (units === "celsius fahrenheit") return finite(Number(value) * 1.8 + 32);
    if (units === "fahrenheit celsius")
      return finite((Number(value) - 32) * (5 / 9));
    return Object.hasOwn(FACTORS, units)
      ? finite(Number(value) * FACTORS[units]!)
      : unknownUnits(args);
  }),
};

/**
 * The class MathAPI.
 *
 * Deviates: whole numbers beyond 2^53 are rounded, results that are complex or not finite are errors, sums are those of Python
 * before 3.12.
 */
export const mathApi: BfclClass<null> = bfclClass<null>({
  name: "MathAPI",
  start: () => null,
  tools: { ...ARITHMETIC, ...PRECISE, ...STATISTICS, ...UNITS },
  compared: () => null,
});
