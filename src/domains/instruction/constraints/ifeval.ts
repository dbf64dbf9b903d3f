/** The 25 constraints of IFEval. */
import { detectLanguage } from "../language/detectLanguage.js";
import { splitSentences } from "../language/punkt.js";
import { wordTokenize } from "../language/wordTokenize.js";
import { isJson } from "../python/json.js";
import { countMatches, hasWord, pattern } from "../python/pattern.js";
import {
  countPieces,
  isLower,
  isSpace,
  isUpper,
  split,
  strip,
  stripEnd,
  stripStart,
  words,
} from "../python/text.js";
import {
  countOf,
  holds,
  rowsOf,
  textOf,
  type Kwargs,
  type Rows,
} from "./row.js";

const row = rowsOf("ifeval");

/** Pieces between separators; an empty first or last piece does not count, an empty inner piece makes the text fail (null). */
export function pieces(parts: readonly string[]): string[] | null {
  const inner = parts.slice(1, -1);
  if (inner.some((part) => strip(part) === "")) return null;
  return parts.filter((part) => strip(part) !== "");
}

/** Pieces between `***`, each with the white space next to it. */
export const starParagraphs = (text: string): string[] =>
  text.split(pattern("\\s?\\*\\*\\*\\s?"));

/** How often `keyword` occurs, as `relation` asks. */
export function frequency(text: string, kwargs: Kwargs): boolean {
  const n = countMatches(strip(textOf(kwargs, "keyword")), text);
  return holds(n, countOf(kwargs, "frequency"), kwargs.relation);
}

/** How often a character occurs, ignoring case, as `let_relation` asks. */
export function letterFrequency(text: string, kwargs: Kwargs): boolean {
  const letter = textOf(kwargs, "letter").toLowerCase();
  const n = countPieces(text.toLowerCase(), letter);
  return holds(n, countOf(kwargs, "let_frequency"), kwargs.let_relation);
}

/** The text without one leading and one trailing code fence. */
function unfence(text: string): string {
  let body = strip(text);
  for (const fence of ["```json", "```Json", "```JSON", "```"])
    if (body.startsWith(fence)) body = body.slice(fence.length);
  if (body.endsWith("```")) body = body.slice(0, -3);
  return strip(body);
}

/** Number of shortest `[…]` spans, each on one line: found in one pass, since a pattern is quadratic in open brackets. */
function placeholders(text: string): number {
  let found = 0;
  for (let at = text.indexOf("["); at >= 0; at = text.indexOf("[", at)) {
    const close = text.indexOf("]", at);
    if (close < 0) break;
    const newline = text.indexOf("\n", at);
    if (newline >= 0 && newline < close) at = newline;
    else {
      found++;
      at = close + 1;
    }
  }
  return found;
}

/** Whether a line holds `<<title>>` with something but brackets and white space inside: from the first `<<` to the last `>>`. */
function hasTitle(text: string): boolean {
  return text.split("\n").some((line) => {
    const open = line.indexOf("<<");
    const close = line.lastIndexOf(">>");
    if (open < 0 || close < open + 3) return false;
    const title = line.slice(open, close + 2);
    return strip(stripEnd(stripStart(title, "<"), ">")) !== "";
  });
}

