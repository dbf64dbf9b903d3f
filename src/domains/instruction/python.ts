/** Python's text functions where JavaScript's differ: the constraint checkers are defined by Python code. */

// str.isspace: unlike \s, with the separators 1c-1f and 85 and without the byte order mark.
const SPACE =
  "\\t-\\r\\x1c-\\x20\\x85\\xa0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000";
const WORD = "[\\p{L}\\p{N}_]";

/** ASCII punctuation, Python's `string.punctuation`. */
export const PUNCTUATION = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";

const LEADING_SPACE = new RegExp(`^[${SPACE}]+`, "u");
const SPACES = new RegExp(`[${SPACE}]+`, "u");
const WORDS = new RegExp(`${WORD}+`, "gu");

/**
 * `str.strip()`: white space, or the given characters, removed from both ends.
 *
 * @example
 * strip("--a-b-", "-")   // "a-b"
 */
export function strip(text: string, characters?: string): string {
  if (characters === undefined) {
    const rest = text.replace(LEADING_SPACE, "");
    // Walked by hand: a trailing-space regex is quadratic on hostile texts.
    let end = rest.length;
    while (end > 0 && SPACES.test(rest[end - 1]!)) end--;
    return rest.slice(0, end);
  }
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text[start]!)) start++;
  while (end > start && characters.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}

/** `str.split()`: the pieces between runs of white space. */
export function split(text: string): string[] {
  return text.split(SPACES).filter((piece) => piece !== "");
}

/** `re.findall(r"\w+", text)`: runs of Unicode letters, digits and underscores. */
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

/** Number of matches of a Python regular expression, ignoring case: `len(re.findall(pattern, text, re.IGNORECASE))`. */
export function countMatches(pattern: string, text: string): number {
  return text.match(new RegExp(pattern, "giu"))?.length ?? 0;
}

/** Whether `\bword\b` matches anywhere, ignoring case, with Unicode word boundaries. */
export function hasWord(word: string, text: string): boolean {
  const boundary = `(?:(?<=${WORD})(?!${WORD})|(?<!${WORD})(?=${WORD}))`;
  return new RegExp(`${boundary}(?:${word})${boundary}`, "iu").test(text);
}

/** Whether a keyword of a data file is a regular expression: the real files leave keywords unescaped, "c++" is an error. */
export function isPattern(pattern: string): boolean {
  try {
    new RegExp(pattern, "iu");
    return true;
  } catch {
    return false;
  }
}
