/** Evaluate one policy on one benchmark. */
import type { AnswerForm } from "../domains/index.js";
import type { Policy } from "../model/index.js";
import { localSampler, type Sampler } from "../rollout/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import type { Difficulty } from "../world/index.js";
import {
  benchmark,
  benchmarkSpec,
  type BenchmarkName,
  type MeasuredSplit,
} from "./benchmarks.js";
import {
  evaluateTasks,
  summarizeTasks,
  type EvaluateTasksOptions,
  type TaskEvaluation,
} from "./evaluateTasks.js";
import type { EvaluationRecord } from "./records.js";

/** Options of `evaluate`. */
export interface EvaluateOptions extends EvaluateTasksOptions {
  /** Number of items; default the benchmark's own (100). */
  items?: number;
  /** How hard the benchmark's tasks are; default "easy". */
  difficulty?: Difficulty;
  /** Problems that settings are chosen on, or the benchmark's own, the default. */
  split?: MeasuredSplit;
  /** How tasks are put to the model and when answers count; default as their domains have it. */
  answerForm?: AnswerForm;
}

/** What one model scores on one benchmark. */
export interface Evaluation extends TaskEvaluation {
  benchmark: BenchmarkName;
}

/**
 * Summarise the records of one benchmark.
 *
 * @param records  any order; every task with the same number of samples
 * @throws TaskError unknown benchmark · RangeError no record, or tasks with unequal numbers of samples
 */
export function summarize(
  name: string,
  records: readonly EvaluationRecord[],
): Evaluation {
  const { name: benchmarkName } = benchmarkSpec(name);
  return { benchmark: benchmarkName, ...summarizeTasks(records) };
}

/**
 * Sample K completions for each task of a benchmark and score them.
 *
 * Random numbers are keyed by (seed, benchmark, item, sample) and not by the model, so two models meet the same luck and
 * their difference is sharper. A crashed verifier is an `InfrastructureError` and ends the evaluation; it is never a 0.
 *
 * @param policy     the model; it is not changed
 * @param tokenizer  its tokenizer
 * @param name       a benchmark name
 * @throws TaskError unknown benchmark · RangeError samples no positive integer · InfrastructureError a verifier crashed
 * @example
 * const { policy, tokenizer } = model.loadPolicy("data/nano/base");
 * (await evaluate(policy, tokenizer, "aime24", { items: 2, samples: 2 })).items // 2
 */
export async function evaluate(
  policy: Policy,
  tokenizer: Tokenizer,
  name: string,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const sampler = localSampler(policy, tokenizer, options.model);
  return evaluateWith(sampler, name, options);
}

/**
 * As `evaluate`, with a sampler that may be anywhere.
 *
 * @param options  model: default the sampler's identity
 * @throws TaskError unknown benchmark · RangeError samples no positive integer · InfrastructureError a verifier or server failed
 * @example
 * const server = await rollout.connectServer("http://127.0.0.1:8392", tokenizer);
 * await evaluateWith(server, "aime24", { items: 2, samples: 1 });
 * server.close();
 */
export async function evaluateWith(
  sampler: Sampler,
  name: string,
  options: EvaluateOptions = {},
): Promise<Evaluation> {
  const tasks = benchmark(name, options);
  const { name: benchmarkName } = benchmarkSpec(name);
  return {
    benchmark: benchmarkName,
    ...(await evaluateTasks(sampler, name, tasks, options)),
  };
}
