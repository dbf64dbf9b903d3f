/** IFBench: constraints on counts and on ratios. */
import { ruleSentences } from "../language/ruleSentences.js";
import {
  isDigits,
  PUNCTUATION,
  removePunctuation,
  split,
  strip,
  words,
} from "../python/text.js";
import { countPieces } from "../python/text.js";
import { countOf, rowsOf, textOf, type Kwargs, type Rows } from "./row.js";

const row = rowsOf("ifbench");
const list = (text: string): string[] => split(text);

const CONJUNCTIONS: ReadonlySet<string> = new Set(
  list("and but for nor or so yet"),
);

/** The names that the prompts list. */
export const PERSON_NAMES: readonly string[] = list(`
  Emma Liam Sophia Jackson Olivia Noah Ava Lucas Isabella Mason Mia Ethan Charlotte Alexander Amelia Benjamin Harper Leo Zoe
  Daniel Chloe Samuel Lily Matthew Grace Owen Abigail Gabriel Ella Jacob Scarlett Nathan Victoria Elijah Layla Nicholas Audrey
  David Hannah Christopher Penelope Thomas Nora Andrew Aria Joseph Claire Ryan Stella Jonathan
`);

/** Personal, possessive and reflexive pronouns. */
export const PRONOUNS: ReadonlySet<string> = new Set(
  list(`
  i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his himself she her hers herself
  it its itself they them their theirs themselves
`),
);

/** NLTK's English stop words as far as they are runs of word characters: contractions are split before they are looked up. */
const STOP_WORDS: ReadonlySet<string> = new Set(
  list(`
  i me my myself we our ours ourselves you your yours yourself yourselves he him his himself she her hers herself it its itself
  they them their theirs themselves what which who whom this that these those am is are was were be been being have has had
  having do does did doing a an the and but if or because as until while of at by for with about against between into through
  during before after above below to from up down in out on off over under again further then once here there when where why
  how all any both each few more most other some such no nor not only own same so than too very can will just should now
  s t d m o y ll re ve ma don ain aren couldn didn doesn hadn hasn haven isn mightn mustn needn shan shouldn wasn weren won wouldn
`),
);

/** A token without ASCII punctuation and spaces at its ends. */
export const bare = (token: string): string => strip(token, `${PUNCTUATION} `);

function coversPunctuation(text: string): boolean {
  if (!["!?", "?!", "‽"].some((mark) => text.includes(mark))) return false;
  const rest = text.includes("?!")
    ? text.replace("?!", "")
    : text.replace("!?", "");
  return [...".,!?;:"].every((mark) => rest.includes(mark));
}

function everyNthJapanese(text: string, kwargs: Kwargs): boolean {
  const n = countOf(kwargs, "N");
  return split(text).every((token, i) => {
    const word = bare(token);
    return (
      (i + 1) % n !== 0 ||
      word === "" ||
      isDigits(word) ||
      /[\u3040-\u30ff\u4e00-\u9fff]/u.test(word)
    );
  });
}

/** Character trigrams. */
function trigrams(text: string): Set<string> {
  const characters = [...text];
  return new Set(
    characters.slice(2).map((_, i) => characters.slice(i, i + 3).join("")),
  );
}

function overlap(text: string, kwargs: Kwargs): boolean {
  const found = trigrams(text);
  const reference = trigrams(textOf(kwargs, "reference_text"));
  if (found.size === 0) return false;
  const percent =
    ([...found].filter((gram) => reference.has(gram)).length / found.size) *
    100;
  const wanted = countOf(kwargs, "percentage");
  return wanted - 2 <= percent && percent <= wanted + 2;
}

/** Number of sentences that end in each of the marks. */
function sentenceTypes(sentences: readonly string[]): {
  statements: number;
  questions: number;
  exclamations: number;
} {
  const ending = (mark: string): number =>
    sentences.filter((sentence) => sentence.endsWith(mark)).length;
  return {
    statements: ending("."),
    questions: ending("?"),
    exclamations: ending("!"),
  };
}

/** Whether the statements are twice the questions. */
export function twoToOne(sentences: readonly string[]): boolean {
  const { statements, questions } = sentenceTypes(sentences);
  return statements === 2 * questions;
}

