/** One pool of answers for every judge: made by the demonstrator, half of them right, some with a planted wrong line. */
import type { Task } from "../domains/index.js";
import { TaskError } from "../error.js";
import { generate, type Policy } from "../model/index.js";
import { Random } from "../random.js";
import { IM_END, renderChat, type Tokenizer } from "../tokenizer/index.js";
import {
  demonstrateReview,
  isReviewable,
  makeReview,
  readVerdict,
  readWrongLine,
  reviewOf,
  type Fault,
  type Review,
} from "../world/index.js";
import {
  benchmark,
  BENCHMARKS,
  benchmarkSpec,
  type BenchmarkName,
  type BenchmarkOptions,
} from "./benchmarks.js";
import { JUDGE_MODES, type JudgeMode } from "./judging.js";

/** An answer of the pool, as both kinds of judges see it. */
export interface PooledAnswer {
  /** Identity of the task. */
  task: string;
  /** Which of the answers to this task, from 0. */
  sample: number;
  fault: Fault;
  /** The review with the claim alone, and with the lines as well. */
  reviews: Record<JudgeMode, Review>;
}

/** A judge's word on one answer in one mode. */
export interface PoolJudgement {
  /** null: the judge did not say, or was cut off. */
  verdict: "correct" | "incorrect" | null;
  /** The line that it calls the first wrong one, from 1; null where it names none. */
  line: number | null;
  /** Sampled tokens. */
  tokens: number;
}

/** One answer of the pool with a judge's words on it. */
export interface PoolLine {
  task: string;
  sample: number;
  fault: Fault;
  claim: string;
  /** The first wrong line that the process mode shows, from 1; null where none is wrong. */
  wrongLine: number | null;
  judgements: Record<JudgeMode, PoolJudgement>;
}

/** How large a pool is. */
export interface CommonPoolOptions extends BenchmarkOptions {
  /** Tasks of the benchmark, those whose answers can be reviewed; default 50. */
  items?: number;
  /** Answers to each task, an even number: half are right, half have slipped steps; default 2. One more has a planted line. */
  answers?: number;
}

// Never changes: it decides the pool, and committed lines name its answers.
const POOL_SEED = 2602_12566;

/** Most tasks that are looked through for each that can be reviewed. */
const LOOKED_THROUGH = 8;

/**
 * Benchmarks with tasks whose answers can be reviewed.
 *
 * @example
 * reviewableBenchmarks() // ["aime24", "aime25", "lcbV5", "lcbV6", "hle", "ifeval", "ifbench"]
 */
export function reviewableBenchmarks(): BenchmarkName[] {
  return BENCHMARKS.filter(({ name }) =>
    benchmark(name, { items: 40 }).some(isReviewable),
  ).map(({ name }) => name);
}

function pooledTasks(
  name: string,
  items: number,
  answers: number,
  which: BenchmarkOptions,
): PooledAnswer[][] {
  for (let looked = items; ; looked *= 2) {
    const found = benchmark(name, { ...which, items: looked })
      .filter(isReviewable)
      .map((task) => pooledAnswers(name, task, answers))
      .filter((own) => own !== null);
    if (found.length >= items) return found.slice(0, items);
    if (looked >= items * LOOKED_THROUGH)
      throw new TaskError(
        `commonPool: benchmark must have ${items} tasks whose answers can be reviewed, got ${found.length} of ${looked} in ${name}`,
      );
  }
}

/**
 * The pool of a benchmark: the same answers for every judge, study and seed. To each task so many right answers as wrong ones of the
 * demonstrator, and one that is right although one of its lines is not.
 *
 * @param name  one of `reviewableBenchmarks()`
 * @throws TaskError unknown benchmark, or too few tasks whose answers can be reviewed · RangeError answers is not an even positive integer
 * @example
 * commonPool("aime24", { items: 2 }).map(({ fault }) => fault) // ["none", "slip", "planted", "none", "slip", "planted"]
 */
