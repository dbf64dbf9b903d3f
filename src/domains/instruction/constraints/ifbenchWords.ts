/** IFBench: constraints on words and on sentences. */
import { syllable } from "syllable";
import { ruleSentences } from "../language/ruleSentences.js";
import { startsWithVerb } from "../language/startsWithVerb.js";
import { wordTokenize } from "../language/wordTokenize.js";
import {
  length,
  PUNCTUATION,
  removePunctuation,
  split,
  strip,
  stripEnd,
  stripStart,
} from "../python/text.js";
import { countOf, rowsOf, textOf, type Rows } from "./row.js";

const row = rowsOf("ifbench");
const MARKS = `${PUNCTUATION} `;
const PRIMES: ReadonlySet<number> = new Set([
  2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71,
  73, 79, 83, 89, 97,
]);

const firstOf = (word: string): string => [...word][0]!;

function followsAlphabet(text: string): boolean {
  const tokens = split(removePunctuation(text)).map((token) =>
    token.toLowerCase(),
  );
  if (tokens.length === 0) return false;
  const start = "abcdefghijklmnopqrstuvwxyz".indexOf(firstOf(tokens[0]!));
  return (
    start >= 0 &&
    tokens.every(
      (token, i) => firstOf(token).charCodeAt(0) === 97 + ((start + i) % 26),
    )
  );
}

/** Number of words in alliteration with a neighbour, each run counted in full. */
function alliteration(sentence: string): number {
  const first = split(sentence.toLowerCase())
    .map((word) => stripStart(word, MARKS))
    .filter((word) => word !== "")
    .map(firstOf);
  let count = 0;
  let running = false;
  for (let i = 1; i < first.length; i++) {
    const same = first[i] === first[i - 1];
    if (same) count += running ? 1 : 2;
    running = same;
  }
  return count;
}

/** Whether numbers grow strictly. */
const grows = (numbers: readonly number[]): boolean =>
  numbers.every((n, i) => i === 0 || n > numbers[i - 1]!);

/** Whether each sentence has more words in alliteration than the one before. */
export const alliterationGrows = (sentences: readonly string[]): boolean =>
  grows(sentences.map(alliteration));

/** Whether each sentence has exactly so many words more than the one before. */
export function wordsGrow(sentences: readonly string[], step: number): boolean {
  const counts = sentences.map(
    (sentence) => split(removePunctuation(sentence)).length,
  );
  return (
    counts.length > 0 &&
    counts.every((n, i) => i === 0 || n === counts[i - 1]! + step)
  );
}

/** Whether the last word of each sentence is the first of the next, ignoring case. */
export function lastIsFirst(sentences: readonly string[]): boolean {
  return sentences.slice(1).every((sentence, i) => {
    const last = split(stripEnd(sentences[i]!, MARKS)).at(-1);
    const first = split(stripStart(sentence, MARKS))[0];
    return last !== undefined && last.toLowerCase() === first?.toLowerCase();
  });
}

function firstIsLast(text: string): boolean {
  return text.split("\n").every((line) => {
    const plain = strip(line).toLowerCase();
    if (plain === "") return true;
    const tokens = split(strip(plain, MARKS));
    return tokens.length > 0 && tokens[0] === tokens.at(-1);
  });
}

function fewVowels(text: string): boolean {
  const paragraph = strip(text);
  return (
    !paragraph.includes("\n") &&
    new Set(paragraph.toLowerCase().match(/[aeiou]/gu) ?? []).size <= 3
  );
}

function mostRepeats(text: string, most: number): boolean {
  const seen = new Map<string, number>();
  for (const word of split(removePunctuation(text.toLowerCase())))
    seen.set(word, (seen.get(word) ?? 0) + 1);
  return [...seen.values()].every((n) => n <= most);
}

/** Syllables of a word, as the reference counts where no dictionary is asked: none with digits, one where no vowel is known. */
function syllablesOf(word: string): number {
  if (/\p{Nd}/u.test(word)) return 0;
  return /[a-z]/.test(word) ? Math.max(1, syllable(word.slice(0, 100))) : 1;
}

