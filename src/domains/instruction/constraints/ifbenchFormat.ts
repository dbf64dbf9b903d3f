/** IFBench: constraints on the form of the text. */
import { ruleSentences } from "../language/ruleSentences.js";
import { wordTokenize } from "../language/wordTokenize.js";
import {
  countPieces,
  isLower,
  isUpper,
  PUNCTUATION,
  removePunctuation,
  SPACE,
  split,
  strip,
  stripStart,
} from "../python/text.js";
import { rowsOf, textOf, type Kwargs, type Rows } from "./row.js";
import { bare } from "./ifbenchCounts.js";

const row = rowsOf("ifbench");
const CLOSERS: Readonly<Record<string, string>> = {
  ")": "(",
  "]": "[",
  "}": "{",
};

/** Whether brackets nest five deep and the innermost one closes. */
function nestedBrackets(text: string): boolean {
  let open: string[] = [];
  let deepest = 0;
  for (const character of text) {
    if ("([{".includes(character)) {
      open.push(character);
      deepest = Math.max(deepest, open.length);
    } else if (Object.hasOwn(CLOSERS, character)) {
      if (open.at(-1) === CLOSERS[character]) {
        open.pop();
        if (deepest >= 5) return true;
      } else {
        open = [];
        deepest = 0;
      }
    }
  }
  return false;
}

/** Whether quotes nest three deep, double and single in turn, and close again. */
function nestedQuotes(text: string): boolean {
  const open: string[] = [];
  let deepest = 0;
  for (const character of text) {
    if (character === open.at(-1)) {
      open.pop();
      if (deepest - open.length >= 3) return true;
    } else if (character === '"' || character === "'") {
      open.push(character);
      deepest = Math.max(deepest, open.length);
    }
  }
  return false;
}

function isOption(text: string, kwargs: Kwargs): boolean {
  const options = textOf(kwargs, "options");
  const separator = options.includes("/")
    ? "/"
    : options.includes("or")
      ? "or"
      : ",";
  const choices = options.split(separator).map((choice) => strip(choice));
  // Letters must be given exactly as they are listed.
  if (
    /^[^\p{L}\p{N}_]*[aA][^\p{L}\p{N}_]*[bB][^\p{L}\p{N}_]*[cC]/u.test(options)
  )
    return choices.includes(text);
  const answer = bare(text).toLowerCase();
  return choices.some((choice) => bare(choice).toLowerCase() === answer);
}

function wordPerLine(text: string): boolean {
  const plain = strip(removePunctuation(text));
  return (
    plain.split("\n").filter((line) => line !== "").length ===
    split(plain).length
  );
}

