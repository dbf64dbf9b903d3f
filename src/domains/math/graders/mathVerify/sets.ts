/** Sets, intervals, unions and tuples: when two of them are equal. */
import { evaluate } from "../../algebra/evaluate.js";
import { canonical } from "../../algebra/identical.js";
import type { Budget } from "../../latex/budget.js";
import { minus, unknowns, type Node, type Relation } from "../../latex/node.js";

type Equal = (gold: Node, given: Node) => boolean;

const INFINITY: Node = { kind: "constant", name: "infinity" };

/** Whether a node is an unknown: a letter, or a function of which nothing but its name is known, as in 0 < f(x) < 1. */
function isUnknown(node: Node): boolean {
  return (
    node.kind === "symbol" ||
    (node.kind === "call" && node.name.startsWith("f:"))
  );
}

/**
 * The interval that a relation between one unknown and constants describes, or null.
 *
 * @example
 * relationAsSet(readLatex("x > 5", budget)) // { kind: "interval", openFrom: true, openTo: true, … }
 */
export function relationAsSet(node: Node): Node | null {
  const relations =
    node.kind === "relation"
      ? [node]
      : node.kind === "chain"
        ? node.relations
        : [];
  let interval: Extract<Node, { kind: "interval" }> = {
    kind: "interval",
    from: minus(INFINITY),
    to: INFINITY,
    openFrom: true,
    openTo: true,
  };
  for (const { sign, left, right } of relations) {
    const less = sign.startsWith("<");
    if (!less && !sign.startsWith(">")) return null;
    const open = !sign.endsWith("=");
    const unknownLeft = isUnknown(left);
    if (!unknownLeft && !isUnknown(right)) return null;
    const end = unknownLeft ? right : left;
    if (unknowns(end).size > 0) return null;
    // x < 5 bounds from above, 5 < x from below.
    interval =
      less === unknownLeft
        ? { ...interval, to: end, openTo: open }
        : { ...interval, from: end, openFrom: open };
  }
  return interval;
}

/** A piece of the real line; a point where both ends agree. */
interface Piece {
  from: number;
  to: number;
  openFrom: boolean;
  openTo: boolean;
}

/** The pieces of a set of reals in order, or null where it is not made of intervals and numbers. */
function pieces(node: Node, budget: Budget): Piece[] | null {
  const value = (n: Node): number => {
    const [re, im] = evaluate(n, new Map(), budget);
    return im === 0 ? re : NaN;
  };
  switch (node.kind) {
    case "interval": {
      const [from, to] = [value(node.from), value(node.to)];
      if (Number.isNaN(from + 0) || Number.isNaN(to + 0)) return null;
      return [{ from, to, openFrom: node.openFrom, openTo: node.openTo }];
    }
    case "set": {
      const points = node.items.map(value);
      return points.some(Number.isNaN)
        ? null
        : points.map((x) => ({
            from: x,
            to: x,
            openFrom: false,
            openTo: false,
          }));
    }
    case "domain":
      if (node.name === "empty") return [];
      return node.name === "R"
        ? [{ from: -Infinity, to: Infinity, openFrom: true, openTo: true }]
        : null;
    case "combined": {
      const [left, right] = [
        pieces(node.left, budget),
        pieces(node.right, budget),
      ];
      return left && right && combine(node.by, left, right);
    }
    default:
      return null;
  }
}

/** Whether a number lies in a piece. */
function holds({ from, to, openFrom, openTo }: Piece, x: number): boolean {
  return (openFrom ? x > from : x >= from) && (openTo ? x < to : x <= to);
}

/** Union, intersection or difference, by asking for membership at every end and between neighbouring ends. */
function combine(by: string, left: Piece[], right: Piece[]): Piece[] {
  const ends = [
    ...new Set([...left, ...right].flatMap(({ from, to }) => [from, to])),
  ].sort((a, b) => a - b);
  const inside = (x: number): boolean => {
    const [a, b] = [left, right].map((set) =>
      set.some((piece) => holds(piece, x)),
    );
    return by === "union"
      ? a! || b!
      : by === "intersection"
        ? a! && b!
        : a! && !b!;
  };
  const between = (a: number, b: number): number =>
    a === -Infinity
      ? b === Infinity
        ? 0
        : b - 1
      : b === Infinity
        ? a + 1
        : (a + b) / 2;
  const parts: Piece[] = [];
  ends.forEach((end, i) => {
    if (Number.isFinite(end) && inside(end))
      parts.push({ from: end, to: end, openFrom: false, openTo: false });
    const next = ends[i + 1];
    if (next !== undefined && inside(between(end, next)))
      parts.push({ from: end, to: next, openFrom: true, openTo: true });
  });
  return joined(parts);
}

/** Neighbouring parts that touch become one. */
function joined(parts: readonly Piece[]): Piece[] {
  const result: Piece[] = [];
  for (const part of parts) {
    const last = result.at(-1);
    if (last && last.to === part.from && !(last.openTo && part.openFrom))
      result[result.length - 1] = { ...last, to: part.to, openTo: part.openTo };
    else result.push(part);
  }
  return result;
}

function equalPieces(a: readonly Piece[], b: readonly Piece[]): boolean {
  const near = (x: number, y: number): boolean =>
    x === y || Math.abs(x - y) <= 1e-9 * Math.max(Math.abs(x), Math.abs(y));
  return (
    a.length === b.length &&
    a.every((p, i) => {
      const q = b[i]!;
      return (
        near(p.from, q.from) &&
        near(p.to, q.to) &&
        p.openFrom === q.openFrom &&
        p.openTo === q.openTo
      );
    })
  );
}

