/** The text of a problem in the data sets that training rows point into. */
import { TaskError } from "../../../error.js";
import type { FileRow } from "../readRows.js";

/** Sections that a statement of Codeforces has beside its description. */
const SECTIONS: readonly (readonly [string, string])[] = [
  ["input_format", "Input"],
  ["output_format", "Output"],
  ["note", "Note"],
];

function examplesOf(value: unknown): string {
  if (!Array.isArray(value)) return "";
  return value
    .map((item) => item as { input?: unknown; output?: unknown })
    .map(
      ({ input, output }) =>
        `Input:\n${String(input)}\nOutput:\n${String(output)}`,
    )
    .join("\n\n");
}

/**
 * The question of a row: `prompt[0].content` (DAPO-Math-17k, Skywork-OR1), `question` (TACO, APPS), or `description`, followed by its
 * sections where there are some (CodeContests, Codeforces).
 *
 * Source: M2RL `data/process_sft_data.py` for which columns are taken; the wording of section headings is ours.
 *
 * @param where  what an error calls the row
 * @throws TaskError the row has none of these columns
 * @example
 * questionText({ question: "Add two numbers." }, "taco.jsonl:1") // "Add two numbers."
 */
export function questionText(row: FileRow, where: string): string {
  const prompt = row["prompt"];
  const first = Array.isArray(prompt)
    ? (prompt[0] as { content?: unknown } | undefined)?.content
    : prompt;
  const text = first ?? row["question"] ?? row["description"];
  if (typeof text !== "string")
    throw new TaskError(
      `questionText: ${where} must have a prompt, question or description`,
    );
  if (first !== undefined || row["question"] !== undefined) return text;
  const sections = SECTIONS.flatMap(([column, title]) =>
    typeof row[column] === "string" && row[column] !== ""
      ? [`${title}\n\n${row[column]}`]
      : [],
  );
  const examples = examplesOf(row["examples"]);
  return [
    text,
    ...sections,
    ...(examples ? [`Examples\n\n${examples}`] : []),
  ].join("\n\n");
}