export function commonPool(
  name: string,
  { items = 50, answers = 2, ...which }: CommonPoolOptions = {},
): PooledAnswer[] {
  if (!Number.isInteger(answers) || answers < 2 || answers % 2 !== 0)
    throw new RangeError(
      `commonPool: answers must be an even positive integer, got ${answers}`,
    );
  const { name: own } = benchmarkSpec(name);
  return pooledTasks(own, items, answers, which).flat();
}

/** The answers to one task; null where one of them cannot be had. */
function pooledAnswers(
  name: string,
  task: Task,
  answers: number,
): PooledAnswer[] | null {
  const pooled: PooledAnswer[] = [];
  for (let sample = 0; sample <= answers; sample++) {
    const fault =
      sample === answers ? "planted" : sample % 2 === 0 ? "none" : "slip";
    const random = new Random(POOL_SEED, `pool/${name}/${task.id}/${sample}`);
    const process = makeReview(task, random, { showLines: true, fault });
    if (process === null) return null;
    const { claim } = process;
    const outcome = reviewOf(
      task,
      { lines: [], claim },
      { showLines: false, fault },
    );
    const reviews = { outcome, process };
    pooled.push({ task: task.id, sample, fault, reviews });
  }
  return pooled;
}

/** Tokens that a judge gets for each that the demonstrator would need, and some more for one that writes otherwise. */
const ROOM = { factor: 2, more: 32 };

/**
 * Let a model judge a benchmark's pool in both modes, each answer once a mode, at temperature 1.
 *
 * Random numbers are keyed by (seed, benchmark, mode, item, answer) and not by the model.
 *
 * @throws TaskError, RangeError as `commonPool`
 * @example
 * judgePool(policy, tokenizer, "aime24", { items: 2, answers: 2, seed: 1 })
 */
export function judgePool(
  policy: Policy,
  tokenizer: Tokenizer,
  name: string,
  { seed = 0, ...size }: CommonPoolOptions & { seed?: number } = {},
): PoolLine[] {
  const pool = commonPool(name, size);
  const calls = pool.flatMap(({ task, sample, reviews }) =>
    JUDGE_MODES.map((mode) => ({ task, sample, mode, review: reviews[mode] })),
  );
  const demonstrated = calls.map(({ review }) => {
    const { reasoning = "", content } = demonstrateReview(review) as {
      reasoning?: string;
      content: string;
    };
    return tokenizer.encode(`<think>\n${reasoning}\n</think>\n\n${content}`);
  });
  const completions = generate(
    policy,
    calls.map(({ review }) =>
      tokenizer.encode(
        renderChat([{ role: "user", content: review.prompt }], {
          addGenerationPrompt: true,
        }),
      ),
    ),
    {
      maxNewTokens: demonstrated.map(
        ({ length }) => ROOM.factor * length + ROOM.more,
      ),
      stop: tokenizer.id(IM_END),
      seed,
      streams: calls.map(
        ({ task, sample, mode }) => `pool/${name}/${mode}/${task}/${sample}`,
      ),
    },
  );
  const judgements = completions.map(({ tokens, finish }): PoolJudgement => {
    const text = tokenizer.decode(tokens);
    const isWhole = finish === "stop";
    return {
      verdict: isWhole ? readVerdict(text) : null,
      line: isWhole ? readWrongLine(text) : null,
      tokens: tokens.length,
    };
  });
  return pool.map(({ task, sample, fault, reviews }, i): PoolLine => ({
    ...{ task, sample, fault },
    claim: reviews.process.claim,
    wrongLine: reviews.process.wrongLine,
    judgements: {
      outcome:
        judgements[JUDGE_MODES.length * i + JUDGE_MODES.indexOf("outcome")]!,
      process:
        judgements[JUDGE_MODES.length * i + JUDGE_MODES.indexOf("process")]!,
    },
  }));
}
