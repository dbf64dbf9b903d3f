/** The constraint checkers of IFEval, and those of IFEvalG and IFBench that need no language model: id → rule. */
import { TaskError } from "../../error.js";
import {
  countMatches,
  hasWord,
  isLower,
  isPattern,
  isUpper,
  PUNCTUATION,
  split,
  strip,
  words,
} from "./python.js";
import { REFUSED } from "./refused.js";

/** Arguments of one constraint, named as in the real data files. */
export type Kwargs = Readonly<Record<string, unknown>>;

/** Types that an argument can have. */
export type KwargType =
  "count" | "text" | "pattern" | "patterns" | "relation" | "letter";

/** One row of the table: the arguments that must be there, and the strict pass rule. */
export interface Constraint {
  kwargs: Readonly<Record<string, KwargType>>;
  /** `text` is stripped of nothing; `kwargs` have been validated. */
  check(text: string, kwargs: Kwargs): boolean;
}

const countOf = (kwargs: Kwargs, name: string): number =>
  kwargs[name] as number;
const textOf = (kwargs: Kwargs, name: string): string => kwargs[name] as string;
const holds = (n: number, bound: number, relation: unknown): boolean =>
  relation === "less than" ? n < bound : n >= bound;
const matches = (text: string, pattern: RegExp): string[] =>
  text.match(pattern) ?? [];

/** Pieces between separators; an empty first or last piece does not count, an empty inner piece makes the text fail (null). */
function pieces(parts: string[]): string[] | null {
  const inner = parts.slice(1, -1);
  if (inner.some((part) => strip(part) === "")) return null;
  return parts.filter((part) => strip(part) !== "");
}

function frequency(text: string, kwargs: Kwargs): boolean {
  const n = countMatches(textOf(kwargs, "keyword"), text);
  return holds(n, countOf(kwargs, "frequency"), kwargs.relation);
}

function letterFrequency(text: string, kwargs: Kwargs): boolean {
  const letter = textOf(kwargs, "letter").toLowerCase();
  const n = [...text.toLowerCase()].filter(
    (character) => character === letter,
  ).length;
  return holds(n, countOf(kwargs, "let_frequency"), kwargs.let_relation);
}

function sameText(text: string, kwargs: Kwargs): boolean {
  return (
    strip(text).toLowerCase() ===
    strip(textOf(kwargs, "prompt_to_repeat")).toLowerCase()
  );
}

function isJson(text: string): boolean {
  const body = strip(
    strip(text)
      .replace(/^```(?:json|Json|JSON)?/u, "")
      .replace(/```$/u, ""),
  );
  // Python's json.loads also takes NaN and Infinity.
  const strictBody = body.replace(
    /"(?:[^"\\]|\\.)*"|(?<![\w.-])(?:NaN|-?Infinity)(?![\w.])/gu,
    (token) => (token.startsWith('"') ? token : "0"),
  );
  try {
    JSON.parse(strictBody);
    return true;
  } catch {
    return false;
  }
}

