/**
 * The workplace assistant: 27 tools on five tables and a directory, with a clock that stands at 2023-11-30 23:59:00.
 *
 * Source: NeMo-Gym's `workplace_assistant` (a port of WorkBench); tables and tasks come from files in its published format.
 *
 * Exports: `WORKPLACE` (the tool environment), `WORKPLACE_TOOLS`, `callTool`, `replayCalls`, `isSolved`, `loadWorkplace`, `readTable`,
 * `sameWorkplace`, types.
 */
import type { Tool, ToolCall } from "../../../tokenizer/message.js";
import {
  environmentTools,
  runTool,
  toolEnvironment,
  type EnvironmentTool,
  type ToolEnvironment,
} from "../environments/index.js";
import { pythonJson } from "../environments/pythonJson.js";
import { CALENDAR_TOOLS } from "./calendarTools.js";
import { EMAIL_TOOLS } from "./emailTools.js";
import { OFFICE_TOOLS } from "./officeTools.js";
import {
  comparedTables,
  sameWorkplace,
  TABLE_NAMES,
  type WorkplaceTables,
} from "./tables.js";
import type { WorkplaceTool } from "./tool.js";

export { loadWorkplace, readTable, sameWorkplace } from "./tables.js";
export type { Cell, Row, Table, WorkplaceTables } from "./tables.js";

/** The tables as they are now; a call puts others in their place. */
export interface WorkplaceState {
  tables: WorkplaceTables;
}

/** A row of the table of tools as a tool of an environment. */
const environmentTool = ({
  description,
  parameters,
  run,
}: WorkplaceTool): EnvironmentTool<WorkplaceState> => ({
  description,
  parameters: Object.fromEntries(
    Object.entries(parameters).map(([name, { type }]) => [name, { type }]),
  ),
  optional: Object.keys(parameters).filter(
    (name) => !parameters[name]!.required,
  ),
  run: (state, args) => {
    const { output, tables } = run(state.tables, args);
    state.tables = tables;
    return output;
  },
});

const TABLE_SCHEMA = {
  type: "object",
  properties: { columns: { type: "array" }, rows: { type: "array" } },
  required: ["columns", "rows"],
} as const;

/** The workplace assistant as a tool environment; a task gives it the tables of `loadWorkplace`. */
export const WORKPLACE: ToolEnvironment<WorkplaceState> =
  toolEnvironment<WorkplaceState>({
    name: "workplace assistant",
    schema: {
      type: "object",
      properties: Object.fromEntries(
        TABLE_NAMES.map((name) => [name, TABLE_SCHEMA]),
      ),
      required: [...TABLE_NAMES, "directory"],
    },
    // Tables are never changed in place, so that all states may share them.
    start: (given) => ({ tables: given as WorkplaceTables }),
    tools: Object.fromEntries(
      Object.entries({
        ...EMAIL_TOOLS,
        ...CALENDAR_TOOLS,
        ...OFFICE_TOOLS,
      }).map(([name, tool]) => [name, environmentTool(tool)]),
    ),
    compared: ({ tables }) => comparedTables(tables),
    // What is missing or of another type the tools say themselves, as theirs do.
    fault: ({ parameters }, args) => {
      const unexpected = Object.keys(args).find(
        (name) => !Object.hasOwn(parameters, name),
      );
      return unexpected === undefined
        ? null
        : `unexpected argument '${unexpected}'`;
    },
    answer: (result) =>
      typeof result === "string" ? result : pythonJson(result),
    failed: (name, fault) => `Error executing tool '${name}': ${fault}`,
  });

/** The 27 tools in the form that chat templates print. */
export const WORKPLACE_TOOLS: readonly Tool[] = environmentTools(WORKPLACE);

/**
 * Make one call. Whatever a model can do wrong gives a text and leaves the tables as they were.
 *
 * @returns what the model reads, and the tables after the call; the given ones are not changed
 */
export function callTool(
  tables: WorkplaceTables,
  call: ToolCall,
): { output: string; tables: WorkplaceTables } {
  const state = { tables };
  const { result, fault } = runTool(WORKPLACE, state, call);
  const output =
    fault === null
      ? WORKPLACE.answer(result)
      : WORKPLACE.failed(call.name, fault);
  return { output, tables: state.tables };
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
