/** Punkt: splits English text into sentences. */
import { isLower, isSpace, isUpper, strip, stripEnd } from "../python/text.js";
import { ABBREVIATIONS, COMMON, STARTERS } from "./punktWords.js";

// Characters that cannot stand inside a word; the sentence ends but the period are among them.
const NON_WORD = ")\";}]*:@'({[\u2018\u2019\u201c\u201d\u00ab\u00bb!?";
const NOT_START = '("`{[:;&#*@)}]-,';
const SENTENCE_ENDS = ".?!";
const CLOSING = "\"')]}\u2018\u2019\u201c\u201d\u00ab\u00bb";
const INNER_PUNCTUATION: ReadonlySet<string> = new Set([
  ";",
  ":",
  ",",
  ".",
  "!",
  "?",
]);
const NUMBER = /^-?[.,]?\p{Nd}[\p{Nd},.-]*\.?$/u;
const INITIAL = /^\p{L}\.$/u;
const ELLIPSIS = /^\.\.+$/u;
const MULTIPLE = /-{2,}|\.{2,}|(?:\.\s){2,}\./uy;

/** A place where a sentence may end. */
interface Candidate {
  /** Index of the mark. */
  at: number;
  /** Start of the word before the mark. */
  word: number;
  /** The mark and what follows it: one character of punctuation, or white space and a token. */
  context: string;
  /** Start of the token after white space, if any. */
  next: number | null;
}

/** Length of a dash run, ellipsis or spaced ellipsis that starts at an index, or 0. */
function multipleAt(text: string, at: number): number {
  const first = text[at];
  if (first !== "-" && first !== ".") return 0;
  MULTIPLE.lastIndex = at;
  return MULTIPLE.exec(text)?.[0].length ?? 0;
}

/** Whether a word ends before the character at an index. */
function endsWord(line: string, at: number): boolean {
  const character = line[at];
  if (
    character === undefined ||
    isSpace(character) ||
    NON_WORD.includes(character) ||
    multipleAt(line, at) > 0
  )
    return true;
  if (character !== ",") return false;
  const next = line[at + 1];
  return (
    next === undefined ||
    isSpace(next) ||
    NON_WORD.includes(next) ||
    multipleAt(line, at + 1) > 0
  );
}

/** The tokens of one line: punctuation apart, but for periods. */
function punktWords(line: string): string[] {
  const tokens: string[] = [];
  for (let at = 0; at < line.length;) {
    if (isSpace(line[at]!)) {
      at++;
      continue;
    }
    let end = at + multipleAt(line, at);
    if (end === at) {
      end = at + 1;
      if (!NOT_START.includes(line[at]!)) while (!endsWord(line, end)) end++;
    }
    tokens.push(line.slice(at, end));
    at = end;
  }
  return tokens;
}

/** Candidates, at most one for each word. */
function candidates(text: string): Candidate[] {
  const found: Candidate[] = [];
  let wordEnd = 0;
  let wordStart = 0;
  let last: Candidate | null = null;
  for (let at = 0; at < text.length; at++) {
    if (!SENTENCE_ENDS.includes(text[at]!)) continue;
    const after = text[at + 1];
    if (after === undefined) continue;
    let next: number | null = null;
    let context: string;
    if (NON_WORD.includes(after)) context = text.slice(at, at + 2);
    else if (isSpace(after)) {
      next = at + 1;
      while (next < text.length && isSpace(text[next]!)) next++;
      if (next === text.length) continue;
      let end = next;
      while (end < text.length && !isSpace(text[end]!)) end++;
      context = text.slice(at, end);
    } else continue;
    // The word before the mark starts after the last space since the last candidate's word.
    let space = at - 1;
    while (space > wordEnd && !" \t\n\r\v\f".includes(text[space]!)) space--;
    const start: number = space > wordEnd ? space + 1 : wordStart;
    if (last !== null && wordEnd <= start) found.push(last);
    wordStart = start;
    wordEnd = at;
    last = { at, word: start, context, next };
  }
  if (last !== null) found.push(last);
  return found;
}

/** A token with what the first pass says of it. */
interface Token {
  text: string;
  ends: boolean;
  abbreviation: boolean;
  ellipsis: boolean;
}

