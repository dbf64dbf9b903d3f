/** What an agent task carries: the workplace at the start, the requests, and the calls that fulfil them. */
import { TaskError } from "../../error.js";
import type { ToolCall } from "../../tokenizer/message.js";
import type { Task } from "../task.js";

/** One event of the calendar. */
export interface CalendarEvent {
  name: string;
  id: number;
  hour: number;
  /** Addresses of the people invited. */
  guests: string[];
}

/** All tables of the workplace. */
export interface Workplace {
  directory: { name: string; email: string }[];
  calendar: CalendarEvent[];
  sent: { to: string; body: string }[];
  tasks: { to: string; title: string }[];
}

/** One thing that the user asks for. */
export type WorkRequest =
  | { kind: "mail"; person: string; body: string }
  | { kind: "task"; person: string; title: string }
  | { kind: "move"; event: string; hours: number }
  | { kind: "cancel"; event: string }
  | { kind: "invite"; event: string; person: string }
  /** Move an event to so many hours after another one. */
  | { kind: "follow"; event: string; other: string; hours: number }
  /** Email a person the hour of an event. */
  | { kind: "report"; event: string; person: string }
  /** Cancel an event if it is before an hour, else move it by an hour. */
  | { kind: "decide"; event: string; before: number };

/** Data of an agent task. */
export interface AgentData {
  workplace: Workplace;
  requests: WorkRequest[];
  /** The calls that change the state as asked; look-ups left out. */
  calls: ToolCall[];
  /** Most assistant turns; default 6. */
  turns?: number;
}

/**
 * The calls of a task's solution.
 *
 * @throws TaskError they are no list of calls
 */
export function callsOf({ id, data }: Task): ToolCall[] {
  const { calls } = (data ?? {}) as { calls?: unknown };
  const isCall = (value: unknown): boolean => {
    const { name, arguments: args } = (value ?? {}) as Partial<ToolCall>;
    return (
      typeof name === "string" && typeof args === "object" && args !== null
    );
  };
  if (!Array.isArray(calls) || !calls.every(isCall))
    throw new TaskError(
      `agent: calls of task ${JSON.stringify(id)} must be a list of {name, arguments}`,
    );
  return calls as ToolCall[];
}

/**
 * The data of a task, checked in outline.
 *
 * @throws TaskError tables, requests or calls are missing
 */
export function agentData(task: Task): AgentData {
  const data = task.data as Partial<AgentData> | null | undefined;
  const tables = data?.workplace;
  const lists = [
    tables?.directory,
    tables?.calendar,
    tables?.sent,
    tables?.tasks,
    data?.requests,
    data?.calls,
  ];
  if (!lists.every(Array.isArray)) {
    throw new TaskError(
      `agent: task must hold workplace, requests and calls, got task ${JSON.stringify(task.id)}`,
    );
  }
  callsOf(task);
  return data as AgentData;
}
