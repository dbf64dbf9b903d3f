/** From a text to the answers that stand in it. */
import { Budget } from "../../latex/budget.js";
import { Formula } from "../../latex/formula.js";
import {
  exact,
  inverse,
  minus,
  product,
  sum,
  type Node,
} from "../../latex/node.js";
import { parseDecimal, rational } from "../../latex/rational.js";
import { readLatex } from "../../latex/read.js";
import { LatexError } from "../../latex/tokens.js";
import type { Candidate, PlainNumber } from "./candidate.js";
import { candidates } from "./candidates.js";
import type { Environment } from "./environments.js";
import { normaliseAnswer } from "./normalise.js";

/** What was found in a text. */
export interface Parsed {
  /** The answer as a tree, or null where nothing could be read. */
  value: Node | null;
  /** The text of the first place that was tried, for comparison letter by letter; "" where no place was found. */
  text: string;
}

/** Longest text that is searched; of a longer one the end. */
const LONGEST = 200_000;

/** Most places that are tried. */
const MOST_TRIES = 200;

/** The last side of a chain `a = b = c`, where no list is meant. */
function lastSide(latex: string): string {
  if (/[,;]/.test(latex)) return latex;
  const sides = latex.split(/(?<![\\<!>])=/);
  return sides.length > 2 ? sides.at(-1)! : latex;
}

function readOr<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof LatexError) return null;
    throw error;
  }
}

/** A number with thousands commas, and nothing else. */
const GROUPED = /^\s*-?\d{1,3}(,\d{3})+(\.\d+)?\s*$/;

function readAnswer(latex: string, budget: Budget): Node | null {
  if (GROUPED.test(latex)) {
    const digits = latex.replaceAll(/[,\s]/g, "");
    return {
      kind: "number",
      value: parseDecimal(digits),
      decimal: digits.includes("."),
    };
  }
  return (
    readOr(() => readLatex(latex, budget)) ??
    (lastSide(latex) === latex
      ? null
      : readOr(() => readLatex(lastSide(latex), budget)))
  );
}

function percentOf(node: Node): Node {
  return { kind: "percent", of: node };
}

function readEnvironments(
  environments: readonly Environment[],
  budget: Budget,
): Parsed {
  const nodes: Node[] = [];
  const texts: string[] = [];
  let complete = true;
  for (const { inside, percent } of environments) {
    const text = normaliseAnswer(inside, "all");
    texts.push(text ?? "");
    const node = text === null ? null : readAnswer(text, budget);
    if (node === null) complete = false;
    else nodes.push(percent ? percentOf(node) : node);
  }
  if (environments.length === 1)
    return { value: complete ? nodes[0]! : null, text: texts[0]! };
  if (!complete) return { value: nodes[0] ?? null, text: texts[0]! };
  return {
    value: {
      kind: "set",
      items: nodes.flatMap((node) =>
        node.kind === "set" ? node.items : [node],
      ),
    },
    text: texts.join(" and "),
  };
}

function readNumber({ digits, percent }: PlainNumber): Node {
  const node: Node = {
    kind: "number",
    value: parseDecimal(digits),
    decimal: digits.includes("."),
  };
  return percent ? percentOf(node) : node;
}

/** Arithmetic as Python writes it: no juxtaposition, `^` for powers. */
class Arithmetic extends Formula {
  constructor(text: string, budget: Budget) {
    const tokens = text.match(/\d+\.?\d*|\.\d+|\*\*|[^\s]/g) ?? [];
    super(tokens, budget, "arithmetic");
  }

  protected sum(): Node {
    let left = this.term();
    for (;;) {
      const sign = this.take("+", "-");
      if (sign === null) return left;
      const right = this.term();
      left = sum([left, sign === "+" ? right : minus(right)]);
    }
  }

  private term(): Node {
    let left = this.signed();
    for (;;) {
      const sign = this.take("*", "/");
      if (sign === null) return left;
      const right = this.signed();
      left = product([left, sign === "*" ? right : inverse(right)]);
    }
  }

  private signed(): Node {
    const sign = this.take("+", "-");
    if (sign === null) return this.power();
    return sign === "-" ? minus(this.signed()) : this.signed();
  }

  private power(): Node {
    const base = this.atom();
    return this.take("^", "**")
      ? { kind: "power", base, exponent: this.signed() }
      : base;
  }

  private atom(): Node {
    this.budget.spend(10);
    if (this.take("(")) {
      const node = this.sum();
      this.close();
      return node;
    }
    const token = this.tokens[this.at] ?? "";
    if (!/^\.?\d/.test(token) || /^0\d/.test(token))
      throw new LatexError("arithmetic: a number must follow");
    this.at++;
    return {
      kind: "number",
      value: parseDecimal(token),
      decimal: token.includes("."),
    };
  }
}

function readPlain(text: string, budget: Budget): Node | null {
  const node = readOr(() => new Arithmetic(text, budget).all());
  // A quotient of two written integers is a number already.
  if (node?.kind === "product" && node.factors.length === 2) {
    const [a, b] = node.factors as [Node, Node];
    if (
      a.kind === "number" &&
      !a.decimal &&
      b.kind === "power" &&
      b.base.kind === "number" &&
      !b.base.decimal &&
      b.base.value.top !== 0n
    )
      return exact(
        rational(
          a.value.top * b.base.value.bottom,
          a.value.bottom * b.base.value.top,
        ),
      );
  }
  return node;
}

function read({ found }: Candidate, budget: Budget): Parsed {
  switch (found.kind) {
    case "latex":
      return readEnvironments(found.environments, budget);
    case "box": {
      const text = normaliseAnswer(found.inside, "last");
      return {
        value: text === null ? null : readAnswer(text, budget),
        text: text ?? "",
      };
    }
    case "plain":
      return {
        value: readPlain(found.expression, budget),
        text: found.expression,
      };
    case "number":
      return { value: readNumber(found.number), text: found.number.digits };
  }
}

/**
 * The answer that stands in a text: places are tried by priority, and the first that can be read counts.
 *
 * @param text    a completion, or a reference with its mathematics in an environment
 * @param budget  steps that may be used
 * @throws BudgetError no steps are left
 * @example
 * parseAnswer("The answer is $\\frac12$.", new Budget()).text // "\\frac{1}{2}"
 */
export function parseAnswer(text: string, budget: Budget): Parsed {
  const parsed: Parsed = { value: null, text: "" };
  const places = candidates(text.slice(-LONGEST));
  for (const place of places.slice(0, MOST_TRIES)) {
    const { value, text: tried } = read(place, budget);
    if (parsed.text === "") parsed.text = tried;
    if (value !== null) return { ...parsed, value };
  }
  return parsed;
}
