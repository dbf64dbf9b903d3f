/** The file of verdicts: it grows line by line, and a later run goes on behind the last whole line. */
import {
  appendFileSync,
  existsSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import {
  BUDGETS,
  checkReplaceable,
  guarded,
  parseJson,
  readText,
} from "../../io/index.js";
import { UsageError } from "../verb.js";
import type { VerdictLine } from "./row.js";

/** Verdicts so far, and where more of them go. */
export interface VerdictFile {
  /** The verdicts that an earlier run wrote. */
  earlier: VerdictLine[];
  append(lines: readonly VerdictLine[]): void;
}

/**
 * Open a file of verdicts; a half-written last line is cut off.
 *
 * @param head  first line: what was graded, and how
 * @throws UsageError the file begins with another head, or what is there is no file of verdicts
 */
export function openVerdictFile(path: string, head: object): VerdictFile {
  const first = `${JSON.stringify(head)}\n`;
  const append = (lines: readonly VerdictLine[]): void =>
    appendFileSync(
      path,
      lines.map((line) => `${JSON.stringify(line)}\n`).join(""),
    );
  const failure = (why: string): UsageError => new UsageError(`--out ${why}`);
  guarded(path, "writable", failure, () =>
    checkReplaceable(path, {
      replaces: () => true,
      kind: "a file of verdicts",
    }),
  );
  const text = existsSync(path) ? readText(path, BUDGETS.lines, failure) : "";
  // A run that was killed before its first line was whole left nothing that could be lost.
  if (first.startsWith(text)) {
    writeFileSync(path, first);
    return { earlier: [], append };
  }
  if (!text.startsWith(first))
    throw new UsageError(
      `${path} already exists and is from another input, domain or grader; choose another --out`,
    );
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  if (whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  const earlier = whole
    .slice(first.length)
    .split("\n")
    .filter((line) => line !== "")
    .map(
      (line, i) =>
        parseJson(
          line,
          `${path} line ${i + 2}`,
          BUDGETS.lines,
          failure,
        ) as VerdictLine,
    );
  return { earlier, append };
}
