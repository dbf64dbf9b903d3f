/** Multiple choice with 2 to 26 options: which option a completion chooses. */
import { TaskError } from "../../error.js";
import { lastBoxed } from "../math/answer.js";
import { unwrapAnswer } from "./unwrap.js";

/** What may be chosen. */
export interface Choices {
  /** Number of options, 2 to 26, lettered from A. */
  count: number;
  /** The texts of the options in order, where they are known: a completion may then name an option by its text. */
  texts?: readonly string[];
  /** A regular expression of the row that finds the answer, in the notation of JavaScript or Python; the last match counts. */
  pattern?: string;
}

/** A choice, and by which rule it was read. */
export interface Choice {
  letter: string;
  how: "pattern" | "boxed" | "answer" | "phrase" | "line" | "text";
}

/** What announces a choice in a sentence. */
const PHRASE =
  /\b(?:answer|(?:correct|right|best)\s+(?:option|choice))(?:\s+is|\s+would\s+be)\s*:?/gi;

/** Only the end of a completion is searched. */
const LONGEST = 20_000;

const SAME = (text: string): string =>
  text
    .toLowerCase()
    .replace(/[\s.]+/g, " ")
    .trim();

/** The letter that a piece of text names, alone or before its option: "C", "(C)", "C. text"; never one out of a word. */
function letterOf(piece: string, { count, texts }: Choices): string | null {
  const text = unwrapAnswer(piece).replace(
    /^(?:option|choice|answer)\s+(?=\(?[A-Za-z]\b)/i,
    "",
  );
  const found = /^\(?([A-Za-z])\)?(?:$|\s*[.):,\-–—](?:\s|$)|\s+)/.exec(text);
  if (!found) return null;
  const letter = found[1]!.toUpperCase();
  const index = letter.charCodeAt(0) - 65;
  if (index >= count) return null;
  const rest = text.slice(found[0].length).trim();
  const marked = /[.):,\-–—]\s*$/.test(found[0]) || /^\(/.test(text);
  if (rest === "" || marked)
    return found[1] === letter || rest === "" ? letter : null;
  // "A gas" is not a letter, but "A hydrogen" is where hydrogen is option A.
  return texts?.[index] !== undefined && SAME(texts[index]) === SAME(rest)
    ? letter
    : null;
}

function byPattern(text: string, choices: Choices): string | null {
  const { pattern } = choices;
  if (pattern === undefined) return null;
  let expression: RegExp;
  try {
    // Python writes named groups with a P, and puts its flags in front.
    expression = new RegExp(
      pattern.replaceAll("(?P<", "(?<").replace(/^\(\?[a-z]+\)/, ""),
      "gis",
    );
  } catch {
    throw new TaskError(
      `readChoice: pattern must be a regular expression, got ${JSON.stringify(pattern)}`,
    );
  }
  for (const match of [...text.matchAll(expression)].reverse()) {
    const letter = letterOf(match[1] ?? match[0], choices);
    if (letter !== null) return letter;
  }
  return null;
}

/** Of all places behind an anchor, the last that names a letter. */
function lastBehind(
  text: string,
  anchor: RegExp,
  choices: Choices,
): string | null {
  for (const { index, 0: found } of [...text.matchAll(anchor)].reverse()) {
    const line = text.slice(index + found.length).split("\n", 1)[0]!;
    const letter =
      letterOf(line, choices) ??
      letterOf(/^\s*\**\(?[A-Za-z]\)?\**(?=[\s.,;:]|$)/.exec(line)?.[0] ?? "", {
        ...choices,
        count: /^\s*\**[aAI]\s+[a-z]/.test(line) ? 0 : choices.count,
      });
    if (letter !== null) return letter;
  }
  return null;
}

function byText(text: string, { texts, count }: Choices): string | null {
  if (!texts) return null;
  const last = text
    .trim()
    .split("\n")
    .at(-1)!
    .replace(/^.*?answer\s*(?:is)?\s*:?\s*/i, "");
  const said = SAME(unwrapAnswer(last));
  const hits = texts
    .slice(0, count)
    .map((option, i) => [SAME(option), i] as const)
    .filter(([option]) => option !== "" && option === said);
  return hits.length === 1 ? String.fromCharCode(65 + hits[0]![1]) : null;
}

/**
 * The option that a completion chooses, or null where it chooses none.
 *
 * In this order: the row's own pattern; the last box; the last "Answer: X"; the last "answer is X" or "correct option is X"; a last
 * line that is a letter alone; a last line that is the text of exactly one option. Letters beyond the options are passed over.
 *
 * Source: the strict, lenient and template modes of NeMo Gym's multiple-choice environment, from which the training blend comes.
 * Deviates: a letter is never read out of a word, so "the choice and …" names nothing, and options J and beyond can be right.
 *
 * @param text  the answer, without the reasoning
 * @throws RangeError count is not 2 to 26
 * @throws TaskError the row's pattern is not a regular expression
 * @example
 * readChoice("So **Answer: (C)**", { count: 10 }) // { letter: "C", how: "answer" }
 */
export function readChoice(text: string, choices: Choices): Choice | null {
  const { count } = choices;
  if (!Number.isInteger(count) || count < 2 || count > 26)
    throw new RangeError(`readChoice: count must be 2 to 26, got ${count}`);
  const end = text.slice(-LONGEST);
  const box = lastBoxed(end);
  const rules: readonly [Choice["how"], () => string | null][] = [
    ["pattern", () => byPattern(end, choices)],
    ["boxed", () => (box === null ? null : letterOf(box, choices))],
    ["answer", () => lastBehind(end, /answer\**\s*:\**/gi, choices)],
    ["phrase", () => lastBehind(end, PHRASE, choices)],
    ["line", () => letterOf(end.trim().split("\n").at(-1)!, choices)],
    ["text", () => byText(end, choices)],
  ];
  for (const [how, read] of rules) {
    const letter = read();
    if (letter !== null) return { letter, how };
  }
  return null;
}
