/** Preparing the text of an answer for reading: boxes opened, units and decoration dropped, shorthand written out. */

/** Unit words that are dropped at the end of an answer; most come from data sets of word problems. */
const UNITS =
  "integerpoint|feet|sue|digit|pound|meal|edge|student|children ticket|multiple|east|degree|mph|kmph|ft|m square| m east|sq m|deg|mile|" +
  "q .|monkey|prime|ratio|profit of rs|rd|o|gm|p . m|lb|tile|per|dm|lt|gain|ab|way|west|a .|b .|c .|d .|e .|f .|g .|h .|t|h|no change|" +
  "men|soldier|pie|bc|excess|st|inches|noon|cent|by|gal|kmh|c|acre|rise|a . m|th|π r 2|sq|mark|l|toy|coin|sq . m|gallon|° f|profit|minw|" +
  "yr|women|am|pm|hr|cu cm|square|are|rupee|rounds|cubic|cc|mtr|s|ohm|number|day|hour|minute|min|second|man|woman|sec|cube|mt|sq inch|" +
  "mp|hectare|more|unit|cu . m|cm 2|rs .|rs|kg|g|month|km|m|cm|mm|apple|liter|loss|yard|pure|year|increase|decrease|d|less|Surface|" +
  "litre|pi sq m|s .|metre|meter|inch";

const UNIT_AT_END = new RegExp(`(\\d|\\}|\\s)\\s*(?:${UNITS})(?:s|es)?\\s*$`);

/** Longest text that is prepared; nothing that is read is as long. */
const LONGEST = 5000;

interface Box {
  start: number;
  inside: string;
  end: number;
}

/** The group that opens at `open`, closed before `limit`. */
function group(text: string, open: number, limit: number): number {
  let depth = 1;
  for (let i = open + 1; i < limit; i++) {
    if (text[i] === "{") depth++;
    else if (text[i] === "}" && --depth === 0) return i;
  }
  return -1;
}

/** Whether a box belongs to the same answer as the one behind it. */
function sameAnswer(between: string, inside: string, next: string): boolean {
  if (between.length < 10) return true;
  return (
    inside !== next && between.length < 70 && /\b(?:and|or)\b|,|;/.test(between)
  );
}

/**
 * The contents of the boxes of a text, joined by commas: all of them, or the last with those that belong to the same answer.
 * A text without a box comes back as it is.
 */
function openBoxes(text: string, mode: "last" | "all"): string {
  const found: Box[] = [];
  let limit = text.length;
  for (let before = text.length; ;) {
    const [boxed, fbox] = [
      before > 0 ? text.lastIndexOf("\\boxed", before - 6) : -1,
      before > 0 ? text.lastIndexOf("\\fbox", before - 5) : -1,
    ];
    const start = Math.max(before >= 6 ? boxed : -1, before >= 5 ? fbox : -1);
    if (start < 0) break;
    let open = start + (boxed > fbox ? 6 : 5);
    while (open < limit && /\s/.test(text[open]!)) open++;
    if (open >= limit) break;
    const close = text[open] === "{" ? group(text, open, limit) : -1;
    if (close < 0) {
      if (found.length === 0)
        found.push({ start, inside: text.slice(open), end: limit });
      break;
    }
    const inside = text.slice(open + 1, close).trim();
    const next = found.at(-1);
    const between = next ? text.slice(close + 1, limit) : "";
    if (mode === "last" && next && !sameAnswer(between, inside, next.inside))
      break;
    if (next?.inside !== inside) found.push({ start, inside, end: close });
    limit = before = start;
  }
  if (found.length === 0) return text;
  return found
    .reverse()
    .map(({ inside }) => inside)
    .join(",");
}

const LEFT =
  /\\m?left(\\\{|\{|\\\||\||\[|\(|\\lgroup|\\lbrace|\\lbrack|\\vert|\\lvert|\\lceil|\\lfloor|\\langle)/g;
const RIGHT =
  /\\m?right(\\\}|\}|\\\||\||\]|\)|\\rbrack|\\rgroup|\\rbrace|\\vert|\\rvert|\\rceil|\\rfloor|\\rangle)/g;

/** Spellings that mean the same, as one pass of alternatives. */
const SPELLINGS: readonly [string, string][] = [
  ["\\\\math(?:rm|it|bf)", "\\text"],
  ["\\\\text(?:normal|bf|it|rm)", "\\text"],
  ["\\\\(?:d|t|c)frac", "\\frac"],
  ["\\s\\.", " 0."],
  ["\\{\\.", "{0."],
  ["~=", "\\approx"],
  ["\\s*\\{\\s*,\\s*\\}", ","],
  ["(?<![a-zA-Z]),?\\s*(?:and|or)(?![a-zA-Z])", ","],
  [",?\\s*\\\\text\\{\\s*(?:and|or)\\s*\\}", ","],
  ["(?<!\\\\)\\\\\\s", " "],
  ["infinity", "\\infty"],
  [",?\\\\ldots", " "],
  ["\\s*\\bpercentage\\b", "\\%"],
  ["\\\\text\\{percentage\\}", "%"],
  ["\\s*\\bpercent\\b", "\\%"],
  ["\\\\text\\{percent\\}", "%"],
  ["\\s*\\bpct\\b", "\\%"],
  ["\\\\text\\{pct\\}", "%"],
  ["(?<!\\\\)inf(?!inity)", "\\infty"],
  [" sqrt", "\\sqrt"],
];
const SPELLING = new RegExp(
  SPELLINGS.map(([from]) => `(${from})`).join("|"),
  "g",
);

