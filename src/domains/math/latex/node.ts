/** The expression tree that answers are read into. */
import { negate, type Rational } from "./rational.js";

/** Signs of relations. */
export type Sign = "=" | "!=" | "<" | "<=" | ">" | ">=";

/** left sign right. */
export interface Relation {
  kind: "relation";
  sign: Sign;
  left: Node;
  right: Node;
}

/** A sum, product, integral or limit over a bound variable; `to` is null for a limit, both ends for an indefinite integral. */
export interface Bound {
  kind: "bound";
  of: "sum" | "product" | "integral" | "limit" | "derivative";
  variable: string;
  from: Node | null;
  to: Node | null;
  body: Node;
}

/**
 * An expression, set, relation or matrix. Nothing is evaluated while reading but quotients of integers and mixed numbers,
 * so that `90/5` stays what was written until somebody asks for its value.
 */
export type Node =
  /** `decimal`: written with a decimal point, so known to so many places only. */
  | { kind: "number"; value: Rational; decimal: boolean }
  | { kind: "symbol"; name: string }
  | {
      kind: "constant";
      name: "pi" | "e" | "i" | "infinity" | "gamma" | "undefined";
    }
  | { kind: "sum"; terms: readonly Node[] }
  | { kind: "product"; factors: readonly Node[] }
  | { kind: "power"; base: Node; exponent: Node }
  /** A known function, or one that only has a name. */
  | { kind: "call"; name: string; args: readonly Node[] }
  | { kind: "percent"; of: Node }
  | Bound
  | { kind: "matrix"; rows: readonly (readonly Node[])[] }
  | { kind: "tuple"; items: readonly Node[] }
  | { kind: "set"; items: readonly Node[] }
  | {
      kind: "interval";
      from: Node;
      to: Node;
      openFrom: boolean;
      openTo: boolean;
    }
  | {
      kind: "combined";
      by: "union" | "intersection" | "minus";
      left: Node;
      right: Node;
    }
  | { kind: "domain"; name: "R" | "Q" | "Z" | "N" | "C" | "empty" }
  | Relation
  | { kind: "chain"; relations: readonly Relation[] };

/** A number that was written without a decimal point. */
export function exact(value: Rational): Node {
  return { kind: "number", value, decimal: false };
}

/** A named unknown. */
export function symbol(name: string): Node {
  return { kind: "symbol", name };
}

/** A sum; the terms of sums inside are taken up. */
export function sum(terms: readonly Node[]): Node {
  return {
    kind: "sum",
    terms: terms.flatMap((t) => (t.kind === "sum" ? t.terms : [t])),
  };
}

/** A product; the factors of products inside are taken up. */
export function product(factors: readonly Node[]): Node {
  return {
    kind: "product",
    factors: factors.flatMap((f) => (f.kind === "product" ? f.factors : [f])),
  };
}

/** −node; a number is negated at once. */
export function minus(node: Node): Node {
  if (node.kind === "number") return { ...node, value: negate(node.value) };
  return product([exact({ top: -1n, bottom: 1n }), node]);
}

/** 1 / node, as a power. */
export function inverse(node: Node): Node {
  return {
    kind: "power",
    base: node,
    exponent: exact({ top: -1n, bottom: 1n }),
  };
}

/** Whether a node is a written number of no decimals and no fraction. */
export function isInteger(
  node: Node,
): node is Extract<Node, { kind: "number" }> {
  return node.kind === "number" && !node.decimal && node.value.bottom === 1n;
}

/** Whether a node denotes a set of numbers, or an ordered tuple. */
export function isSet(node: Node): boolean {
  return ["set", "tuple", "interval", "combined", "domain"].includes(node.kind);
}

/** Names of the unknowns that occur in a node; bound variables are not unknown. */
export function unknowns(
  node: Node,
  found: Set<string> = new Set(),
): Set<string> {
  if (node.kind === "symbol") found.add(node.name);
  else if (node.kind === "bound") {
    const inside = unknowns(node.body);
    inside.delete(node.variable);
    for (const name of inside) found.add(name);
    if (node.from) unknowns(node.from, found);
    if (node.to) unknowns(node.to, found);
  } else for (const child of children(node)) unknowns(child, found);
  return found;
}

/** The direct parts of a node, in order. */
export function children(node: Node): readonly Node[] {
  switch (node.kind) {
    case "sum":
      return node.terms;
    case "product":
      return node.factors;
    case "power":
      return [node.base, node.exponent];
    case "call":
      return node.args;
    case "percent":
      return [node.of];
    case "bound":
      return [node.from, node.to, node.body].filter((n) => n !== null);
    case "matrix":
      return node.rows.flat();
    case "tuple":
    case "set":
      return node.items;
    case "interval":
      return [node.from, node.to];
    case "combined":
    case "relation":
      return [node.left, node.right];
    case "chain":
      return node.relations;
    default:
      return [];
  }
}
