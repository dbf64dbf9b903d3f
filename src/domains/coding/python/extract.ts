/** Finding the Python program in an answer, as LiveCodeBench does. */

/**
 * The lines between the last two lines that hold a fence (three backticks); null when there are fewer than two.
 *
 * Source: LiveCodeBench, `extraction_utils.extract_code`. The language after the fence is not looked at.
 */
export function lastFenced(answer: string): string | null {
  const lines = answer.split("\n");
  const fences = lines.flatMap((line, i) => (line.includes("```") ? [i] : []));
  if (fences.length < 2) return null;
  return lines.slice(fences.at(-2)! + 1, fences.at(-1)!).join("\n");
}
