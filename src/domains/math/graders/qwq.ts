/** The grader `qwq`: the evaluator of Qwen2.5-Math and QwQ, which the paper names for its math reward. */
import { canonical, identical } from "../algebra/identical.js";
import { rationalValue } from "../algebra/exact.js";
import { evaluate } from "../algebra/evaluate.js";
import { hasDecimalPower } from "../algebra/hasDecimalPower.js";
import { matrixValue } from "../algebra/matrix.js";
import type { Budget } from "../latex/budget.js";
import { readInfix } from "../latex/infix.js";
import {
  minus,
  sum,
  unknowns,
  type Node,
  type Relation,
} from "../latex/node.js";
import { toNumber } from "../latex/rational.js";
import { readLatex, readLatexPrefix } from "../latex/read.js";
import { LatexError } from "../latex/tokens.js";
import { gradeWithin, type Grade, type GradeOptions } from "./grade.js";
import { equalSets } from "./mathVerify/sets.js";
import { stripQwen, type QwenDialect } from "./qwenStrip.js";

/** Relative tolerance of numbers. */
const TOLERANCE = 1e-4;

/** Longest answer that is compared as anything but text. */
const LONGEST = 1000;

/** Deepest recursion into elements. */
const DEEPEST = 10;

/** The answer in a completion: behind a fixed phrase, in the last box, or the last number; "" where there is none. */
function extractQwen(completion: string): string {
  const between = completion.indexOf("final answer is $");
  if (between >= 0 && completion.includes("$. I hope")) {
    const rest = completion.slice(between + "final answer is $".length);
    return rest.split("$. I hope", 1)[0]!.trim();
  }
  if (completion.includes("boxed")) {
    const rest = completion.slice(completion.lastIndexOf("boxed") + 5);
    if (!rest.startsWith("{")) return rest.split("$", 1)[0]!.trim();
    let depth = 1;
    for (let i = 1; i < rest.length; i++) {
      if (rest[i] === "{") depth++;
      else if (rest[i] === "}" && --depth === 0) return rest.slice(1, i);
    }
    return rest.slice(1);
  }
  for (const phrase of ["he answer is", "final answer is"])
    if (completion.includes(phrase))
      return completion
        .slice(completion.lastIndexOf(phrase) + phrase.length)
        .trim();
  return (
    (completion.replaceAll(",", "").match(/-?\d*\.?\d+/g) ?? []).at(-1) ?? ""
  );
}

function trimmed(answer: string): string {
  let text = answer.replace(/\n\s*/g, "");
  if (text.startsWith(":")) text = text.slice(1);
  if (text.endsWith(".")) text = text.slice(0, -1);
  if (text.endsWith("/")) text = text.slice(0, -1);
  return text;
}

/** What Python's float() reads; single underscores between digits are nothing to it. */
const FLOAT =
  /^\s*[-+]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][-+]?\d+)?\s*$/;

/** The number that a text is, with commas and a percent sign, or null. */
function parseDigits(text: string): number | null {
  const float = (s: string): number | null =>
    FLOAT.test(s) ? Number(s.replaceAll("_", "")) : null;
  const bare = text.replaceAll(",", "");
  const whole = float(bare);
  if (whole !== null || !bare.endsWith("%")) return whole;
  const value = float(bare.slice(0, -1).replace(/\\$/, ""));
  return value === null ? null : value / 100;
}

/** Commands that this library's reader drops or understands, and SymPy's takes for unknowns. */
const FOREIGN =
  /\\(displaystyle|textstyle|textbf|textit|textrm|limits|nolimits|big|Big|bigl|bigr|phantom|rm|bf|vec|overrightarrow|mod|bmod|lt|gt)(?![a-zA-Z])/g;

/**
 * A text in the spelling in which this library's reader takes it as SymPy's does: digits belong together over a thin space; of the
 * digits behind `\log_` all but the last are the base; an exponent that never comes is dropped; what SymPy does not know is an unknown.
 */
function asSympyReads(latex: string): string {
  return latex
    .replace(/(\d)\\[,;:](?=\d)/g, "$1")
    .replace(/\\log_(\d+)(\d)(?!\d)/g, "\\log_{$1} $2")
    .replace(/[\^_]\{?$/, "")
    .replace(/\\mathit(?=\{)/g, "")
    .replace(FOREIGN, "\\sympy$1 ");
}

function near(a: number, b: number): boolean {
  return (
    a === b || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b))
  );
}

