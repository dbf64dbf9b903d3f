/** Arithmetic and algebra as calculators write it: `2sqrt(3)/3`, `x^2+1`, `5!`; juxtaposition is a product of the same rank as `*`. */
import type { Budget } from "./budget.js";
import { Formula } from "./formula.js";
import { inverse, minus, product, sum, symbol, type Node } from "./node.js";
import { parseDecimal, rational } from "./rational.js";
import { LatexError } from "./tokens.js";

const TOKEN =
  /\d+(?:\.\d*)?(?:e[-+]?\d+)?|\.\d+(?:e[-+]?\d+)?|[\p{L}_][\p{L}\p{N}_]*|\*\*|\S/giu;

/** Names that are functions where a bracket follows. */
const FUNCTIONS = new Set(
  "sqrt ln log exp sin cos tan cot sec csc asin acos atan sinh cosh tanh factorial abs".split(
    " ",
  ),
);

/** Deepest nesting that is read. */
const DEEPEST = 100;

class Infix extends Formula {
  private depth = 0;

  constructor(text: string, budget: Budget) {
    super((text.match(TOKEN) ?? []).flatMap(splitName), budget, "infix");
  }

  protected sum(): Node {
    if (++this.depth > DEEPEST)
      throw new LatexError("infix: nested more deeply than is read");
    let left = this.term();
    for (let sign; (sign = this.take("+", "-"));) {
      const right = this.term();
      left = sum([left, sign === "+" ? right : minus(right)]);
    }
    this.depth--;
    return left;
  }

  private term(): Node {
    let left = this.signed();
    for (;;) {
      const sign = this.take("*", "/");
      if (sign === null && !this.startsAtom()) return left;
      const right = this.signed();
      left = product([left, sign === "/" ? inverse(right) : right]);
    }
  }

  private startsAtom(): boolean {
    const token = this.tokens[this.at];
    return token !== undefined && /^[\p{L}_\d.(]/u.test(token);
  }

  private signed(): Node {
    if (++this.depth > DEEPEST)
      throw new LatexError("infix: nested more deeply than is read");
    const sign = this.take("+", "-");
    const node = sign === null ? this.power() : this.signed();
    this.depth--;
    return sign === "-" ? minus(node) : node;
  }

  private power(): Node {
    let base = this.atom();
    while (this.take("!"))
      base = { kind: "call", name: "factorial", args: [base] };
    return this.take("^", "**")
      ? { kind: "power", base, exponent: this.signed() }
      : base;
  }

  private atom(): Node {
    this.budget.spend(5);
    if (this.take("(")) {
      const node = this.sum();
      this.close();
      return node;
    }
    const token = this.tokens[this.at] ?? "";
    if (!/^[\p{L}_\d.]/u.test(token))
      throw new LatexError("infix: a number or name must follow");
    this.at++;
    if (/^[\d.]/.test(token)) return readNumber(token);
    if (FUNCTIONS.has(token) && this.tokens[this.at] === "(")
      return callNode(token, this.atom());
    return token === "pi" ? { kind: "constant", name: "pi" } : symbol(token);
  }
}

function readNumber(text: string): Node {
  const [mantissa, exponent = "0"] = text.toLowerCase().split("e") as [
    string,
    string?,
  ];
  const size = Number(exponent);
  if (Math.abs(size) > 400)
    throw new LatexError("infix: an exponent must be at most 400");
  const value = parseDecimal(mantissa);
  const factor = 10n ** BigInt(Math.abs(size));
  return {
    kind: "number",
    value: rational(
      value.top * (size > 0 ? factor : 1n),
      value.bottom * (size < 0 ? factor : 1n),
    ),
    decimal: /[.e]/i.test(text),
  };
}

function callNode(name: string, argument: Node): Node {
  const half: Node = {
    kind: "number",
    value: rational(1n, 2n),
    decimal: false,
  };
  if (name === "sqrt") return { kind: "power", base: argument, exponent: half };
  if (name === "ln" || name === "log")
    return {
      kind: "call",
      name: "log",
      args: [argument, { kind: "constant", name: "e" }],
    };
  return { kind: "call", name, args: [argument] };
}

/** A name that means nothing is a product of its letters and digits. */
function splitName(token: string): string[] {
  if (!/^\p{L}/u.test(token) || token.length === 1 || token.includes("_"))
    return [token];
  if (FUNCTIONS.has(token) || token === "pi") return [token];
  return token.match(/\d+|./gu) ?? [];
}

/**
 * Read a formula in calculator notation.
 *
 * @throws LatexError it is no such formula
 * @throws BudgetError no steps are left
 * @example
 * readInfix("2sqrt(3)", new Budget())
 */
export function readInfix(text: string, budget: Budget): Node {
  return new Infix(text, budget).all();
}
