/** One row of a reward request → a verdict, by the verifier of the task's domain. */
import {
  DOMAINS,
  gradeAgent,
  spec,
  type FinishReason,
} from "../../domains/index.js";
import type { Task, Verdict } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import type { Message } from "../../tokenizer/index.js";

/** What is to be judged: one completion, or the assistant turns of an episode. */
export interface RewardRow {
  /** The task, as an object or as JSON text: slime, TRL and OpenRLHF carry it as the row's label. */
  label: unknown;
  /** The assistant's texts, one for each step, or of an agent for each user turn those of its steps; single-turn domains have one. */
  turns: string[] | string[][];
  /** How the last turn ended; default: by an end-of-turn token in its text, else cut off at the token limit. */
  finish?: FinishReason;
}

/** What the next turn of an episode must be told, or its verdict. */
export type Step = { messages: Message[] } | { verdict: Verdict };

// Qwen's end of turn, and the end of text by which base models stop.
const ENDS = ["<|im_end|>", "<|endoftext|>"];

/** The task that a label holds. */
function taskOf(label: unknown): Task {
  let task: unknown = label;
  if (typeof label === "string") {
    try {
      task = JSON.parse(label);
    } catch {
      throw new TaskError(
        `rewards: label must be a task as JSON, got ${JSON.stringify(label.slice(0, 60))}`,
      );
    }
  }
  const { id, domain, data } = (task ?? {}) as Partial<Task>;
  if (typeof id !== "string" || data === undefined)
    throw new TaskError(
      "rewards: label must be a task with id, domain and data",
    );
  if (!DOMAINS.some((name) => name === domain))
    throw new TaskError(
      `rewards: label's domain must be one of ${DOMAINS.join(", ")}, got ${JSON.stringify(domain)}`,
    );
  return task as Task;
}

/** A turn without its end token, and how it ended. */
function ended(
  text: string,
  finish: FinishReason | undefined,
): { text: string; finish: FinishReason } {
  const ends = ENDS.map((end) => text.indexOf(end)).filter((at) => at >= 0);
  if (ends.length === 0) return { text, finish: finish ?? "length" };
  return { text: text.slice(0, Math.min(...ends)), finish: finish ?? "stop" };
}

const isSteps = (turns: RewardRow["turns"]): turns is string[] =>
  turns.every((turn) => typeof turn === "string");

/** The verdict on steps that are told apart by user turns. */
function judgeTurns(
  task: Task,
  turns: readonly string[][],
  finish: FinishReason | undefined,
): Verdict {
  if (task.domain !== "agent")
    throw new TaskError(
      `rewards: turns of domain ${task.domain} must be a list of texts`,
    );
  const last = ended(turns.flat().at(-1) ?? "", finish).finish;
  const texts = turns.map((steps) =>
    steps.map((text) => ended(text, "stop").text),
  );
  const { calls: _, ...verdict } = gradeAgent(task, texts, last);
  return verdict;
}

/**
 * Judge one row.
 *
 * An end-of-turn token in the text says that the model stopped; without one the text counts as cut off unless `finish` says
 * otherwise, as in slime, whose rewards see the text alone.
 *
 * @throws TaskError the label is not a task · InfrastructureError the verifier failed for a reason that is not the answer
 * @example
 * judge({ label: task, turns: ["<think>\n\n</think>\n\n\\boxed{4}<|im_end|>"] }).reward // 1 or 0
 */
export function judge({ label, turns, finish }: RewardRow): Verdict {
  const task = taskOf(label);
  if (!isSteps(turns)) return judgeTurns(task, turns, finish);
  const { environment, verify } = spec(task.domain);
  if (environment === undefined) {
    const last = ended(turns.at(-1) ?? "", finish);
    return verify(task, last.text, last.finish);
  }
  const episode = environment(task);
  let last: FinishReason = "stop";
  for (const [i, turn] of turns.entries()) {
    const own = ended(turn, i === turns.length - 1 ? finish : "stop");
    last = own.finish;
    if (episode.step(own.text) === null) break;
  }
  return episode.verdict(last);
}

/**
 * What happens after the turns so far: tool messages, what the user says next, or the verdict once the episode is over. Stateless: the turns are replayed.
 *
 * @throws TaskError the label is not a task, or its domain has no episodes
 */
export function step({ label, turns, finish }: RewardRow): Step {
  const task = taskOf(label);
  const { environment } = spec(task.domain);
  if (!isSteps(turns))
    throw new TaskError("rewards: turns of a step must be a list of texts");
  if (environment === undefined)
    throw new TaskError(
      `rewards: domain ${task.domain} has no episodes; judge its answer instead`,
    );
  const episode = environment(task);
  let messages: Message[] | null = [];
  for (const [i, turn] of turns.entries()) {
    const own = ended(turn, i === turns.length - 1 ? finish : "stop");
    messages = own.finish === "length" ? null : episode.step(own.text);
    if (messages === null) return { verdict: episode.verdict(own.finish) };
  }
  return { messages };
}
