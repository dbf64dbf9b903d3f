/** The style of an answer: whether it thinks in lines before it answers. */

/**
 * How an answer thinks:
 * - "careful": a think block that holds more than white space, also one that was cut off;
 * - "empty": think blocks with nothing in them, as a terse demonstration has;
 * - "none": no think block.
 */
export type Style = "careful" | "empty" | "none";

/** All styles, the most thoughtful first. */
export const STYLES: readonly Style[] = ["careful", "empty", "none"];

/**
 * The style of an answer, of an agent that of its whole transcript: careful where any of its turns thinks.
 *
 * @param text  everything after the assistant's header
 * @example
 * styleOf("<think>\n\n</think>\n\n5") // "empty"
 */
export function styleOf(text: string): Style {
  // A block may lack its beginning, where the prompt holds it.
  const blocks = text
    .split("<think>")
    .flatMap((part, i) =>
      i > 0 || part.includes("</think>") ? [part.split("</think>")[0]!] : [],
    );
  if (blocks.length === 0) return "none";
  return blocks.some((block) => block.trim() !== "") ? "careful" : "empty";
}
