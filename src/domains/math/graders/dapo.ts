/** The grader `dapo`: text after the last "Answer:", after a fixed list of replacements, letter by letter. */
import { lastBoxed } from "../answer.js";
import type { Grade } from "./grade.js";

/** Only the end of a completion is looked at. */
const LAST = 300;
/** In a box only the end of that. */
const LAST_BOX = 100;

/** Replaced in this order. */
const REPLACED: readonly [string, string][] = [
  ["an ", ""],
  ["a ", ""],
  [".$", "$"],
  ["\\$", ""],
  ["\\ ", ""],
  [" ", ""],
  ["mbox", "text"],
  [",\\text{and}", ","],
  ["\\text{and}", ","],
  ["\\text{m}", "\\text{}"],
];

/** Removed in this order, wherever they stand. */
const REMOVED: readonly string[] = [
  ...(
    "square ways integers dollars mph inches hours km units \\ldots sue points feet minutes digits cents degrees cm gm pounds meters " +
    "meals edges students childrentickets multiples \\text{s} \\text{.}"
  ).split(" "),
  "\\text{\ns}",
  "\\text{}^2",
  "\\text{}^3",
  "\\text{\n}",
  "\\text{}",
  "\\mathrm{th}",
  "^\\circ",
  "^{\\circ}",
  "\\;",
  ",\\!",
  "{,}",
  '"',
  "\\dots",
];

/** An answer as this grader compares it: what follows the last "=", without articles, units and wrappers. */
function normaliseDapo(answer: string): string {
  let text = answer.split("=").at(-1)!;
  for (const [from, to] of REPLACED) text = text.replaceAll(from, to);
  for (const from of REMOVED) text = text.replaceAll(from, "");
  text = text
    .replace(/(.*?)\$(.*?)\$(.*)/g, "$$$2$$")
    .replace(/\\text\{(.*?)\}/g, "$1")
    .replace(/\\textbf\{(.*?)\}/g, "$1")
    .replace(/\\overline\{(.*?)\}/g, "$1")
    .replace(/\\boxed\{(.*)\}/g, "$1")
    .replace(/frac([^{])(.)/g, "frac{$1}{$2}")
    .replace(/sqrt([^{])/g, "sqrt{$1}")
    .replaceAll("$", "");
  if (/^[\p{Nd}]+$/u.test(text.replaceAll(",", "")))
    text = text.replaceAll(",", "");
  return text.trim();
}

/** The last box of a text that closes at its own brace; a later one that does not close hides the earlier ones. */
function strictBox(text: string): string | null {
  const start = text.lastIndexOf("\\boxed{");
  return start < 0 ? null : lastBoxed(text.slice(start));
}

/**
 * Grade a completion by DAPO's rule: the line after the last "Answer:" (any case) among the last 300 characters; where there is none,
 * the last box among the last 100, compared with the reference as it stands.
 *
 * Source: verl 0.9.1, `math_dapo.py`. Deviates: none. Bold marks and a final full stop are part of the answer there, so
 * "**Answer:** 5" and "Answer: 5." are wrong.
 *
 * @example
 * gradeDapo("204", "So it is.\nAnswer: 204").outcome // "right"
 */
export function gradeDapo(reference: string, completion: string): Grade {
  const grader = "dapo";
  if (reference.trim() === "")
    return { grader, outcome: "unreadableReference", detail: "empty" };
  const end = [...completion].slice(-LAST).join("");
  const lines = [...end.matchAll(/Answer\s*:\s*([^\n]+)/gi)];
  const line = lines.at(-1)?.[1];
  if (line !== undefined) {
    const extracted = normaliseDapo(line);
    const right = extracted === normaliseDapo(reference);
    return { grader, outcome: right ? "right" : "wrong", extracted };
  }
  const box = strictBox([...end].slice(-LAST_BOX).join(""));
  if (box === null)
    return {
      grader,
      outcome: "noAnswer",
      detail: 'no "Answer:" line and no box',
    };
  return {
    grader,
    outcome: box === reference ? "right" : "wrong",
    extracted: box,
  };
}
