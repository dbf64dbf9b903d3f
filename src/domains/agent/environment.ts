/** The episode of an agent task, whatever its task is: turns with tool calls, judged by what they lead to. */
import { TaskError } from "../../error.js";
import { hint } from "../../nearest.js";
import type { Task } from "../task.js";
import { bfclEpisode } from "./bfcl/bfclEpisode.js";
import { isBfclTask } from "./bfcl/data.js";
import type { LongContext } from "./bfcl/index.js";
import { agentData, callsOf } from "./data.js";
import { TOOL_ENVIRONMENTS } from "./environmentTable.js";
import {
  toolEpisode,
  type Placed,
  type ToolEpisode,
} from "./environments/index.js";
import { agentSources, needed, type AgentSources } from "./sources.js";
import { NANO_WORKPLACE } from "./tools.js";
import { WORKPLACE } from "./workplace/index.js";

/** Most assistant turns of an episode whose task does not say otherwise, as in the authors' loop. */
export const MAX_TURNS = 6;

/** Most assistant turns of any episode. */
export const MOST_TURNS = 9;

/** Whether a task is one of the workplace assistant, whose tables are not its own. */
export function isAssistantTask({ kind, data }: Task): boolean {
  const { calls, workplace } = (data ?? {}) as Record<string, unknown>;
  return (
    kind === "workplace" && workplace === undefined && Array.isArray(calls)
  );
}

/** What a task of BFCL's long-context category adds; null of the others. */
export function longOf(
  { id }: Task,
  sources: AgentSources,
): LongContext | null {
  return /long_context/.test(id)
    ? needed(
        sources.long,
        "the extensions of BFCL's long-context category",
        "M2RL_BFCL",
        id,
      )
    : null;
}

/** The environment that a task names, with the state that it gives; null where it names none. */
export function namedBy({ id, data }: Task): Placed | null {
  const { environment: name, state: given } = (data ?? {}) as {
    environment?: unknown;
    state?: unknown;
  };
  if (typeof name !== "string") return null;
  if (!Object.hasOwn(TOOL_ENVIRONMENTS, name))
    throw new TaskError(
      `agent: task ${JSON.stringify(id)}: unknown environment ${JSON.stringify(name)}; ${hint(name, Object.keys(TOOL_ENVIRONMENTS))}`,
    );
  const environment = TOOL_ENVIRONMENTS[name]!;
  return given === undefined ? { environment } : { environment, given };
}

/** The environment of the workplace assistant with its state at the start. */
function assistant({ id }: Task, sources: AgentSources): Placed {
  const what = "the tables of the workplace assistant";
  const given = needed(sources.tables, what, "M2RL_WORKPLACE", id);
  return { environment: WORKPLACE, given };
}

/**
 * Start an episode. Of the workplaces, and of an environment that the task names (`TOOL_ENVIRONMENTS`), it is one of `toolEpisode`; a call that is no JSON is repaired, but not in the small world, which
 * teaches the exact form. Of BFCL it is `bfclEpisode`.
 *
 * @param sources  what the task needs beside itself; default: what M2RL_WORKPLACE and M2RL_BFCL name
 * @throws TaskError the task is none of these, or a part of it is not of its form · InfrastructureError what it needs is not there
 */
export function agentEpisode(
  task: Task,
  sources: AgentSources = agentSources(),
): ToolEpisode {
  if (isBfclTask(task)) return bfclEpisode(task, longOf(task, sources));
  const named = namedBy(task);
  if (named !== null)
    return toolEpisode(named, callsOf(task), { maxTurns: MAX_TURNS });
  if (isAssistantTask(task))
    return toolEpisode(assistant(task, sources), callsOf(task), {
      maxTurns: MAX_TURNS,
    });
  const { workplace, calls, turns = MAX_TURNS } = agentData(task);
  return toolEpisode({ environment: NANO_WORKPLACE, given: workplace }, calls, {
    maxTurns: turns,
    repair: false,
  });
}
