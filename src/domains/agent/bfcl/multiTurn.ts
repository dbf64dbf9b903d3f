/** BFCL's multi-turn check: calls run on stateful classes, judged turn by turn by state and responses. */
import { TaskError } from "../../../error.js";
import type { ToolCall } from "../../../tokenizer/message.js";
import { PythonReader } from "../../../tokenizer/pythonLiteral.js";
import { pythonJson } from "../workplace/pythonJson.js";
import type { Backend, LongContext, StartBackend } from "./backends/backend.js";
import { gorillaFileSystem } from "./backends/gorillaFileSystem.js";
import { messageApi } from "./backends/messageApi.js";
import { ticketApi } from "./backends/ticketApi.js";
import { twitterApi } from "./backends/twitterApi.js";

/** The stateful classes that can be run, by the names of the data files. */
export const BFCL_CLASSES: Readonly<Record<string, StartBackend>> = {
  GorillaFileSystem: gorillaFileSystem,
  MessageAPI: messageApi,
  TicketAPI: ticketApi,
  TwitterAPI: twitterApi,
};

/** One call: arguments by name, and before them those by place. */
export interface BfclCall extends ToolCall {
  positional?: readonly unknown[];
}

/** A multi-turn task as the data files write it. */
export interface MultiTurnTask {
  id: string;
  initial_config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  involved_classes: readonly string[];
}

/** Options of `checkTurns`. */
export interface CheckTurnsOptions {
  /** What the long-context category adds; default null. */
  long?: LongContext | null;
}

/**
 * Read a call as the published answers write it.
 *
 * @throws SyntaxError the text is not a call with literal arguments
 * @example
 * readBfclCall("cd(folder='a')")   // { name: "cd", positional: [], arguments: { folder: "a" } }
 */
export function readBfclCall(text: string): BfclCall {
  const reader = new PythonReader(text);
  const name = reader.name();
  if (name === null) throw new SyntaxError(`must be a call, got ${text}`);
  reader.expect("(");
  const positional: unknown[] = [];
  const named: [string, unknown][] = [];
  while (!reader.take(")")) {
    const before = reader.at;
    const parameter = reader.name();
    if (parameter !== null && reader.take("="))
      named.push([parameter, reader.value()]);
    else {
      reader.at = before;
      positional.push(reader.value());
    }
    if (reader.take(")")) break;
    reader.expect(",");
  }
  if (!reader.done) reader.expect("the end");
  return { name, positional, arguments: Object.fromEntries(named) };
}

/** The instances of a task, and what runs calls on them. */
class Instances {
  private readonly backends: readonly Backend[];

  constructor(task: MultiTurnTask, long: LongContext | null) {
    this.backends = task.involved_classes.map((name) => {
      if (!Object.hasOwn(BFCL_CLASSES, name))
        throw new TaskError(
          `checkTurns: class ${JSON.stringify(name)} of ${task.id} cannot be run; known: ${Object.keys(BFCL_CLASSES).join(", ")}`,
        );
      return BFCL_CLASSES[name]!(
        structuredClone(task.initial_config[name] ?? {}),
        long,
      );
    });
  }

  /** What a call answers; a call that fails answers its error. */
  run(call: BfclCall): string {
    try {
      return resultText(this.call(call));
    } catch (error) {
      return `Error during execution: ${(error as Error).message}`;
    }
  }

  state(): string {
    return JSON.stringify(this.backends.map((one) => canonical(one.state())));
  }

  private call({ name, positional = [], arguments: named }: BfclCall): unknown {
    const method = this.backends
      .map(({ methods }) =>
        Object.hasOwn(methods, name) ? methods[name] : undefined,
      )
      .filter((found) => found !== undefined)
      .at(-1);
    if (method === undefined) throw new TypeError(`no function ${name}`);
    const names = method.parameters.map((one) => one.replace("?", ""));
    if (positional.length > names.length)
      throw new TypeError(`${name} takes ${names.length} arguments`);
    const given = new Map(positional.map((value, i) => [names[i]!, value]));
    for (const [parameter, value] of Object.entries(named)) {
      if (!names.includes(parameter) || given.has(parameter))
        throw new TypeError(`${name} does not take ${parameter}`);
      given.set(parameter, value);
    }
    const missing = method.parameters.find(
      (one) => !one.endsWith("?") && !given.has(one),
    );
    if (missing !== undefined) throw new TypeError(`${name} needs ${missing}`);
    // Arguments are copied: what a class keeps of them must not be what another instance changes.
    return method.run(structuredClone(Object.fromEntries(given)));
  }
}

/** A value with maps and objects as their entries in the order of the names. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = value instanceof Map ? [...value] : Object.entries(value);
  return {
    entries: entries
      .map(([name, item]) => [String(name), canonical(item)] as const)
      .sort(([first], [second]) => (first < second ? -1 : 1)),
  };
}

const resultText = (value: unknown): string =>
  value === null || value === undefined
    ? "None"
    : typeof value === "string"
      ? value
      : pythonJson(value, "null");

/**
 * Check what a model called, turn by turn, against the calls of the published answer.
 *
 * Both run on instances of their own, which live through all turns. After each turn whose answer has calls: the model must have
 * called something, the states of all classes must be equal, and each response to the answer's calls of this turn must be among the
 * responses to the model's calls so far (as often as it occurs, in any order). Turns whose answer is empty are run, not judged.
 *
 * Source: `multi_turn_checker` of BFCL v3.
 * Deviates: error and message texts of the classes are ours; 5 and 5.0 are one number; keys that are whole numbers come in
 * ascending order; lists answer as JSON.
 *
 * @param turns    for each turn the model's calls, of all its steps in order; fewer turns than answers fail
 * @param answers  for each turn the calls of the published answer
 * @returns null when the calls are right, or one line that says what is wrong
 * @throws TaskError a class of the task cannot be run
 */
export function checkTurns(
  task: MultiTurnTask,
  turns: readonly (readonly BfclCall[])[],
  answers: readonly (readonly BfclCall[])[],
  { long = null }: CheckTurnsOptions = {},
): string | null {
  if (turns.length !== answers.length)
    return `must have ${answers.length} turns, got ${turns.length}`;
  const model = new Instances(task, long);
  const truth = new Instances(task, long);
  const responses: string[] = [];
  for (const [i, answer] of answers.entries()) {
    responses.push(...turns[i]!.map((call) => model.run(call)));
    const wanted = answer.map((call) => truth.run(call));
    if (answer.length === 0) continue;
    if (turns[i]!.length === 0) return `turn ${i + 1}: must make a call`;
    if (!sameState(model, truth)) return `turn ${i + 1}: the state differs`;
    const left = [...responses];
    for (const response of wanted) {
      const at = left.indexOf(response);
      if (at < 0) return `turn ${i + 1}: no call answers ${response}`;
      left.splice(at, 1);
    }
  }
  return null;
}

/** Whether states are equal; a state without end (a folder inside itself) equals none. */
function sameState(first: Instances, second: Instances): boolean {
  try {
    return first.state() === second.state();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
