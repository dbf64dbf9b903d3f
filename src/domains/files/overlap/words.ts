/** Texts as the words by which they are compared. */

/**
 * The words of a text, in the form in which texts are compared: Unicode NFKC, lower case, runs of letters and digits; what is between
 * them (spaces, punctuation, marks of LaTeX and Markdown) does not count.
 *
 * @example
 * wordsOf("Let $x\\in$ [0, 1]!") // ["let", "x", "in", "0", "1"]
 */
export function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}

/** All texts in a value, however deep they lie. */
export function textsIn(value: unknown): string[] {
  const texts: string[] = [];
  const waiting = [value];
  while (waiting.length > 0) {
    const next = waiting.pop();
    if (typeof next === "string") texts.push(next);
    else if (typeof next === "object" && next !== null)
      waiting.push(...Object.values(next).reverse());
  }
  return texts;
}