/** One character that is an emoji by itself; digits and regional letters are parts of emoji only. */
const isEmoji = (character: string | undefined): boolean =>
  character !== undefined &&
  /^(?![0-9#*\u{1f1e6}-\u{1f1ff}])\p{Emoji}$/u.test(character);

/** Whether each sentence ends with an emoji, or the next one starts with one. */
export function emojiAtEnds(sentences: readonly string[]): boolean {
  const plain = sentences.map((sentence) => [
    ...strip(removePunctuation(sentence)),
  ]);
  return plain.every((characters, i) => {
    if (characters.length === 0) return false;
    // The last but one too: a variation selector may follow.
    if (isEmoji(characters.at(-1)) || isEmoji(characters.at(-2))) return true;
    return isEmoji(plain[i + 1]?.[0]);
  });
}

/** Whether each line is indented by more spaces than the one before. */
function stairs(text: string): boolean {
  const lines = text.split("\n");
  // The reference removes blank lines while it walks the list, and so skips every line after a removed one.
  for (let i = 0; i < lines.length; i++)
    if (strip(lines[i]!) === "") lines.splice(lines.indexOf(lines[i]!), 1);
  const indents = lines.map(
    (line) => line.length - stripStart(line, " ").length,
  );
  return indents.every((n, i) => i === 0 || n > indents[i - 1]!);
}

function quotesExplained(text: string): boolean {
  const plain = split(text.replace(/[“”]/gu, '"').replaceAll("'\"'", "")).join(
    "",
  );
  const rest = strip(plain, `0123456789${PUNCTUATION.replace('"', "")}`);
  return !plain.includes('""') && rest !== "" && !rest.endsWith('"');
}

/** Whether a thesis in HTML italics stands before other text. */
function italicThesis(text: string): boolean {
  const start = text.includes("<i>")
    ? text.indexOf("<i>")
    : text.indexOf("<em>");
  if (start < 0) return false;
  const rest = text.slice(start);
  const end = rest.includes("</i>")
    ? rest.indexOf("</i>")
    : rest.indexOf("</em>");
  return (
    end >= 0 &&
    strip(rest.slice(3, end)) !== "" &&
    strip(rest.slice(end + 4)) !== ""
  );
}

/** Whether two sentences come first and then only lines that start with a star, two at least. */
export function sentencesThenBullets(
  text: string,
  sentencesOf: (line: string) => readonly string[],
): boolean {
  let sentences = 0;
  let bullets = 0;
  let reading = true;
  for (const line of text.split("\n").map((raw) => strip(raw))) {
    if (line.startsWith("*")) {
      if (sentences < 2) return false;
      reading = false;
      bullets++;
    } else if (reading) {
      const found = sentencesOf(line).length;
      sentences += found;
      // A line without a sentence ends the sentences, as in the reference.
      reading = found > 0;
    } else return false;
  }
  return bullets >= 2;
}

/** Whether no token starts with a small letter and has further letters. */
function titleCase(text: string): boolean {
  return wordTokenize(text).every((token) => {
    const [first, ...others] = token;
    const rest = others.join("");
    return !(isLower(first!) && (isLower(rest) || isUpper(rest)));
  });
}

const ANY_SPACE = new RegExp(`[${SPACE}]`, "u");

/** The form of the text, as at the release with 294 prompts. */
export const IFBENCH_FORMAT: Rows = {
  "format:parentheses": row(
    "brackets nest at least five deep and close",
    {},
    nestedBrackets,
  ),
  "format:quotes": row(
    "quotes nest at least three deep, double and single in turn",
    {},
    nestedQuotes,
  ),
  "format:options": row(
    "is one of the options and nothing else",
    { options: "text" },
    isOption,
  ),
  "format:newline": row(
    "every word stands on a line of its own",
    {},
    wordPerLine,
  ),
  "format:emoji": row("every sentence ends with an emoji", {}, (text) =>
    emojiAtEnds(ruleSentences(text)),
  ),
  "format:line_indent": row(
    "every line is indented more than the one before",
    {},
    stairs,
  ),
  "format:quote_unquote": row(
    "every quotation is followed by text outside quotes",
    {},
    quotesExplained,
  ),
  "format:list": row(
    "the separator occurs at least twice",
    { sep: "text" },
    (text, kwargs) => countPieces(text, textOf(kwargs, "sep")) >= 2,
  ),
  "format:thesis": row(
    "a thesis in HTML italics stands before other text",
    {},
    italicThesis,
  ),
  "format:sub-bullets": row(
    "every * is followed by a - before the next *",
    {},
    (text) =>
      text
        .split("*")
        .slice(1)
        .every((bullet) => bullet.includes("-")),
  ),
  "format:no_bullets_bullets": row(
    "at least two sentences, then at least two lines that start with *",
    {},
    (text) => sentencesThenBullets(text, ruleSentences),
  ),
  "format:title_case": row(
    "every word starts with a capital letter",
    {},
    titleCase,
  ),
  "format:output_template": row(
    "holds the three labels of the template",
    {},
    (text) =>
      ["My Answer:", "My Conclusion:", "Future Outlook:"].every((label) =>
        text.includes(label),
      ),
  ),
  "format:no_whitespace": row(
    "no white space",
    {},
    (text) => !ANY_SPACE.test(text),
  ),
};