/** The last standalone letter from A to E, else the text without decoration. */
function choice(text: string): string {
  const letters = text.toUpperCase().match(/\b[A-E]\b/g);
  return letters?.at(-1) ?? text.trim();
}

function strip(text: string, characters: string): string {
  let [from, to] = [0, text.length];
  while (from < to && characters.includes(text[from]!)) from++;
  while (to > from && characters.includes(text[to - 1]!)) to--;
  return text.slice(from, to);
}

const BRACKETED = /^[([].+[)\]]/s;

function sameWithoutBrackets(given: string, gold: string): boolean {
  let [a, b] = [given, gold];
  const square =
    given.startsWith("[") && given.endsWith("]") && !gold.startsWith("(");
  const round =
    given.startsWith("(") && given.endsWith(")") && !gold.startsWith("[");
  if (square || round) [a, b] = [strip(a, "[]()"), strip(b, "[]()")];
  const bare = (s: string): string => s.replace(/[{}()]/g, "").toLowerCase();
  return bare(a) === bare(b);
}

function matrixRows(text: string): string[][] | null {
  const found = /^\\begin\{[pb]matrix\}([\s\S]*)\\end\{[pb]matrix\}$/.exec(
    text,
  );
  return (
    found &&
    found[1]!
      .split("\\\\")
      .map((row) => row.trim())
      .filter((row) => row !== "")
      .map((row) => row.split("&"))
  );
}

/** Whether two lists are equal as sets, each element as it is written. */
function sameElements(a: readonly Node[], b: readonly Node[]): boolean {
  const written = (items: readonly Node[]): string =>
    [...new Set(items.map(canonical))].sort().join(";");
  return written(a) === written(b) && ![...a, ...b].some(isFraction);
}

/** Python's sets hold its own numbers, of which a LaTeX fraction is none. */
function isFraction(node: Node): boolean {
  return node.kind === "number" && node.value.bottom !== 1n;
}

/** Comparison of two stripped answers. */
class Comparison {
  private depth = 0;

  constructor(private readonly budget: Budget) {}

  /** Whether a given answer equals the reference. */
  equal(given: string, gold: string): boolean {
    if (++this.depth > DEEPEST) return false;
    const result = this.compare(given.trim(), gold.trim());
    this.depth--;
    return result;
  }

  private compare(given: string, gold: string): boolean {
    this.budget.spend(given.length + gold.length);
    if (given.toLowerCase() === gold.toLowerCase()) return true;
    if (given.length > LONGEST) return false;
    if (/^[A-E]$/.test(gold) && choice(given) === gold) return true;
    const [a, b] = [parseDigits(given), parseDigits(gold)];
    if (a !== null && b !== null)
      return near(a, b) || near(a, b / 100) || near(a, b * 100);
    if (given === "") return false;
    if (sameWithoutBrackets(given, gold)) return true;
    return (
      this.elements(given, gold) ||
      this.matrices(given, gold) ||
      this.sides(given, gold) ||
      this.algebra(given, gold)
    );
  }

  private elements(given: string, gold: string): boolean {
    if (!BRACKETED.test(given) || !BRACKETED.test(gold)) return false;
    const [a, b] = [given, gold].map((s) => s.slice(1, -1).split(",")) as [
      string[],
      string[],
    ];
    return (
      a.length === b.length && a.every((part, i) => this.equal(part, b[i]!))
    );
  }

  private matrices(given: string, gold: string): boolean {
    const [a, b] = [matrixRows(given), matrixRows(gold)];
    if (!a || !b || a.length !== b.length) return false;
    return a.every(
      (row, i) =>
        row.length === b[i]!.length &&
        row.every((cell, j) => this.equal(cell, b[i]![j]!)),
    );
  }

