/** Rows of Humanity's Last Exam → tasks. */
import { choicesOf } from "../../science/data.js";
import type { Task } from "../../specs.js";
import { published } from "../check.js";
import type { PlacedRow } from "../streamRows.js";
import { asked, at, textOf } from "./place.js";

/**
 * Read one row: a letter where `answer_type` is multipleChoice, else a short text. The bare question is kept for a judge.
 *
 * @returns null where the question has a picture
 * @throws TaskError a column is missing or not of its form; names file and line
 */
export function readHleRow({ row, where }: PlacedRow): Task | null {
  return at("readHleRow", where, (refuse) => {
    const { image } = row;
    if (image !== undefined && image !== null && image !== "") return null;
    const id = `hle/${textOf(row, "id", refuse)}`;
    const question = textOf(row, "question", refuse);
    const answer = textOf(row, "answer", refuse).trim();
    const type = row["answer_type"];
    if (type !== "exactMatch" && type !== "multipleChoice")
      return refuse(
        `answer_type must be exactMatch or multipleChoice, got ${JSON.stringify(type ?? null)}`,
      );
    if (type === "multipleChoice") choicesOf(id, { answer });
    return {
      id,
      domain: "science",
      kind: "hle",
      prompt: asked(published("hle"), question),
      data:
        type === "multipleChoice"
          ? { answer, question }
          : { reference: answer, question },
    };
  });
}
