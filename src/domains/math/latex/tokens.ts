/** Cutting LaTeX mathematics into tokens. */
import { M2rlError } from "../../../error.js";
import type { Budget } from "./budget.js";
import { FUNCTIONS, SIGNS, SYMBOLS } from "./names.js";

/** A text is not mathematics that this library reads. */
export class LatexError extends M2rlError {
  override name = "LatexError";
}

/**
 * Conventions of reading. `sympy` is those of SymPy's own LaTeX parser, on which the Qwen evaluator rests: π and e are unknowns, a
 * letter before a bracket is a function, `7\frac34` is a product, `\log` is natural, a comma before three digits groups them, an
 * unknown command is an unknown, and what follows a complete expression is not looked at.
 */
export type ReadStyle = "mathVerify" | "sympy";

/** One token. */
export interface Token {
  /** `sign` covers brackets, operators and separators; `word` is a wrapped text such as `\text{cm}` or `\bar{x}`. */
  kind: "number" | "percent" | "letter" | "command" | "word" | "sign" | "end";
  /** What was read: digits without thousands commas, a letter, a command's name, a wrapped text. */
  text: string;
  /** Of a word: the wrapping command; else "". */
  wrapper: string;
  /** Whether white space stands before it. */
  spaced: boolean;
}

/** Commands that say how something is set, not what it is. */
const SILENT = new Set(
  (
    "quad qquad left right big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr Biggl Biggr displaystyle textstyle limits nolimits " +
    "thinspace medspace thickspace negthinspace negmedspace negthickspace mleft mright phantom hfill enspace"
  ).split(" "),
);

/** Commands whose argument is a name. */
const WRAPPERS = new Set(
  (
    "text textbf textit textrm textnormal textsf mbox mathrm mathbf mathit mathsf mathcal mathfrak mathscr bar overline vec " +
    "overrightarrow hat widehat tilde widetilde dot ddot bm boldsymbol underline overleftarrow overset"
  ).split(" "),
);

/** Unicode characters that stand for a command or a sign. */
const UNICODE: Readonly<Record<string, string>> = {
  "×": "times",
  "÷": "div",
  "·": "cdot",
  "⋅": "cdot",
  "≤": "le",
  "≥": "ge",
  "≠": "ne",
  "∞": "infty",
  π: "pi",
  "∪": "cup",
  "∩": "cap",
  "±": "pm",
  "√": "sqrt",
  "∈": "in",
  "∅": "emptyset",
  "°": "degree",
};

/** Names of Greek letters by character. */
const GREEK: Readonly<Record<string, string>> = {
  α: "alpha",
  β: "beta",
  γ: "gamma",
  δ: "delta",
  ε: "epsilon",
  θ: "theta",
  λ: "lambda",
  μ: "mu",
  σ: "sigma",
  τ: "tau",
  φ: "phi",
  ϕ: "varphi",
  ω: "omega",
  Δ: "Delta",
  Ω: "Omega",
};

/** A comma before three digits may be one between the elements of a pair; only SymPy's own parser takes it as grouping. */
const NUMBER: Readonly<Record<ReadStyle, RegExp>> = {
  mathVerify: /(?:\d+(?:\.\d+)?|\.\d+)/y,
  sympy: /(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)/y,
};
const EXPONENT = /E[-+]?\d+/y;

/** Commands that a letter may follow without a blank, as in `2\pir` and `\quadx`; the longest first. */
const GLUED: readonly string[] = [
  ...Object.keys(FUNCTIONS),
  ...SYMBOLS,
  ...Object.keys(SIGNS),
  ..."quad qquad pi infty frac dfrac tfrac sqrt times cdot div cup cap in".split(
    " ",
  ),
]
  .filter((name) => /^[a-zA-Z]{3,}$|^(?:pi|in|ln|xi|mu|nu)$/.test(name))
  .sort((a, b) => b.length - a.length);

/** Commands that begin with one of `GLUED` and are not glued. */
const WHOLE = new Set(["int", "inf"]);

/** The text inside `{…}` at a position, and where it ends; null where no balanced group stands. */
export function braceGroup(
  text: string,
  at: number,
): { inside: string; end: number } | null {
  if (text[at] !== "{") return null;
  for (let i = at, depth = 0; i < text.length; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0)
      return { inside: text.slice(at + 1, i), end: i + 1 };
  }
  return null;
}

function skipSpace(text: string, at: number): number {
  while (at < text.length && /\s/.test(text[at]!)) at++;
  return at;
}

type Cut = { token: Omit<Token, "spaced"> | null; end: number };

function sign(text: string, end: number): Cut {
  return { token: { kind: "sign", text, wrapper: "" }, end };
}

