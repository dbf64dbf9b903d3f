/** What the eight stateful classes of BFCL have in common: a state that is compared, and methods that are called by name. */

/** One method: the names of its parameters in order, "?" behind those that may be left out. */
export interface Method {
  parameters: readonly string[];
  run(args: Record<string, unknown>): unknown;
}

/** One instance of a class. */
export interface Backend {
  /** What the state check compares: maps and objects in any order, lists in theirs. */
  state(): unknown;
  methods: Readonly<Record<string, Method>>;
}

/** Texts and tables that the long-context category adds, as the package bfcl-eval ships them (names without `_EXTENSION`). */
export type LongContext = Readonly<Record<string, unknown>>;

/** Starts an instance from a task's `initial_config`; `long` is null outside the long-context category. */
export type StartBackend = (
  config: Readonly<Record<string, unknown>>,
  long: LongContext | null,
) => Backend;

/** A method whose arguments are used as `A` says; a wrong type fails inside it, as in Python. */
export const method = <A>(
  parameters: readonly string[],
  run: (args: A) => unknown,
): Method => ({ parameters, run: (args) => run(args as A) });

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
export const field = <T>(
  config: Readonly<Record<string, unknown>>,
  name: string,
  otherwise: T,
): T => (Object.hasOwn(config, name) ? (config[name] as T) : otherwise);

/** The entries of an object as a map, so that no name is special. */
export const mapOf = <T>(entries: unknown): Map<string, T> =>
  new Map(Object.entries((entries ?? {}) as Record<string, T>));
