/** The tools of the workplace: what a model may call, and what each call does to the tables. */
import type { Tool, ToolCall } from "../../tokenizer/message.js";
import type { CalendarEvent, Workplace } from "./data.js";
import {
  environmentTools,
  runTool,
  schemaFault,
  tool,
  toolEnvironment,
  ToolFailure,
  type EnvironmentTool,
  type ToolEnvironment,
} from "./environments/index.js";
import { comparedRows } from "./state.js";

/** What a tool returns; `error` says in a few words what was wrong with the call. */
export type ToolResult = Record<string, string | number>;

const NAME = { type: "string", description: "Name of the person" } as const;
const EVENT = { type: "string", description: "Name of the event" } as const;
const ID = { type: "integer", description: "Id of the event" } as const;
const BODY = { type: "string", description: "Text of the email" } as const;
const TITLE = { type: "string", description: "Title of the task" } as const;
const HOUR = { type: "integer", description: "New hour, 0 to 23" } as const;
const TO = { type: "string", description: "Email address" } as const;

const LONGEST_TEXT = 200;

/**
 * The event with an id.
 *
 * @throws ToolFailure there is none
 */
function eventById({ calendar }: Workplace, id: number): CalendarEvent {
  const event = calendar.find((one) => one.id === id);
  if (event === undefined) throw new ToolFailure("no such event");
  return event;
}

/** Throws ToolFailure where no person has an address. */
function checkAddress({ directory }: Workplace, to: string): void {
  if (!directory.some(({ email }) => email === to))
    throw new ToolFailure("no such email");
}

const OK: ToolResult = { ok: 1 };

const TABLE: Readonly<Record<string, EnvironmentTool<Workplace>>> = {
  find: tool({
    description: "Find the email address of a person.",
    parameters: { name: NAME },
    run: ({ directory }: Workplace, { name }) => {
      const person = directory.find((entry) => entry.name === name);
      if (person === undefined) throw new ToolFailure("no such person");
      return { email: person.email };
    },
  }),
  event: tool({
    description: "Find the id and the hour of an event.",
    parameters: { name: EVENT },
    run: ({ calendar }: Workplace, { name }) => {
      const event = calendar.find((entry) => entry.name === name);
      if (event === undefined) throw new ToolFailure("no such event");
      return { id: event.id, hour: event.hour };
    },
  }),
  send: tool({
    description: "Send an email.",
    parameters: { to: TO, body: BODY },
    run: (workplace: Workplace, { to, body }) => {
      checkAddress(workplace, to);
      workplace.sent.push({ to, body });
      return OK;
    },
  }),
  task: tool({
    description: "Give a task to a person.",
    parameters: { to: TO, title: TITLE },
    run: (workplace: Workplace, { to, title }) => {
      checkAddress(workplace, to);
      workplace.tasks.push({ to, title });
      return OK;
    },
  }),
  move: tool({
    description: "Move an event to another hour.",
    parameters: { id: ID, hour: HOUR },
    run: (workplace: Workplace, { id, hour }) => {
      const event = eventById(workplace, id);
      if (hour < 0 || hour > 23) throw new ToolFailure("no such hour");
      event.hour = hour;
      return OK;
    },
  }),
  cancel: tool({
    description: "Cancel an event.",
    parameters: { id: ID },
    run: (workplace: Workplace, { id }) => {
      const event = eventById(workplace, id);
      workplace.calendar.splice(workplace.calendar.indexOf(event), 1);
      return OK;
    },
  }),
  invite: tool({
    description: "Invite a person to an event.",
    parameters: { id: ID, to: TO },
    run: (workplace: Workplace, { id, to }) => {
      const event = eventById(workplace, id);
      checkAddress(workplace, to);
      if (event.guests.includes(to)) throw new ToolFailure("already invited");
      event.guests.push(to);
      return OK;
    },
  }),
};

/** What is wrong with the arguments of a call, or null: texts that the base model has read, and a limit that its prompts do not show. */
function argumentFault(
  { parameters }: EnvironmentTool<Workplace>,
  args: Readonly<Record<string, unknown>>,
): string | null {
  // Only the own keys of the call and of the schema count, so that no name reaches a prototype.
  if (Object.keys(args).some((name) => !Object.hasOwn(parameters, name)))
    return "unexpected argument";
  for (const [name, schema] of Object.entries(parameters)) {
    if (!Object.hasOwn(args, name)) return `missing ${name}`;
    const value = args[name];
    const fault = schemaFault(schema, value, name);
    if (fault !== null) return fault;
    if (typeof value === "string" && value.length > LONGEST_TEXT)
      return `${name} too long`;
  }
  return null;
}

/** JSON of a flat result with Python's spacing, so that a value looks the same in a result and in the next call. */
function spaced(result: unknown): string {
  const fields = Object.entries(result as ToolResult).map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{${fields.join(", ")}}`;
}

/** The workplace of the nano world as a tool environment. */
export const NANO_WORKPLACE: ToolEnvironment<Workplace> =
  toolEnvironment<Workplace>({
    name: "workplace",
    initial: { directory: [], calendar: [], sent: [], tasks: [] },
    tools: TABLE,
    compared: comparedRows,
    fault: argumentFault,
    answer: spaced,
  });

/** The tools in the form that chat templates print. */
export const TOOLS: readonly Tool[] = environmentTools(NANO_WORKPLACE);

/**
 * Execute one call. A bad call changes nothing and returns an error, as every failure that a model can cause.
 *
 * @param workplace  the tables; changed in place
 * @param call       name and arguments, straight from the model
 */
export function execute(workplace: Workplace, call: ToolCall): ToolResult {
  const { result, fault } = runTool(NANO_WORKPLACE, workplace, call);
  return fault === null ? (result as ToolResult) : { error: fault };
}