function nthParagraphFirstWord(text: string, kwargs: Kwargs): boolean {
  const paragraphs = text.split("\n\n");
  const filled = paragraphs.filter(
    (paragraph) => strip(paragraph) !== "",
  ).length;
  const nth = countOf(kwargs, "nth_paragraph");
  // The n-th raw piece, empty ones included, as the reference code indexes it.
  const first = nth <= filled ? split(paragraphs[nth - 1] ?? "")[0] : undefined;
  if (first === undefined) return false;
  const bare = first.replace(/^'+/u, "").replace(/^"+/u, "");
  const word = bare.split(/[.,?!'"]/u)[0]!.toLowerCase();
  return (
    filled === countOf(kwargs, "num_paragraphs") &&
    word === textOf(kwargs, "first_word").toLowerCase()
  );
}

function postscript(text: string, kwargs: Kwargs): boolean {
  const marker = textOf(kwargs, "postscript_marker");
  if (marker === "P.P.S") return /p\.\s?p\.\s?s/u.test(text.toLowerCase());
  if (marker === "P.S.") return /p\.\s?s\./u.test(text.toLowerCase());
  return countMatches(marker.toLowerCase(), text.toLowerCase()) > 0;
}

function highlights(text: string): number {
  const single = matches(text, /\*[^\n*]*\*/gu).filter(
    (span) => strip(strip(span, "*")) !== "",
  );
  const double = matches(text, /\*\*[^\n*]*\*\*/gu).filter(
    (span) => strip(span.slice(2, -2)) !== "",
  );
  return single.length + double.length;
}

function bullets(text: string): number {
  // The reference lets the leading white space run over blank lines, which changes no count but takes quadratic time.
  const stars = matches(text, /(?:^|(?<=\n))[^\S\n]*\*[^*][^\n]*/gu);
  const dashes = matches(text, /(?:^|(?<=\n))[^\S\n]*-[^\n]*/gu);
  return stars.length + dashes.length;
}

function twoResponses(text: string): boolean {
  const responses = pieces(text.split("******"));
  return (
    responses?.length === 2 && strip(responses[0]!) !== strip(responses[1]!)
  );
}

function firstIsLast(text: string): boolean {
  return text.split("\n").every((line) => {
    const tokens = split(strip(strip(line).toLowerCase(), PUNCTUATION + " "));
    return tokens[0] === tokens.at(-1);
  });
}

function repeats(text: string, most: number): boolean {
  const seen = new Map<string, number>();
  for (const token of split(text.toLowerCase())) {
    const word = strip(token, PUNCTUATION);
    seen.set(word, (seen.get(word) ?? 0) + 1);
  }
  return [...seen.values()].every((n) => n <= most);
}

/**
 * Every constraint that can be checked, by its id in the real data files.
 *
 * Source: IFEval (Zhou et al. 2023, arXiv 2311.07911), IFEvalG (open-instruct), IFBench; strict rules.
 * Deviates: `english_lowercase` and `english_capital` check the case only; the reference also asks a language detector, which
 * passes whatever it cannot recognise.
 */
export const CONSTRAINTS: ReadonlyMap<string, Constraint> = new Map<
  string,
  Constraint
>([
  // IFEval
  [
    "keywords:existence",
    {
      kwargs: { keywords: "patterns" },
      check: (text, kwargs) =>
        (kwargs.keywords as string[]).every(
          (keyword) => countMatches(keyword, text) > 0,
        ),
    },
  ],
  [
    "keywords:frequency",
    {
      kwargs: { keyword: "pattern", frequency: "count", relation: "relation" },
      check: frequency,
    },
  ],
  [
    "keywords:forbidden_words",
    {
      kwargs: { forbidden_words: "patterns" },
      check: (text, kwargs) =>
        !(kwargs.forbidden_words as string[]).some((word) =>
          hasWord(word, text),
        ),
    },
  ],
  [
    "keywords:letter_frequency",
    {
      kwargs: {
        letter: "letter",
        let_frequency: "count",
        let_relation: "relation",
      },
      check: letterFrequency,
    },
  ],
  [
    "length_constraints:number_paragraphs",
    {
      kwargs: { num_paragraphs: "count" },
      check: (text, kwargs) =>
        pieces(text.split(/\s?\*\*\*\s?/u))?.length ===
        countOf(kwargs, "num_paragraphs"),
    },
  ],
  [
    "length_constraints:number_words",
    {
      kwargs: { num_words: "count", relation: "relation" },
      check: (text, kwargs) =>
        holds(
          words(text).length,
          countOf(kwargs, "num_words"),
          kwargs.relation,
        ),
    },
  ],
  [
    "length_constraints:nth_paragraph_first_word",
    {
      kwargs: {
        num_paragraphs: "count",
        nth_paragraph: "count",
        first_word: "text",
      },
      check: nthParagraphFirstWord,
    },
  ],
  [
    "detectable_content:number_placeholders",
    {
      kwargs: { num_placeholders: "count" },
      check: (text, kwargs) =>
        matches(text, /\[[^\n]*?\]/gu).length >=
        countOf(kwargs, "num_placeholders"),
    },
  ],
  [
    "detectable_content:postscript",
    { kwargs: { postscript_marker: "pattern" }, check: postscript },
  ],
  [
    "detectable_format:number_bullet_lists",
    {
      kwargs: { num_bullets: "count" },
      check: (text, kwargs) => bullets(text) === countOf(kwargs, "num_bullets"),
    },
  ],
  [
    "detectable_format:constrained_response",
    {
      kwargs: {},
      check: (text) => /My answer is (?:yes|no|maybe)\./u.test(text),
    },
  ],
  [
    "detectable_format:number_highlighted_sections",
    {
      kwargs: { num_highlights: "count" },
      check: (text, kwargs) =>
        highlights(text) >= countOf(kwargs, "num_highlights"),
    },
  ],
  [
    "detectable_format:multiple_sections",
    {
      // The misspelt name is that of the data files.
      kwargs: { section_spliter: "pattern", num_sections: "count" },
      check: (text, kwargs) => {
        // Case counts here, unlike for keywords: the reference splits without the ignore-case flag.
        const sections = text.split(
          new RegExp(
            `\\s?(?:${textOf(kwargs, "section_spliter")})\\s?\\p{Nd}+\\s?`,
            "u",
          ),
        );
        return sections.length - 1 >= countOf(kwargs, "num_sections");
      },
    },
  ],
  ["detectable_format:json_format", { kwargs: {}, check: isJson }],
  [
    "detectable_format:title",
    {
      kwargs: {},
      check: (text) =>
        matches(text, /<<[^\n]+>>/gu).some(
          (title) =>
            strip(title.replace(/^<+/u, "").replace(/>+$/u, "")) !== "",
        ),
    },
  ],
  ["combination:two_responses", { kwargs: {}, check: twoResponses }],
  [
    "combination:repeat_prompt",
    {
      kwargs: { prompt_to_repeat: "text" },
      check: (text, kwargs) =>
        strip(text)
          .toLowerCase()
          .startsWith(strip(textOf(kwargs, "prompt_to_repeat")).toLowerCase()),
    },
  ],
  [
    "startend:end_checker",
    {
      kwargs: { end_phrase: "text" },
      check: (text, kwargs) =>
        strip(strip(text), '"')
          .toLowerCase()
          .endsWith(strip(textOf(kwargs, "end_phrase")).toLowerCase()),
    },
  ],
  [
    "startend:quotation",
    {
      kwargs: {},
      check: (text) => {
        const bare = strip(text);
        return bare.length > 1 && bare.startsWith('"') && bare.endsWith('"');
      },
    },
  ],
  ["change_case:english_capital", { kwargs: {}, check: isUpper }],
  ["change_case:english_lowercase", { kwargs: {}, check: isLower }],
  [
    "punctuation:no_comma",
    { kwargs: {}, check: (text) => !text.includes(",") },
  ],

  // IFEvalG
  [
    "keywords:word_once",
    {
      kwargs: { keyword: "pattern" },
      check: (text, kwargs) =>
        countMatches(textOf(kwargs, "keyword"), text) === 1,
    },
  ],
  [
    "keywords:word_count_different_numbers",
    {
      kwargs: { keyword: "pattern", frequency: "count", relation: "relation" },
      check: frequency,
    },
  ],
  [
    "keywords:exclude_word_harder",
    {
      kwargs: { keyword: "text" },
      check: (text, kwargs) => !text.includes(` ${textOf(kwargs, "keyword")} `),
    },
  ],
  [
    "paragraphs:paragraphs",
    {
      kwargs: {},
      check: (text) => pieces(text.split(/\s?\*\*\*\s?/u))?.length === 2,
    },
  ],
  [
    "paragraphs:paragraphs2",
    { kwargs: {}, check: (text) => pieces(text.split("\n\n"))?.length === 2 },
  ],
  [
    "first_word:first_word_answer",
    {
      kwargs: { first_word: "text" },
      check: (text, kwargs) =>
        split(text)[0]?.toLowerCase() ===
        textOf(kwargs, "first_word").toLowerCase(),
    },
  ],
  [
    "last_word:last_word_answer",
    {
      kwargs: { last_word: "text" },
      check: (text, kwargs) =>
        words(split(text).at(-1) ?? "")
          .join("")
          .toLowerCase() === textOf(kwargs, "last_word").toLowerCase(),
    },
  ],
  [
    "punctuation:punctuation_dot",
    { kwargs: {}, check: (text) => !text.includes(".") },
  ],
  [
    "punctuation:punctuation_exclamation",
    { kwargs: {}, check: (text) => !text.includes("!") },
  ],
  [
    "count:lowercase_counting",
    {
      kwargs: { N: "count" },
      check: (text, kwargs) =>
        words(text).filter((word) => /^[a-z]+$/u.test(word)).length <=
        countOf(kwargs, "N"),
    },
  ],
  [
    "letters:letter_counting",
    {
      kwargs: { N: "count", relation: "relation" },
      check: (text, kwargs) =>
        holds(
          matches(text, /[a-zA-Z]/gu).length,
          countOf(kwargs, "N"),
          kwargs.relation,
        ),
    },
  ],
  [
    "letters:letter_counting2",
    {
      kwargs: {
        letter: "letter",
        let_frequency: "count",
        let_relation: "relation",
      },
      check: letterFrequency,
    },
  ],
  ["copy:copy", { kwargs: { prompt_to_repeat: "text" }, check: sameText }],
  [
    "copy:copying_simple",
    { kwargs: { prompt_to_repeat: "text" }, check: sameText },
  ],
  [
    "copy:copying_multiple",
    {
      kwargs: { prompt_to_repeat: "text", N: "count" },
      check: (text, kwargs) => {
        const copies = text.split("******");
        return (
          copies.length === countOf(kwargs, "N") &&
          copies.every((copy) => sameText(copy, kwargs))
        );
      },
    },
  ],
  [
    "detectable_format:square_brackets",
    {
      kwargs: {},
      check: (text) =>
        split(text).every(
          (token) => token.startsWith("[") && token.endsWith("]"),
        ),
    },
  ],
  [
    "detectable_format:bigram_wrapping",
    {
      kwargs: {},
      // A last token without a partner is free.
      check: (text) =>
        split(text).every((token, i, all) =>
          i % 2 === 1
            ? token.endsWith(">>")
            : i === all.length - 1 || token.startsWith("<<"),
        ),
    },
  ],
  [
    "keywords:palindrome",
    {
      kwargs: {},
      check: (text) =>
        split(text).some((token) => token === [...token].reverse().join("")),
    },
  ],

  // IFBench
  [
    "count:word_count_range",
    {
      kwargs: { min_words: "count", max_words: "count" },
      check: (text, kwargs) => {
        const n = words(text).length;
        return (
          n >= countOf(kwargs, "min_words") && n <= countOf(kwargs, "max_words")
        );
      },
    },
  ],
  [
    "count:unique_word_count",
    {
      kwargs: { N: "count" },
      check: (text, kwargs) =>
        new Set(
          split(text.toLowerCase()).map((word) => strip(word, PUNCTUATION)),
        ).size >= countOf(kwargs, "N"),
    },
  ],
  ["words:paragraph_last_first", { kwargs: {}, check: firstIsLast }],
  [
    "words:repeats",
    {
      kwargs: { small_n: "count" },
      check: (text, kwargs) => repeats(text, countOf(kwargs, "small_n")),
    },
  ],
]);

const VALID: Readonly<Record<KwargType, (value: unknown) => boolean>> = {
  count: (value) => Number.isSafeInteger(value) && (value as number) >= 0,
  text: (value) => typeof value === "string" && strip(value) !== "",
  pattern: (value) => VALID.text(value) && isPattern(value as string),
  patterns: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((item) => VALID.pattern(item)),
  relation: (value) => value === "less than" || value === "at least",
  letter: (value) => typeof value === "string" && [...value].length === 1,
};

const DESCRIPTION: Readonly<Record<KwargType, string>> = {
  count: "an integer of at least 0",
  text: "a text that is not blank",
  pattern: "a regular expression",
  patterns: "a list of regular expressions",
  relation: '"less than" or "at least"',
  letter: "one character",
};

/**
 * Look up a constraint and validate its arguments. A missing argument is an error, never a random default.
 *
 * @param id      constraint id as in the data files
 * @param kwargs  arguments; those that are null are left out, as the data files pad every row with nulls
 * @returns a function that says whether a text satisfies the constraint, strictly: a blank text never does
 * @throws TaskError unknown or refused id, or a missing, unknown or mistyped argument
 * @example
 * constraint("length_constraints:number_words", { num_words: 3, relation: "at least" })("one two three")   // true
 */
export function constraint(
  id: string,
  kwargs: Kwargs | null | undefined,
): (text: string) => boolean {
  const row = CONSTRAINTS.get(id);
  if (row === undefined) {
    const need = REFUSED.get(id);
    throw new TaskError(
      need === undefined
        ? `constraint: id must be a known constraint, got ${JSON.stringify(id)}`
        : `constraint: ${id} cannot be checked; it needs ${need}`,
    );
  }
  const given = Object.entries(kwargs ?? {}).filter(
    ([, value]) => value !== null && value !== undefined,
  );
  for (const [name] of given) {
    if (!Object.hasOwn(row.kwargs, name))
      throw new TaskError(
        `constraint: ${id} takes no argument ${JSON.stringify(name)}`,
      );
  }
  const values = new Map(given);
  for (const [name, type] of Object.entries(row.kwargs)) {
    const value = values.get(name);
    if (!VALID[type](value)) {
      throw new TaskError(
        `constraint: ${id} needs ${name} to be ${DESCRIPTION[type]}, got ${value === undefined ? "nothing" : JSON.stringify(value)}`,
      );
    }
  }
  const valid: Kwargs = Object.fromEntries(given);
  return (text) => strip(text) !== "" && row.check(text, valid);
}
