/** Rows of AIME, MATH-500 and GSM8K → tasks. */
import { mathData } from "../../math/index.js";
import type { Task } from "../../specs.js";
import { published } from "../check.js";
import type { PlacedRow } from "../streamRows.js";
import { asked, at, textOf, type Refuse } from "./place.js";

/** GSM8K writes a solution, and the answer behind it, with commas between thousands. */
function behindHashes(text: string, refuse: Refuse): string {
  const parts = text.split("####");
  const answer = parts.at(-1)!.replaceAll(",", "").trim();
  if (parts.length < 2 || answer === "")
    return refuse('answer must hold the answer behind "####"');
  return answer;
}

/**
 * Read one row with a question and its right answer; the answer is compared by the grader `mathVerify`.
 *
 * @param name   aime24, aime25, math-500 or gsm8k
 * @param index  of the row in its file: the task's id where the row has none of its own
 * @throws TaskError a column is missing or not of its form; names file and line
 */
export function readMathRow(
  name: string,
  { row, where }: PlacedRow,
  index: number,
): Task {
  return at("readMathRow", where, (refuse) => {
    const benchmark = published(name);
    const own = row["unique_id"] ?? row["id"] ?? index;
    const answer = textOf(row, "answer", refuse);
    const task: Task = {
      id: `${name}/${String(own)}`,
      domain: "math",
      kind: name,
      prompt: asked(benchmark, textOf(row, benchmark.question, refuse)),
      data: {
        answer: name === "gsm8k" ? behindHashes(answer, refuse) : answer.trim(),
      },
    };
    mathData(task);
    return task;
  });
}
