/** Text that others wrote, made harmless for a terminal, a page and a table. */

/**
 * What changes how other text is shown or read: control characters of both sets but tab and line feed, marks that turn the direction of
 * writing, separators that some programs take for line ends, and half surrogate pairs.
 */
const UNSEEN =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/gu;

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}

/**
 * The text with every control character, direction mark and half surrogate pair written as \uXXXX; tabs and line feeds stay. JSON text
 * keeps its meaning.
 *
 * @example
 * printable("a\u001b[31mb") // "a\\u001b[31mb"
 */
export function printable(text: string): string {
  return text.replace(UNSEEN, escaped);
}

/** As `printable`, in one line: tabs and line feeds are written as escapes, too. */
export function inLine(text: string): string {
  return printable(text).replace(/[\t\n]/g, escaped);
}

/**
 * A code span of Markdown that holds any text as it is: in one line, its fence longer than the backticks inside, and safe in a table.
 *
 * @example
 * codeSpan("a`b") // "`` a`b ``"
 */
export function codeSpan(text: string): string {
  const line = inLine(text).replaceAll("|", "\\|");
  const runs = line.match(/`+/g) ?? [];
  const fence = "`".repeat(1 + longest(runs));
  const pad = /^`|`$/.test(line) || runs.length > 0 ? " " : "";
  return `${fence}${pad}${line}${pad}${fence}`;
}

/**
 * A code block of Markdown that holds any text: its fence is longer than the backticks inside.
 *
 * @param language  of the text, for colours
 */
export function codeBlock(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, 1 + longest(text.match(/`+/g) ?? [])));
  return `${fence}${language}\n${printable(text).trimEnd()}\n${fence}`;
}

function longest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}
