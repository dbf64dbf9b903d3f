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

/** From the first turn of a task to its verdict. */
export class Episode {
  /** Text of the last turn, end-of-turn token removed. */
  text = "";
  /** Assistant turns taken. */
  turns = 0;
  /** Seconds that verifier and environment have taken. */
  seconds = 0;
  private readonly environment: Environment | undefined;

  constructor(readonly task: Task) {
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
    this.text = text;
    this.turns++;
    const { environment } = this;
    if (environment === undefined || finish === "length") return null;
    const results = this.timed(() => environment.step(text));
    return results === null ? null : renderToolResults(results);
  }

  /**
   * Grade the episode: by its environment where the domain has one, else by its verifier.
   *
   * @param finish  of the last turn
   * @throws InfrastructureError the verifier or environment broke (never a reward)
   */
  verdict(finish: FinishReason): Verdict {
    const { task, text, environment } = this;
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
