/** One task under way: an environment answers its turns, its end is graded, and the time of both is kept. */
import {
  spec,
  taskMessages,
  type Environment,
  type FinishReason,
  type Task,
  type Verdict,
} from "../domains/index.js";
import {
  renderChat,
  renderToolResults,
  type Message,
  type Tokenizer,
} from "../tokenizer/index.js";

/** The tokens of a task's prompt, the assistant's header included. */
export function promptTokens(tokenizer: Tokenizer, task: Task): number[] {
  return tokenizer.encode(
    renderChat(taskMessages(task), {
      tools: spec(task.domain).tools?.(task) ?? [],
      addGenerationPrompt: true,
    }),
  );
}

/**
 * What is graded of an answer: what stands behind `</think>`, without which there is no answer ("think", as in the paper), or, where there
 * is no such tag, the whole ("none": models that do not think aloud).
 */
export type Gate = "think" | "none";

/** From the first turn of a task to its verdict. */
export class Episode {
  /** Text of the last turn, end-of-turn token removed. */
  text = "";
  /** Assistant turns taken. */
  turns = 0;
  /** Seconds that verifier and environment have taken. */
  seconds = 0;
  private readonly environment: Environment | undefined;

  constructor(
    readonly task: Task,
    private readonly gate: Gate = "think",
  ) {
    this.environment = spec(task.domain).environment?.(task);
  }

  /**
   * Take one assistant turn.
   *
   * @param text  without the end-of-turn token
   * @returns what the model reads next (tool results or what the user says, and the next header), or null when the episode is over
   * @throws InfrastructureError the environment broke
   */
  step(text: string, finish: FinishReason): string | null {
    const results = this.answer(text, finish);
    return results === null ? null : renderToolResults(results);
  }

  /** As `step`; what the model reads next as messages. */
  answer(text: string, finish: FinishReason): Message[] | null {
    this.text = text;
    this.turns++;
    const { environment } = this;
    if (environment === undefined || finish === "length") return null;
    return this.timed(() => environment.step(text));
  }

  /**
   * Grade the episode: by its environment where the domain has one, else by its verifier.
   *
   * @param finish  of the last turn
   * @throws InfrastructureError the verifier or environment broke (never a reward)
   */
  verdict(finish: FinishReason): Verdict {
    const { task, environment } = this;
    const open = this.gate === "none" && !this.text.includes("</think>");
    const text = open ? `</think>${this.text}` : this.text;
    return this.timed(
      () =>
        environment?.verdict(finish) ??
        spec(task.domain).verify(task, text, finish),
    );
  }

  private timed<Result>(work: () => Result): Result {
    const start = performance.now();
    const result = work();
    this.seconds += (performance.now() - start) / 1000;
    return result;
  }
}
