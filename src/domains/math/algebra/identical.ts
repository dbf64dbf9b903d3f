/**
 * Whether two expressions are equal for all values of their unknowns: exactly where both are rational, else by their values at
 * seeded random points (Schwartz 1980, Zippel 1979: two different functions of this kind agree at a random point with
 * probability 0, up to rounding).
 */
import { key, uniform } from "../../../random.js";
import type { Budget } from "../latex/budget.js";
import { children, unknowns, type Node } from "../latex/node.js";
import { equal } from "../latex/rational.js";
import { modulus, type Complex } from "./complex.js";
import { evaluate, type Point } from "./evaluate.js";
import { rationalValue } from "./exact.js";

/** Points of a test; fewer than three with a value decide nothing. */
const POINTS = 12;

/** Largest relative difference of equal values: a thousand roundings and more of cancellation. */
const TOLERANCE = 1e-10;

/**
 * A text that equal trees share; sums and products in any order, letters of unknowns as they are.
 *
 * @example
 * canonical(readLatex("x+1", budget)) === canonical(readLatex("1+x", budget)) // true
 */
export function canonical(node: Node): string {
  switch (node.kind) {
    case "number":
      return `${node.value.top}/${node.value.bottom}`;
    case "symbol":
      return `'${node.name}'`;
    case "constant":
      return node.name;
    case "domain":
      return node.name;
    default: {
      const parts = children(node).map(canonical);
      if (/^(sum|product|set)$/.test(node.kind)) parts.sort();
      return `${node.kind}${tag(node)}(${parts.join(",")})`;
    }
  }
}

function tag(node: Node): string {
  switch (node.kind) {
    case "call":
      return `:${node.name}`;
    case "relation":
      return node.sign;
    case "combined":
      return `:${node.by}`;
    case "bound":
      return `:${node.of}:${node.variable}`;
    case "interval":
      return `${node.openFrom ? "(" : "["}${node.openTo ? ")" : "]"}`;
    case "matrix":
      return `:${node.rows.length}`;
    default:
      return "";
  }
}

function close(a: Complex, b: Complex): boolean {
  const size = Math.max(modulus(a), modulus(b));
  const difference = modulus([a[0] - b[0], a[1] - b[1]]);
  return difference <= TOLERANCE * size || size < 1e-13;
}

/** Real values with both signs and sizes from 0.1 to 4. */
function randomPoint(names: readonly string[], index: number): Point {
  return new Map(
    names.map((name, i) => {
      const k = key(41, `identical ${i}`);
      const size = 0.1 + 3.9 * uniform(k, 2 * index);
      // The first points are positive, where roots and logarithms are real.
      const negative = index >= 4 && uniform(k, 2 * index + 1) < 0.5;
      return [name, [negative ? -size : size, 0]];
    }),
  );
}

/**
 * Whether two expressions are equal as real or complex numbers, for all values of their unknowns.
 *
 * Errs on the side of "no": where values cannot be computed, only the same tree is equal.
 *
 * @throws BudgetError no steps are left, or a number is too large
 * @example
 * identical(readLatex("(x+1)^2", budget), readLatex("x^2+2x+1", budget), budget) // true
 */
export function identical(a: Node, b: Node, budget: Budget): boolean {
  const [p, q] = [rationalValue(a), rationalValue(b)];
  if (p && q) return equal(p, q);
  if (canonical(a) === canonical(b)) return true;
  const names = [...new Set([...unknowns(a), ...unknowns(b)])].sort();
  let compared = 0;
  for (let i = 0; i < (names.length === 0 ? 1 : POINTS); i++) {
    const point = randomPoint(names, i);
    const [x, y] = [evaluate(a, point, budget), evaluate(b, point, budget)];
    const [known, other] = [x, y].map((v) => !Number.isNaN(v[0] + v[1]));
    if (known !== other) return false;
    if (!known || !Number.isFinite(modulus(x)) || !Number.isFinite(modulus(y)))
      continue;
    if (!close(x, y)) return false;
    compared++;
  }
  return compared >= (names.length === 0 ? 1 : 3);
}
