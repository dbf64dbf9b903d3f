/** Word tokens as NLTK's `word_tokenize` gives them. */
import { isSpace, split } from "../python/text.js";
import { splitSentences } from "./punkt.js";

const W = "[\\p{L}\\p{N}_]";
const NOT_AFTER_WORD = `(?<!${W})`;
const BEFORE_END = `(?!${W})`;

const OPENING_QUOTES: readonly [RegExp, string][] = [
  [/([«“‘„]|`+)/gu, " $1 "],
  [/^"/u, "``"],
  [/(``)/gu, " $1 "],
  [/([ ([{<])("|'{2})/gu, "$1 `` "],
  [
    new RegExp(
      `${NOT_AFTER_WORD}(')(?!(?:re|ve|ll|m|t|s|d|n)${BEFORE_END})(?=${W})`,
      "giu",
    ),
    "$1 ",
  ],
];

const PUNCTUATION: readonly [RegExp, string][] = [
  [/([:,])([^\p{Nd}])/gu, " $1 $2"],
  [/([:,])(?=\n?$)/gu, " $1 "],
  [/\.{2,}/gu, " $& "],
  [/[;@#$%&]/gu, " $& "],
  [/[\u2012-\u2015]/gu, " $& "],
];

const MARKS: readonly [RegExp, string][] = [
  [/[?!]/gu, " $& "],
  [/([^'])' /gu, "$1 ' "],
  [/[*]/gu, " $& "],
  [/[\][(){}<>]/gu, " $& "],
  [/--/gu, " -- "],
];

const CLOSING_QUOTES: readonly [RegExp, string][] = [
  [/([»”’])/gu, " $1 "],
  [/''/gu, " '' "],
  [/"/gu, " '' "],
];

const CLITICS: readonly [RegExp, string][] = [
  [/([^' ])('[sS]|'[mM]|'[dD]|') /gu, "$1 $2 "],
  [/([^' ])('ll|'LL|'re|'RE|'ve|'VE|n't|N'T) /gu, "$1 $2 "],
];

const CONTRACTIONS: readonly RegExp[] = [
  ["can", "not"],
  ["d", "'ye"],
  ["gim", "me"],
  ["gon", "na"],
  ["got", "ta"],
  ["lem", "me"],
  ["more", "'n"],
]
  .map(
    ([first, second]) =>
      new RegExp(`${NOT_AFTER_WORD}(${first})(${second})${BEFORE_END}`, "giu"),
  )
  .concat(
    new RegExp(`${NOT_AFTER_WORD}(wan)(na)(?=\\s)`, "giu"),
    new RegExp(`(?<= )('t)(is)${BEFORE_END}`, "giu"),
    new RegExp(`(?<= )('t)(was)${BEFORE_END}`, "giu"),
  );

const replaceAll = (text: string, rules: readonly [RegExp, string][]): string =>
  rules.reduce((result, [from, to]) => result.replace(from, to), text);

/** Set the last period apart, with the closing marks after it: walked by hand, for a pattern is quadratic in spaces. */
function splitFinalPeriod(
  text: string,
  closing: string,
  apart: boolean,
): string {
  let end = text.length;
  while (end > 0 && isSpace(text[end - 1]!)) end--;
  let at = end;
  while (at > 0 && closing.includes(text[at - 1]!)) at--;
  // Spaces belong to the closing marks in one of the two rules.
  const before = text[at - 2];
  if (text[at - 1] !== "." || before === undefined || before === ".")
    return text;
  const marks = text.slice(at, end);
  return `${text.slice(0, at - 1)} .${apart ? ` ${marks} ` : `${marks} `}`;
}

/** Tokens of one sentence. */
function tokenizeSentence(sentence: string): string[] {
  let text = replaceAll(sentence, OPENING_QUOTES);
  text = splitFinalPeriod(text, "])}>\"'»”’ ", true);
  text = replaceAll(text, PUNCTUATION);
  text = splitFinalPeriod(text, "])}>\"'", false);
  text = ` ${replaceAll(text, MARKS)} `;
  text = replaceAll(text, CLOSING_QUOTES);
  text = replaceAll(` ${split(text).join(" ")} `, CLITICS);
  for (const contraction of CONTRACTIONS)
    text = text.replace(contraction, " $1 $2 ");
  return split(text);
}

/**
 * The tokens of a text: sentences first, then words, punctuation and clitics apart.
 *
 * Source: the rules of NLTK's `word_tokenize` (the Treebank tokenizer, improved), written anew.
 * Deviates: sentences are those of `splitSentences`.
 *
 * @example
 * wordTokenize("It isn't new.")   // ["It", "is", "n't", "new", "."]
 */
export function wordTokenize(text: string): string[] {
  return splitSentences(text).flatMap(tokenizeSentence);
}
