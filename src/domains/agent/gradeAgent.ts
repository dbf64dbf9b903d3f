/** The verdict on an agent's turns, whatever its task is: the small workplace, the workplace assistant, or BFCL. */
import { truncated } from "../gate.js";
import type { FinishReason, Task } from "../task.js";
import { isBfclTask } from "./bfcl/data.js";
import { gradeBfcl, type CallVerdict } from "./bfcl/gradeBfcl.js";
import { agentEpisode, longOf } from "./environment.js";
import { agentSources, type AgentSources } from "./sources.js";

/** What a model wrote: its steps, or for each user turn its steps. */
export type AgentTurns = readonly string[] | readonly (readonly string[])[];

const isSteps = (turns: AgentTurns): turns is readonly string[] =>
  turns.every((turn) => typeof turn === "string");

/**
 * Grade the turns of an agent.
 *
 * @param task     of the domain agent: of the small world, of the RL blend (`readRlRow`), or of BFCL (`readBfclTask`)
 * @param turns    what the model wrote: its steps, one after the other, or for each user turn its steps. Only BFCL has more than one
 *   user turn; of steps alone, one without calls ends a turn
 * @param finish   how the last step ended; "length" earns nothing
 * @param sources  what the task needs beside itself; default: what M2RL_WORKPLACE and M2RL_BFCL name
 * @throws TaskError the task is none of these, or a part of it is not of its form · InfrastructureError what it needs is not there
 */
export function gradeAgent(
  task: Task,
  turns: AgentTurns,
  finish: FinishReason = "stop",
  sources: AgentSources = agentSources(),
): CallVerdict {
  if (finish === "length") return { ...truncated(), calls: [] };
  if (!isSteps(turns) && isBfclTask(task))
    return gradeBfcl(task, turns, longOf(task, sources));
  const episode = agentEpisode(task, sources);
  for (const step of turns.flat()) episode.step(step);
  const verdict = episode.verdict(finish);
  return { ...verdict, calls: [...episode.calls] };
}
