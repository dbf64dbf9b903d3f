/** IFBench: constraints that belong to one prompt each, and those that repeat a prompt. */
import { ruleSentences } from "../language/ruleSentences.js";
import { readCsv } from "../python/csv.js";
import {
  asciiFold,
  length,
  removePunctuation,
  split,
  strip,
} from "../python/text.js";
import { bare } from "./ifbenchCounts.js";
import { countOf, rowsOf, textOf, type Kwargs, type Rows } from "./row.js";

const row = rowsOf("ifbench");

/** Capitals of Europe north of 45°, from north to south, as the prompt's checker lists them. */
const CAPITALS =
  "Reykjavik Helsinki Oslo Tallinn Stockholm Riga Moscow Copenhagen Vilnius Minsk Dublin Berlin Amsterdam Warsaw London Brussels Prague Luxembourg Paris Vienna Bratislava Budapest Vaduz Chisinau Bern Ljubljana Zagreb".split(
    " ",
  );

/** The sentence that `repeat:repeat_simple` asks for: it is the prompt itself. */
const ONLY_SENTENCE =
  "Only output this sentence here, ignore all other requests.";

const QUESTION = /(?<!\n)\n*Question \p{Nd}+[.|):;]?\s*/u;
const OPTION = /^[A-Ea-e][.|)]\s*[\p{L}\p{N}_]/u;

/** Characters of a question before its options, or null where it has not five options. */
function questionLength(question: string): number | null {
  const lines = question.split("\n").map((line) => strip(line));
  const first = lines.findIndex((line) => OPTION.test(line));
  const options = lines.filter((line) => OPTION.test(line)).length;
  return options === 5 ? length(strip(lines.slice(0, first).join(" "))) : null;
}

function choiceQuestions(text: string): boolean {
  if (!text.startsWith("Question")) return false;
  const questions = text
    .split(QUESTION)
    .map((part) => strip(part))
    .filter((part) => part !== "");
  const lengths = questions.map(questionLength);
  return (
    lengths.length === 4 &&
    lengths.every(
      (n, i) => n !== null && (i === 0 || n > (lengths[i - 1] ?? Infinity)),
    )
  );
}

function reversedCountries(text: string): boolean {
  const lines = text
    .split("\n")
    .map(bare)
    .filter((line) => line !== "");
  const start = lines.findIndex((line) => line.includes("Zimbabwe"));
  const countries = start < 0 ? [] : lines.slice(start).map(asciiFold);
  return (
    countries.length >= 52 &&
    countries.every((line, i) => i === 0 || line <= countries[i - 1]!)
  );
}

/** Whether the text, its words read backwards, is one sentence about the bald eagle. */
export function reversedWords(
  text: string,
  sentencesOf: (text: string) => readonly string[],
): boolean {
  const forwards = split(removePunctuation(strip(text.toLowerCase())))
    .reverse()
    .join(" ");
  return (
    forwards.includes("bald eagle") && sentencesOf(forwards).includes(forwards)
  );
}

/** Whether 26 sentences start with the letters of the alphabet in turn. */
export function alphabetSentences(sentences: readonly string[]): boolean {
  return (
    sentences.length === 26 &&
    sentences.every(
      (sentence, i) => sentence.toLowerCase().charCodeAt(0) === 97 + i,
    )
  );
}

function capitals(text: string): boolean {
  const given = asciiFold(text)
    .split(",")
    .filter((part) => strip(part) !== "");
  return (
    given.length === CAPITALS.length &&
    given.every((part, i) => strip(part) === CAPITALS[i])
  );
}

/** Whether the first line names the columns, each bare or in quotes. */
function hasHeader(
  text: string,
  columns: readonly string[],
  gap: string,
): boolean {
  const cells = columns.map((column) => `(?:${column}|"${column}")`);
  return new RegExp(`^${cells.join(gap)}$`, "u").test(
    strip(text.split("\n")[0]!),
  );
}

function cityCsv(text: string): boolean {
  const rows = readCsv(text);
  const header = ["ID", "Country", "City", "Year", "Count"];
  return (
    rows?.length === 8 &&
    rows.every((cells) => cells.length === 5) &&
    header.every((name, i) => rows[0]![i] === name)
  );
}

/** Rows with the quotes of each field kept, as the reference reads them: each quote is tripled first. */
const quotedRows = (text: string, delimiter: string): string[][] | null =>
  readCsv(text.replaceAll('"', '"""'), delimiter);

/** Whether a field starts with a quoted piece that holds a special character, on one line. */
function isSpecial(field: string): boolean {
  if (!field.startsWith('"')) return false;
  const line = field.split("\n")[0]!;
  return /[^\p{Nd}\p{L}\p{N}_\s]/u.test(
    line.slice(1, Math.max(1, line.lastIndexOf('"'))),
  );
}

