/** The value of an expression in double precision, with numbers put in for its unknowns. */
import { key, uniform } from "../../../random.js";
import type { Budget } from "../latex/budget.js";
import type { Bound, Node } from "../latex/node.js";
import { toNumber } from "../latex/rational.js";
import {
  FUNCTIONS_OF_ONE,
  log,
  over,
  plus,
  pow,
  times,
  type Complex,
} from "./complex.js";
import { rationalValue } from "./exact.js";

/** Values of the unknowns. */
export type Point = ReadonlyMap<string, Complex>;

/** Most terms of a sum or product that are added up. */
const MOST_TERMS = 10_000;

const NOTHING: Complex = [NaN, NaN];

/** A value that depends on a function's name and arguments only, for functions of which nothing is known. */
function opaque(name: string, args: readonly Complex[]): Complex {
  const text = args.map((a) => a.map((x) => x.toPrecision(9)).join()).join(";");
  return [1 + uniform(key(17, `${name}(${text})`), 0), 0];
}

function determinant(rows: Complex[][]): Complex {
  if (rows.length === 1) return rows[0]![0]!;
  let total: Complex = [0, 0];
  rows[0]!.forEach((entry, column) => {
    const minor = rows
      .slice(1)
      .map((row) => row.filter((_, i) => i !== column));
    const signed: Complex = column % 2 === 0 ? entry : [-entry[0], -entry[1]];
    total = plus(total, times(signed, determinant(minor)));
  });
  return total;
}

function call(
  node: Extract<Node, { kind: "call" }>,
  point: Point,
  budget: Budget,
): Complex {
  const { name } = node;
  const [first] = node.args;
  if (name === "det") {
    if (first?.kind !== "matrix" || first.rows.length > 5) return NOTHING;
    if (first.rows.length !== first.rows[0]!.length) return NOTHING;
    return determinant(
      first.rows.map((row) => row.map((n) => evaluate(n, point, budget))),
    );
  }
  const args = node.args.map((arg) => evaluate(arg, point, budget));
  const [a, b] = args as [Complex, Complex];
  const simple = FUNCTIONS_OF_ONE[name];
  if (simple) return simple(a);
  switch (name) {
    case "log":
      return over(log(a), log(b));
    case "mod":
      return [a[0] - b[0] * Math.floor(a[0] / b[0]), 0];
    case "binomial": {
      const f = FUNCTIONS_OF_ONE["factorial"]!;
      return over(f(a), times(f(b), f([a[0] - b[0], 0])));
    }
    case "max":
      return [Math.max(...args.map(([x]) => x)), 0];
    case "min":
      return [Math.min(...args.map(([x]) => x)), 0];
    case "gcd":
    case "lcm":
      return NOTHING;
    default:
      return opaque(name, args);
  }
}

/** Abscissas and weights of the Gauss–Legendre rule of 8 points on [−1, 1]; the other half mirrors them. */
const GAUSS: readonly [number, number][] = [
  [0.1834346424956498, 0.362683783378362],
  [0.525532409916329, 0.3137066458778873],
  [0.7966664774136267, 0.2223810344533745],
  [0.9602898564975363, 0.1012285362903763],
];

function integral(
  [from, to]: [number, number],
  value: (x: number) => Complex,
): Complex {
  if (!Number.isFinite(from) || !Number.isFinite(to)) return NOTHING;
  const panels = 32;
  let total: Complex = [0, 0];
  for (let i = 0; i < panels; i++) {
    const half = (to - from) / panels / 2;
    const middle = from + (2 * i + 1) * half;
    for (const [x, w] of GAUSS)
      for (const side of [-1, 1])
        total = plus(
          total,
          times([w * half, 0], value(middle + side * x * half)),
        );
  }
  return total;
}

function bound(node: Bound, point: Point, budget: Budget): Complex {
  const inside = new Map(point);
  const value = (x: number): Complex => {
    inside.set(node.variable, [x, 0]);
    return evaluate(node.body, inside, budget);
  };
  if (node.of === "derivative" || node.from === null) return NOTHING;
  const from = evaluate(node.from, point, budget)[0];
  if (node.of === "limit") return value(from);
  const to = node.to ? evaluate(node.to, point, budget)[0] : NaN;
  if (node.of === "integral") return integral([from, to], value);
  if (
    !Number.isInteger(from) ||
    !Number.isInteger(to) ||
    to - from > MOST_TERMS
  )
    return NOTHING;
  let total: Complex = node.of === "sum" ? [0, 0] : [1, 0];
  for (let i = from; i <= to; i++)
    total = (node.of === "sum" ? plus : times)(total, value(i));
  return total;
}

/**
 * The value of a node at a point, on principal branches; NaN where it has none that this function finds.
 *
 * @param point   a value for each unknown; one that is missing makes the result NaN
 * @param budget  one step per node
 * @throws BudgetError no steps are left
 * @example
 * evaluate(readLatex("x^2", budget), new Map([["x", [0, 1]]]), budget) // [-1, 0]
 */
export function evaluate(node: Node, point: Point, budget: Budget): Complex {
  budget.spend();
  switch (node.kind) {
    case "number":
      return [toNumber(node.value), 0];
    case "symbol":
      return point.get(node.name) ?? NOTHING;
    case "constant":
      return constant(node.name);
    case "percent":
      return times([0.01, 0], evaluate(node.of, point, budget));
    case "sum":
      return node.terms.reduce<Complex>(
        (total, term) => plus(total, evaluate(term, point, budget)),
        [0, 0],
      );
    case "product":
      return node.factors.reduce<Complex>(
        (total, factor) => times(total, evaluate(factor, point, budget)),
        [1, 0],
      );
    case "power": {
      const exponent = rationalValue(node.exponent);
      return pow(
        evaluate(node.base, point, budget),
        exponent
          ? [toNumber(exponent), 0]
          : evaluate(node.exponent, point, budget),
      );
    }
    case "call":
      return call(node, point, budget);
    case "bound":
      return bound(node, point, budget);
    default:
      return NOTHING;
  }
}

function constant(name: string): Complex {
  switch (name) {
    case "pi":
      return [Math.PI, 0];
    case "e":
      return [Math.E, 0];
    case "i":
      return [0, 1];
    case "gamma":
      return [0.5772156649015329, 0];
    case "infinity":
      return [Infinity, 0];
    default:
      return NOTHING;
  }
}
