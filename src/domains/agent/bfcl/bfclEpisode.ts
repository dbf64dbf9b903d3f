/** A task of BFCL as an episode: steps of a model one by one, answered by tools or by what the user says next. */
import { parseToolCalls } from "../../../tokenizer/index.js";
import type { Message } from "../../../tokenizer/message.js";
import { truncated } from "../../gate.js";
import type { FinishReason, Task, Verdict } from "../../task.js";
import type {
  EpisodeCall,
  ToolEpisode,
  ToolSession,
} from "../environments/index.js";
import type { LongContext } from "./backends/bfclClass.js";
import { bfclData, type BfclMultiData } from "./data.js";
import { gradeBfcl, MOST_CALLS, MOST_STEPS } from "./gradeBfcl.js";
import { instances } from "./multiTurn.js";

/** One turn against accepted answers: the first step is all there is. */
class SingleTurn implements ToolEpisode {
  calls: EpisodeCall[] = [];
  private readonly steps: string[] = [];

  constructor(private readonly task: Task) {}

  step(completion: string): null {
    if (this.steps.length === 0) this.steps.push(completion);
    return null;
  }

  verdict(finish: FinishReason): Verdict {
    const { calls, ...verdict } = gradeBfcl(this.task, [this.steps]);
    this.calls = calls;
    return finish === "length" ? truncated() : verdict;
  }
}

/** Several turns on stateful classes. */
class SeveralTurns implements ToolEpisode {
  calls: EpisodeCall[] = [];
  private readonly turns: string[][] = [[]];
  private readonly session: ToolSession;
  private over = false;

  constructor(
    private readonly task: Task,
    private readonly data: BfclMultiData,
    private readonly long: LongContext | null,
  ) {
    this.session = instances({ ...data, id: task.id }, long);
  }

  step(completion: string): Message[] | null {
    if (this.over) return null;
    const steps = this.turns.at(-1)!;
    steps.push(completion);
    const { calls, errors } = parseToolCalls(completion);
    if (calls.length === 0) return this.nextTurn();
    // What fails by its number alone is not run to its end.
    if (steps.length > MOST_STEPS || calls.length > MOST_CALLS)
      return this.end();
    const answers = calls.map(({ name, arguments: args }): Message => {
      const { text } = this.session.call({ name, arguments: args });
      return { role: "tool", content: text };
    });
    const refused = errors.map((error): Message => ({
      role: "tool",
      content: `Error during execution: ${error}`,
    }));
    return [...answers, ...refused];
  }

  verdict(finish: FinishReason): Verdict {
    const { task, turns, long } = this;
    const { calls, ...verdict } = gradeBfcl(task, turns, long);
    this.calls = calls;
    return finish === "length" ? truncated() : verdict;
  }

  private nextTurn(): Message[] | null {
    const content = this.data.messages[this.turns.length];
    if (content === undefined) return this.end();
    this.turns.push([]);
    return [{ role: "user", content }];
  }

  private end(): null {
    this.over = true;
    return null;
  }
}

/**
 * Start an episode of BFCL.
 *
 * A step with calls is answered by one tool message a call; a step without calls ends the turn, and is answered by what the user says in
 * the next one, or ends the episode. A task of one turn ends with its first step. What became of the calls is known with the verdict.
 *
 * Source: the inference loop of bfcl-eval. Deviates: as `gradeBfcl`.
 *
 * @param long  what the long-context category adds, from `readLongContext`
 * @throws TaskError the task is not one of BFCL's, or a part of it is not of its form
 */
export function bfclEpisode(
  task: Task,
  long: LongContext | null = null,
): ToolEpisode {
  const data = bfclData(task);
  return "messages" in data
    ? new SeveralTurns(task, data, long)
    : new SingleTurn(task);
}
