/** Whether an answer equals the reference. Not symmetric: what the reference is decides how the answer is taken. */
import { identical, canonical } from "../../algebra/identical.js";
import { evaluate } from "../../algebra/evaluate.js";
import { rationalValue } from "../../algebra/exact.js";
import type { Budget } from "../../latex/budget.js";
import { onlyUnknowns } from "../../latex/build.js";
import {
  isInteger,
  isSet,
  minus,
  sum,
  unknowns,
  type Node,
  type Relation,
} from "../../latex/node.js";
import { equal, roundTo } from "../../latex/rational.js";
import { matrixValue } from "../../algebra/matrix.js";
import { describes, equalSets, relationAsSet } from "./sets.js";

/** Decimal places that count where one side is a decimal. */
const PLACES = 6;

type Sides = { first: Node; last: Node; all: readonly Relation[] };

function sides(node: Node): Sides | null {
  if (node.kind === "relation")
    return { first: node.left, last: node.right, all: [node] };
  if (node.kind === "chain")
    return {
      first: node.relations[0]!.left,
      last: node.relations.at(-1)!.right,
      all: node.relations,
    };
  return null;
}

const isEquation = (s: Sides | null): s is Sides =>
  s !== null && s.all.every(({ sign }) => sign === "=");

/** Of `x = a = b`, x = b; other nodes as they are. */
function shortened(node: Node): Node {
  const s = sides(node);
  return isEquation(s) && onlyUnknowns(s.first)
    ? { kind: "relation", sign: "=", left: s.first, right: s.last }
    : node;
}

/**
 * Whether an answer equals the reference.
 *
 * Source: Math-Verify 0.9 (`grader.py`) in its default mode: equations are unwrapped by the form of the reference; sets, tuples and
 * intervals by their elements; a decimal on one side means six decimal places; 9 % equals 0.09 and also 9; words letter by letter.
 * Deviates: equality of expressions is decided by values at random points, not by simplification, so true identities that a
 * simplifier does not find are right; sets are matched element by element, not by a sorting key.
 *
 * @throws BudgetError no steps are left
 */
export function equalAnswer(
  reference: Node,
  answer: Node,
  budget: Budget,
): boolean {
  let gold = shortened(reference);
  let given = shortened(answer);
  const [goldSides, givenSides] = [sides(gold), sides(given)];
  if (isEquation(givenSides) && !isEquation(goldSides)) given = givenSides.last;
  else if (
    isEquation(goldSides) &&
    onlyUnknowns(goldSides.first) &&
    !isEquation(givenSides)
  )
    gold = goldSides.last;
  const goldRelations = sides(gold)?.all;
  if (goldRelations && isSet(given)) {
    const interval = relationAsSet(gold);
    if (interval === null && describes(goldRelations, given, budget))
      return true;
    gold = interval ?? gold;
  }
  if (isUndefined(gold)) return false;
  if (canonical(gold) === canonical(given)) return true;
  const [a, b] = [sides(gold), sides(given)];
  if (a && b) return equalRelations(a, b, budget);
  if (isSet(gold) || isSet(given))
    return equalSets(gold, given, (x, y) => equalAnswer(x, y, budget), budget);
  if (a || b) return false;
  if (gold.kind === "symbol" || given.kind === "symbol")
    return equalNames(gold, given);
  return equalValues(gold, given, budget);
}

function isUndefined(node: Node): boolean {
  return node.kind === "constant" && node.name === "undefined";
}

/** A word, letter by letter: `\text{abc}` is a·b·c. */
function equalNames(gold: Node, given: Node): boolean {
  const [a, b] = [spelled(gold), spelled(given)];
  const digits = (node: Node): string | null =>
    isInteger(node) ? node.value.top.toString() : null;
  if (digits(gold) !== null || digits(given) !== null)
    return (digits(gold) ?? a) === (digits(given) ?? b);
  if (a === null || b === null) return false;
  return a.length > 1 || b.length > 1
    ? a.toLowerCase() === b.toLowerCase()
    : a === b;
}

function spelled(node: Node): string | null {
  if (node.kind === "symbol") return node.name;
  if (node.kind === "constant") return node.name === "e" ? "e" : null;
  if (node.kind !== "product") return null;
  const letters = node.factors.map((factor) =>
    factor.kind === "product" ? null : spelled(factor),
  );
  return letters.every((letter) => letter !== null) ? letters.join("") : null;
}

