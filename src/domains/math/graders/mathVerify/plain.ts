/** Numbers and arithmetic in plain text: "1,234.5", "12 %", "3 * (4 + 5)". */
import type { Place } from "./candidate.js";

const PREFIX = /(?:\s|=)?(?:\*\*)?/y;
const CURRENCY = /[$€£¥₹₽₪₩₫฿₡₢₣₤₥₦₧₨₭₮₯₰₱₲₳₴₵₶₷₸₺₻₼₾₿]/;
const NUMBER =
  /(?:(-?[1-9]\d{0,2}(?:[ ,]\d{3})+)(\.\d+)?|(-?\d+)([.,]\d+)|(\.\d+)|(-?\d+))(\s*(?:%|[Pp]ercent|[Pp]ct))?/y;
const NUMBER_NO_EQUALS = new RegExp(`${NUMBER.source}(?!\\s*=)`, "y");
const INSIDE = /[\d.\s+\-*×/^()÷]/;
const OPERATOR = /[+\-*×/^()÷]/;
const SUFFIX = /(?:\*\*)?(?:[.,:\s)$]|$)/y;
const NO_EQUALS = /(?!\s*=)/y;

/** Longest arithmetic that is looked at. */
const LONGEST = 300;

function prefixEnd(text: string, at: number): number | null {
  PREFIX.lastIndex = at;
  const prefix = PREFIX.exec(text)![0];
  const marked = /^[\s=]/.test(prefix);
  return marked || at === 0 ? at + prefix.length : null;
}

function arithmetic(text: string, at: number, unequal: boolean): Place | null {
  const head = /-?\(?-?\d/y;
  head.lastIndex = at;
  if (!head.test(text)) return null;
  const digit = head.lastIndex;
  let end = digit;
  let firstOperator = -1;
  while (end < text.length && end < at + LONGEST && INSIDE.test(text[end]!)) {
    if (firstOperator < 0 && OPERATOR.test(text[end]!)) firstOperator = end;
    end++;
  }
  if (firstOperator < 0) return null;
  for (let k = end; k >= firstOperator + 2; k--) {
    SUFFIX.lastIndex = k;
    const suffix = SUFFIX.exec(text);
    if (!suffix) continue;
    const to = k + suffix[0].length;
    NO_EQUALS.lastIndex = to;
    if (unequal && !NO_EQUALS.test(text)) continue;
    return { end: to, found: { kind: "plain", expression: text.slice(at, k) } };
  }
  return null;
}

function number(text: string, from: number, unequal: boolean): Place | null {
  const at = CURRENCY.test(text[from] ?? "") ? from + 1 : from;
  const pattern = unequal ? NUMBER_NO_EQUALS : NUMBER;
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  if (!found || (at > 0 && /\d/.test(text[at - 1]!))) return null;
  const [
    ,
    grouped,
    groupedRest = "",
    whole,
    rest = "",
    fraction = "",
    integer,
    percent,
  ] = found;
  const digits = (grouped ?? whole ?? integer ?? "0").replaceAll(/[ ,]/g, "");
  return {
    end: at + found[0].length,
    found: {
      kind: "number",
      number: {
        digits: digits + (groupedRest + rest + fraction).replace(",", "."),
        percent: percent !== undefined,
      },
    },
  };
}

/**
 * Arithmetic or a number that begins at a position: behind white space, "=" or the text's beginning, and optional bold marks.
 *
 * @param what     arithmetic has at least one operator and one character behind it; "either" prefers it
 * @param unequal  whether no "=" may follow
 * @example
 * expressionAt("= 3*4.", 1, "either", false) // arithmetic "3*4"
 */
export function expressionAt(
  text: string,
  at: number,
  what: "expression" | "number" | "either",
  unequal: boolean,
): Place | null {
  const c = text[at];
  if (at > 0 && (c === undefined || !/[\s=]/.test(c))) return null;
  for (const start of at === 0
    ? [prefixEnd(text, 0), 0]
    : [prefixEnd(text, at)]) {
    if (start === null) continue;
    const found =
      (what !== "number" ? arithmetic(text, start, unequal) : null) ??
      (what !== "expression" ? number(text, start, unequal) : null);
    if (found) return found;
  }
  return null;
}
