/** Policy × tasks → rollouts: prompts rendered, completions generated, agent turns answered by their environment, answers graded. */
import {
  spec,
  taskMessages,
  type Environment,
  type FinishReason,
  type Task,
  type Verdict,
} from "../domains/index.js";
import { generate, type Policy } from "../model/index.js";
import {
  IM_END,
  renderChat,
  renderToolResults,
  type Tokenizer,
} from "../tokenizer/index.js";

/** One sampled answer to one task, with everything that training and evaluation need. */
export interface Rollout {
  task: Task;
  promptTokens: number[];
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

/** How to sample rollouts. */
export interface RolloutOptions {
  seed: number;
  /** Name of the random stream; the same seed and stream give the same rollouts. */
  stream: string;
  /** 0 is greedy; default 1, as in training. */
  temperature?: number;
  /** Nucleus, (0, 1]; default 1. */
  topP?: number;
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
  const { seed, stream, temperature = 1, topP = 1 } = options;
  const stop = tokenizer.id(IM_END);
  const prompts = encodePrompts(tokenizer, tasks);
  const environments = tasks.map((task): Environment | undefined =>
    spec(task.domain).environment?.(task),
  );
  const turnsLeft = tasks.map((task) => spec(task.domain).maxTurns);
  const lastText = tasks.map(() => "");
  let graded = 0;
  const timed = <Result>(grade: () => Result): Result => {
    const start = performance.now();
    try {
      return grade();
    } finally {
      graded += (performance.now() - start) / 1000;
    }
  };
  const completions = generate(policy, prompts, {
    maxNewTokens: tasks.map((task) => spec(task.domain).maxNewTokens),
    stop,
    temperature,
    topP,
    seed,
    streams: tasks.map((_, i) => `${stream}/${options.names?.[i] ?? i}`),
    onTurn: (row, turn) => {
      const text = tokenizer.decode(
        turn.finish === "stop" ? turn.tokens.slice(0, -1) : turn.tokens,
      );
      lastText[row] = text;
      const environment = environments[row];
      if (!environment || turn.finish === "length") return null;
      const results = timed(() => environment.step(text));
      return results && --turnsLeft[row]! > 0
        ? tokenizer.encode(renderToolResults(results))
        : null;
    },
  });
  const results = tasks.map((task, i): Rollout => {
    const { tokens, sampled, logprobs, finish, turns } = completions[i]!;
    const text = lastText[i]!;
    const verdict = timed(
      () =>
        environments[i]?.verdict(finish) ??
        spec(task.domain).verify(task, text, finish),
    );
    const transcript = tokenizer.decode(tokens);
    return {
      task,
      promptTokens: prompts[i]!,
      tokens,
      sampled,
      logprobs,
      text,
      transcript,
      verdict,
      finish,
      turns,
    };
  });
  options.onGraded?.(graded);
  return results;
}

/** Prompt tokens of each task; equal tasks share one array. */
function encodePrompts(
  tokenizer: Tokenizer,
  tasks: readonly Task[],
): number[][] {
  const known = new Map<Task, number[]>();
  return tasks.map((task) => {
    let tokens = known.get(task);
    if (!tokens) {
      tokens = tokenizer.encode(
        renderChat(taskMessages(task), { addGenerationPrompt: true }),
      );
      known.set(task, tokens);
    }
    return tokens;
  });
}
