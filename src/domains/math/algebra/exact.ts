/** The exact rational value of an expression, where it has one. */
import type { Node } from "../latex/node.js";
import {
  add,
  compare,
  equal,
  multiply,
  ONE,
  power,
  rational,
  reciprocal,
  ZERO,
  type Rational,
} from "../latex/rational.js";

/** Largest n of n! that is computed. */
const LARGEST_FACTORIAL = 1000n;

function whole(value: Rational | null): bigint | null {
  return value !== null && value.bottom === 1n ? value.top : null;
}

/** The n-th root of an integer ≥ 0 where it is an integer. */
function integerRoot(value: bigint, n: number): bigint | null {
  if (value < 2n) return value;
  let low = 1n;
  let high = 1n << BigInt(Math.ceil((4 * value.toString(16).length) / n) + 1);
  while (low < high) {
    const middle = (low + high + 1n) / 2n;
    if (middle ** BigInt(n) <= value) low = middle;
    else high = middle - 1n;
  }
  return low ** BigInt(n) === value ? low : null;
}

function rationalPower(base: Rational, exponent: Rational): Rational | null {
  if (exponent.bottom === 1n) {
    if (base.top === 0n && exponent.top <= 0n)
      return exponent.top === 0n ? ONE : null;
    return power(base, exponent.top);
  }
  // The principal root of a negative number is not real.
  if (base.top < 0n || exponent.bottom > 64n) return null;
  if (base.top === 0n) return exponent.top > 0n ? ZERO : null;
  const n = Number(exponent.bottom);
  const [top, bottom] = [integerRoot(base.top, n), integerRoot(base.bottom, n)];
  return top !== null && bottom !== null
    ? power(rational(top, bottom), exponent.top)
    : null;
}

function gcd(a: bigint, b: bigint): bigint {
  if (a < 0n) a = -a;
  if (b < 0n) b = -b;
  while (b !== 0n) [a, b] = [b, a % b];
  return a;
}

function floor({ top, bottom }: Rational): bigint {
  return top >= 0n || top % bottom === 0n ? top / bottom : top / bottom - 1n;
}

function factorial(n: bigint | null): Rational | null {
  if (n === null || n < 0n || n > LARGEST_FACTORIAL) return null;
  let result = 1n;
  for (let i = 2n; i <= n; i++) result *= i;
  return rational(result);
}

function binomial(n: bigint | null, k: bigint | null): Rational | null {
  if (n === null || k === null || n < 0n || n > LARGEST_FACTORIAL) return null;
  if (k < 0n || k > n) return ZERO;
  let result = 1n;
  for (let i = 0n; i < k; i++) result = (result * (n - i)) / (i + 1n);
  return rational(result);
}

function call(name: string, args: readonly Node[]): Rational | null {
  const values = args.map(rationalValue);
  const [a, b] = values as [Rational | null, Rational | null];
  if (a === null) return null;
  switch (name) {
    case "abs":
      return a.top < 0n ? { top: -a.top, bottom: a.bottom } : a;
    case "floor":
      return rational(floor(a));
    case "ceiling":
      return rational(-floor({ top: -a.top, bottom: a.bottom }));
    case "factorial":
      return factorial(whole(a));
    case "binomial":
      return binomial(whole(a), whole(b));
    case "mod": {
      if (b === null || b.top === 0n) return null;
      const times = floor(multiply(a, reciprocal(b)));
      return add(a, multiply(rational(-times), b));
    }
    case "exp":
      return a.top === 0n ? ONE : null;
    case "max":
    case "min": {
      if (values.some((value) => value === null)) return null;
      const order = name === "max" ? 1 : -1;
      return (values as Rational[]).reduce((x, y) =>
        compare(x, y) === order ? x : y,
      );
    }
    case "gcd":
    case "lcm": {
      const integers = values.map(whole);
      if (integers.some((n) => n === null)) return null;
      return rational(
        (integers as bigint[]).reduce((x, y) =>
          name === "gcd" ? gcd(x, y) : x * y === 0n ? 0n : (x * y) / gcd(x, y),
        ),
      );
    }
    default:
      return null;
  }
}

/**
 * The exact rational value of a node, or null where it has none that this function finds (an unknown, an irrational number, a
 * division by zero, a set).
 *
 * @throws BudgetError a number would have more than 20,000 bits
 * @example
 * rationalValue(readLatex("\\sqrt{16}/6", new Budget())) // { top: 2n, bottom: 3n }
 */
export function rationalValue(node: Node): Rational | null {
  switch (node.kind) {
    case "number":
      return node.value;
    case "percent": {
      const value = rationalValue(node.of);
      return value && multiply(value, rational(1n, 100n));
    }
    case "sum":
    case "product": {
      const parts = node.kind === "sum" ? node.terms : node.factors;
      let result = node.kind === "sum" ? ZERO : ONE;
      for (const part of parts) {
        const value = rationalValue(part);
        if (value === null) return null;
        result =
          node.kind === "sum" ? add(result, value) : multiply(result, value);
      }
      return result;
    }
    case "power": {
      const exponent = rationalValue(node.exponent);
      const base = exponent && rationalValue(node.base);
      return base && rationalPower(base, exponent);
    }
    case "call":
      return node.name === "log"
        ? logarithm(node.args)
        : call(node.name, node.args);
    default:
      return null;
  }
}

/** log_b a where it is an integer. */
function logarithm(args: readonly Node[]): Rational | null {
  const [a, b] = [rationalValue(args[0]!), rationalValue(args[1]!)];
  if (a === null) return null;
  if (equal(a, ONE)) return ZERO;
  if (b === null || a.top <= 0n || b.top <= 0n || equal(b, ONE)) return null;
  const guess = Math.round(
    Math.log(Number(a.top) / Number(a.bottom)) /
      Math.log(Number(b.top) / Number(b.bottom)),
  );
  if (!Number.isFinite(guess) || Math.abs(guess) > 1000) return null;
  return equal(power(b, BigInt(guess)), a) ? rational(BigInt(guess)) : null;
}
