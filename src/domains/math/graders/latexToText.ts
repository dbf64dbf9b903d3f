/** LaTeX as plain text in calculator notation, as far as graders of PRM800K's kind need it. */
import { braceGroup } from "../latex/tokens.js";

/** What commands become; a command that is not here, and has no argument that is kept, vanishes. */
const CHARACTERS: Readonly<Record<string, string>> = {
  pi: "pi",
  infty: "inf",
  cup: "U",
  cap: "∩",
  cdot: "*",
  times: "*",
  div: "÷",
  le: "≤",
  leq: "≤",
  ge: "≥",
  geq: "≥",
  neq: "≠",
  pm: "±",
  in: "∈",
  emptyset: "∅",
  varnothing: "∅",
  setminus: "∖",
  circ: "∘",
  prime: "'",
  angle: "∠",
  lfloor: "⌊",
  rfloor: "⌋",
  lceil: "⌈",
  rceil: "⌉",
  sum: "∑",
  int: "∫",
  ldots: "…",
  dots: "…",
  cdots: "⋯",
  to: "→",
  approx: "≈",
  alpha: "α",
  beta: "β",
  gamma: "γ",
  delta: "δ",
  epsilon: "ϵ",
  theta: "θ",
  lambda: "λ",
  mu: "μ",
  sigma: "σ",
  tau: "τ",
  phi: "ϕ",
  omega: "ω",
  rho: "ρ",
  quad: "  ",
  qquad: "    ",
  sin: "sin",
  cos: "cos",
  tan: "tan",
  cot: "cot",
  sec: "sec",
  csc: "csc",
  ln: "ln",
  log: "log",
  exp: "exp",
  max: "max",
  min: "min",
  arcsin: "arcsin",
  arccos: "arccos",
  arctan: "arctan",
};

const MATRIX = /^\s*(p|b|B|v|V|small)?(matrix|array)$/;

/** Commands that write letters of another alphabet, which no plain letter equals. */
const ALPHABETS: ReadonlySet<string> = new Set([
  "mathbb",
  "mathbf",
  "mathcal",
  "mathfrak",
]);

/** Marks that stand over every letter. */
const ACCENTS: Readonly<Record<string, string>> = {
  vec: "\u20d7",
  hat: "\u0302",
  bar: "\u0305",
  tilde: "\u0303",
};

/** Deepest nesting; below it braces are dropped. */
const DEEPEST = 50;

interface Piece {
  text: string;
  end: number;
}

/** The argument of a command: a group, a command with its own arguments, or one character. */
function argument(text: string, from: number, depth: number): Piece {
  let at = from;
  while (/\s/.test(text[at] ?? "")) at++;
  const group = braceGroup(text, at);
  if (group) return { text: convert(group.inside, depth + 1), end: group.end };
  if (text[at] === "\\") return command(text, at, depth + 1);
  return { text: text[at] ?? "", end: Math.min(at + 1, text.length) };
}

function matrix(text: string, at: number, depth: number): Piece | null {
  const name = braceGroup(text, at);
  if (!name || !MATRIX.test(name.inside)) return null;
  const close = text.indexOf(`\\end{${name.inside}}`, name.end);
  if (close < 0) return null;
  const rows = text.slice(name.end, close).split("\\\\");
  const cells = rows.map((row) =>
    row
      .split("&")
      .map((cell) => convert(cell, depth + 1).trim())
      .join(" "),
  );
  return {
    text: `[ ${cells.join("; ")} ]`,
    end: close + `\\end{${name.inside}}`.length,
  };
}

function command(text: string, at: number, depth: number): Piece {
  const next = text[at + 1] ?? "";
  if (!/[a-zA-Z]/.test(next)) {
    const shown = {
      ",": " ",
      ";": " ",
      ":": " ",
      " ": " ",
      "!": "",
      "\\": "\n",
    }[next];
    return { text: shown ?? next, end: at + 2 };
  }
  const name = /^[a-zA-Z]+/.exec(text.slice(at + 1, at + 40))![0];
  let end = at + 1 + name.length;
  while (/\s/.test(text[end] ?? "")) end++;
  if (depth > DEEPEST) return { text: "", end };
  if (name === "frac") {
    const upper = argument(text, end, depth);
    const lower = argument(text, upper.end, depth);
    return { text: `${upper.text}/${lower.text}`, end: lower.end };
  }
  if (name === "sqrt") {
    const index = /^\[[^\]]*\]/.exec(text.slice(end, end + 40));
    const inside = argument(text, end + (index ? index[0].length : 0), depth);
    return { text: `sqrt(${inside.text})`, end: inside.end };
  }
  if (Object.hasOwn(ACCENTS, name)) {
    const inside = argument(text, end, depth);
    return {
      text: inside.text.replace(/./gu, `$&${ACCENTS[name]!}`),
      end: inside.end,
    };
  }
  if (ALPHABETS.has(name)) {
    // Letters of another alphabet are other letters.
    const inside = argument(text, end, depth);
    return {
      text: inside.text.replace(/[a-zA-Z]/g, (letter) => `${name}${letter}`),
      end: inside.end,
    };
  }
  if (name === "begin") {
    const found = matrix(text, end, depth);
    if (found) return found;
  }
  return { text: CHARACTERS[name] ?? "", end };
}

function convert(text: string, depth: number): string {
  let result = "";
  for (let at = 0; at < text.length;) {
    const c = text[at]!;
    if (c === "\\") {
      const piece = command(text, at, depth);
      result += piece.text;
      at = piece.end;
    } else {
      if (c !== "{" && c !== "}" && c !== "$") result += c === "~" ? " " : c;
      at++;
    }
  }
  return result;
}

/**
 * LaTeX as plain text: fractions as `a/b` behind a blank, roots as `sqrt(a)`, wrappers opened, unknown commands dropped.
 *
 * Source: what pylatexenc 2.11 makes of answers, with the replacements that PRM800K's grader adds.
 *
 * @example
 * latexToText("7\\frac{3}{4}") // "7 3/4"
 */
export function latexToText(latex: string): string {
  return convert(
    latex
      .replaceAll("\\tfrac", "\\frac")
      .replaceAll("\\dfrac", "\\frac")
      .replaceAll("\\frac", " \\frac"),
    0,
  )
    .replaceAll("√", "sqrt")
    .replaceAll("π", "pi")
    .replaceAll("∞", "inf")
    .replaceAll("·", "*")
    .replaceAll("×", "*")
    .trim();
}
