/** One run of one or several tool environments: the states as they are now, and the calls that change them. */
import { TaskError } from "../../../error.js";
import type { ToolCall } from "../../../tokenizer/message.js";
import { canonical } from "./canonical.js";
import { schemaFault } from "./schema.js";
import { ToolFailure, type ToolEnvironment } from "./toolEnvironment.js";

/** A call with arguments by name and, before them, by place. */
export interface PlacedCall extends ToolCall {
  positional?: readonly unknown[];
}

/** What came of one call. */
export interface CallAnswer {
  /** What the model reads. */
  text: string;
  /** Why the call failed; null where it did not. */
  fault: string | null;
}

/** An environment with the state that a task gives it; undefined stands for the environment's own. */
export interface Placed {
  // The state's type is the environment's own affair: a session only hands it back.
  environment: ToolEnvironment<any>; // eslint-disable-line @typescript-eslint/no-explicit-any
  given?: unknown;
}

/** What a tool gave, or why it was not run or refused. */
export type ToolOutcome =
  { result: unknown; fault: null } | { result?: undefined; fault: string };

/** Arguments by name out of those by place and by name, or what is wrong with them. */
function namedArguments(
  parameters: Readonly<Record<string, unknown>>,
  positional: readonly unknown[],
  named: Readonly<Record<string, unknown>>,
): Record<string, unknown> | string {
  const names = Object.keys(parameters);
  if (positional.length > names.length)
    return `at most ${names.length} arguments`;
  const placed = names.slice(0, positional.length);
  const twice = placed.find((name) => Object.hasOwn(named, name));
  if (twice !== undefined) return `${twice} given twice`;
  return {
    ...Object.fromEntries(placed.map((name, i) => [name, positional[i]])),
    ...named,
  };
}

/**
 * Run one call on a state.
 *
 * @param state  changed in place
 * @returns what the tool gave, or the fault of the call; only an error of the tool itself is thrown
 */
export function runTool<State>(
  environment: ToolEnvironment<State>,
  state: State,
  { name, positional = [], arguments: named }: PlacedCall,
): ToolOutcome {
  if (!Object.hasOwn(environment.tools, name)) return { fault: "no such tool" };
  const tool = environment.tools[name]!;
  const args = namedArguments(tool.parameters, positional, named);
  if (typeof args === "string") return { fault: args };
  const fault = environment.fault(tool, args);
  if (fault !== null) return { fault };
  try {
    // Arguments are copied: what a state keeps of them must not be what another one changes.
    return { result: tool.run(state, structuredClone(args)), fault: null };
  } catch (error) {
    if (error instanceof ToolFailure) return { fault: error.message };
    throw error;
  }
}

/** Environments in use. Where several have a tool of one name, the last has it. */
export class ToolSession {
  private readonly parts: {
    environment: ToolEnvironment<unknown>;
    state: unknown;
  }[];

  /**
   * @param environments  at least one
   * @throws TaskError a state that is given breaks the schema of its environment
   */
  constructor(environments: readonly Placed[]) {
    this.parts = environments.map(({ environment, given }) => {
      const fault =
        given === undefined ? null : schemaFault(environment.schema, given);
      if (fault !== null)
        throw new TaskError(
          `ToolSession: the state of ${environment.name} must fit its schema, got: ${fault}`,
        );
      const typed = environment as ToolEnvironment<unknown>;
      return { environment: typed, state: typed.start(given) };
    });
  }

  /** Make one call. Whatever a model can do wrong is answered by a text; only an error of a tool itself is thrown. */
  call(call: PlacedCall): CallAnswer {
    const { environment, state } =
      this.parts
        .filter(({ environment: { tools } }) => Object.hasOwn(tools, call.name))
        .at(-1) ?? this.parts.at(-1)!;
    const { result, fault } = runTool(environment, state, call);
    return {
      text:
        fault === null
          ? environment.answer(result)
          : environment.failed(call.name, fault),
      fault,
    };
  }

  /** The states as they are compared: equal texts mean equal states. */
  compared(): string {
    return JSON.stringify(
      this.parts.map(({ environment, state }) =>
        canonical(environment.compared(state)),
      ),
    );
  }
}

/** A session after some calls; those that fail are passed over. */
export function replayed(
  environments: readonly Placed[],
  calls: readonly PlacedCall[],
): ToolSession {
  const session = new ToolSession(environments);
  for (const call of calls) session.call(call);
  return session;
}
