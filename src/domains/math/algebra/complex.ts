/** Complex numbers in double precision, with principal branches. */

/** [real part, imaginary part]. */
export type Complex = readonly [number, number];

/** a + b. */
export function plus(a: Complex, b: Complex): Complex {
  return [a[0] + b[0], a[1] + b[1]];
}

/** a · b. */
export function times(a: Complex, b: Complex): Complex {
  // Two real numbers stay real, so that infinities do not become NaN.
  if (a[1] === 0 && b[1] === 0) return [a[0] * b[0], 0];
  return [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
}

/** a / b. */
export function over(a: Complex, b: Complex): Complex {
  if (a[1] === 0 && b[1] === 0) return [a[0] / b[0], 0];
  const size = b[0] * b[0] + b[1] * b[1];
  return [
    (a[0] * b[0] + a[1] * b[1]) / size,
    (a[1] * b[0] - a[0] * b[1]) / size,
  ];
}

/** |a|. */
export function modulus(a: Complex): number {
  return Math.hypot(a[0], a[1]);
}

/** e^a. */
export function exp(a: Complex): Complex {
  const size = Math.exp(a[0]);
  return a[1] === 0
    ? [size, 0]
    : [size * Math.cos(a[1]), size * Math.sin(a[1])];
}

/** The principal logarithm; −∞ of 0. */
export function log(a: Complex): Complex {
  return [Math.log(modulus(a)), Math.atan2(a[1], a[0])];
}

/** a^b, principal branch; whole powers by repeated multiplication. */
export function pow(a: Complex, b: Complex): Complex {
  if (b[1] === 0 && a[1] === 0) {
    const real = Math.pow(a[0], b[0]);
    if (!Number.isNaN(real)) return [real, 0];
  }
  if (b[1] === 0 && Number.isInteger(b[0]) && Math.abs(b[0]) <= 64) {
    let result: Complex = [1, 0];
    for (let i = 0; i < Math.abs(b[0]); i++) result = times(result, a);
    return b[0] < 0 ? over([1, 0], result) : result;
  }
  if (a[0] === 0 && a[1] === 0) return b[0] > 0 ? [0, 0] : [NaN, NaN];
  return exp(times(b, log(a)));
}

const I: Complex = [0, 1];

function sin(a: Complex): Complex {
  return [Math.sin(a[0]) * Math.cosh(a[1]), Math.cos(a[0]) * Math.sinh(a[1])];
}

function cos(a: Complex): Complex {
  return [Math.cos(a[0]) * Math.cosh(a[1]), -Math.sin(a[0]) * Math.sinh(a[1])];
}

function sinh(a: Complex): Complex {
  const [x, y] = sin(times(I, a));
  return over([x, y], I);
}

function cosh(a: Complex): Complex {
  return cos(times(I, a));
}

function sqrt(a: Complex): Complex {
  return pow(a, [0.5, 0]);
}

/** −i·log(i·a + √(1 − a²)). */
function asin(a: Complex): Complex {
  if (a[1] === 0 && Math.abs(a[0]) <= 1) return [Math.asin(a[0]), 0];
  const root = sqrt(plus([1, 0], times([-1, 0], times(a, a))));
  return over(log(plus(times(I, a), root)), I);
}

function acos(a: Complex): Complex {
  return plus([Math.PI / 2, 0], times([-1, 0], asin(a)));
}

/** i/2 · (log(1 − i·a) − log(1 + i·a)). */
function atan(a: Complex): Complex {
  if (a[1] === 0) return [Math.atan(a[0]), 0];
  const ia = times(I, a);
  const difference = plus(
    log(plus([1, 0], times([-1, 0], ia))),
    times([-1, 0], log(plus([1, 0], ia))),
  );
  return times([0, 0.5], difference);
}

function asinh(a: Complex): Complex {
  return log(plus(a, sqrt(plus(times(a, a), [1, 0]))));
}

function acosh(a: Complex): Complex {
  const roots = times(sqrt(plus(a, [-1, 0])), sqrt(plus(a, [1, 0])));
  return log(plus(a, roots));
}

function atanh(a: Complex): Complex {
  const difference = plus(
    log(plus([1, 0], a)),
    times([-1, 0], log(plus([1, 0], times([-1, 0], a)))),
  );
  return times([0.5, 0], difference);
}

const one = (a: Complex): Complex => over([1, 0], a);

/** Lanczos approximation (g = 7, 9 terms) of Γ(x + 1). */
function factorial(a: Complex): Complex {
  if (a[1] !== 0) return [NaN, NaN];
  const x = a[0];
  if (x < 0)
    return Number.isInteger(x)
      ? [NaN, NaN]
      : [(Math.PI * -x) / (Math.sin(Math.PI * -x) * factorial([-x, 0])[0]), 0];
  const g = [
    676.5203681218851, -1259.1392167224028, 771.32342877765313,
    -176.61502916214059, 12.507343278686905, -0.13857109526572012,
    9.9843695780195716e-6, 1.5056327351493116e-7,
  ];
  const t = x + 7.5;
  const series = g.reduce(
    (s, c, i) => s + c / (x + i + 1),
    0.99999999999980993,
  );
  return [
    Math.sqrt(2 * Math.PI) * Math.pow(t, x + 0.5) * Math.exp(-t) * series,
    0,
  ];
}

/** Functions of one argument, by the names that reading gives them. */
export const FUNCTIONS_OF_ONE: Readonly<
  Record<string, (a: Complex) => Complex>
> = {
  sin,
  cos,
  tan: (a) => over(sin(a), cos(a)),
  cot: (a) => over(cos(a), sin(a)),
  sec: (a) => one(cos(a)),
  csc: (a) => one(sin(a)),
  asin,
  acos,
  atan,
  acot: (a) => atan(one(a)),
  asec: (a) => acos(one(a)),
  acsc: (a) => asin(one(a)),
  sinh,
  cosh,
  tanh: (a) => over(sinh(a), cosh(a)),
  asinh,
  acosh,
  atanh,
  exp,
  abs: (a) => [modulus(a), 0],
  floor: (a) => [Math.floor(a[0] + 1e-12), 0],
  ceiling: (a) => [Math.ceil(a[0] - 1e-12), 0],
  factorial,
};
