/** What the eight stateful classes of BFCL have in common: they are tool environments whose methods check little and fail as Python does. */
import {
  toolEnvironment,
  ToolFailure,
  type EnvironmentTool,
  type ToolEnvironment,
} from "../../environments/index.js";
import { pythonJson } from "../../environments/pythonJson.js";

/** The long texts and tables that the long-context category adds, by the names of the package bfcl-eval without `_EXTENSION`. */
export type LongContext = Readonly<Record<string, unknown>>;

/** A class's part of a task's `initial_config`. */
export type BfclConfig = Readonly<Record<string, unknown>>;

/** What an instance starts from; `long` is null outside the long-context category. */
export interface BfclStart {
  config: BfclConfig;
  long: LongContext | null;
}

/** One of the classes; its tools carry no descriptions, which are in the data files. */
export type BfclClass<State = unknown> = ToolEnvironment<State>;

/** What a class is made of. */
interface BfclClassOptions<State> {
  name: string;
  start(config: BfclConfig, long: LongContext | null): State;
  tools: Readonly<Record<string, EnvironmentTool<State>>>;
  /** What the state check compares: the attributes that are public in Python. */
  compared(state: State): unknown;
}

/** Makes the methods of one class; see `methodsOf`. */
export type MakeMethod<State> = <A = Record<string, unknown>>(
  parameters: readonly string[],
  run: (state: State, args: A) => unknown,
) => EnvironmentTool<State>;

/**
 * What makes the methods of a class whose instances are `State`: from the names of the parameters in order, "?" behind those that may
 * be left out, and what a call does. Arguments are used as `A` says; a wrong type fails inside, as in Python.
 */
export const methodsOf =
  <State>(): MakeMethod<State> =>
  <A>(
    parameters: readonly string[],
    run: (state: State, args: A) => unknown,
  ): EnvironmentTool<State> => ({
    description: "",
    parameters: Object.fromEntries(
      parameters.map((name) => [name.replace("?", ""), {}]),
    ),
    optional: parameters
      .filter((name) => name.endsWith("?"))
      .map((name) => name.slice(0, -1)),
    run: (state, args) => {
      try {
        return run(state, args as A);
      } catch (error) {
        // Whatever goes wrong in a method is the call's fault there.
        throw new ToolFailure((error as Error).message);
      }
    },
  });

const resultText = (value: unknown): string =>
  value === null || value === undefined
    ? "None"
    : typeof value === "string"
      ? value
      : pythonJson(value, "null");

/** A class as a tool environment: only the names of arguments are checked, failures are texts as the original's executor writes them. */
export function bfclClass<State>({
  name,
  start,
  tools,
  compared,
}: BfclClassOptions<State>): BfclClass<State> {
  return toolEnvironment<State>({
    name,
    tools,
    compared,
    start: (given) => {
      const { config, long } = given as BfclStart;
      return start(structuredClone(config), long);
    },
    fault: ({ parameters, optional }, args) => {
      const unknown = Object.keys(args).find(
        (parameter) => !Object.hasOwn(parameters, parameter),
      );
      if (unknown !== undefined) return `does not take ${unknown}`;
      const missing = Object.keys(parameters).find(
        (parameter) =>
          !optional.includes(parameter) && !Object.hasOwn(args, parameter),
      );
      return missing === undefined ? null : `needs ${missing}`;
    },
    answer: resultText,
    failed: (called, fault) => `Error during execution: ${called} ${fault}`,
  });
}

/** A result that says what went wrong; the texts are ours. */
export const failure = (text: string): { error: string } => ({ error: text });

/**
 * A number to count with; truth values count as 1 and 0.
 *
 * @throws TypeError it is none
 */
export function number(value: unknown): number {
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "number") throw new TypeError("must be a number");
  return value;
}

/**
 * Python's `float(value)` of a number, a truth value or a text.
 *
 * @throws TypeError it is none of them, or the text is not a decimal number
 */
export function float(value: unknown): number {
  if (typeof value !== "string") return number(value);
  if (!/^\s*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?\s*$/.test(value))
    throw new TypeError("must be a number");
  return Number(value);
}

/**
 * A text to work on.
 *
 * @throws TypeError it is none
 */
export function text(value: unknown): string {
  if (typeof value !== "string") throw new TypeError("must be a text");
  return value;
}

/** Whether a value counts as true in Python. */
export const truthy = (value: unknown): boolean =>
  !(
    value === undefined ||
    value === null ||
    value === false ||
    value === 0 ||
    value === "" ||
    (Array.isArray(value) && value.length === 0)
  );

/** A field of a configuration, or what stands for it where it is missing. */
export const field = <T>(config: BfclConfig, name: string, otherwise: T): T =>
  Object.hasOwn(config, name) ? (config[name] as T) : otherwise;

/** The entries of an object as a map, so that no name is special. */
export const mapOf = <T>(entries: unknown): Map<string, T> =>
  new Map(Object.entries((entries ?? {}) as Record<string, T>));
