/** The 29 constraints that IFEvalG adds to IFEval, for training. */
import { ruleSentences } from "../language/ruleSentences.js";
import { wordTokenize } from "../language/wordTokenize.js";
import { countMatches, pattern } from "../python/pattern.js";
import { split, strip } from "../python/text.js";
import {
  frequency,
  letterFrequency,
  pieces,
  starParagraphs,
} from "./ifeval.js";
import {
  countOf,
  holds,
  rowsOf,
  textOf,
  type Kwargs,
  type Rows,
} from "./row.js";

const row = rowsOf("ifevalg");

/** `re.sub(r"[^\w\s]", "", text)`. */
const bareWord = (text: string): string =>
  text.replace(/[^\p{L}\p{N}_\s]/gu, "");

const same = (first: string, second: string): boolean =>
  strip(first).toLowerCase() === strip(second).toLowerCase();

const copies = (text: string, kwargs: Kwargs): boolean =>
  same(text, textOf(kwargs, "prompt_to_repeat"));

/** One keyword, or a list that holds one. */
const onePattern = (kwargs: Kwargs, name: string): string =>
  strip([kwargs[name]].flat()[0] as string);

/** Shortest spans of at least three words from one word to another, on one line each as `.` asks. */
function spans(text: string, first: string, last: string): string[] {
  return text.split("\n").flatMap((line) => {
    const found: string[] = [];
    for (
      let at = line.indexOf(`${first} `);
      at >= 0;
      at = line.indexOf(`${first} `, at)
    ) {
      const end = line.indexOf(` ${last}`, at + first.length + 1);
      if (end < 0) break;
      found.push(line.slice(at, end + 1 + last.length));
      at = end + 1 + last.length;
    }
    return found;
  });
}

function repeatPhrase(text: string, kwargs: Kwargs): boolean {
  const phrase = textOf(kwargs, "phrase");
  const target = split(phrase);
  const found = spans(text, target[0]!, target.at(-1)!);
  if (found.length !== countOf(kwargs, "small_n")) return false;
  return found.every((span) => {
    const got = split(span);
    return (
      got.length === target.length &&
      got.filter((word, i) => word !== target[i]).length === 1
    );
  });
}

function sentenceHyphens(text: string): boolean {
  const parts = text.split("-");
  const sentences = ruleSentences(text.replaceAll("-", " "));
  return sentences.every(
    (sentence, i) =>
      i >= parts.length ||
      (strip(parts[i]!) === parts[i] && strip(sentence) === parts[i]),
  );
}

/** Neighbours whose first letters follow each other in the code table. */
function consecutive(text: string): boolean {
  const first = split(text).map((word) => word.toLowerCase().codePointAt(0)!);
  return first.some((code, i) => i > 0 && code - first[i - 1]! === 1);
}

function keywordPosition(text: string, kwargs: Kwargs): boolean {
  const sentence = ruleSentences(text)[countOf(kwargs, "n") - 1];
  if (sentence === undefined) return false;
  return (
    wordTokenize(sentence)[countOf(kwargs, "m") - 1] ===
    strip(textOf(kwargs, "keyword"))
  );
}

function composition(text: string, kwargs: Kwargs): boolean {
  const paragraphs = starParagraphs(text);
  return (
    pieces(paragraphs)?.length === 3 &&
    paragraphs.every((paragraph) => {
      const sentences = ruleSentences(paragraph);
      return (
        sentences.length === countOf(kwargs, "n_sent") &&
        sentences.every(
          (sentence) =>
            wordTokenize(sentence).length === countOf(kwargs, "n_words"),
        )
      );
    })
  );
}

/**
 * The constraints that IFEvalG adds.
 *
 * Source: open-instruct's IFEvalG; `copy:repeat_phrase` by the later rule (every span differs in one word).
 * Deviates: `new:copy_span_idx` takes a start of 0 as 0 (there it counts as missing and is drawn at random).
 */