/** Where the truth of relations in one unknown is asked besides the ends of a set. */
const PROBES = [-1e4, -97.3, -31.7, -9.1, -5.3, -2.7, -1.3, -0.6, -0.2]
  .flatMap((x) => [x, -x])
  .concat(0);

/** Whether a relation holds at a point; one that has no real value there does not. */
function holdsAt(
  { sign, left, right }: Relation,
  name: string,
  x: number,
  budget: Budget,
): boolean {
  const point = new Map([[name, [x, 0] as const]]);
  const [a, b] = [left, right].map((side) => evaluate(side, point, budget)) as [
    readonly [number, number],
    readonly [number, number],
  ];
  if (Number.isNaN(a[0] + b[0]) || Math.abs(a[1]) + Math.abs(b[1]) > 1e-9)
    return false;
  const same =
    Math.abs(a[0] - b[0]) <= 1e-9 * Math.max(1, Math.abs(a[0]), Math.abs(b[0]));
  if (same) return sign.endsWith("=") && sign !== "!=";
  if (sign === "!=") return true;
  return sign.startsWith("<") ? a[0] < b[0] : sign !== "=" && a[0] > b[0];
}

/**
 * Whether a set of reals is where relations in one unknown hold: asked at its ends, close to them, between them, and at fixed points.
 *
 * @example
 * describes([readLatex("x^2<4", budget) as Relation], readLatex("(-2,2)", budget), budget) // true
 */
export function describes(
  relations: readonly Relation[],
  set: Node,
  budget: Budget,
): boolean {
  const names = relations.flatMap((relation) => [...unknowns(relation)]);
  const name = names[0];
  const parts = pieces(set, budget);
  if (name === undefined || parts === null) return false;
  if (names.some((other) => other !== name)) return false;
  const ends = parts
    .flatMap(({ from, to }) => [from, to])
    .filter(Number.isFinite);
  const near = ends.flatMap((end) => {
    const step = 1e-3 * Math.max(1, Math.abs(end));
    return [end - step, end, end + step];
  });
  const between = ends.slice(1).map((end, i) => (end + ends[i]!) / 2);
  return [...PROBES, ...near, ...between].every(
    (x) =>
      relations.every((relation) => holdsAt(relation, name, x, budget)) ===
      parts.some((piece) => holds(piece, x)),
  );
}

/** Elements without repetition. */
function distinct(items: readonly Node[]): Node[] {
  const seen = new Map<string, Node>();
  for (const item of items)
    if (!seen.has(canonical(item))) seen.set(canonical(item), item);
  return [...seen.values()];
}

/** Whether each element of the reference has its own partner in the answer. */
function matched(
  gold: readonly Node[],
  given: readonly Node[],
  same: Equal,
): boolean {
  if (gold.length !== given.length) return false;
  const left = [...given];
  return gold.every((item) => {
    const i = left.findIndex((other) => same(item, other));
    if (i >= 0) left.splice(i, 1);
    return i >= 0;
  });
}

function inOrder(
  gold: readonly Node[],
  given: readonly Node[],
  same: Equal,
): boolean {
  return (
    gold.length === given.length &&
    gold.every((item, i) => same(item, given[i]!))
  );
}

type Listed = Extract<Node, { kind: "set" | "tuple" }>;
const isListed = (node: Node): node is Listed =>
  node.kind === "set" || node.kind === "tuple";

/**
 * Whether two sets, or a set and an element, are equal: {5} is 5; an open interval is also a pair; a tuple keeps its order unless the
 * reference is a set.
 *
 * @param same  equality of elements
 */
export function equalSets(
  gold: Node,
  given: Node,
  same: Equal,
  budget: Budget,
): boolean {
  const asSet = (node: Node): Node =>
    ["set", "tuple", "interval", "combined", "domain"].includes(node.kind)
      ? node
      : { kind: "set", items: [node] };
  const [a, b] = [asSet(gold), asSet(given)];
  if (a.kind === "interval" && b.kind === "interval")
    return (
      a.openFrom === b.openFrom &&
      a.openTo === b.openTo &&
      same(a.from, b.from) &&
      same(a.to, b.to)
    );
  if (
    a.kind !== "tuple" &&
    b.kind !== "tuple" &&
    !(isListed(a) && isListed(b))
  ) {
    const [p, q] = [pieces(a, budget), pieces(b, budget)];
    if (p && q && equalPieces(combine("union", p, []), combine("union", q, [])))
      return true;
  }
  if (isListed(a) && isListed(b)) return equalLists(a, b, same);
  const pair = (interval: Node, list: Node): boolean =>
    interval.kind === "interval" &&
    interval.openFrom &&
    interval.openTo &&
    isListed(list) &&
    list.items.length === 2;
  const ends = (node: Node): Listed => ({
    kind: "tuple",
    items: node.kind === "interval" ? [node.from, node.to] : [],
  });
  if (pair(a, b)) return equalLists(ends(a), b as Listed, same);
  if (pair(b, a)) return equalLists(a as Listed, ends(b), same);
  return canonical(a) === canonical(b);
}

function equalLists(gold: Listed, given: Listed, same: Equal): boolean {
  if (gold.kind === "set")
    return matched(
      distinct(gold.items),
      given.kind === "set" ? distinct(given.items) : given.items,
      same,
    );
  return inOrder(gold.items, given.items, same);
}
