/** Putting nodes together: what brackets, fractions, lists and wrapped names mean. */
import { rationalValue } from "../algebra/exact.js";
import {
  exact,
  inverse,
  isInteger,
  isSet,
  product,
  type Node,
} from "./node.js";
import { compare, parseDecimal, rational } from "./rational.js";
import { LatexError, type Token } from "./tokens.js";

/** Whether lists hold exactly one element. */
export function isSingle(lists: readonly (readonly Node[])[]): boolean {
  return lists.length === 1 && lists[0]!.length === 1;
}

/** A part of arithmetic must be a number, expression or matrix. */
export function number(node: Node): Node {
  if (isSet(node) || node.kind === "relation" || node.kind === "chain")
    throw new LatexError(
      "latex: a set or relation cannot be part of a sum or product",
    );
  return node;
}

/** A tuple taken as a set. */
export function unordered(node: Node): Node {
  return node.kind === "tuple" ? { kind: "set", items: node.items } : node;
}

/** Division; of integers it is done at once, as in a written fraction. */
export function quotient(upper: Node, lower: Node): Node {
  if (isInteger(upper) && isInteger(lower))
    return lower.value.top === 0n
      ? { kind: "constant", name: "undefined" }
      : exact(rational(upper.value.top, lower.value.top));
  return product([upper, inverse(lower)]);
}

/** The name of the unknown that a wrapped text stands for; `\text{}` alone leave it as it is. */
export function wordName({ text, wrapper }: Token): string {
  const inside = text.replaceAll(" ", "");
  if (/^(bar|overline)$/.test(wrapper)) return `bar{${inside}}`;
  if (/^(vec|overrightarrow)$/.test(wrapper)) return `vec{${inside}}`;
  if (/^(tilde|widetilde)$/.test(wrapper)) return `tilde{${inside}}`;
  if (wrapper.startsWith("text") || wrapper === "mbox")
    return inside.replace(/[()]/g, "");
  return wrapper.startsWith("math")
    ? `math{${inside}}`
    : `${wrapper}{${inside}}`;
}

/**
 * The node of a number token.
 *
 * @throws LatexError an exponent beyond ±400
 */
export function readNumber({ kind, text }: Token): Node {
  const [mantissa, exponent] = text.split("E") as [string, string?];
  let value = parseDecimal(mantissa);
  if (exponent !== undefined) {
    const size = Number(exponent);
    if (Math.abs(size) > 400)
      throw new LatexError("latex: an exponent must be at most 400");
    const factor = 10n ** BigInt(Math.abs(size));
    value = rational(
      value.top * (size > 0 ? factor : 1n),
      value.bottom * (size < 0 ? factor : 1n),
    );
  }
  const decimal = mantissa.includes(".") || exponent !== undefined;
  const node: Node = { kind: "number", value, decimal };
  return kind === "percent" ? { kind: "percent", of: node } : node;
}

/** (a, b): an interval unless an element is not a number or the ends are known to be out of order. */
export function bracketNode(
  open: string,
  close: string,
  lists: Node[][],
): Node {
  const items = lists.flat();
  if (items.length === 1) {
    const [only] = items as [Node];
    if (open === "(" && close === ")") return only;
    if (open === "[" && close === "]") return only;
    throw new LatexError("latex: brackets must match");
  }
  const [from, to] = items as [Node, Node];
  const numbers = items.every(
    (item) => !isSet(item) && !/^(relation|chain)$/.test(item.kind),
  );
  if (items.length === 2 && lists.length === 1 && numbers) {
    const [openFrom, openTo] = [open === "(", close === ")"];
    const order = endsInOrder(from, to);
    if (order === null || order < 0)
      return { kind: "interval", from, to, openFrom, openTo };
    if (order === 0 && !openFrom && !openTo)
      return { kind: "set", items: [from] };
    if (openFrom === openTo) return { kind: "tuple", items };
    return { kind: "domain", name: "empty" };
  }
  if ((open === "(") !== (close === ")"))
    throw new LatexError("latex: brackets of a tuple must match");
  return { kind: "tuple", items };
}

/** Order of two ends where both are rational or infinite, else null. */
function endsInOrder(from: Node, to: Node): number | null {
  const infinite = (node: Node): number =>
    node.kind === "constant" && node.name === "infinity"
      ? 1
      : node.kind === "product" &&
          node.factors.length === 2 &&
          node.factors[1]!.kind === "constant" &&
          node.factors[1]!.name === "infinity"
        ? -1
        : 0;
  const [a, b] = [infinite(from), infinite(to)];
  if (a !== 0 || b !== 0) return a - b;
  const [p, q] = [rationalValue(from), rationalValue(to)];
  return p && q ? compare(p, q) : null;
}

/** Several values at the top make a set; `1, 2; 3, 4` a set of tuples. */
export function asSetOrSingle(lists: Node[][]): Node {
  if (lists.length === 1)
    return lists[0]!.length === 1
      ? lists[0]![0]!
      : { kind: "set", items: lists[0]! };
  const single = lists.every((list) => list.length === 1);
  return {
    kind: "set",
    items: single
      ? lists.map((list) => list[0]!)
      : lists.map((items) => ({ kind: "tuple", items }) as Node),
  };
}

/** Whether a node consists of unknowns only, as the left side of an assignment does. */
export function onlyUnknowns(node: Node): boolean {
  if (node.kind === "symbol") return true;
  if (node.kind === "product") return node.factors.every(onlyUnknowns);
  if (node.kind === "sum") return node.terms.every(onlyUnknowns);
  if (node.kind === "tuple") return node.items.every(onlyUnknowns);
  if (node.kind === "interval")
    return onlyUnknowns(node.from) && onlyUnknowns(node.to);
  if (node.kind === "call") return node.args.every(onlyUnknowns);
  if (node.kind === "power")
    return (
      onlyUnknowns(node.base) &&
      (onlyUnknowns(node.exponent) ||
        (isInteger(node.exponent) && node.exponent.value.top === -1n))
    );
  return false;
}
