/** The nouns that every domain shares: task, split, verdict, environment, and the row of a domain. */
import type { SeriesStyle } from "../style.js";
import type { Message, Tool } from "../tokenizer/message.js";

/**
 * Which part of a domain's problem space a task lies in. The part follows from a hash of the task's identity (`splitOf`),
 * so train, development and benchmark tasks are disjoint by construction, before any model exists.
 */
export type Split = "train" | "development" | "benchmark";

/**
 * One prompt with what is needed to verify an answer. Plain JSON: it can be written to a record and read back.
 *
 * Inside this room a task may be of any domain; outside, `Task` is one of the table's domains (`specs.ts`).
 */
export interface Task<Name extends string = string> {
  /** Stable identity: equal ids mean the same problem, whatever its surface order of options. */
  id: string;
  domain: Name;
  /** Family of problems inside the domain, for example "chain" or "equation". */
  kind: string;
  /** Text of the user message. */
  prompt: string;
  /** What the domain's verifier needs; its shape is the domain's own. */
  data: unknown;
  /** Where it is put to a model or answered otherwise than tasks of its domain are. */
  form?: TaskForm;
}

/** How one task is put to a model and when its answer counts; what is absent is as the domain has it. */
export interface TaskForm {
  /** The prompt is rendered by the chat template of the model's folder, and ended by its tokens. */
  template?: "folder";
  /** An answer need not close a thought: what stands behind the last `</think>` counts, or all of it. */
  gate?: "none";
  /** Most new tokens of one turn. */
  maxNewTokens?: number;
}

/** How a completion ended: the model wrote its stop token, or ran into a token or turn limit. */
export type FinishReason = "stop" | "length";

/** What a verifier says. An infrastructure failure is not a verdict but an `InfrastructureError`. */
export interface Verdict {
  reward: 0 | 1;
  outcome: "correct" | "wrong" | "noAnswer" | "truncated";
  /** One line that says why, for people who read records. */
  detail?: string;
}

/** Interaction of an agent task: each assistant turn is answered by tool results, or ends the episode. */
export interface Environment {
  /**
   * Take one assistant turn (text without the end-of-turn token).
   *
   * @returns what to append, tool results or what the user says next, or null when the episode is over
   */
  step(completion: string): Message[] | null;
  /** The verdict on everything that happened so far. `finish` is that of the last turn. */
  verdict(finish: FinishReason): Verdict;
}

/** One domain: everything that is known of it, apart from where its tasks come from. */
export interface DomainSpec {
  /** How figures draw the domain and its expert, and what they call it. */
  style: SeriesStyle;
  /** What the paper calls the model that is trained on this domain alone, for example "RL-IF". */
  expert: string;
  /** Whether the paper counts it among the reasoning domains (§1). */
  reasoning: boolean;
  /** Prompts of the paper's RL data (§3.2): the mixed run draws domains in proportion to them. */
  rlPrompts: number;
  /** Most new tokens of one assistant turn, with some slack over what a careful demonstration needs. */
  maxNewTokens: number;
  /** Most assistant turns of a task of the small world; 1 except for agent. Episodes end themselves. */
  maxTurns: number;
  /** Tools that the prompt of a task lists; absent: none (agent only). */
  tools?(task: Task): readonly Tool[];
  /** The final answer of the text after `</think>`, or null where there is none; only in domains whose answers are short values. */
  finalAnswer?(text: string): string | null;
  /** Grade a final completion (single-turn domains). `completion` is everything after the assistant header, end token removed. */
  verify(task: Task, completion: string, finish: FinishReason): Verdict;
  /** Start an episode (agent only). */
  environment?(task: Task): Environment;
}

/** The messages of a task's prompt, before the first assistant turn: what the user says, behind the system message of `data.system`. */
export function taskMessages({ prompt, data }: Task): Message[] {
  const { system } = (data ?? {}) as { system?: unknown };
  const user: Message = { role: "user", content: prompt };
  return typeof system === "string"
    ? [{ role: "system", content: system }, user]
    : [user];
}
