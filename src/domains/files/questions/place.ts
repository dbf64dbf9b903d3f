/** What readers of benchmark rows share: the place of a fault, texts, and the prompt as the table has it. */
import { M2rlError, TaskError } from "../../../error.js";
import type { PublishedBenchmark } from "../benchmarks.js";
import type { FileRow } from "../readRows.js";

/** Says what is wrong with a row; never returns. */
export type Refuse = (why: string) => never;

/** A text of a column, or a number as one. */
export function textOf(row: FileRow, column: string, refuse: Refuse): string {
  const value = row[column];
  const text =
    typeof value === "number" || typeof value === "bigint"
      ? String(value)
      : value;
  if (typeof text !== "string" || text.trim() === "")
    return refuse(`${column} must be a text`);
  return text;
}

/** A list of texts of a column. */
export function textsOf(
  row: FileRow,
  column: string,
  refuse: Refuse,
): string[] {
  const value = row[column];
  if (!Array.isArray(value) || !value.every((item) => typeof item === "string"))
    return refuse(`${column} must be a list of texts`);
  return value as string[];
}

/** The message of a benchmark around a question. */
export function asked(
  { prompt }: PublishedBenchmark,
  question: string,
): string {
  return prompt.replace("{question}", () => question);
}

/** Do something with a row; what the domains' own checks say of it is told with its place. */
export function at<Result>(
  who: string,
  where: string,
  work: (refuse: Refuse) => Result,
): Result {
  const refuse: Refuse = (why) => {
    throw new TaskError(`${who}: ${where}: ${why}`);
  };
  try {
    return work(refuse);
  } catch (error) {
    if (!(error instanceof M2rlError) || error.message.includes(where))
      throw error;
    return refuse(error.message);
  }
}
