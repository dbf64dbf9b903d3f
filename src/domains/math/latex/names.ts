/** Which commands are functions, unknowns and signs of relations. */
import type { Sign } from "./node.js";

/** Functions of one argument, by command; the value is the name that evaluation knows. */
export const FUNCTIONS: Readonly<Record<string, string>> = {
  sin: "sin",
  cos: "cos",
  tan: "tan",
  cot: "cot",
  sec: "sec",
  csc: "csc",
  arcsin: "asin",
  arccos: "acos",
  arctan: "atan",
  arccot: "acot",
  arcsec: "asec",
  arccsc: "acsc",
  sinh: "sinh",
  cosh: "cosh",
  tanh: "tanh",
  arsinh: "asinh",
  arcosh: "acosh",
  artanh: "atanh",
  arcsinh: "asinh",
  arccosh: "acosh",
  arctanh: "atanh",
  exp: "exp",
  log: "log",
  ln: "ln",
  det: "det",
  floor: "floor",
  ceil: "ceiling",
};

/** Functions of several arguments, always in brackets. */
export const LISTS: readonly string[] = ["gcd", "lcm", "max", "min"];

/** Commands that are unknowns of their own. */
export const SYMBOLS: ReadonlySet<string> = new Set(
  (
    "alpha beta gamma Gamma delta Delta epsilon varepsilon zeta eta theta Theta vartheta iota kappa lambda Lambda mu nu xi Xi Pi rho " +
    "varrho sigma Sigma varsigma tau upsilon Upsilon phi Phi varphi chi psi Psi omega Omega varpi ell hbar angle triangle circ " +
    "varnothing square star prime nabla partial perp parallel Re Im aleph"
  ).split(" "),
);

/** Signs of relations, by command or character. */
export const SIGNS: Readonly<Record<string, Sign>> = {
  "=": "=",
  "<": "<",
  ">": ">",
  lt: "<",
  gt: ">",
  le: "<=",
  leq: "<=",
  leqslant: "<=",
  leqq: "<=",
  ge: ">=",
  geq: ">=",
  geqslant: ">=",
  geqq: ">=",
  ne: "!=",
  neq: "!=",
  "<=": "<=",
  ">=": ">=",
  "!=": "!=",
};

/** Sets with a name, by what stands in `\mathbb{}`. */
export const DOMAINS_OF_NUMBERS: Readonly<
  Record<string, "R" | "Q" | "Z" | "N" | "C">
> = { R: "R", Q: "Q", Z: "Z", N: "N", C: "C" };
