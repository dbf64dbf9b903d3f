/** An episode of the workplace assistant: turns with tool calls, judged by the final state. */
import { parseToolCalls } from "../../tokenizer/index.js";
import type { Message } from "../../tokenizer/message.js";
import { correct, noAnswer, wrong } from "../gate.js";
import type { Environment, FinishReason, Task, Verdict } from "../task.js";
import { agentData } from "./data.js";
import { replay, sameState } from "./state.js";
import { execute } from "./tools.js";

/** Most assistant turns of an episode, as in the authors' loop. */
export const MAX_TURNS = 6;

/** More calls in one turn than this are not executed: a turn cannot ask for unbounded work. */
const MAX_CALLS = 16;

/**
 * Start an episode on a fresh copy of the task's workplace.
 *
 * Each turn's calls are executed in order and answered one by one; a call that cannot be parsed, or that fails, is answered by
 * an error and changes nothing. A turn without a call ends the episode, as does the last turn. At the end the tables must equal
 * those after the calls of the solution; which look-ups were made, and what was said, does not matter.
 *
 * Source: M2RL's workplace loop and NeMo-Gym's final-state check.
 * Deviates: a malformed call is answered by an error (there it looks like no call, or aborts); truncation earns nothing (there
 * the state is still judged). As there, `</think>` is not required in this domain.
 *
 * @throws TaskError the task holds no workplace
 */
export function environment(task: Task): Environment {
  const { workplace, calls: solution } = agentData(task);
  const live = structuredClone(workplace);
  const goal = replay(workplace, solution);
  let turns = 0;
  let over = false;
  let parsed = 0;
  let malformed = 0;
  let failed = 0;

  const answer = (result: Record<string, string | number>): Message => {
    if ("error" in result) failed++;
    return { role: "tool", content: spaced(result) };
  };

  return {
    step(completion) {
      if (over || turns >= MAX_TURNS) return null;
      turns++;
      const { calls, errors } = parseToolCalls(completion, {
        repair: false,
      });
      parsed += calls.length;
      malformed += errors.length;
      const results = [
        ...calls.slice(0, MAX_CALLS).map((call) => answer(execute(live, call))),
        ...(calls.length > MAX_CALLS
          ? [answer({ error: "too many calls" })]
          : []),
        ...(errors.length > 0 ? [answer({ error: "bad call" })] : []),
      ];
      over = results.length === 0 || turns === MAX_TURNS;
      return over ? null : results;
    },
    verdict(finish: FinishReason): Verdict {
      if (finish === "length")
        return {
          reward: 0,
          outcome: "truncated",
          detail: "stopped at the token limit",
        };
      if (sameState(live, goal)) return correct();
      if (parsed === 0)
        return noAnswer(
          malformed > 0 ? `${malformed} malformed calls` : "no tool call",
        );
      return wrong(
        `final state differs after ${turns} turns, ${parsed} calls, ${failed} errors`,
      );
    },
  };
}

/** JSON of a flat result with Python's spacing, so that a value looks the same in a result and in the next call. */
function spaced(result: Record<string, string | number>): string {
  const fields = Object.entries(result).map(
    ([name, value]) => `${JSON.stringify(name)}: ${JSON.stringify(value)}`,
  );
  return `{${fields.join(", ")}}`;
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
