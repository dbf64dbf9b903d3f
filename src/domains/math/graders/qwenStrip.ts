/** The string normalisation of the Qwen2.5-Math evaluator. */
import { fullFractions } from "./hendrycks.js";
import { wordToNumber } from "./wordToNumber.js";

/** `qwq` drops units between non-word characters; `evalscope` does not, and sorts lists of integers. */
export type QwenDialect = "qwq" | "evalscope";

/** Units, with their plurals, that `qwq` drops; single letters are among them, so `a+b` loses its `a`. */
const UNITS: readonly string[] = (
  "east|degree|mph|kmph|ft|m sqaure| m east|sq m|deg|mile|q .|monkey|prime|ratio|profit of rs|rd|o|gm|p . m|lb|tile|per|dm|lt|gain|ab|" +
  "way|west|a .|b .|c .|d .|e .|f .|g .|h .|t|a|h|no change|men|soldier|pie|bc|excess|st|inches|noon|percent|by|gal|kmh|c|acre|rise|" +
  "a . m|th|π r 2|sq|mark|l|toy|coin|sq . m|gallon|° f|profit|minw|yr|women|feet|am|pm|hr|cu cm|square|v â € ™|are|rupee|rounds|cubic|" +
  "cc|mtr|s|ohm|number|kmph|day|hour|minute|min|second|man|woman|sec|cube|mt|sq inch|mp|∏ cm ³|hectare|more|sec|unit|cu . m|cm 2|rs .|" +
  "rs|kg|g|month|km|m|cm|mm|apple|liter|loss|yard|pure|year|increase|decrease|d|less|Surface|litre|pi sq m|s .|metre|meter|inch"
).split("|");

const UNIT_PATTERNS: readonly RegExp[] = [
  ...UNITS,
  ...UNITS.map((u) => `${u}s`),
].map(
  (unit) => new RegExp(`(^|[^\\p{L}\\p{N}_])${unit}($|[^\\p{L}\\p{N}_])`, "gu"),
);

/** Longest answer that is normalised; a longer one equals nothing but itself. */
const LONGEST = 2000;

function withoutUnits(answer: string): string {
  let text = answer;
  for (let pass = 0; pass < 2; pass++)
    for (const pattern of UNIT_PATTERNS) {
      const shorter = text.replace(pattern, "$1$2");
      if (shorter !== "") text = shorter;
    }
  return text;
}

/** Matrices, fractions, signs and brackets in one spelling. */
function oneSpelling(text: string): string {
  return text
    .replaceAll("\\!", "")
    .replace(/\\begin\{array\}\{.*?\}/g, "\\begin{pmatrix}")
    .replaceAll("\\end{array}", "\\end{pmatrix}")
    .replaceAll("bmatrix", "pmatrix")
    .replaceAll("tfrac", "frac")
    .replaceAll("dfrac", "frac")
    .replaceAll("\\neq", "\\ne")
    .replaceAll("\\leq", "\\le")
    .replaceAll("\\geq", "\\ge")
    .replaceAll("\\left", "")
    .replaceAll("\\right", "")
    .replaceAll("\\{", "{")
    .replaceAll("\\}", "}")
    .replace(
      /\\text\{([a-zA-Z]+)\}/g,
      (whole, word: string) => wordToNumber(word.toLowerCase()) ?? whole,
    )
    .replace(/(cm|inches)\}\^2/g, "$1}");
}

/** Wrappers, leading unknowns, percent and infinity. */
function bareValue(input: string): string {
  let text = input
    .replaceAll("^{\\circ}", "")
    .replaceAll("^\\circ", "")
    .replaceAll("\\$", "")
    .replaceAll("$", "")
    .replaceAll("\\(", "")
    .replaceAll("\\)", "");
  text = (wordToNumber(text) ?? text).replace(/\\text\{(.*?)\}/g, "$1");
  for (const name of ["x", "y", "z"]) text = text.replaceAll(`${name}=`, "");
  for (const name of ["x", "y", "z"]) text = text.replaceAll(`${name}\\in`, "");
  for (const name of ["x", "y", "z"]) text = text.replaceAll(`${name}\\to`, "");
  text = text
    .replaceAll("\\emptyset", "{}")
    .replaceAll("(-\\infty,\\infty)", "\\mathbb{R}")
    .replaceAll("\\%", "")
    .replaceAll("%", "")
    .replaceAll(" .", " 0.")
    .replaceAll("{.", "{0.")
    .replaceAll("infinity", "\\infty");
  if (!text.includes("\\infty")) text = text.replaceAll("inf", "\\infty");
  text = text
    .replaceAll("and", "")
    .replaceAll("\\mathbf", "")
    .replace(/\\mbox\{.*?\}/g, "");
  if (text.includes("j") && !text.includes("i"))
    text = text.replaceAll("j", "i");
  return text.replace(/(\d+)\.0*([^\d])/g, "$1$2").replace(/(\d+)\.0*$/g, "$1");
}

/** Roots and fractions in full, no spaces. */
function fullNotation(text: string): string {
  const full = fullFractions(
    text.replace(/\\sqrt(\w+)/g, "\\sqrt{$1}").replaceAll(" ", ""),
  );
  const sides = full.split("/");
  if (sides.length !== 2) return full;
  const ok = (s: string): boolean =>
    s.includes("sqrt") || /^(?:0|-?[1-9]\d*)$/.test(s);
  return sides.every(ok) ? `\\frac{${sides[0]}}{${sides[1]}}` : full;
}

function sorted(text: string): string {
  const bare = text
    .replace(/\\(?=-?\d+(\\|\)|,|\]|$))/g, "")
    .replace(/thgrade$/, "");
  if (!/^(-?\d+,)*-?\d+$/.test(bare)) return bare;
  return bare
    .split(",")
    .map(BigInt)
    .sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
    .join(",");
}

/**
 * An answer as the evaluator of Qwen2.5-Math compares it.
 *
 * @example
 * stripQwen("x = \\dfrac12", "qwq") // "\\frac{1}{2}"
 */
export function stripQwen(answer: string, dialect: QwenDialect): string {
  if (answer.length > LONGEST) return answer;
  let text = oneSpelling(
    answer.trim().replaceAll("\n", "").replace(/\.+$/, ""),
  );
  const bare = text.replace(/\\text\{.*?\}$/, "").trim();
  if (bare !== "") text = bare;
  if (dialect === "qwq") text = withoutUnits(text);
  text = bareValue(text);
  if (text === "") return text;
  if (text.startsWith(".")) text = `0${text}`;
  const sides = text.split("=");
  if (sides.length === 2 && sides[0]!.length <= 2) text = sides[1]!;
  text = fullNotation(text);
  return dialect === "evalscope" ? sorted(text) : text;
}
