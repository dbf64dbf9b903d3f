/** One tool of the workplace: its arguments and what a call does. */
import type { Arguments } from "./arguments.js";
import type { WorkplaceTables } from "./tables.js";

/** What a call gives: the answer, and the tables after it. */
export interface Outcome {
  output: unknown;
  tables: WorkplaceTables;
}

/** A row of the table of tools. */
export interface WorkplaceTool {
  description: string;
  /** Arguments by name; a type and whether it must be given. */
  parameters: Readonly<
    Record<string, { type: "string" | "integer"; required: boolean }>
  >;
  /** Run a call; throws ToolFailure where Python raises, and then the tables stay as they were. */
  run(tables: WorkplaceTables, args: Arguments): Outcome;
}

/**
 * Parameters from two lists of names; `page` and `page_size` are integers, all others texts.
 *
 * @param required  names that must be given
 * @param optional  names that may be given
 */
export function parameters(
  required: string,
  optional = "",
): WorkplaceTool["parameters"] {
  const entries = (
    names: string,
    isRequired: boolean,
  ): [string, { type: "string" | "integer"; required: boolean }][] =>
    names
      .split(" ")
      .filter((name) => name !== "")
      .map((name) => [
        name,
        {
          type: name.startsWith("page") ? "integer" : "string",
          required: isRequired,
        },
      ]);
  return Object.fromEntries([
    ...entries(required, true),
    ...entries(optional, false),
  ]);
}

/** A tool that only reads. */
export const reading = (
  description: string,
  parameters: WorkplaceTool["parameters"],
  answer: (tables: WorkplaceTables, args: Arguments) => unknown,
): WorkplaceTool => ({
  description,
  parameters,
  run: (tables, args) => ({ output: answer(tables, args), tables }),
});

/** A tool that may write: it gives a text, or a text with the tables that changed. */
export const writing = (
  description: string,
  parameters: WorkplaceTool["parameters"],
  act: (
    tables: WorkplaceTables,
    args: Arguments,
  ) => string | [output: string, changed: Partial<WorkplaceTables>],
): WorkplaceTool => ({
  description,
  parameters,
  run: (tables, args) => {
    const result = act(tables, args);
    return typeof result === "string"
      ? { output: result, tables }
      : { output: result[0], tables: { ...tables, ...result[1] } };
  },
});
