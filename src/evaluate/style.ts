/** The style of an answer: how much it thinks before it answers. */

/**
 * How an answer thinks:
 * - "careful": two lines of thought or more, also where the block was cut off;
 * - "brief": one line, as the last step alone or a first draft is;
 * - "empty": think blocks with nothing in them, as a terse demonstration has;
 * - "none": no think block.
 */
export type Style = "careful" | "brief" | "empty" | "none";

/** All styles, the most thoughtful first. */
export const STYLES: readonly Style[] = ["careful", "brief", "empty", "none"];

/**
 * The style of an answer, of an agent that of its whole transcript: lines are those of all its turns together.
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
  const lines = blocks
    .flatMap((block) => block.split("\n"))
    .filter((line) => line.trim() !== "");
  return lines.length > 1 ? "careful" : lines.length > 0 ? "brief" : "empty";
}