  private sides(given: string, gold: string): boolean {
    const [a, b] = [given.split("="), gold.split("=")];
    const short = (sides: string[]): boolean =>
      sides.length === 2 && sides[0]!.trim().length <= 2;
    if (a.length === 2 && b.length === 2) {
      const difference = ([l, r]: string[]): string =>
        `${l!.trim()} - (${r!.trim()})`;
      const [p, q] = [difference(a), difference(b)];
      return this.algebra(p, q) || this.algebra(`-(${p})`, q);
    }
    if (short(a) && b.length === 1) return this.equal(a[1]!, gold);
    if (short(b) && a.length === 1) return this.equal(given, b[1]!);
    return false;
  }

  private read(text: string): Node | null {
    const latex = text.replaceAll("\\\\", "\\");
    for (const [reader, input] of [
      [readLatexPrefix, asSympyReads(latex)],
      [readInfix, latex],
      [readLatex, latex],
    ] as const) {
      try {
        return reader(input, this.budget);
      } catch (error) {
        if (!(error instanceof LatexError)) throw error;
      }
    }
    return null;
  }

  private algebra(given: string, gold: string): boolean {
    const [a, b] = [this.read(given), this.read(gold)];
    if (!a || !b) return false;
    if (a.kind === "relation" && b.kind === "relation") {
      // The sign of a relation is not looked at: x > 5 passes for x < 5.
      const difference = ({ left, right }: Relation): Node =>
        sum([left, minus(right)]);
      const [p, q] = [difference(a), difference(b)];
      return (
        identical(p, q, this.budget) || identical(minus(p), q, this.budget)
      );
    }
    if (a.kind === "set" && b.kind === "set")
      return sameElements(a.items, b.items);
    if (a.kind === "combined" && b.kind === "combined")
      return equalSets(
        a,
        b,
        (x, y) => identical(x, y, this.budget),
        this.budget,
      );
    if (hasDecimalPower(a) !== hasDecimalPower(b)) return false;
    if (identical(a, b, this.budget) || this.sameMatrices(a, b)) return true;
    const [x, y] = [this.value(a), this.value(b)];
    return x !== null && y !== null && near(x, y);
  }

  /** Products and sums of matrices, entry by entry. */
  private sameMatrices(a: Node, b: Node): boolean {
    const [p, q] = [matrixValue(a), matrixValue(b)];
    if (!p || !q || p.length !== q.length) return false;
    return p.every(
      (row, i) =>
        row.length === q[i]!.length &&
        row.every((entry, j) => identical(entry, q[i]![j]!, this.budget)),
    );
  }

  private value(node: Node): number | null {
    const rational = rationalValue(node);
    if (rational) return toNumber(rational);
    if (unknowns(node).size > 0) return null;
    const [re, im] = evaluate(node, new Map(), this.budget);
    return Number.isFinite(re) && Math.abs(im) < 1e-12 ? re : null;
  }
}

/** Grade in one of the two dialects of this evaluator; for comparison with a reference that is not QwQ's own. */
export function gradeQwen(
  reference: string,
  completion: string,
  dialect: QwenDialect,
  options: GradeOptions = {},
): Grade {
  const grader = "qwq";
  const gold = stripQwen(reference, dialect);
  if (gold === "")
    return { grader, outcome: "unreadableReference", detail: "empty" };
  const extracted = stripQwen(trimmed(extractQwen(completion)), dialect);
  if (extracted === "")
    return { grader, outcome: "noAnswer", detail: "no box, phrase or number" };
  return gradeWithin(
    grader,
    options,
    () => extracted,
    (budget) => new Comparison(budget).equal(extracted, gold),
  );
}

/**
 * Grade a completion by the evaluator of QwQ: the last box, else a phrase, else the last number; units, words and brackets are
 * stripped, numbers agree within 1e-4 of their size, and a hundredth or hundredfold passes for a percentage.
 *
 * Source: QwenLM/QwQ (2025-03), whose rules the paper names; measured against its relative in evalscope 1.0.0, from which
 * it differs by dropping units and by not sorting lists of integers.
 * Deviates: a limit in steps; equality of expressions at random points.
 *
 * Known to accept: [1, 2) for (1, 2], 50 for 0.5, but only x > 5 itself for x > 5; known to reject: "east" for `\text{east}` in another order.
 *
 * @example
 * gradeQwq("50", "The answer is 0.5").outcome // "right": a hundredth passes
 */
export function gradeQwq(
  reference: string,
  completion: string,
  options: GradeOptions = {},
): Grade {
  return gradeQwen(reference, completion, "qwq", options);
}
