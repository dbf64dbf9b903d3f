/** Finding the program in an answer. */

/**
 * The last complete fenced block marked `js` or `javascript`; null when there is none.
 *
 * Fences are whole lines. An opening fence begins a new block even inside an unfinished one, so nothing is ever glued
 * across two blocks, as a greedy pattern would do.
 */
export function lastProgram(answer: string): string | null {
  let program: string | null = null;
  let open: string[] | null = null;
  for (const line of answer.split("\n")) {
    const mark = line.trimEnd();
    if (/^```(?:js|javascript)$/i.test(mark)) {
      open = [];
    } else if (mark === "```") {
      if (open) program = open.join("\n");
      open = null;
    } else {
      open?.push(line);
    }
  }
  return program;
}
