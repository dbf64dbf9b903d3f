/** Rows of GPQA → tasks of multiple choice. */
import { Random } from "../../../random.js";
import type { LetterAnswer } from "../../science/data.js";
import type { Task } from "../../specs.js";
import { published } from "../check.js";
import type { PlacedRow } from "../streamRows.js";
import { asked, at, textOf } from "./place.js";

const RIGHT = "Correct Answer";
const OPTIONS = [
  RIGHT,
  "Incorrect Answer 1",
  "Incorrect Answer 2",
  "Incorrect Answer 3",
] as const;
const LETTERS = "ABCD";

/**
 * Read one row. Its options stand in an order of their own, drawn by the row's id (else its index) and the seed: the file has the right one
 * first. The order is part of the measurement, and the same for every model.
 *
 * Deviates: evaluations that draw the order anew for each repetition average over it; here another seed is another order.
 *
 * @param index  of the row in its file
 * @param seed   of the order; default 0
 * @throws TaskError a column is missing or not of its form, or two options are the same; names file and line
 */
export function readGpqaRow(
  { row, where }: PlacedRow,
  index: number,
  seed = 0,
): Task {
  return at("readGpqaRow", where, (refuse) => {
    const id = `gpqa-diamond/${String(row["Record ID"] ?? index)}`;
    const options = OPTIONS.map((column) => ({
      text: textOf(row, column, refuse).trim(),
      right: column === RIGHT,
    }));
    if (new Set(options.map(({ text }) => text)).size < options.length)
      return refuse("options must differ");
    const shuffled = new Random(seed, `gpqa/${id}`).shuffle(options);
    const lines = shuffled.map(({ text }, i) => `${LETTERS[i]!}) ${text}`);
    const question = textOf(row, "Question", refuse).trim();
    const data: LetterAnswer = {
      answer: LETTERS[shuffled.findIndex(({ right }) => right)]!,
      choices: shuffled.map(({ text }) => text),
    };
    return {
      id,
      domain: "science",
      kind: "gpqa-diamond",
      prompt: asked(
        published("gpqa-diamond"),
        `${question}\n\n${lines.join("\n")}`,
      ),
      data,
    };
  });
}
