/** An episode of the workplace assistant: turns with tool calls, judged by the final state. */
import type { Environment, FinishReason, Task, Verdict } from "../task.js";
import { agentData } from "./data.js";
import { toolEpisode } from "./environments/index.js";
import { NANO_WORKPLACE } from "./tools.js";

/** Most assistant turns of an episode whose task does not say otherwise, as in the authors' loop. */
export const MAX_TURNS = 6;

/** Most assistant turns of any episode. */
export const MOST_TURNS = 9;

/**
 * Start an episode on a fresh copy of the task's workplace: the rules are those of `toolEpisode`, and a call that is no JSON is not
 * repaired, since the small world teaches the exact form.
 *
 * @throws TaskError the task holds no workplace
 */
export function environment(task: Task): Environment {
  const { workplace, calls, turns = MAX_TURNS } = agentData(task);
  return toolEpisode({ environment: NANO_WORKPLACE, given: workplace }, calls, {
    maxTurns: turns,
    repair: false,
  });
}

/**
 * Judge a single turn as a whole episode.
 *
 * @throws TaskError the task holds no workplace
 */
export function verify(
  task: Task,
  completion: string,
  finish: FinishReason,
): Verdict {
  const episode = environment(task);
  // A truncated turn may hold half a call; nothing of it is executed.
  if (finish === "stop") episode.step(completion);
  return episode.verdict(finish);
}
