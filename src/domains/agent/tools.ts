/** The tools of the workplace: what a model may call, and what each call does to the tables. */
import type { Tool, ToolCall } from "../../tokenizer/message.js";
import type { CalendarEvent, Workplace } from "./data.js";

/** What a tool returns; `error` says in a few words what was wrong with the call. */
export type ToolResult = Record<string, string | number>;

interface Parameter {
  type: "string" | "integer";
  description: string;
}

type ParameterTable = Readonly<Record<string, Parameter>>;
type Arguments<P extends ParameterTable> = {
  [K in keyof P]: P[K]["type"] extends "integer" ? number : string;
};

interface WorkplaceTool {
  description: string;
  parameters: ParameterTable;
  /** `args` have been checked against `parameters`. */
  run(workplace: Workplace, args: Record<string, unknown>): ToolResult;
}

/** A tool whose arguments have the types that its parameters say. */
function tool<const P extends ParameterTable>(
  description: string,
  parameters: P,
  run: (workplace: Workplace, args: Arguments<P>) => ToolResult,
): WorkplaceTool {
  return {
    description,
    parameters,
    run: (workplace, args) => run(workplace, args as Arguments<P>),
  };
}

const NAME = { type: "string", description: "Name of the person" } as const;
const EVENT = { type: "string", description: "Name of the event" } as const;
const ID = { type: "integer", description: "Id of the event" } as const;
const BODY = { type: "string", description: "Text of the email" } as const;
const TITLE = { type: "string", description: "Title of the task" } as const;
const HOUR = { type: "integer", description: "New hour, 0 to 23" } as const;
const TO = { type: "string", description: "Email address" } as const;

const LONGEST_TEXT = 200;

const isAddress = ({ directory }: Workplace, to: string): boolean =>
  directory.some(({ email }) => email === to);
const eventById = (
  { calendar }: Workplace,
  id: number,
): CalendarEvent | undefined => calendar.find((event) => event.id === id);

const OK: ToolResult = { ok: 1 };
const NO_ADDRESS: ToolResult = { error: "no such email" };
const NO_EVENT: ToolResult = { error: "no such event" };

const TABLE: ReadonlyMap<string, WorkplaceTool> = new Map([
  [
    "find",
    tool(
      "Find the email address of a person.",
      { name: NAME },
      ({ directory }, { name }): ToolResult => {
        const person = directory.find((entry) => entry.name === name);
        return person === undefined
          ? { error: "no such person" }
          : { email: person.email };
      },
    ),
  ],
  [
    "event",
    tool(
      "Find the id and the hour of an event.",
      { name: EVENT },
      ({ calendar }, { name }): ToolResult => {
        const event = calendar.find((entry) => entry.name === name);
        return event === undefined
          ? NO_EVENT
          : { id: event.id, hour: event.hour };
      },
    ),
  ],
  [
    "send",
    tool(
      "Send an email.",
      { to: TO, body: BODY },
      (workplace, { to, body }) => {
        if (!isAddress(workplace, to)) return NO_ADDRESS;
        workplace.sent.push({ to, body });
        return OK;
      },
    ),
  ],
  [
    "task",
    tool(
      "Give a task to a person.",
      { to: TO, title: TITLE },
      (workplace, { to, title }) => {
        if (!isAddress(workplace, to)) return NO_ADDRESS;
        workplace.tasks.push({ to, title });
        return OK;
      },
    ),
  ],
  [
    "move",
    tool(
      "Move an event to another hour.",
      { id: ID, hour: HOUR },
      (workplace, { id, hour }) => {
        const event = eventById(workplace, id);
        if (event === undefined) return NO_EVENT;
        if (hour < 0 || hour > 23) return { error: "no such hour" };
        event.hour = hour;
        return OK;
      },
    ),
  ],
  [
    "cancel",
    tool("Cancel an event.", { id: ID }, (workplace, { id }) => {
      const event = eventById(workplace, id);
      if (event === undefined) return NO_EVENT;
      workplace.calendar.splice(workplace.calendar.indexOf(event), 1);
      return OK;
    }),
  ],
  [
    "invite",
    tool(
      "Invite a person to an event.",
      { id: ID, to: TO },
      (workplace, { id, to }) => {
        const event = eventById(workplace, id);
        if (event === undefined) return NO_EVENT;
        if (!isAddress(workplace, to)) return NO_ADDRESS;
        if (event.guests.includes(to)) return { error: "already invited" };
        event.guests.push(to);
        return OK;
      },
    ),
  ],
]);

/** The tools in the form that chat templates print. */
export const TOOLS: readonly Tool[] = [...TABLE].map(
  ([name, { description, parameters }]) => ({
    name,
    description,
    parameters: {
      type: "object",
      properties: parameters,
      required: Object.keys(parameters),
      additionalProperties: false,
    },
  }),
);

/** What is wrong with the arguments of a call, or null. */
function argumentError(
  parameters: ParameterTable,
  args: Record<string, unknown>,
): string | null {
  // Only the own keys of the call and of the schema count, so that no name reaches a prototype.
  if (Object.keys(args).some((name) => !Object.hasOwn(parameters, name)))
    return "unexpected argument";
  for (const [name, { type }] of Object.entries(parameters)) {
    if (!Object.hasOwn(args, name)) return `missing ${name}`;
    const value = args[name];
    if (
      type === "integer"
        ? !Number.isSafeInteger(value)
        : typeof value !== "string"
    )
      return `${name} must be ${type}`;
    if (typeof value === "string" && value.length > LONGEST_TEXT)
      return `${name} too long`;
  }
  return null;
}

/**
 * Execute one call. A bad call changes nothing and returns an error, as every failure that a model can cause.
 *
 * @param workplace  the tables; changed in place
 * @param call       name and arguments, straight from the model
 */
export function execute(
  workplace: Workplace,
  { name, arguments: args }: ToolCall,
): ToolResult {
  const tool = TABLE.get(name);
  if (tool === undefined) return { error: "no such tool" };
  const error = argumentError(tool.parameters, args);
  return error === null ? tool.run(workplace, args) : { error };
}
