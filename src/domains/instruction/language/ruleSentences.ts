/** The sentence splitter by rules that IFEvalG and the first release of IFBench use; it is not Punkt. */
import { strip } from "../python/text.js";

// Stands for a period that ends no sentence, and for the end of a sentence; both are removed again.
const DOT = "<prd>";
const STOP = "<stop>";
const STARTER =
  "(Mr|Mrs|Ms|Dr|Prof|Capt|Cpt|Lt|He\\s|She\\s|It\\s|They\\s|Their\\s|Our\\s|We\\s|But\\s|However\\s|That\\s|This\\s|Wherever)";
const SUFFIX = "(Inc|Ltd|Jr|Sr|Co)";

const FIRST: readonly [RegExp, string | ((match: string) => string)][] = [
  [/(Mr|St|Mrs|Ms|Dr)\./gu, `$1${DOT}`],
  [/\.(com|net|org|io|gov|edu|me)/gu, `${DOT}$1`],
  [/([0-9])\.([0-9])/gu, `$1${DOT}$2`],
  [/\.{2,}/gu, (match) => DOT.repeat(match.length) + STOP],
  [/Ph\.D\./gu, `Ph${DOT}D${DOT}`],
  [/\s([A-Za-z])\. /gu, ` $1${DOT} `],
  [
    new RegExp(`([A-Z]\\.[A-Z]\\.(?:[A-Z]\\.)?) ${STARTER}`, "gu"),
    `$1${STOP} $2`,
  ],
  [/([A-Za-z])\.([A-Za-z])\.([A-Za-z])\./gu, `$1${DOT}$2${DOT}$3${DOT}`],
  [/([A-Za-z])\.([A-Za-z])\./gu, `$1${DOT}$2${DOT}`],
  [new RegExp(` ${SUFFIX}\\. ${STARTER}`, "gu"), ` $1${STOP} $2`],
  [new RegExp(` ${SUFFIX}\\.`, "gu"), ` $1${DOT}`],
  [/ ([A-Za-z])\./gu, ` $1${DOT}`],
  // A closing quote goes before the mark that ends the sentence.
  [/\.”/gu, "”."],
  [/\."/gu, '".'],
  [/!"/gu, '"!'],
  [/\?"/gu, '"?'],
  [/[.?!]/gu, (match) => match + STOP],
];

/**
 * Split a text into sentences by rules: titles, web addresses, acronyms, decimals and company suffixes keep their periods, an
 * ellipsis ends a sentence, and every other `.`, `?` and `!` does.
 *
 * Source: the rules of `split_into_sentences` in IFEval's utilities, as used by IFEvalG and IFBench's 294-prompt release.
 *
 * @returns sentences without surrounding white space; empty ones inside are kept, as there
 * @example
 * ruleSentences("Dr. Fox ran. He fell!")   // ["Dr. Fox ran.", "He fell!"]
 */
export function ruleSentences(text: string): string[] {
  const marked = FIRST.reduce(
    (result, [from, to]) =>
      typeof to === "string"
        ? result.replace(from, to)
        : result.replace(from, to),
    ` ${text}  `.replaceAll("\n", " "),
  );
  const sentences = marked
    .replaceAll(DOT, ".")
    .split(STOP)
    .map((sentence) => strip(sentence));
  if (sentences.at(-1) === "") sentences.pop();
  return sentences;
}
