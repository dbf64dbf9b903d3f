/** The grader `deepscaler`: what the authors' training code runs (PRM800K's rules behind the last box). */
import { rationalValue } from "../algebra/exact.js";
import { hasDecimalPower } from "../algebra/hasDecimalPower.js";
import { identical } from "../algebra/identical.js";
import { lastBoxed } from "../answer.js";
import type { Budget } from "../latex/budget.js";
import { readInfix } from "../latex/infix.js";
import { LatexError } from "../latex/tokens.js";
import { gradeWithin, type Grade, type GradeOptions } from "./grade.js";
import { normaliseHendrycks } from "./hendrycks.js";
import { latexToText } from "./latexToText.js";

/** Dropped with an optional plural and power. */
const UNITS =
  "degree cm centimeter meter mile second minute hour day week month year foot feet inch yard".split(
    " ",
  );

const BRACKETS = "()[]";
const NUMBER =
  /^\s*[-+]?(?:\d+(?:_?\d)*\.?(?:\d+(?:_?\d)*)?|\.\d+(?:_?\d)*)(?:e[-+]?\d+)?\s*$/i;

/** Longest answer that is compared as an expression. */
const LONGEST = 1000;

function withoutCommas(text: string): string {
  for (let before = ""; before !== text;) {
    before = text;
    text = text.replace(/(\d),(\d\d\d)($|\D)/g, "$1$2$3");
  }
  return text;
}

/** The number that Python's float() reads, or null. */
function float(text: string): number | null {
  if (NUMBER.test(text)) return Number(text.replaceAll("_", ""));
  return /^\s*[-+]?(?:inf|infinity|nan)\s*$/i.test(text) ? NaN : null;
}

function isInteger(text: string): boolean {
  const value = float(withoutCommas(text));
  return (
    value !== null &&
    Number.isFinite(value) &&
    Math.abs(value - Math.round(value)) <= 1e-7
  );
}

function integerText(value: number): string {
  return BigInt(value).toString();
}

/** An answer as this grader compares it by value: "1,000 \\text{ cm}" is "1000". */
function normaliseDeepscaler(answer: string): string {
  let text = answer;
  const wrapped = /^\\text\{(.+?)\}$/.exec(text);
  if (wrapped) text = wrapped[1]!;
  text = text
    .replaceAll("\\%", "%")
    .replaceAll("\\$", "$")
    .replaceAll("$", "")
    .replaceAll("%", "")
    .replaceAll(" or ", " , ")
    .replaceAll(" and ", " , ")
    .replaceAll("million", "*10^6")
    .replaceAll("billion", "*10^9")
    .replaceAll("trillion", "*10^12");
  for (const unit of UNITS)
    text = text.replace(new RegExp(`${unit}(es)?(s)? *(\\^[0-9]+)?`, "g"), "");
  text = text.replace(/\^ *\\circ/g, "");
  if (text.startsWith("{") && text.endsWith("}")) text = text.slice(1, -1);
  text = text.replace(/,\\! */g, "");
  const value = float(text);
  if (
    value !== null &&
    Number.isFinite(value) &&
    Math.abs(value - Math.round(value)) <= 1e-7
  )
    text = integerText(Math.round(value));
  if (text.includes("\\")) text = latexToText(text);
  text = text
    .replace(/- */g, "-")
    .replace(/([0-9]) +([0-9])/g, "$1+$2")
    .replaceAll(" ", "")
    .replace(/[{}]/g, "")
    .toLowerCase();
  if (isInteger(text))
    text = integerText(Math.trunc(float(text.replaceAll(",", "")) ?? 0));
  return text;
}

function elements(answer: string): string[] {
  const text = withoutCommas(answer);
  if (text === "") return [];
  const inside = text.slice(1, -1);
  const isTuple =
    text.length > 2 &&
    BRACKETS.includes(text[0]!) &&
    BRACKETS.includes(text.at(-1)!) &&
    ![...BRACKETS].some((c) => inside.includes(c));
  return isTuple ? inside.split(",").map((part) => part.trim()) : [text];
}

const FRACTION = /^-?[0-9]+.?\/0*[1-9][0-9]*.?$/;

