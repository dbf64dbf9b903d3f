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
  chatOf,
  IM_END,
  renderChat,
  renderToolResults,
  type Message,
  type Tokenizer,
} from "../tokenizer/index.js";

/** The tokens of a task's prompt, the assistant's header included, by the template that its form asks for. */
export function promptTokens(tokenizer: Tokenizer, task: Task): number[] {
  const messages = taskMessages(task);
  const options = {
    tools: spec(task.domain).tools?.(task) ?? [],
    addGenerationPrompt: true,
  };
  return tokenizer.encode(
    task.form?.template === "folder"
      ? chatOf(tokenizer).render(messages, options)
      : renderChat(messages, options),
  );
}

/** Tokens that end a turn of some tasks: `<|im_end|>`, or those of the model's folder where its template is asked for. */
export function turnEnds(
  tokenizer: Tokenizer,
  tasks: readonly Task[],
): number[] {
  return tasks.some(({ form }) => form?.template === "folder")
    ? [...chatOf(tokenizer).ends]
    : [tokenizer.id(IM_END)];
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
    const open = task.form?.gate === "none" && !this.text.includes("</think>");
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
