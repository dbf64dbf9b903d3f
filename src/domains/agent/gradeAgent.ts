/** The verdict on an agent's turns, whatever its task is: the small workplace, the workplace assistant, or BFCL. */
import { TaskError } from "../../error.js";
import type { ToolCall } from "../../tokenizer/message.js";
import type { FinishReason, Task } from "../task.js";
import { gradeBfcl, isBfclTask, type CallVerdict } from "./bfcl/tasks.js";
import type { LongContext } from "./bfcl/index.js";
import { agentData } from "./data.js";
import { toolEpisode, type Placed } from "./environments/index.js";
import { NANO_WORKPLACE } from "./tools.js";
import { WORKPLACE, type WorkplaceTables } from "./workplace/index.js";

/** What tasks need beside themselves. */
export interface GradeAgentOptions {
  /** Tables of the workplace assistant, from `loadWorkplace`. */
  tables?: WorkplaceTables;
  /** What BFCL's long-context category adds, from `readLongContext`. */
  long?: LongContext;
}

/** Calls of the published solution of a task of the workplace assistant, or null where the task is another. */
function solutionOf({ kind, data }: Task): ToolCall[] | null {
  const { calls, workplace } = (data ?? {}) as {
    calls?: unknown;
    workplace?: unknown;
  };
  return kind === "workplace" && workplace === undefined && Array.isArray(calls)
    ? (calls as ToolCall[])
    : null;
}

/**
 * Grade the turns of an agent.
 *
 * @param task    of the domain agent: of the small world, of the RL blend (`readRlRow`), or of BFCL (`readBfclTask`)
 * @param turns   what the model wrote: for each user turn its steps. Only BFCL has more than one user turn
 * @param finish  how the last step ended; of a workplace "length" earns nothing
 * @throws TaskError the task is none of these, or what it needs is not given
 */
export function gradeAgent(
  task: Task,
  turns: readonly (readonly string[])[],
  finish: FinishReason = "stop",
  { tables, long }: GradeAgentOptions = {},
): CallVerdict {
  if (finish === "length")
    return {
      reward: 0,
      outcome: "truncated",
      detail: "stopped at the token limit",
      calls: [],
    };
  if (isBfclTask(task)) return gradeBfcl(task, turns, long ?? null);
  const solution = solutionOf(task);
  if (solution !== null && tables === undefined)
    throw new TaskError(
      `gradeAgent: task ${JSON.stringify(task.id)} needs the tables of the workplace assistant`,
    );
  const [placed, calls]: [Placed, readonly ToolCall[]] =
    solution === null
      ? [
          { environment: NANO_WORKPLACE, given: agentData(task).workplace },
          agentData(task).calls,
        ]
      : [{ environment: WORKPLACE, given: tables }, solution];
  const episode = toolEpisode(placed, calls, { repair: solution !== null });
  for (const step of turns.flat()) episode.step(step);
  return { ...episode.verdict(finish), calls: [...episode.calls] };
}