function nthParagraphFirstWord(text: string, kwargs: Kwargs): boolean {
  const paragraphs = text.split("\n\n");
  const filled = paragraphs.filter(
    (paragraph) => strip(paragraph) !== "",
  ).length;
  const nth = countOf(kwargs, "nth_paragraph");
  // The n-th raw piece, empty ones included, as the reference indexes it.
  const first =
    nth <= filled ? split(paragraphs.at(nth - 1) ?? "")[0] : undefined;
  if (first === undefined) return false;
  const bare = stripStart(stripStart(first, "'"), '"');
  const word = bare.split(/[.,?!'"]/u)[0]!.toLowerCase();
  return (
    filled === countOf(kwargs, "num_paragraphs") &&
    word === textOf(kwargs, "first_word").toLowerCase()
  );
}

function postscript(text: string, kwargs: Kwargs): boolean {
  const marker = strip(textOf(kwargs, "postscript_marker"));
  const lower = text.toLowerCase();
  if (marker === "P.P.S") return pattern("p\\.\\s?p\\.\\s?s").test(lower);
  if (marker === "P.S.") return pattern("p\\.\\s?s\\.").test(lower);
  return pattern(marker.toLowerCase()).test(lower);
}

function highlights(text: string): number {
  const single = (text.match(/\*[^\n*]*\*/gu) ?? []).filter(
    (span) => strip(strip(span, "*")) !== "",
  );
  const double = (text.match(/\*\*[^\n*]*\*\*/gu) ?? []).filter(
    (span) => strip(span.slice(2, -2)) !== "",
  );
  return single.length + double.length;
}

/** Lines that start with one star or a dash. A single star may take the line break after it, as the reference's pattern does. */
function bullets(text: string): number {
  const lines = text.split("\n");
  const starts = lines.map((line) => {
    let at = 0;
    while (at < line.length && isSpace(line[at]!)) at++;
    return line.slice(at, at + 2);
  });
  let found = 0;
  for (let i = 0; i < lines.length; i++) {
    if (starts[i]!.startsWith("-")) found++;
    if (!starts[i]!.startsWith("*") || starts[i] === "**") continue;
    // A star at the end of its line matches together with the next line, if there is one.
    if (starts[i] === "*") {
      if (i + 1 === lines.length) continue;
      if (starts[i + 1]!.startsWith("*")) i++;
    }
    found++;
  }
  return found;
}

function twoResponses(text: string): boolean {
  const responses = pieces(text.split("******"));
  return (
    responses?.length === 2 && strip(responses[0]!) !== strip(responses[1]!)
  );
}

/** Whether a text is English; a text without a hint passes. */
const isEnglish = (text: string): boolean =>
  [null, "en"].includes(detectLanguage(text));

/**
 * The constraints of IFEval.
 *
 * Source: Zhou et al. 2023 (arXiv 2311.07911), strict rules of its published checkers.
 * Deviates: `letter_frequency` counts any character, as there (its copies replace "#" and "!" by a random letter).
 */
export const IFEVAL: Rows = {
  "keywords:existence": row(
    "every keyword occurs, as a regular expression, ignoring case",
    { keywords: "patterns" },
    (text, kwargs) =>
      (kwargs.keywords as string[]).every(
        (keyword) => countMatches(keyword, text) > 0,
      ),
  ),
  "keywords:frequency": row(
    "the keyword occurs less than, or at least, so many times, ignoring case",
    { keyword: "pattern", frequency: "count", relation: "relation" },
    frequency,
  ),
  "keywords:forbidden_words": row(
    "none of the words occurs as a whole word, ignoring case",
    { forbidden_words: "patterns" },
    (text, kwargs) =>
      !(kwargs.forbidden_words as string[]).some((word) => hasWord(word, text)),
  ),
  "keywords:letter_frequency": row(
    "the letter occurs less than, or at least, so many times, ignoring case",
    { letter: "letter", let_frequency: "count", let_relation: "relation" },
    letterFrequency,
  ),
  "language:response_language": row(
    "the text is written in the language, by its ISO 639-1 code; a text without a hint passes",
    { language: "text" },
    (text, kwargs) =>
      [null, textOf(kwargs, "language")].includes(detectLanguage(text)),
  ),
  "length_constraints:number_sentences": row(
    "less than, or at least, so many sentences",
    { num_sentences: "count", relation: "relation" },
    (text, kwargs) =>
      holds(
        splitSentences(text).length,
        countOf(kwargs, "num_sentences"),
        kwargs.relation,
      ),
  ),
  "length_constraints:number_paragraphs": row(
    "exactly so many paragraphs between ***, none empty inside",
    { num_paragraphs: "count" },
    (text, kwargs) =>
      pieces(starParagraphs(text))?.length ===
      countOf(kwargs, "num_paragraphs"),
  ),
  "length_constraints:number_words": row(
    "less than, or at least, so many words",
    { num_words: "count", relation: "relation" },
    (text, kwargs) =>
      holds(words(text).length, countOf(kwargs, "num_words"), kwargs.relation),
  ),
  "length_constraints:nth_paragraph_first_word": row(
    "exactly so many paragraphs between blank lines, and the n-th starts with the word",
    { num_paragraphs: "count", nth_paragraph: "count", first_word: "text" },
    nthParagraphFirstWord,
  ),
  "detectable_content:number_placeholders": row(
    "at least so many placeholders in square brackets",
    { num_placeholders: "count" },
    (text, kwargs) => placeholders(text) >= countOf(kwargs, "num_placeholders"),
  ),
  "detectable_content:postscript": row(
    "the marker of a postscript occurs, ignoring case",
    { postscript_marker: "pattern" },
    postscript,
  ),
  "detectable_format:number_bullet_lists": row(
    "exactly so many lines that start with * or -",
    { num_bullets: "count" },
    (text, kwargs) => bullets(text) === countOf(kwargs, "num_bullets"),
  ),
  "detectable_format:constrained_response": row(
    "says that its answer is yes, no or maybe, in the fixed form",
    {},
    (text) => /My answer is (?:yes|no|maybe)\./u.test(text),
  ),
  "detectable_format:number_highlighted_sections": row(
    "at least so many sections highlighted with *",
    { num_highlights: "count" },
    (text, kwargs) => highlights(text) >= countOf(kwargs, "num_highlights"),
  ),
  "detectable_format:multiple_sections": row(
    "at least so many sections, each with the splitter and a number",
    // The misspelt name is that of the data files.
    { section_spliter: "pattern", num_sections: "count" },
    (text, kwargs) =>
      // Case counts here, unlike for keywords.
      (
        text.match(
          pattern(
            `\\s?${strip(textOf(kwargs, "section_spliter"))}\\s?\\d+\\s?`,
          ),
        ) ?? []
      ).length >= countOf(kwargs, "num_sections"),
  ),
  "detectable_format:json_format": row(
    "the whole text is JSON, a code fence around it aside",
    {},
    (text) => isJson(unfence(text)),
  ),
  "detectable_format:title": row(
    "holds a title in double angular brackets",
    {},
    hasTitle,
  ),
  "combination:two_responses": row(
    "exactly two different responses with ****** between them",
    {},
    twoResponses,
  ),
  "combination:repeat_prompt": row(
    "starts with the prompt, ignoring case",
    { prompt_to_repeat: "text" },
    (text, kwargs) =>
      strip(text)
        .toLowerCase()
        .startsWith(strip(textOf(kwargs, "prompt_to_repeat")).toLowerCase()),
  ),
  "startend:end_checker": row(
    "ends with the phrase, ignoring case and double quotes at the ends",
    { end_phrase: "text" },
    (text, kwargs) =>
      strip(strip(text), '"')
        .toLowerCase()
        .endsWith(strip(textOf(kwargs, "end_phrase")).toLowerCase()),
  ),
  "startend:quotation": row("stands in double quotation marks", {}, (text) => {
    const bare = strip(text);
    return bare.length > 1 && bare.startsWith('"') && bare.endsWith('"');
  }),
  "change_case:capital_word_frequency": row(
    "less than, or at least, so many words in capitals",
    { capital_frequency: "count", capital_relation: "relation" },
    (text, kwargs) =>
      holds(
        wordTokenize(text).filter(isUpper).length,
        countOf(kwargs, "capital_frequency"),
        kwargs.capital_relation,
      ),
  ),
  "change_case:english_capital": row(
    "English in capital letters only",
    {},
    (text) => isUpper(text) && isEnglish(text),
  ),
  "change_case:english_lowercase": row(
    "English in lower-case letters only",
    {},
    (text) => isLower(text) && isEnglish(text),
  ),
  "punctuation:no_comma": row("no comma", {}, (text) => !text.includes(",")),
};
