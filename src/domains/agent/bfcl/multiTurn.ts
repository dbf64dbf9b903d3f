/** BFCL's multi-turn check: calls run on stateful classes, judged turn by turn by state and responses. */
import { TaskError } from "../../../error.js";
import { PythonReader } from "../../../tokenizer/pythonLiteral.js";
import { ToolSession, type PlacedCall } from "../environments/index.js";
import type {
  BfclClass,
  BfclStart,
  LongContext,
} from "./backends/bfclClass.js";
import { gorillaFileSystem } from "./backends/gorillaFileSystem.js";
import { mathApi } from "./backends/mathApi.js";
import { messageApi } from "./backends/messageApi.js";
import { ticketApi } from "./backends/ticketApi.js";
import { tradingBot } from "./backends/tradingBot.js";
import { travelApi } from "./backends/travelApi.js";
import { twitterApi } from "./backends/twitterApi.js";
import { vehicleControlApi } from "./backends/vehicleControlApi.js";

/** The eight classes, by the names of the data files. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- what an instance is, only its class knows
export const BFCL_CLASSES: Readonly<Record<string, BfclClass<any>>> = {
  GorillaFileSystem: gorillaFileSystem,
  MathAPI: mathApi,
  MessageAPI: messageApi,
  TicketAPI: ticketApi,
  TradingBot: tradingBot,
  TravelAPI: travelApi,
  TwitterAPI: twitterApi,
  VehicleControlAPI: vehicleControlApi,
};

/** One call: arguments by name, and before them those by place. */
export type BfclCall = PlacedCall;

/** A multi-turn task as the data files write it. */
export interface MultiTurnTask {
  id: string;
  initial_config: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  involved_classes: readonly string[];
}

/** Options of `checkTurns`. */
export interface CheckTurnsOptions {
  /** What the long-context category adds, from `readLongContext`; default null. Tasks of that category cannot be run without. */
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

/**
 * The instances of a task.
 *
 * @throws TaskError a class of the task cannot be run
 */
export function instances(
  task: MultiTurnTask,
  long: LongContext | null,
): ToolSession {
  return new ToolSession(
    task.involved_classes.map((name) => {
      if (!Object.hasOwn(BFCL_CLASSES, name))
        throw new TaskError(
          `checkTurns: class ${JSON.stringify(name)} of ${task.id} cannot be run; known: ${Object.keys(BFCL_CLASSES).join(", ")}`,
        );
      const given: BfclStart = {
        config: task.initial_config[name] ?? {},
        long,
      };
      return { environment: BFCL_CLASSES[name]!, given };
    }),
  );
}

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
 * @throws TaskError a class of the task cannot be run, or a task of the long-context category comes without what it adds
 */
export function checkTurns(
  task: MultiTurnTask,
  turns: readonly (readonly BfclCall[])[],
  answers: readonly (readonly BfclCall[])[],
  { long = null }: CheckTurnsOptions = {},
): string | null {
  if (long === null && /long_context/.test(task.id))
    throw new TaskError(
      `checkTurns: long must hold what the long-context category adds, got null for ${task.id}`,
    );
  if (turns.length !== answers.length)
    return `must have ${answers.length} turns, got ${turns.length}`;
  const model = instances(task, long);
  const truth = instances(task, long);
  const responses: string[] = [];
  for (const [i, answer] of answers.entries()) {
    responses.push(...turns[i]!.map((call) => model.call(call).text));
    const wanted = answer.map((call) => truth.call(call).text);
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
function sameState(first: ToolSession, second: ToolSession): boolean {
  try {
    return first.compared() === second.compared();
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