export const IFEVALG: Rows = {
  "copy:repeat_phrase": row(
    "the phrase occurs so many times, each time with exactly one word changed",
    { phrase: "text", small_n: "count" },
    repeatPhrase,
  ),
  "copy:copy": row(
    "repeats the prompt and says nothing else, ignoring case",
    { prompt_to_repeat: "text" },
    copies,
  ),
  "copy:copying_simple": row(
    "repeats the prompt and says nothing else, ignoring case",
    { prompt_to_repeat: "text" },
    copies,
  ),
  "copy:copying_multiple": row(
    "repeats the prompt so many times with ****** between",
    { prompt_to_repeat: "text", N: "count" },
    (text, kwargs) => {
      const parts = text.split("******");
      return (
        parts.length === countOf(kwargs, "N") &&
        parts.every((part) => copies(part, kwargs))
      );
    },
  ),
  "new:copy_span_idx": row(
    "copies the characters of the prompt from one index up to another, which is left out",
    { prompt_to_repeat: "text", n_start: "count", n_end: "count" },
    (text, kwargs) =>
      same(
        text,
        [...textOf(kwargs, "prompt_to_repeat")]
          .slice(countOf(kwargs, "n_start"), countOf(kwargs, "n_end"))
          .join(""),
      ),
  ),
  "detectable_format:sentence_hyphens": row(
    "sentences are joined by hyphens without white space",
    {},
    sentenceHyphens,
  ),
  "detectable_format:square_brackets": row(
    "every word stands in square brackets",
    {},
    (text) =>
      split(text).every(
        (token) => token.startsWith("[") && token.endsWith("]"),
      ),
  ),
  "detectable_format:bigram_wrapping": row(
    "every two words stand in double angular brackets; a last word alone is free",
    {},
    (text) =>
      split(text).every((token, i, all) =>
        i % 2 === 1
          ? token.endsWith(">>")
          : i === all.length - 1 || token.startsWith("<<"),
      ),
  ),
  "keywords:no_adjacent_consecutive": row(
    "no two neighbouring words start with consecutive letters",
    {},
    (text) => !consecutive(text),
  ),
  "keywords:word_once": row(
    "the keyword occurs exactly once, ignoring case",
    { keyword: "pattern" },
    (text, kwargs) =>
      countMatches(strip(textOf(kwargs, "keyword")), text) === 1,
  ),
  "keywords:word_count_different_numbers": row(
    "the keyword occurs less than, or at least, so many times, ignoring case",
    { keyword: "pattern", frequency: "count", relation: "relation" },
    frequency,
  ),
  "keywords:exclude_word_harder": row(
    "the keyword does not occur between spaces",
    { keyword: "text" },
    (text, kwargs) => !text.includes(` ${textOf(kwargs, "keyword")} `),
  ),
  "keywords:palindrome": row(
    "at least one word reads the same backwards",
    {},
    (text) =>
      split(text).some((token) => token === [...token].reverse().join("")),
  ),
  "keywords:keyword_specific_position": row(
    "the keyword is the m-th word of the n-th sentence",
    { keyword: "text", n: "count", m: "count" },
    keywordPosition,
  ),
  "keywords:start_end": row(
    "starts and ends with the same word, ignoring case",
    {},
    (text) => {
      const tokens = wordTokenize(text);
      return (
        tokens.length >= 2 &&
        tokens[0]!.toLowerCase() === tokens.at(-1)!.toLowerCase()
      );
    },
  ),
  "paragraphs:paragraphs": row(
    "two paragraphs with *** between",
    {},
    (text) => pieces(starParagraphs(text))?.length === 2,
  ),
  "paragraphs:paragraphs2": row(
    "two paragraphs with a blank line between",
    {},
    (text) => pieces(text.split("\n\n"))?.length === 2,
  ),
  "first_word:first_word_sent": row(
    "every sentence starts with the word, ignoring case",
    { first_word: "text" },
    (text, kwargs) =>
      ruleSentences(text).every(
        (sentence) =>
          split(sentence)[0]?.toLowerCase() ===
          textOf(kwargs, "first_word").toLowerCase(),
      ),
  ),
  "first_word:first_word_answer": row(
    "starts with the word, ignoring case",
    { first_word: "text" },
    (text, kwargs) =>
      split(text)[0]?.toLowerCase() ===
      textOf(kwargs, "first_word").toLowerCase(),
  ),
  "last_word:last_word_sent": row(
    "every sentence ends with the word, ignoring case and punctuation",
    { last_word: "text" },
    (text, kwargs) =>
      ruleSentences(text).every(
        (sentence) =>
          bareWord(split(sentence).at(-1) ?? "").toLowerCase() ===
          textOf(kwargs, "last_word").toLowerCase(),
      ),
  ),
  "last_word:last_word_answer": row(
    "ends with the word, ignoring case and punctuation",
    { last_word: "text" },
    (text, kwargs) =>
      bareWord(split(text).at(-1) ?? "").toLowerCase() ===
      textOf(kwargs, "last_word").toLowerCase(),
  ),
  "punctuation:punctuation_dot": row(
    "no period",
    {},
    (text) => !text.includes("."),
  ),
  "punctuation:punctuation_exclamation": row(
    "no exclamation mark",
    {},
    (text) => !text.includes("!"),
  ),
  "count:lowercase_counting": row(
    "at most so many words of lower-case letters",
    { N: "count" },
    (text, kwargs) =>
      (text.match(pattern("\\b[a-z]+\\b")) ?? []).length <=
      countOf(kwargs, "N"),
  ),
  "letters:letter_counting": row(
    "less than, or at least, so many letters",
    { N: "count", relation: "relation" },
    (text, kwargs) =>
      holds(
        (text.match(/[a-zA-Z]/gu) ?? []).length,
        countOf(kwargs, "N"),
        kwargs.relation,
      ),
  ),
  "letters:letter_counting2": row(
    "the letter occurs less than, or at least, so many times, ignoring case",
    { letter: "letter", let_frequency: "count", let_relation: "relation" },
    letterFrequency,
  ),
  "count:counting_composition": row(
    "three paragraphs between ***, each of so many sentences of so many words",
    { n_sent: "count", n_words: "count" },
    composition,
  ),
  "count:count_unique": row(
    "no word or mark of punctuation occurs twice",
    {},
    (text) => {
      const tokens = wordTokenize(text);
      return new Set(tokens).size === tokens.length;
    },
  ),
  "count:count_increment_word": row(
    "the first keyword occurs once and the second twice, ignoring case",
    { keyword1: "onePattern", keyword2: "onePattern" },
    (text, kwargs) =>
      countMatches(onePattern(kwargs, "keyword1"), text) === 1 &&
      countMatches(onePattern(kwargs, "keyword2"), text) === 2,
  ),
};