/** Whether the difference of two texts may be given to the algebra at all. */
function allowed(text: string): boolean {
  const bare = text.replaceAll("sqrt", "").replaceAll("frac", "");
  const letters = new Set(bare.match(/\p{L}/gu) ?? []);
  return (
    letters.size <= 2 &&
    !text.includes("^{") &&
    !text.includes("^(") &&
    !/\^[0-9]+\^/.test(text) &&
    !/\^[0-9][0-9]+/.test(text)
  );
}

function equalByAlgebra(gold: string, given: string, budget: Budget): boolean {
  if (gold.length + given.length > LONGEST) return false;
  if (!allowed(`(${gold})-(${given})`)) return false;
  try {
    const [a, b] = [readInfix(gold, budget), readInfix(given, budget)];
    if (hasDecimalPower(a) !== hasDecimalPower(b)) return false;
    // A written decimal is never an irrational number, however near.
    const [p, q] = [rationalValue(a), rationalValue(b)];
    if ((p && !q && gold.includes(".")) || (q && !p && given.includes(".")))
      return false;
    return identical(a, b, budget);
  } catch (error) {
    if (error instanceof LatexError) return false;
    throw error;
  }
}

/**
 * Whether an answer equals the reference by PRM800K's rules: the same text after either normalisation, or element by element the same
 * value, where two written fractions must agree as text (unreduced ones are wrong) and an integer is only equal to an integer.
 */
function equalDeepscaler(
  reference: string,
  answer: string,
  budget: Budget,
): boolean {
  if (normaliseHendrycks(reference) === normaliseHendrycks(answer)) return true;
  const [gold, given] = [
    normaliseDeepscaler(reference),
    normaliseDeepscaler(answer),
  ];
  if (gold === given) return true;
  if (given === "") return false;
  const [a, b] = [elements(gold), elements(given)];
  if (a.length !== b.length) return false;
  if (a.length > 1 && (gold[0] !== given[0] || gold.at(-1) !== given.at(-1)))
    return false;
  return (
    a.length > 0 &&
    a.every((left, i) => {
      const right = b[i]!;
      if (FRACTION.test(left) && FRACTION.test(right)) return left === right;
      if (isInteger(left) !== isInteger(right)) return false;
      return equalByAlgebra(left, right, budget);
    })
  );
}

/** The last box that opens with exactly `\boxed{`; one that does not close hides the earlier ones. */
function lastStrictBox(text: string): string | null {
  const start = text.lastIndexOf("\\boxed{");
  return start < 0 ? null : lastBoxed(text.slice(start));
}

/**
 * Grade a completion as the authors' code does in training: after `###Response` and the last `Answer:` where they stand, the last
 * `\boxed{…}`, compared by PRM800K's rules. An answer without a box scores nothing.
 *
 * Source: M2RL `rm_hub/deepscaler.py`; the comparison is measured against the copy of PRM800K's grader in tinker-cookbook 0.6.1.
 * Deviates: a limit in steps, not of 10 s; equality of expressions at random points, not by simplification.
 *
 * @example
 * gradeDeepscaler("1/2", "Answer: \\boxed{2/4}").outcome // "wrong"
 */
export function gradeDeepscaler(
  reference: string,
  completion: string,
  options: GradeOptions = {},
): Grade {
  const grader = "deepscaler";
  let text = completion;
  if (text.includes("###Response")) text = text.split("###Response")[1]!;
  if (completion.includes("Answer:"))
    text = completion.split("Answer:").at(-1)!;
  const gold = reference.includes("\\boxed")
    ? lastStrictBox(reference)
    : reference;
  if (gold === null || gold === "")
    return {
      grader,
      outcome: "unreadableReference",
      detail: "empty, or a box that does not close",
    };
  const extracted = lastStrictBox(text);
  if (extracted === null)
    return {
      grader,
      outcome: "noAnswer",
      detail: "no \\boxed{} after the last Answer:",
    };
  return gradeWithin(
    grader,
    options,
    () => extracted,
    (budget) => equalDeepscaler(gold, extracted, budget),
  );
}