function oneSpelling(text: string): string {
  return text.replace(SPELLING, (...match: unknown[]) => {
    const which = SPELLINGS.findIndex((_, i) => match[i + 1] !== undefined);
    return SPELLINGS[which]![1];
  });
}

function plainCommands(input: string): string {
  let text = input
    .replaceAll("\\mathrm{T}", "T")
    .replaceAll("\\mathrm{d}", "d")
    .replaceAll("{\\rm d}", "d")
    .replaceAll("\\left[\\begin{matrix}", "\\begin{bmatrix}")
    .replaceAll("\\end{matrix}\\right]", "\\end{bmatrix}")
    .replace(LEFT, "$1")
    .replace(RIGHT, "$1")
    .replace(
      /\(([a-zA-Z0-9+\-*/\\ ]+?)\)_\{([a-zA-Z0-9+\-*/\\ ]+?)\}/g,
      "\\frac{($1)!}{(($1)-($2))!}",
    )
    .replace(
      /\\mathrm\{th\}|\\!\s*|\\text\s*\{\s*\}|\\\$|\$|(?<!\\)["']|\\displaystyle/g,
      "",
    );
  text = oneSpelling(text).replace(/[\n\t]/g, " ");
  if (!text.includes("matrix")) text = text.replace(/\\\\(?=[a-zA-Z])/g, "\\");
  return text;
}

function withoutUnits(input: string): string {
  let text = input;
  const keep = (shorter: string): void => {
    if (shorter !== "") text = shorter;
  };
  keep(
    text.replace(/(?:\\(?:text|mbox)\{.*?\})(?:\^\d|\{\^\d\})?$/, "").trim(),
  );
  for (let i = 0; i < 2; i++) keep(text.replace(UNIT_AT_END, "$1"));
  return text;
}

/** `\frac12`, `\frac1{2}` and `\frac{1}2` in full; a `\frac` without two more characters leaves everything as it is. */
function fullFractions(text: string): string {
  const [first, ...rest] = text.split("\\frac");
  let result = first!;
  for (const part of rest) {
    const piece = part.trimStart();
    if (piece.startsWith("{")) result += `\\frac${piece}`;
    else if (piece.length < 2) return text;
    else {
      const [a, b] = [piece[0]!, piece[1]!];
      result +=
        b === "{"
          ? `\\frac{${a}}${piece.slice(1)}`
          : `\\frac{${a}}{${b}}${piece.slice(2)}`;
    }
  }
  return result;
}

function fullOperators(input: string): string {
  const text = input
    .replace(/\^\s?\((.*?)\)/g, "^{$1}")
    .replace(/sqrt\s?\((.*?)\)/g, "\\sqrt{$1}")
    .replace(/\\frac\s?(\d)\s?(\d+)/g, "\\frac{$1}{$2}")
    .replace(/\\log_\s?(\d)\s?(\d+)/g, "\\log_{$1}{$2}")
    .replace(/\\frac\s?\{(.*?)\}\s?(\d)/g, "\\frac{$1}{$2}")
    .replace(/\\frac\s?(\d)\s?\{(.*?)\}/g, "\\frac{$1}{$2}")
    .replace(/\\sqrt\s?(\d)/g, "\\sqrt{$1}")
    .replaceAll(" sqrt", "\\sqrt")
    .replace(/\\sqrt\s*([^{[\s])/g, "\\sqrt{$1}");
  return fullFractions(text).replace(/^(-?\d+)\/(-?\d+)$/, (whole, a, b) =>
    String(BigInt(a)) === a && String(BigInt(b)) === b
      ? `\\frac{${a}}{${b}}`
      : whole,
  );
}

/**
 * The text of an answer, ready to be read.
 *
 * Source: the rules of latex2sympy2_extended 1.11 in the configuration that Math-Verify uses (boxes, spelling, units, shorthand).
 * Returns null for a text of more than 5,000 characters behind its boxes.
 *
 * @example
 * normaliseAnswer("\\boxed{\\dfrac12 \\text{ cm}}", "last") // "\\frac{1}{2}"
 */
export function normaliseAnswer(
  answer: string,
  boxes: "last" | "all",
): string | null {
  const opened = openBoxes(answer, boxes);
  if (opened.length > LONGEST) return null;
  let text = withoutUnits(plainCommands(opened));
  if (text.startsWith(".")) text = `0${text}`;
  if (text === "0.5") text = "\\frac{1}{2}";
  return fullOperators(text).trim();
}