/** Whether statements, questions and exclamations are equally many. */
export function balanced(sentences: readonly string[]): boolean {
  const { statements, questions, exclamations } = sentenceTypes(sentences);
  return statements === questions && questions === exclamations;
}

/** Whether there are three sentences with one number of characters. */
export function threeEqual(sentences: readonly string[]): boolean {
  const lengths = sentences.map((sentence) => [...strip(sentence)].length);
  return lengths.length === 3 && lengths.every((n) => n === lengths[0]);
}

const TIMES = [1, 2, 3, 5, 7];

/** Counts and ratios, as at the release with 294 prompts. */
export const IFBENCH_COUNTS: Rows = {
  "count:word_count_range": row(
    "a number of words in the range, both ends included",
    { min_words: "count", max_words: "count" },
    (text, kwargs) => {
      const n = words(text).length;
      return (
        n >= countOf(kwargs, "min_words") && n <= countOf(kwargs, "max_words")
      );
    },
  ),
  "count:unique_word_count": row(
    "at least so many different words, ignoring case",
    { N: "count" },
    (text, kwargs) =>
      new Set(split(text.toLowerCase()).map(bare)).size >= countOf(kwargs, "N"),
  ),
  "count:conjunctions": row(
    "at least so many different coordinating conjunctions; spellings as they stand are counted",
    { small_n: "count" },
    (text, kwargs) =>
      new Set(
        split(text).filter((word) =>
          CONJUNCTIONS.has(bare(word).toLowerCase()),
        ),
      ).size >= countOf(kwargs, "small_n"),
  ),
  "count:person_names": row(
    "at least so many different names of the list",
    { N: "count" },
    (text, kwargs) =>
      PERSON_NAMES.filter((name) => text.includes(name)).length >=
      countOf(kwargs, "N"),
  ),
  "count:numbers": row(
    "exactly so many numbers, after punctuation is removed",
    { N: "count" },
    (text, kwargs) =>
      (removePunctuation(text).match(/\p{Nd}+/gu) ?? []).length ===
      countOf(kwargs, "N"),
  ),
  "count:punctuation": row(
    "every standard mark of punctuation, and an interrobang besides",
    {},
    coversPunctuation,
  ),
  "count:words_japanese": row(
    "every N-th word has Japanese characters",
    { N: "count" },
    everyNthJapanese,
  ),
  "count:pronouns": row(
    "at least so many pronouns",
    { N: "count" },
    (text, kwargs) =>
      split(removePunctuation(text.replaceAll("/", " ").toLowerCase())).filter(
        (word) => PRONOUNS.has(word),
      ).length >= countOf(kwargs, "N"),
  ),
  "count:keywords_multiple": row(
    "the five keywords occur once, twice, three, five and seven times, ignoring case",
    {
      keyword1: "text",
      keyword2: "text",
      keyword3: "text",
      keyword4: "text",
      keyword5: "text",
    },
    (text, kwargs) =>
      TIMES.every(
        (times, i) =>
          countPieces(
            text.toLowerCase(),
            strip(textOf(kwargs, `keyword${i + 1}`)).toLowerCase(),
          ) === times,
      ),
  ),
  "ratio:stop_words": row(
    "at most so many percent of the words are stop words",
    { percentage: "count" },
    (text, kwargs) => {
      const all = words(text);
      const stops = all.filter((word) =>
        STOP_WORDS.has(word.toLowerCase()),
      ).length;
      return (
        all.length > 0 &&
        (stops / all.length) * 100 <= countOf(kwargs, "percentage")
      );
    },
  ),
  "ratio:sentence_type": row(
    "twice as many statements as questions",
    {},
    (text) => twoToOne(ruleSentences(text)),
  ),
  "ratio:sentence_balance": row(
    "as many statements as questions and as exclamations",
    {},
    (text) => balanced(ruleSentences(text)),
  ),
  "ratio:sentence_words": row(
    "three sentences with the same number of characters",
    {},
    (text) => threeEqual(ruleSentences(text)),
  ),
  "ratio:overlap": row(
    "so many percent of the different character trigrams occur in the reference text, 2 points more or less",
    { reference_text: "text", percentage: "count" },
    overlap,
  ),
};