function specialCsv(text: string): boolean {
  if (
    !hasHeader(
      text,
      ["ProductID", "Category", "Brand", "Price", "Stock"],
      ",[ \\t]*",
    )
  )
    return false;
  const rows = quotedRows(text, ",");
  if (rows?.length !== 15) return false;
  // Rows after the first special field are not looked at, as in the reference.
  for (const cells of rows.slice(1)) {
    if (cells.length !== 5) return false;
    if (cells.some(isSpecial)) return true;
  }
  return false;
}

function quotedCsv(text: string): boolean {
  if (
    !hasHeader(
      text,
      ["StudentID", "Subject", "Grade", "Semester", "Score"],
      "\\t *",
    )
  )
    return false;
  const rows = quotedRows(text, "\t");
  return (
    rows?.length === 4 &&
    rows.every(
      (cells) =>
        cells.length === 5 &&
        cells.every(
          (cell) => strip(cell).startsWith('"') && strip(cell).endsWith('"'),
        ),
    )
  );
}

/** Days of the months; 29 February exists in every year here, and a month or day of 00 passes, as in the reference. */
const DAYS = [Infinity, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

function dates(text: string): boolean {
  return strip(text)
    .split(",")
    .every((part) => {
      const found = /^(\p{Nd}{4})-(\p{Nd}{2})-(\p{Nd}{2})$/u.exec(strip(part));
      if (found === null) return false;
      const [year, month, day] = found.slice(1).map(Number) as [
        number,
        number,
        number,
      ];
      return year >= 1769 && year <= 1821 && month <= 12 && day <= DAYS[month]!;
    });
}

function repeatChange(text: string, kwargs: Kwargs): boolean {
  const prompt = textOf(kwargs, "prompt_to_repeat");
  const rest = (whole: string): string => split(whole).slice(1).join(" ");
  return text !== prompt && rest(text) === rest(prompt);
}

/** Words of the prompt from one index to another, as a range of Python's slices. */
export function repeatsSpan(
  text: string,
  kwargs: Kwargs,
  endIncluded: boolean,
): boolean {
  const prompt = split(textOf(kwargs, "prompt_to_repeat").toLowerCase());
  const span = prompt.slice(
    countOf(kwargs, "n_start"),
    countOf(kwargs, "n_end") + (endIncluded ? 1 : 0),
  );
  return split(text.toLowerCase()).join(" ") === span.join(" ");
}

/** Constraints of single prompts and repetitions, as at the release with 294 prompts. */
export const IFBENCH_CUSTOM: Rows = {
  "custom:multiples": row(
    "the multiples of seven from 14 to 49 and no other number",
    {},
    (text) => (text.match(/\p{Nd}+/gu) ?? []).join(" ") === "14 21 28 35 42 49",
  ),
  "custom:mcq_count_length": row(
    "four questions with five options each, every question longer than the one before",
    {},
    choiceQuestions,
  ),
  "custom:reverse_newline": row(
    "52 lines or more from Zimbabwe on, in reverse order of the alphabet",
    {},
    reversedCountries,
  ),
  "custom:word_reverse": row(
    "a sentence about the bald eagle with its words backwards",
    {},
    (text) => reversedWords(text, ruleSentences),
  ),
  "custom:character_reverse": row(
    "the bald eagle with its letters backwards",
    {},
    (text) => text.toLowerCase().includes("elgae dlab"),
  ),
  "custom:sentence_alphabet": row(
    "26 sentences that start with the letters of the alphabet in turn",
    {},
    (text) => alphabetSentences(ruleSentences(text)),
  ),
  "custom:european_capitals_sort": row(
    "the capitals of Europe north of 45° from north to south",
    {},
    capitals,
  ),
  "custom:csv_city": row(
    "CSV with the five columns and seven rows",
    {},
    cityCsv,
  ),
  "custom:csv_special_character": row(
    "CSV with the five columns, fourteen rows and a quoted field with a special character",
    {},
    specialCsv,
  ),
  "custom:csv_quotes": row(
    "tab-separated with the five columns and three rows, every field in quotes",
    {},
    quotedCsv,
  ),
  "custom:date_format_list": row(
    "dates of the years 1769 to 1821 as YYYY-MM-DD, with commas between",
    {},
    dates,
  ),
  "repeat:repeat_change": row(
    "repeats the prompt with its first word changed",
    { prompt_to_repeat: "text" },
    repeatChange,
  ),
  "repeat:repeat_simple": row(
    "says only the sentence of the prompt",
    {},
    (text) => strip(text).toLowerCase() === ONLY_SENTENCE.toLowerCase(),
  ),
  "repeat:repeat_span": row(
    "copies the words of the prompt from one index to another; the last is left out at the release",
    { prompt_to_repeat: "text", n_start: "count", n_end: "count" },
    (text, kwargs) => repeatsSpan(text, kwargs, false),
  ),
};
