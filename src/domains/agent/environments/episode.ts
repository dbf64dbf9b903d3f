/** An episode in a tool environment: turns with calls, judged by the state at the end. */
import { parseToolCalls } from "../../../tokenizer/index.js";
import type { ParsedToolCall } from "../../../tokenizer/parseToolCalls.js";
import type { Message, ToolCall } from "../../../tokenizer/message.js";
import { correct, noAnswer, truncated, wrong } from "../../gate.js";
import type { Environment, FinishReason, Verdict } from "../../task.js";
import { replayed, ToolSession, type Placed } from "./session.js";

/** Limits of an episode. */
export interface EpisodeOptions {
  /** Most assistant turns; default 6, as in the authors' loop. */
  maxTurns?: number;
  /** Most calls of one turn; default 16: a turn cannot ask for unbounded work. */
  maxCalls?: number;
  /** Whether calls that are no JSON are repaired; default true. */
  repair?: boolean;
}

/** One call of an episode, as it was read and answered. */
export interface EpisodeCall {
  /** The assistant turn, from 1. */
  turn: number;
  /** Tool that was called; null where the call could not be read. */
  name: string | null;
  /** Why it failed; null where it did not. */
  error: string | null;
  /** Whether it was no JSON and had to be repaired. */
  repaired: boolean;
}

/** An episode, with what is known of its calls so far. */
export interface ToolEpisode extends Environment {
  readonly calls: readonly EpisodeCall[];
}

/** Texts of what was wrong with a turn. */
const BAD_CALL = "bad call";
const TOO_MANY = "too many calls";

/** What happens in an episode. */
class Episode implements ToolEpisode {
  readonly calls: EpisodeCall[] = [];
  private readonly live: ToolSession;
  private readonly goal: string;
  private turns = 0;
  private over = false;
  private failed = 0;

  constructor(
    private readonly placed: Placed,
    solution: readonly ToolCall[],
    private readonly options: Required<EpisodeOptions>,
  ) {
    this.live = new ToolSession([placed]);
    this.goal = replayed([placed], solution).compared();
  }

  step(completion: string): Message[] | null {
    const { maxTurns, maxCalls, repair } = this.options;
    if (this.over || this.turns >= maxTurns) return null;
    this.turns++;
    const read = parseToolCalls(completion, { repair });
    const results = read.calls.slice(0, maxCalls).map((call) => this.run(call));
    const more = read.calls.slice(maxCalls);
    for (const { name, repaired } of more) this.note(name, TOO_MANY, repaired);
    for (const error of read.errors) this.note(null, error);
    if (more.length > 0) results.push(this.refusal(TOO_MANY));
    if (read.errors.length > 0) results.push(this.refusal(BAD_CALL));
    this.over = results.length === 0 || this.turns === maxTurns;
    return this.over ? null : results;
  }

  verdict(finish: FinishReason): Verdict {
    if (finish === "length") return truncated();
    if (this.live.compared() === this.goal) return correct();
    const { calls, turns, failed } = this;
    const parsed = calls.filter(({ name }) => name !== null).length;
    if (parsed === 0)
      return noAnswer(
        calls.length > 0 ? `${calls.length} malformed calls` : "no tool call",
      );
    return wrong(
      `final state differs after ${turns} turns, ${parsed} calls, ${failed} errors`,
    );
  }

  private run(call: ParsedToolCall): Message {
    const { text, fault } = this.live.call(call);
    this.note(call.name, fault, call.repaired);
    if (fault !== null) this.failed++;
    return { role: "tool", content: text };
  }

  /** The message that answers what was not run. */
  private refusal(fault: string): Message {
    this.failed++;
    const content = this.placed.environment.failed("", fault);
    return { role: "tool", content };
  }

  private note(
    name: string | null,
    error: string | null,
    repaired: boolean = false,
  ): void {
    this.calls.push({ turn: this.turns, name, error, repaired });
  }
}

/**
 * Start an episode. Each turn's calls are executed in order and answered one by one; a call that cannot be read, or that fails, is
 * answered by an error. A turn without a call ends the episode, as does the last turn. At the end the state must equal the one after
 * the calls of the solution; which look-ups were made, and what was said, does not matter.
 *
 * Source: M2RL's workplace loop and NeMo-Gym's final-state check.
 * Deviates: a malformed call is answered by an error (there it looks like no call, or aborts); truncation earns nothing (there
 * the state is still judged). As there, `</think>` is not required.
 *
 * @param placed    the environment, and the state that the task gives it
 * @param solution  calls that lead to the right state
 * @throws TaskError the state breaks the schema of the environment
 */
export function toolEpisode(
  placed: Placed,
  solution: readonly ToolCall[],
  { maxTurns = 6, maxCalls = 16, repair = true }: EpisodeOptions = {},
): ToolEpisode {
  return new Episode(placed, solution, { maxTurns, maxCalls, repair });
}
