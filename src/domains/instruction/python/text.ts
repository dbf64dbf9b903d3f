/** Python's text functions where JavaScript's differ: the constraint checkers are defined by Python code. */

// str.isspace: unlike \s, with the separators 1c-1f and 85 and without the byte order mark.
/** White space as Python sees it, for use inside a character class. */
export const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
/** Characters of `\w` as Python sees them, for use inside a character class. */
export const WORD = "\\p{L}\\p{N}_";

/** ASCII punctuation, Python's `string.punctuation`. */
export const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

const SPACES = new RegExp(`[${SPACE}]+`, "u");
const WORDS = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]+/gu;
const ASCII_PUNCTUATION = /[!-/:-@[-`{-~]/gu;

/** `str.isspace()` of one character. */
export function isSpace(character: string): boolean {
  return SPACES.test(character);
}

const dropped = (character: string, characters: string | undefined): boolean =>
  characters === undefined
    ? isSpace(character)
    : characters.includes(character);

/**
 * `str.strip()`: white space, or the given characters, removed from both ends.
 *
 * @example
 * strip("--a-b-", "-")   // "a-b"
 */
export function strip(text: string, characters?: string): string {
  return stripStart(stripEnd(text, characters), characters);
}

/** `str.lstrip()`. */
export function stripStart(text: string, characters?: string): string {
  let start = 0;
  while (start < text.length && dropped(text[start]!, characters)) start++;
  return text.slice(start);
}

/** `str.rstrip()`. */
export function stripEnd(text: string, characters?: string): string {
  let end = text.length;
  // Walked by hand: a trailing-space regex is quadratic on hostile texts.
  while (end > 0 && dropped(text[end - 1]!, characters)) end--;
  return text.slice(0, end);
}

/** `str.split()`: the pieces between runs of white space. */
export function split(text: string): string[] {
  return text.split(SPACES).filter((piece) => piece !== "");
}

/**
 * The words of a text: runs of letters, marks, digits and connectors.
 *
 * Source: `\w+` as NLTK's `RegexpTokenizer` matches it since 3.10, where the package `regex` replaced `re`; before, marks
 * (accents of Hindi and Thai, variation selectors of emoji) were no part of a word.
 */
export function words(text: string): string[] {
  return text.match(WORDS) ?? [];
}

/** `str.islower()`: at least one cased character, and none in upper or title case. */
export function isLower(text: string): boolean {
  return /\p{Lowercase}/u.test(text) && !/[\p{Uppercase}\p{Lt}]/u.test(text);
}

/** `str.isupper()`: at least one cased character, and none in lower or title case. */
export function isUpper(text: string): boolean {
  return /\p{Uppercase}/u.test(text) && !/[\p{Lowercase}\p{Lt}]/u.test(text);
}

/** `str.isdigit()`: digits of any script, superscripts and circled digits included. */
export function isDigits(text: string): boolean {
  return /^[\p{Nd}\u00b2\u00b3\u00b9\u2070-\u2079\u2080-\u2089\u2460-\u2468]+$/u.test(
    text,
  );
}

/** `len(text)`: code points, not UTF-16 units. */
export function length(text: string): number {
  let n = 0;
  for (const character of text) n += character === "" ? 0 : 1;
  return n;
}

/** `text.translate(str.maketrans("", "", string.punctuation))`: the text without ASCII punctuation. */
export function removePunctuation(text: string): string {
  return text.replace(ASCII_PUNCTUATION, "");
}

/** NFKD, then only what is ASCII: "São" becomes "Sao". */
export function asciiFold(text: string): string {
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  return text.normalize("NFKD").replace(/[^\x00-\x7f]/gu, "");
}

/** Number of occurrences of a piece that do not overlap: `text.count(piece)`. */
export function countPieces(text: string, piece: string): number {
  return text.split(piece).length - 1;
}
