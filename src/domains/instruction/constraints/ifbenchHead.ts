/** IFBench's rules that changed after the release with 294 prompts. */
import { splitSentences } from "../language/punkt.js";
import { wordTokenize } from "../language/wordTokenize.js";
import { escapePattern, hasWord } from "../python/pattern.js";
import { strip } from "../python/text.js";
import {
  balanced,
  PERSON_NAMES,
  PRONOUNS,
  threeEqual,
  twoToOne,
} from "./ifbenchCounts.js";
import {
  alphabetSentences,
  repeatsSpan,
  reversedWords,
} from "./ifbenchCustom.js";
import { emojiAtEnds, sentencesThenBullets } from "./ifbenchFormat.js";
import { alliterationGrows, lastIsFirst, wordsGrow } from "./ifbenchWords.js";
import { countOf, textOf, type Constraint } from "./row.js";

const alphanumeric = (text: string): string[] =>
  wordTokenize(text).filter((token) => /[\p{L}\p{N}]/u.test(token));

/**
 * The pass rules that differ at IFBench 0.2: sentences by Punkt, names and keywords as whole words, tokens without punctuation,
 * a span with its end.
 */
export const IFBENCH_HEAD: Readonly<Record<string, Constraint["check"]>> = {
  "count:person_names": (text, kwargs) => {
    const found = new Set(text.match(/[\p{L}\p{N}_]+/gu));
    return (
      PERSON_NAMES.filter((name) => found.has(name)).length >=
      countOf(kwargs, "N")
    );
  },
  "count:pronouns": (text, kwargs) =>
    wordTokenize(text.replaceAll("/", " ").toLowerCase()).filter((token) =>
      PRONOUNS.has(token),
    ).length >= countOf(kwargs, "N"),
  "ratio:sentence_type": (text) => twoToOne(splitSentences(text)),
  "ratio:sentence_balance": (text) => balanced(splitSentences(text)),
  "ratio:sentence_words": (text) => threeEqual(splitSentences(text)),
  "words:last_first": (text) => lastIsFirst(splitSentences(text)),
  "words:keywords_specific_position": (text, kwargs) => {
    const sentence = splitSentences(text)[countOf(kwargs, "n") - 1];
    const token =
      sentence === undefined
        ? undefined
        : alphanumeric(sentence)[countOf(kwargs, "m") - 1];
    return (
      token?.toLowerCase() === strip(textOf(kwargs, "keyword")).toLowerCase()
    );
  },
  "words:words_position": (text, kwargs) => {
    const tokens = alphanumeric(text).map((token) => token.toLowerCase());
    const keyword = strip(textOf(kwargs, "keyword")).toLowerCase();
    return (
      tokens.length >= 2 && tokens[1] === keyword && tokens.at(-2) === keyword
    );
  },
  "sentence:alliteration_increment": (text) =>
    alliterationGrows(splitSentences(text)),
  "sentence:keyword": (text, kwargs) => {
    const sentence = splitSentences(text)[countOf(kwargs, "N") - 1];
    return (
      sentence !== undefined &&
      hasWord(escapePattern(textOf(kwargs, "word")), sentence)
    );
  },
  "sentence:increment": (text, kwargs) =>
    wordsGrow(splitSentences(text), countOf(kwargs, "small_n")),
  "format:emoji": (text) => emojiAtEnds(splitSentences(text)),
  "format:no_bullets_bullets": (text) =>
    sentencesThenBullets(text, splitSentences),
  "custom:word_reverse": (text) => reversedWords(text, splitSentences),
  "custom:sentence_alphabet": (text) => alphabetSentences(splitSentences(text)),
  "repeat:repeat_span": (text, kwargs) => repeatsSpan(text, kwargs, true),
};