/** Where a command's name ends: behind its letters, or behind the longest known command that they begin with. */
function commandEnd(text: string, at: number, style: ReadStyle): number {
  let end = at + 1;
  while (end < text.length && /[a-zA-Z]/.test(text[end]!)) end++;
  const name = text.slice(at + 1, end);
  if (
    style !== "mathVerify" ||
    WHOLE.has(name) ||
    WRAPPERS.has(name) ||
    SILENT.has(name)
  )
    return end;
  const known = GLUED.find((start) => name.startsWith(start));
  return known === undefined ? end : at + 1 + known.length;
}

function cutCommand(text: string, at: number, style: ReadStyle): Cut {
  const next = text[at + 1];
  if (next === undefined)
    throw new LatexError("latex: a backslash must be followed by a command");
  if (!/[a-zA-Z]/.test(next)) {
    if (next === "\\") return sign("\\\\", at + 2);
    if (",:;! $()".includes(next)) return { token: null, end: at + 2 };
    if (next === "{" || next === "}" || next === "|" || next === "%")
      return sign(`\\${next}`, at + 2);
    throw new LatexError(`latex: \\${next} must be a known command`);
  }
  const end = commandEnd(text, at, style);
  const name = text.slice(at + 1, end);
  if (SILENT.has(name)) return { token: null, end };
  if (WRAPPERS.has(name)) {
    const group = braceGroup(text, skipSpace(text, end));
    if (group)
      return {
        token: { kind: "word", text: group.inside, wrapper: name },
        end: group.end,
      };
  }
  return { token: { kind: "command", text: name, wrapper: "" }, end };
}

function cutNumber(text: string, at: number, style: ReadStyle): Cut | null {
  NUMBER[style].lastIndex = at;
  const found = NUMBER[style].exec(text)?.[0];
  if (found === undefined) return null;
  let end = at + found.length;
  let digits = found.replaceAll(",", "");
  EXPONENT.lastIndex = end;
  const exponent = EXPONENT.exec(text)?.[0];
  if (exponent !== undefined) {
    digits += exponent;
    end += exponent.length;
  }
  const percent = /^\s*\\?%/.exec(text.slice(end, end + 8));
  if (percent)
    return {
      token: { kind: "percent", text: digits, wrapper: "" },
      end: end + percent[0].length,
    };
  return { token: { kind: "number", text: digits, wrapper: "" }, end };
}

function cut(text: string, at: number, style: ReadStyle): Cut {
  const c = text[at]!;
  if (c === "\\") return cutCommand(text, at, style);
  if (/[\d.]/.test(c)) {
    const number = cutNumber(text, at, style);
    if (number) return number;
    throw new LatexError("latex: a dot must belong to a number");
  }
  const greek = GREEK[c];
  if (greek !== undefined)
    return {
      token: { kind: "command", text: greek, wrapper: "" },
      end: at + 1,
    };
  const command = UNICODE[c];
  if (command !== undefined)
    return {
      token: { kind: "command", text: command, wrapper: "" },
      end: at + 1,
    };
  if (/[a-zA-Z]/.test(c))
    return { token: { kind: "letter", text: c, wrapper: "" }, end: at + 1 };
  const pair = text.slice(at, at + 2);
  if (style === "mathVerify" && /^[<>!]=$/.test(pair))
    return sign(pair, at + 2);
  if (c === "−") return sign("-", at + 1);
  if (c === "$" || c === "~") return { token: null, end: at + 1 };
  if ("+-*/^_(){}[]|,;:=<>!&'".includes(c)) return sign(c, at + 1);
  throw new LatexError(`latex: ${JSON.stringify(c)} must be part of a formula`);
}

/**
 * Cut a text into tokens; the last one is of kind "end".
 *
 * @throws LatexError a character or command that belongs to no formula
 * @throws BudgetError no steps are left
 * @example
 * tokenize("1{,}000x", new Budget(), "mathVerify").map((t) => t.text) // ["1", "{", ",", "}", "000", "x", ""]
 */
export function tokenize(
  text: string,
  budget: Budget,
  style: ReadStyle,
): Token[] {
  const tokens: Token[] = [];
  let spaced = false;
  for (let at = 0; at < text.length;) {
    budget.spend();
    if (/\s/.test(text[at]!)) {
      spaced = true;
      at++;
      continue;
    }
    const { token, end } = cut(text, at, style);
    if (token) {
      tokens.push({ ...token, spaced });
      spaced = false;
    } else if (text[at] === "\\") spaced = true;
    at = end;
  }
  tokens.push({ kind: "end", text: "", wrapper: "", spaced });
  return tokens;
}
