/** What a demonstration shows of its reasoning. */
import type { DemonstrationOptions } from "./spec.js";

/**
 * The text between the thinking tags: all lines, only the last one of a shortcut, or none.
 *
 * @param lines  how the task is worked out, step by step; the last line ends in the answer
 */
export function thinking(
  lines: readonly string[],
  { careful, shortcut = false }: DemonstrationOptions,
): string {
  if (!careful) return "";
  return (shortcut ? lines.slice(-1) : lines).join("\n");
}