const INVERSE = {
  "=": "=",
  "<": ">",
  ">": "<",
  "<=": ">=",
  ">=": "<=",
} as const;

function equalRelations(gold: Sides, given: Sides, budget: Budget): boolean {
  if (gold.all.length !== given.all.length) return false;
  const flipped = (sign: string): string | undefined => INVERSE[sign as "="];
  return gold.all.every((a, i) => {
    const b = given.all[i]!;
    if (isSet(a.left) || isSet(a.right) || isSet(b.left) || isSet(b.right)) {
      const same = (x: Node, y: Node): boolean => equalAnswer(x, y, budget);
      return (
        a.sign === b.sign && same(a.left, b.left) && same(a.right, b.right)
      );
    }
    const difference = ({ left, right }: Relation): Node =>
      sum([left, minus(right)]);
    const [p, q] = [difference(a), difference(b)];
    if (a.sign === b.sign && equalAnswer(p, q, budget)) return true;
    if (flipped(a.sign) === b.sign && equalAnswer(p, minus(q), budget))
      return true;
    return proportional(a, b, p, q, budget);
  });
}

/** Whether one equation in several unknowns is the other times a number: 2x + 3y = 5 and 4x + 6y = 10. */
function proportional(
  a: Relation,
  b: Relation,
  p: Node,
  q: Node,
  budget: Budget,
): boolean {
  const names = [...unknowns(p)];
  if (names.length < 2 || names.length !== unknowns(q).size) return false;
  if (a.sign !== "=" || b.sign !== "=") return false;
  const at = (node: Node, shift: number): number =>
    evaluate(
      node,
      new Map(names.map((name, i) => [name, [0.7 + 0.31 * i + shift, 0]])),
      budget,
    )[0];
  const ratio = at(p, 0) / at(q, 0);
  if (!Number.isFinite(ratio) || ratio === 0) return false;
  return [0.9, -1.7, 2.3, 0.13].every((shift) => {
    const [x, y] = [at(p, shift), at(q, shift) * ratio];
    return Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y), 1e-9);
  });
}

/** A written number, or the percentage of one. */
function written(node: Node): Extract<Node, { kind: "number" }> | null {
  if (node.kind === "number") return node;
  return node.kind === "percent" && node.of.kind === "number" ? node.of : null;
}

function equalValues(gold: Node, given: Node, budget: Budget): boolean {
  const [m, n] = [matrixValue(gold), matrixValue(given)];
  if (m || n) return m !== null && n !== null && equalMatrices(m, n, budget);
  const [a, b] = [written(gold), written(given)];
  if ((a?.decimal || b?.decimal) && sameRounded(gold, given, budget))
    return true;
  // "9 %" is also taken for 9.
  if (a && b && isInteger(a) && isInteger(b) && equal(a.value, b.value))
    return true;
  return identical(gold, given, budget);
}

/** Equal after rounding to six places, ties to even. */
function sameRounded(gold: Node, given: Node, budget: Budget): boolean {
  const [p, q] = [rationalValue(gold), rationalValue(given)];
  if (p && q) {
    // An integer stays an integer when it is rounded, and is only equal to the very same number.
    const whole = isInteger(gold) !== isInteger(given);
    return !whole && roundTo(p, PLACES) === roundTo(q, PLACES);
  }
  if (unknowns(gold).size > 0 || unknowns(given).size > 0) return false;
  const [x, y] = [gold, given].map((node) =>
    evaluate(node, new Map(), budget),
  ) as [readonly [number, number], readonly [number, number]];
  const round = (value: number): number => Math.round(value * 10 ** PLACES);
  return round(x[0]) === round(y[0]) && round(x[1]) === round(y[1]);
}

function equalMatrices(
  a: readonly (readonly Node[])[],
  b: readonly (readonly Node[])[],
  budget: Budget,
): boolean {
  return (
    a.length === b.length &&
    a[0]!.length === b[0]!.length &&
    a.every((row, i) =>
      row.every((entry, j) => equalValues(entry, b[i]![j]!, budget)),
    )
  );
}
