/** Cutting LaTeX mathematics into tokens. */
import { M2rlError } from "../../../error.js";
import type { Budget } from "./budget.js";

/** A text is not mathematics that this library reads. */
export class LatexError extends M2rlError {
  override name = "LatexError";
}

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

const NUMBER = /(?:\d+(?:,\d{3})*(?:\.\d+)?|\.\d+)/y;
const EXPONENT = /E[-+]?\d+/y;

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

function cutCommand(text: string, at: number): Cut {
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
  let end = at + 1;
  while (end < text.length && /[a-zA-Z]/.test(text[end]!)) end++;
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

function cutNumber(text: string, at: number): Cut | null {
  NUMBER.lastIndex = at;
  const found = NUMBER.exec(text)?.[0];
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

function cut(text: string, at: number): Cut {
  const c = text[at]!;
  if (c === "\\") return cutCommand(text, at);
  if (/[\d.]/.test(c)) {
    const number = cutNumber(text, at);
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
 * tokenize("1{,}000x", new Budget()).map((t) => t.text) // ["1", "{", ",", "}", "000", "x", ""]
 */
export function tokenize(text: string, budget: Budget): Token[] {
  const tokens: Token[] = [];
  let spaced = false;
  for (let at = 0; at < text.length;) {
    budget.spend();
    if (/\s/.test(text[at]!)) {
      spaced = true;
      at++;
      continue;
    }
    const { token, end } = cut(text, at);
    if (token) {
      tokens.push({ ...token, spaced });
      spaced = false;
    } else if (text[at] === "\\") spaced = true;
    at = end;
  }
  tokens.push({ kind: "end", text: "", wrapper: "", spaced });
  return tokens;
}
