/** Self-verification: a model answers tasks, then judges its own answers, seeing the final answer only or the whole solution. */
import { spec, type Task, type Verdict } from "../domains/index.js";
import { TaskError } from "../error.js";
import { generate, type Policy } from "../model/index.js";
import { rollouts } from "../rollout/index.js";
import { IM_END, renderChat, type Tokenizer } from "../tokenizer/index.js";
import type { Difficulty } from "../world/index.js";
import { benchmark, benchmarkSpec, type MeasuredSplit } from "./benchmarks.js";
import {
  JUDGE_MODES,
  judgeableBenchmarks,
  judgePrompt,
  readClaim,
  readJudgement,
  type Claim,
  type JudgeMode,
  type Judgement,
} from "./judging.js";

/** One answer of a model with its own judgements of it. */
export interface JudgedAnswer {
  task: string;
  sample: number;
  /** The verifier's word. */
  reward: 0 | 1;
  outcome: Verdict["outcome"];
  /** The final answer; null where there is none that could be judged. */
  claimed: number | null;
  /** null exactly where `claimed` is. */
  judgements: Record<JudgeMode, Judgement> | null;
  /** The answer's text; only where it was asked to be kept. */
  completion?: string;
}

/** Options of `selfVerify`. */
export interface SelfVerifyOptions {
  /** Number of items; default the benchmark's own. */
  items?: number;
  /** Answers an item, each judged once a mode; default 8, as the paper's Avg@8. */
  answers?: number;
  /** How hard the benchmark's tasks are; default "easy". */
  difficulty?: Difficulty;
  /** Problems that settings are chosen on, or the benchmark's own, the default. */
  split?: MeasuredSplit;
  /** Seed of the sampling; default 0. */
  seed?: number;
  /** Of how many items the first answer and its judgements are kept as text, default 3. */
  keep?: number;
}

// The judge solves the task again, and then writes the difference and the verdict.
const VERDICT_TOKENS = 32;

/**
 * A model answers a benchmark and judges its own answers in both modes, each answer once a mode, at temperature 1.
 *
 * Avg@8 of the paper is read as eight answers an item, one judgement each: judging more answers says more than judging one answer
 * more often. Random numbers are keyed by (seed, benchmark, mode, item, answer) and not by the model.
 *
 * Source: paper §3.6 and Table 7.
 *
 * @param name  one of `judgeableBenchmarks()`
 * @throws TaskError unknown benchmark, or one whose answers cannot be judged · RangeError answers is not a positive integer
 * @example
 * selfVerify(policy, tokenizer, "aime24", { items: 2, answers: 2, seed: 1 })
 */
export function selfVerify(
  policy: Policy,
  tokenizer: Tokenizer,
  name: string,
  {
    items,
    answers = 8,
    seed = 0,
    keep = 3,
    difficulty,
    split,
  }: SelfVerifyOptions = {},
): JudgedAnswer[] {
  const judgeable = judgeableBenchmarks();
  if (!judgeable.includes(benchmarkSpec(name).name))
    throw new TaskError(
      `selfVerify: benchmark must be one that can be judged (${judgeable.join(", ")}), got ${name}`,
    );
  if (!Number.isInteger(answers) || answers < 1)
    throw new RangeError(
      `selfVerify: answers must be a positive integer, got ${answers}`,
    );
  const tasks = benchmark(name, { items, difficulty, split }).flatMap((task) =>
    Array.from({ length: answers }, () => task),
  );
  const names = tasks.map(({ id }, i) => `${id}/${i % answers}`);
  const rolled = rollouts(policy, tokenizer, tasks, {
    seed,
    stream: `verify/${name}`,
    names,
  });
  const claims = rolled.map(({ task, text, finish }) =>
    readClaim(task, text, finish),
  );
  const kept = (i: number): boolean => i % answers === 0 && i / answers < keep;
  const judgements = judgeAll(
    policy,
    tokenizer,
    rolled.flatMap(({ task, verdict }, i): Judgeable[] => {
      const [claim, right] = [claims[i]!, verdict.reward === 1];
      if (claim === null) return [];
      return [{ name: names[i]!, task, claim, right, kept: kept(i) }];
    }),
    { seed, stream: `verify/${name}` },
  );
  return rolled.map(({ task, text, verdict }, i): JudgedAnswer => {
    const answer: JudgedAnswer = {
      task: task.id,
      sample: i % answers,
      reward: verdict.reward,
      outcome: verdict.outcome,
      claimed: claims[i]?.claimed ?? null,
      judgements: judgements.get(names[i]!) ?? null,
    };
    return kept(i) ? { ...answer, completion: text } : answer;
  });
}

/** An answer that can be judged. */
interface Judgeable {
  name: string;
  task: Task;
  claim: Claim;
  /** The verifier's word. */
  right: boolean;
  /** Whether the judgements' texts are kept. */
  kept: boolean;
}

/** Judgements of answers in both modes, by the answers' names. */
function judgeAll(
  policy: Policy,
  tokenizer: Tokenizer,
  answers: readonly Judgeable[],
  { seed, stream }: { seed: number; stream: string },
): Map<string, Record<JudgeMode, Judgement>> {
  // Both modes are sampled together: one batch takes hardly longer than half of it.
  const calls = JUDGE_MODES.flatMap((mode) =>
    answers.map((answer) => ({ mode, ...answer })),
  );
  const completions = generate(
    policy,
    calls.map(({ mode, task, claim }) => {
      const content = judgePrompt(task.prompt, claim, mode);
      return tokenizer.encode(
        renderChat([{ role: "user", content }], { addGenerationPrompt: true }),
      );
    }),
    {
      maxNewTokens: calls.map(
        ({ task }) => spec(task.domain).maxNewTokens + VERDICT_TOKENS,
      ),
      stop: tokenizer.id(IM_END),
      seed,
      streams: calls.map(({ mode, name }) => `${stream}/${mode}/${name}`),
    },
  );
  const judgements = calls.map(({ task, claim, right, kept }, c): Judgement => {
    const { tokens, finish } = completions[c]!;
    const text = tokenizer.decode(
      finish === "stop" ? tokens.slice(0, -1) : tokens,
    );
    const judgement = {
      ...readJudgement(task, claim.claimed, right, text, finish),
      tokens: tokens.length,
    };
    return kept ? { ...judgement, completion: text } : judgement;
  });
  return new Map(
    answers.map(({ name }, i) => [
      name,
      { outcome: judgements[i]!, process: judgements[answers.length + i]! },
    ]),
  );
}
