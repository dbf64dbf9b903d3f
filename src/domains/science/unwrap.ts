/** Taking an answer out of bold marks, dollars, boxes and brackets. */

const COMMAND = /^\\(?:boxed|fbox|text|textbf|mathrm|mathbf|mbox)\s*\{/;

/** Longest answer that is unwrapped. */
const LONGEST = 2000;

/**
 * An answer without the marks around it: bold, `$`, one box or text command after another, a final dot, one pair of brackets.
 *
 * @example
 * unwrapAnswer("**$\\boxed{\\text{A}}$**.") // "A"
 */
export function unwrapAnswer(answer: string): string {
  let text = answer.slice(0, LONGEST);
  for (let before = ""; before !== text;) {
    before = text;
    text = text
      .replaceAll("**", "")
      .replaceAll("$", "")
      .replace(/\\[()[\]]/g, "")
      .trim()
      .replace(/\.$/, "")
      .replace(/^\*+|\*+$/g, "");
    const command = COMMAND.exec(text);
    if (command && text.endsWith("}")) text = text.slice(command[0].length, -1);
    const bracketed = /^\(([^()]*)\)$/.exec(text);
    if (bracketed) text = bracketed[1]!;
  }
  return text.trim();
}
