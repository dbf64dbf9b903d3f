/** Grades an answer: every constraint must hold, strictly. */
import { correct, gate, wrong } from "../gate.js";
import type { FinishReason, Task, Verdict } from "../task.js";
import { constraint } from "./constraints/index.js";
import { instructionData } from "./data.js";
import { words } from "./python/text.js";

/** Answers of fewer words are no text at all for a toy prompt, whatever its constraints allow. */
const FEWEST_WORDS = 3;

/**
 * The verdict on a completion: reward 1 if and only if all constraints of the task hold on the text after `</think>`.
 *
 * Source: strict prompt-level rule of IFEval; paper §3.2 (reward 0 or 1).
 * Deviates: for toy prompts (those with a topic) an answer of fewer than three words is wrong, so that a blank line cannot satisfy
 * "use no comma", and no language detector is asked, since toy English is too short and too odd for one.
 *
 * @throws TaskError a constraint of the task is unknown or its arguments are not valid
 */
export function verify(
  task: Task,
  completion: string,
  finish: FinishReason,
): Verdict {
  const { instruction_id_list: ids, kwargs, topic } = instructionData(task);
  const isToy = topic !== undefined;
  const checks = ids.map((id, i) => ({
    id,
    holds: constraint(id, kwargs[i], { detectLanguage: !isToy }),
  }));
  return gate(completion, finish, (answer) => {
    const length = words(answer).length;
    if (isToy && length < FEWEST_WORDS)
      return wrong(`answer has ${length} words, needs ${FEWEST_WORDS}`);
    const broken = checks
      .filter(({ holds }) => !holds(answer))
      .map(({ id }) => id);
    return broken.length === 0
      ? correct()
      : wrong(`broken: ${[...new Set(broken)].join(", ")}`);
  });
}
