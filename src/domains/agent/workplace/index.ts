/**
 * The workplace assistant: 27 tools on five tables and a directory, with a clock that stands at 2023-11-30 23:59:00.
 *
 * Source: NeMo-Gym's `workplace_assistant` (a port of WorkBench); tables and tasks come from files in its published format.
 *
 * Exports: `WORKPLACE_TOOLS`, `callTool`, `replayCalls`, `isSolved`, `loadWorkplace`, `readTable`, `sameWorkplace`, types.
 */
import type { Tool, ToolCall } from "../../../tokenizer/message.js";
import { ToolFailure } from "./arguments.js";
import { CALENDAR_TOOLS } from "./calendarTools.js";
import { EMAIL_TOOLS } from "./emailTools.js";
import { OFFICE_TOOLS } from "./officeTools.js";
import { pythonJson } from "../environments/pythonJson.js";
import { sameWorkplace, type WorkplaceTables } from "./tables.js";
import type { WorkplaceTool } from "./tool.js";

export { loadWorkplace, readTable, sameWorkplace } from "./tables.js";
export type { Cell, Row, Table, WorkplaceTables } from "./tables.js";

const TOOLS: Readonly<Record<string, WorkplaceTool>> = {
  ...EMAIL_TOOLS,
  ...CALENDAR_TOOLS,
  ...OFFICE_TOOLS,
};

/** The 27 tools in the form that chat templates print. */
export const WORKPLACE_TOOLS: readonly Tool[] = Object.entries(TOOLS).map(
  ([name, { description, parameters }]) => ({
    name,
    description,
    parameters: {
      type: "object",
      properties: Object.fromEntries(
        Object.entries(parameters).map(([argument, { type }]) => [
          argument,
          { type },
        ]),
      ),
      required: Object.entries(parameters)
        .filter(([, { required }]) => required)
        .map(([argument]) => argument),
      additionalProperties: false,
    },
  }),
);

/**
 * Make one call. Whatever a model can do wrong gives a text and leaves the tables as they were.
 *
 * @returns what the model reads, and the tables after the call; the given ones are not changed
 */
export function callTool(
  tables: WorkplaceTables,
  { name, arguments: args }: ToolCall,
): { output: string; tables: WorkplaceTables } {
  const tool = Object.hasOwn(TOOLS, name) ? TOOLS[name]! : undefined;
  if (tool === undefined)
    return { output: `Error executing tool '${name}': unknown tool`, tables };
  const unexpected = Object.keys(args).find(
    (argument) => !Object.hasOwn(tool.parameters, argument),
  );
  if (unexpected !== undefined)
    return {
      output: `Error executing tool '${name}': unexpected argument '${unexpected}'`,
      tables,
    };
  try {
    const { output, tables: after } = tool.run(tables, args);
    return {
      output: typeof output === "string" ? output : pythonJson(output),
      tables: after,
    };
  } catch (error) {
    if (error instanceof ToolFailure)
      return {
        output: `Error executing tool '${name}': ${error.message}`,
        tables,
      };
    throw error;
  }
}

/** The tables after some calls; those that fail are skipped. */
export function replayCalls(
  tables: WorkplaceTables,
  calls: readonly ToolCall[],
): WorkplaceTables {
  return calls.reduce((state, call) => callTool(state, call).tables, tables);
}

/**
 * Whether calls lead to the state that the solution leads to; look-ups and what is said do not count.
 *
 * Source: `is_correct` of the workplace assistant: both lists are replayed on fresh tables.
 * Deviates: none that changes a verdict on texts; of times, only the forms that `timestamp` reads are taken.
 *
 * @param tables    tables at the start
 * @param calls     calls of the model, in order, failed ones included
 * @param solution  calls of the published solution
 */
export function isSolved(
  tables: WorkplaceTables,
  calls: readonly ToolCall[],
  solution: readonly ToolCall[],
): boolean {
  return sameWorkplace(
    replayCalls(tables, calls),
    replayCalls(tables, solution),
  );
}