function firstPass(text: string): Token {
  const token: Token = {
    text,
    ends: false,
    abbreviation: false,
    ellipsis: false,
  };
  if (text.length === 1 && SENTENCE_ENDS.includes(text)) token.ends = true;
  else if (ELLIPSIS.test(text)) token.ellipsis = true;
  else if (text.endsWith(".") && !text.endsWith("..")) {
    const word = text.slice(0, -1).toLowerCase();

    if (ABBREVIATIONS.has(word) || ABBREVIATIONS.has(word.split("-").at(-1)!))
      token.abbreviation = true;
    else token.ends = true;
  }
  return token;
}

/** A token in lower case without its period: what the lists know. */
const typeOf = (token: string): string =>
  token.toLowerCase().replace(/\.$/u, "");

/** Whether a token starts a sentence by its case; null where that cannot be said. */
function startsSentence(token: string): boolean | null {
  if (INNER_PUNCTUATION.has(token)) return false;
  const first = [...token][0]!;
  if (isUpper(first) && STARTERS.has(typeOf(token))) return true;
  // A lower-case word never starts a sentence in the text that the original was trained on.
  return isLower(first) ? false : null;
}

/** Whether a sentence ends after the first token, when the second follows it. */
function endsBefore(token: Token, next: string): boolean {
  const { text } = token;
  if (!text.endsWith(".")) return token.ends;
  const isInitial = INITIAL.test(text);
  const starts = startsSentence(next);
  const followed =
    starts === null &&
    isInitial &&
    isUpper([...next][0]!) &&
    !COMMON.has(typeOf(next));
  if ((token.abbreviation || token.ellipsis) && !isInitial && starts === true)
    return true;
  if ((isInitial || NUMBER.test(text)) && (starts === false || followed))
    return false;
  return token.ends;
}

/** Whether a sentence ends inside a context, before its last token. */
function hasEnd(context: string): boolean {
  const tokens = context
    .split("\n")
    .filter((line) => strip(line) !== "")
    .flatMap(punktWords)
    .map(firstPass);
  return tokens.some(
    (token, i) =>
      i + 1 < tokens.length && endsBefore(token, tokens[i + 1]!.text),
  );
}

/** Length of closing quotes and brackets at the start of a piece, with the space after them; 0 where a word follows. */
function closingLength(
  text: string,
  start: number,
  end: number,
): [marks: number, all: number] {
  let at = start;
  while (at < end && CLOSING.includes(text[at]!)) {
    at++;
    let space = at;
    while (space < end && isSpace(text[space]!)) space++;
    if (space > at) return [at - start, space - start];
    if (at === end || text.startsWith("--", at))
      return [at - start, at - start];
  }
  return [0, 0];
}

/**
 * Split a text into sentences.
 *
 * Source: Kiss & Strunk 2006, "Unsupervised Multilingual Sentence Boundary Detection", as NLTK's `PunktSentenceTokenizer`
 * applies it; candidates are `.`, `?` and `!` before white space or punctuation.
 * Deviates: parameters are our own lists instead of learnt ones; agreement is measured by `npm run parity`.
 *
 * @returns the sentences, without the white space between them
 * @example
 * splitSentences("Mr. Fox ran. He fell.")   // ["Mr. Fox ran.", "He fell."]
 */
export function splitSentences(text: string): string[] {
  const slices: [start: number, end: number][] = [];
  let start = 0;
  for (const { at, word, context, next } of candidates(text)) {
    if (!hasEnd(text.slice(word, at) + context)) continue;
    slices.push([start, at + 1]);
    start = next ?? at + 1;
  }
  slices.push([start, Math.max(start, stripEnd(text).length)]);

  const sentences: string[] = [];
  let shift = 0;
  slices.forEach(([from, to], i) => {
    const first = from + shift;
    const following = slices[i + 1];
    const [marks, all] =
      following === undefined ? [0, 0] : closingLength(text, ...following);
    const end = all > 0 ? following![0] + marks : to;
    shift = all;
    if (all > 0 || end > first) sentences.push(text.slice(first, end));
  });
  return sentences;
}