function alternatesSyllables(text: string): boolean {
  const parities = split(removePunctuation(text).toLowerCase()).map(
    (word) => syllablesOf(word) % 2,
  );
  return parities.every((parity, i) => i === 0 || parity !== parities[i - 1]);
}

/** Words and sentences, as at the release with 294 prompts. */
export const IFBENCH_WORDS: Rows = {
  "words:alphabet": row(
    "each word starts with the letter after that of the word before, a after z",
    {},
    followsAlphabet,
  ),
  "words:vowel": row(
    "one paragraph with at most three different vowels",
    {},
    fewVowels,
  ),
  "words:consonants": row(
    "every word has two consonants in a row",
    {},
    (text) =>
      split(text.toLowerCase()).every((word) =>
        /[bcdfghjklmnpqrstvwxyz]{2}/u.test(word),
      ),
  ),
  "words:palindrome": row(
    "at least ten palindromes of five or more characters",
    {},
    (text) =>
      split(removePunctuation(text).toLowerCase()).filter(
        (word) => length(word) >= 5 && word === [...word].reverse().join(""),
      ).length >= 10,
  ),
  "words:prime_lengths": row(
    "the length of every word is a prime number",
    {},
    (text) =>
      split(removePunctuation(text)).every((word) => PRIMES.has(length(word))),
  ),
  "words:start_verb": row("starts with a verb", {}, startsWithVerb),
  "words:repeats": row(
    "no word occurs more than so many times, ignoring case",
    { small_n: "count" },
    (text, kwargs) => mostRepeats(text, countOf(kwargs, "small_n")),
  ),
  "words:odd_even_syllables": row(
    "words of odd and even numbers of syllables alternate",
    {},
    alternatesSyllables,
  ),
  "words:last_first": row(
    "the last word of each sentence is the first of the next",
    {},
    (text) => lastIsFirst(ruleSentences(text)),
  ),
  "words:paragraph_last_first": row(
    "each line ends with the word that it starts with",
    {},
    firstIsLast,
  ),
  "words:no_consecutive": row(
    "no two neighbouring words start with the same letter",
    {},
    (text) =>
      split(removePunctuation(text.toLowerCase())).every(
        (word, i, all) => i === 0 || firstOf(word) !== firstOf(all[i - 1]!),
      ),
  ),
  "words:keywords_specific_position": row(
    "the keyword is the m-th token of the n-th sentence",
    { keyword: "text", n: "count", m: "count" },
    (text, kwargs) => {
      const sentence = ruleSentences(text)[countOf(kwargs, "n") - 1];
      return (
        sentence !== undefined &&
        wordTokenize(sentence)[countOf(kwargs, "m") - 1] ===
          strip(textOf(kwargs, "keyword"))
      );
    },
  ),
  "words:words_position": row(
    "the keyword is the second token and the second to last",
    { keyword: "text" },
    (text, kwargs) => {
      const tokens = wordTokenize(text);
      const keyword = strip(textOf(kwargs, "keyword"));
      return (
        tokens.length >= 2 && tokens[1] === keyword && tokens.at(-2) === keyword
      );
    },
  ),
  "sentence:alliteration_increment": row(
    "each sentence has more words in alliteration than the one before",
    {},
    (text) => alliterationGrows(ruleSentences(text)),
  ),
  "sentence:keyword": row(
    "the keyword occurs in the N-th sentence, ignoring case",
    { word: "text", N: "count" },
    (text, kwargs) =>
      ruleSentences(text)
        .at(countOf(kwargs, "N") - 1)
        ?.toLowerCase()
        .includes(textOf(kwargs, "word").toLowerCase()) ?? false,
  ),
  "sentence:increment": row(
    "each sentence has exactly so many words more than the one before",
    { small_n: "count" },
    (text, kwargs) =>
      wordsGrow(ruleSentences(text), countOf(kwargs, "small_n")),
  ),
};
