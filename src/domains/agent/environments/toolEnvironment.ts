/** A tool environment: a state, the tools that read and change it, and what of it counts. One object holds all of it. */
import type { Tool } from "../../../tokenizer/message.js";
import { pythonJson } from "./pythonJson.js";
import { schemaFault, type Schema, type ValueOf } from "./schema.js";

/** A call that a tool refuses: thrown by `run`, answered by its text. Any other error is a fault of the tool and passes through. */
export class ToolFailure extends Error {
  override name = "ToolFailure";
}

/** One tool of an environment. */
export interface EnvironmentTool<State> {
  /** What the model reads of it. */
  description: string;
  /** The parameters by name, in the order in which arguments by place are taken. */
  parameters: Readonly<Record<string, Schema>>;
  /** Parameters that may be left out. */
  optional: readonly string[];
  /**
   * Make the call.
   *
   * @param state  changed in place
   * @param args   checked as the environment's `fault` says; the tool may keep them
   * @returns what the model is told
   * @throws ToolFailure the call is refused
   */
  run(state: State, args: Record<string, unknown>): unknown;
}

/** A world that a model works in by calling tools; made by `toolEnvironment`. */
export interface ToolEnvironment<State> {
  name: string;
  /** What a task may give as the state at the start. */
  schema: Schema;
  /** The state at the start; `given` is what the task says, checked against `schema`, undefined where it says nothing. */
  start(given: unknown): State;
  tools: Readonly<Record<string, EnvironmentTool<State>>>;
  /** What of a state counts: plain values, lists, objects and maps. Two states are equal when these are, keys in any order. */
  compared(state: State): unknown;
  /** What is wrong with the arguments of a call, or null. */
  fault(
    tool: EnvironmentTool<State>,
    args: Readonly<Record<string, unknown>>,
  ): string | null;
  /** A result as the model reads it. */
  answer(result: unknown): string;
  /** A call that failed, as the model reads it. */
  failed(name: string, fault: string): string;
}

/** A tool environment as it is written down: what is left out has a default. */
export interface ToolEnvironmentOptions<State> extends Partial<
  ToolEnvironment<State>
> {
  /** What errors call it. */
  name: string;
  /** The state at the start where a task gives none; copied for each episode. Needed where `start` is left out. */
  initial?: State;
  tools: Readonly<Record<string, EnvironmentTool<State>>>;
}

type Parameters = Readonly<Record<string, Schema>>;

/** The arguments that a tool takes, by the schemas of its parameters; those in `O` may be missing. */
export type ArgumentsOf<P extends Parameters, O extends keyof P = never> = {
  [K in Exclude<keyof P, O>]: ValueOf<P[K]>;
} & { [K in O]?: ValueOf<P[K]> };

/**
 * A tool whose `run` takes arguments of the types that the parameters say.
 *
 * @param definition  description, JSON Schema of each parameter, names of those that may be left out, and what a call does
 * @example
 * tool({
 *   description: "Add to the sum.",
 *   parameters: { by: { type: "number", description: "how much" } },
 *   run: (state: { sum: number }, { by }) => ({ sum: (state.sum += by) }),
 * })
 */
export function tool<
  State,
  const P extends Parameters,
  const O extends keyof P & string = never,
>(definition: {
  description: string;
  parameters: P;
  optional?: readonly O[];
  run(state: State, args: ArgumentsOf<P, O>): unknown;
}): EnvironmentTool<State> {
  const { description, parameters, optional = [], run } = definition;
  return {
    description,
    parameters,
    optional,
    run: (state, args) => run(state, args as ArgumentsOf<P, O>),
  };
}

/** A tool as one object schema: what chat templates print, and what calls are checked against. */
function objectSchema({
  parameters,
  optional,
}: Pick<EnvironmentTool<never>, "parameters" | "optional">): Schema {
  return {
    type: "object",
    properties: parameters,
    required: Object.keys(parameters).filter(
      (name) => !optional.includes(name),
    ),
    additionalProperties: false,
  };
}

/**
 * A tool environment, with defaults for what is left out: a task's state is copied, all of a state counts, arguments are checked
 * against the schemas, results are texts or JSON with Python's spacing, a failure is `{"error": …}`.
 *
 * @throws RangeError neither `start` nor `initial` is given, or a tool's `optional` names no parameter
 * @example
 * toolEnvironment({
 *   name: "sum",
 *   schema: { type: "object", properties: { sum: { type: "number" } }, required: ["sum"] },
 *   initial: { sum: 0 },
 *   tools: {
 *     add: tool({
 *       description: "Add to the sum.",
 *       parameters: { by: { type: "number", description: "how much" } },
 *       run: (state: { sum: number }, { by }) => ({ sum: (state.sum += by) }),
 *     }),
 *   },
 * })
 */
export function toolEnvironment<State>(
  options: ToolEnvironmentOptions<State>,
): ToolEnvironment<State> {
  const { name, initial, tools } = options;
  if (options.start === undefined && initial === undefined)
    throw new RangeError(
      `toolEnvironment: ${name} must have a start or an initial state, got neither`,
    );
  for (const [called, { parameters, optional }] of Object.entries(tools))
    for (const parameter of optional)
      if (!Object.hasOwn(parameters, parameter))
        throw new RangeError(
          `toolEnvironment: optional must name parameters of ${called} of ${name}, got ${JSON.stringify(parameter)}`,
        );
  return {
    schema: {},
    start: (given) => structuredClone((given ?? initial) as State),
    compared: (state) => state,
    fault: (called, args) => schemaFault(objectSchema(called), args),
    answer: (result) =>
      typeof result === "string" ? result : pythonJson(result, "null"),
    failed: (_, fault) => pythonJson({ error: fault }),
    ...options,
  };
}

/** The tools of an environment in the form that chat templates print. */
export function environmentTools<State>({
  tools,
}: Pick<ToolEnvironment<State>, "tools">): Tool[] {
  return Object.entries(tools).map(([name, entry]) => ({
    name,
    description: entry.description,
    parameters: { ...objectSchema(entry) },
  }));
}
