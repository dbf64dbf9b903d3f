/** Policy × tasks → rollouts: prompts rendered, completions generated, agent turns answered by their environment, answers graded. */
import {
  turnLimit,
  type FinishReason,
  type Task,
  type Verdict,
} from "../domains/index.js";
import { generate, type Policy } from "../model/index.js";
import { SPECIAL_TOKENS, type Tokenizer } from "../tokenizer/index.js";
import { Episode, promptTokens, turnEnds } from "./episode.js";

/** One sampled answer to one task, with everything that training and evaluation need. */
export interface Rollout {
  task: Task;
  promptTokens: number[];
  /** Tokens that the model sampled by its server's count, where their ids are not known; `tokens` is empty then. */
  counted?: number;
  /** All tokens after the prompt, exactly those the model saw and wrote; tool results included. */
  tokens: number[];
  /** True where the model sampled the token; false for tool results and headers, which are never trained. */
  sampled: boolean[];
  /** Natural log-probability of each sampled token when it was sampled; 0 elsewhere. */
  logprobs: number[];
  /** Text of the last assistant turn, end-of-turn token removed. */
  text: string;
  /** Text of everything after the prompt. */
  transcript: string;
  verdict: Verdict;
  finish: FinishReason;
  /** Assistant turns taken. */
  turns: number;
}

/**
 * Whether a model may answer as it likes ("free"), or must think first ("forced"): then every assistant turn begins with `<think>` and a
 * new line, which are not sampled, and its first sampled token holds something other than white space and special tokens.
 */
export type Think = "free" | "forced";

/** How to sample rollouts. */
export interface RolloutOptions {
  seed: number;
  /** Name of the random stream; the same seed and stream give the same rollouts. */
  stream: string;
  /** 0 is greedy; default 1, as in training. */
  temperature?: number;
  /** Nucleus, (0, 1]; default 1. */
  topP?: number;
  /** Default "free". */
  think?: Think;
  /** Names of the tasks' own streams under `stream`; default their position. */
  names?: readonly string[];
  /** Called once, at the end, with the seconds that verifiers and environments took of all. */
  onGraded?: (seconds: number) => void;
}

/**
 * Sample one completion for each task; repeat a task to get a group.
 *
 * @param tasks any mix of domains; each is graded by its own domain's verifier
 * @throws InfrastructureError a verifier or environment broke (never a reward)
 * @example
 * rollouts(policy, tokenizer, [task, task], { seed: 1, stream: "demo" }).map((r) => r.verdict.reward)
 */
export function rollouts(
  policy: Policy,
  tokenizer: Tokenizer,
  tasks: readonly Task[],
  options: RolloutOptions,
): Rollout[] {
  const { seed, stream, temperature = 1, topP = 1, think = "free" } = options;
  const opening = think === "forced" ? THINK_OPENING : "";
  const prompts = encodePrompts(tokenizer, tasks, opening);
  const episodes = tasks.map((task) => new Episode(task));
  const completions = generate(policy, prompts, {
    maxNewTokens: tasks.map(turnLimit),
    stop: turnEnds(tokenizer, tasks),
    temperature,
    topP,
    seed,
    streams: tasks.map((_, i) => `${stream}/${options.names?.[i] ?? i}`),
    ...(think === "forced" && { notFirst: silentTokens(tokenizer) }),
    onTurn: (row, { tokens, finish }) => {
      const own = finish === "stop" ? tokens.slice(0, -1) : tokens;
      const text = opening + tokenizer.decode(own);
      const next = episodes[row]!.step(text, finish);
      return next === null ? null : tokenizer.encode(next + opening);
    },
  });
  const results = completions.map((completion, i): Rollout => {
    const episode = episodes[i]!;
    const verdict = episode.verdict(completion.finish);
    const transcript = opening + tokenizer.decode(completion.tokens);
    return {
      task: episode.task,
      promptTokens: prompts[i]!,
      ...completion,
      text: episode.text,
      transcript,
      verdict,
    };
  });
  options.onGraded?.(episodes.reduce((sum, { seconds }) => sum + seconds, 0));
  return results;
}

/** Prompt tokens of each task; equal tasks share one array. */
function encodePrompts(
  tokenizer: Tokenizer,
  tasks: readonly Task[],
  opening: string,
): number[][] {
  const known = new Map<Task, number[]>();
  return tasks.map((task) => {
    let tokens = known.get(task);
    if (!tokens) {
      tokens = [...promptTokens(tokenizer, task), ...tokenizer.encode(opening)];
      known.set(task, tokens);
    }
    return tokens;
  });
}

/** What a turn that must think begins with. */
const THINK_OPENING = "<think>\n";

/** Tokens that say nothing: white space alone, or a special token, such as the end of thinking or of the turn. */
function silentTokens(tokenizer: Tokenizer): number[] {
  const special = new Set(
    SPECIAL_TOKENS.filter((token) => tokenizer.has(token)).map((token) =>
      tokenizer.id(token),
    ),
  );
  return Array.from({ length: tokenizer.size }, (_, id) => id).filter(
    (id) => special.has(id) || isBlank(tokenizer, id),
  );
}

function isBlank(tokenizer: Tokenizer, id: number): boolean {
  try {
    return tokenizer.decode([id]).trim() === "";
  } catch {
    // An id that the vocabulary leaves out; the model's head may still have a row for it.
    return true;
  }
}
