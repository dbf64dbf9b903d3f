/** Evaluate one policy on one benchmark: sample, verify, record, summarise. */
import type { Task, Verdict } from "../domains/index.js";
import { TaskError } from "../error.js";
import type { Policy } from "../model/index.js";
import {
  localSampler,
  type Rollout,
  type Sampler,
  type Think,
} from "../rollout/index.js";
import type { Tokenizer } from "../tokenizer/index.js";
import { avgAtK, type AvgAtK } from "./avgAtK.js";
import {
  benchmark,
  benchmarkSpec,
  type BenchmarkName,
  type MeasuredSplit,
} from "./benchmarks.js";
import {
  appendRecords,
  finishRecords,
  openRecords,
  type EvaluationRecord,
  type RecordsHeader,
} from "./records.js";
import { styleOf } from "./style.js";
import { breathe, hashText } from "../io/index.js";
import type { Difficulty } from "../world/index.js";

/** Options of `evaluate`. */
export interface EvaluateOptions {
  /** Samples per item, K; default 4. */
  samples?: number;
  /** Number of items; default the benchmark's own (100). */
  items?: number;
  /** How hard the benchmark's tasks are; default "easy". */
  difficulty?: Difficulty;
  /** Problems that settings are chosen on, or the benchmark's own, the default. */
  split?: MeasuredSplit;
  /** Seed of the sampling; default 0. The benchmark itself never depends on it. */
  seed?: number;
  /** Sampling temperature, default 1 as in RL (paper, appendix A); 0 is greedy. */
  temperature?: number;
  /** Nucleus mass, default 1. */
  topP?: number;
  /** Whether a model may answer at once, or every turn must think first (`RolloutOptions.think`); default "free". */
  think?: Think;
  /** Where records are kept; an interrupted evaluation goes on from them. Default: nowhere. */
  recordsPath?: string;
  /** Replace records of another evaluation at `recordsPath` instead of refusing them; default false. */
  replaceRecords?: boolean;
  /** Identity of the model in the records, for example `checkpoint.hashModel`; default "". */
  model?: string;
  /** Of how many items the first sample's text is kept in the records; default 10. */
  keep?: number;
  /** Keep with each text its tokens and the log-probabilities that they were sampled with; default false. */
  keepTokens?: boolean;
  /** Called after each block of items with the number of scored samples so far and in all. */
  onProgress?: (done: number, total: number) => void;
}

/** What one model scores on one benchmark. */
export interface Evaluation extends AvgAtK {
  benchmark: BenchmarkName;
  /** Share of samples by outcome; they sum to 1. */
  outcomes: Record<Verdict["outcome"], number>;
  /** Mean sampled tokens per sample. */
  tokens: number;
  /** Every scored sample: items in benchmark order, then samples. */
  records: EvaluationRecord[];
}

/** Identity of a benchmark's tasks, as the header of their records holds it. */
export function hashTasks(tasks: readonly Task[]): string {
  return hashText(
    JSON.stringify(tasks.map((task) => [task.id, task.prompt, task.data])),
  ).slice(0, 16);
}

/** Digits of log-probabilities in records. */
const DIGITS = 4;

/** What the model read and wrote behind the prompt, token by token; what it did not sample has no log-probability. */
function piecesOf(
  { tokens, sampled, logprobs }: Rollout,
  sampler: Sampler,
): [string, number | null][] {
  return tokens.map((token, i) => [
    sampler.decode([token]),
    sampled[i] ? Number(logprobs[i]!.toFixed(DIGITS)) : null,
  ]);
}

/** What is kept beside a score. */
interface Kept {
  /** Items whose first sample's text is kept. */
  items: number;
  /** Whether tokens and log-probabilities are, too. */
  tokens: boolean;
}

function record(
  rollout: Rollout,
  sample: number,
  keepText: boolean,
): EvaluationRecord {
  const { reward, outcome, detail } = rollout.verdict;
  const completion = rollout.turns > 1 ? rollout.transcript : rollout.text;
  const base: EvaluationRecord = {
    task: rollout.task.id,
    sample,
    reward,
    outcome,
    finish: rollout.finish,
    tokens: rollout.sampled.filter(Boolean).length,
    style: styleOf(completion),
  };
  if (!keepText) return base;
  return detail === undefined
    ? { ...base, completion }
    : { ...base, completion, detail };
}

// What an earlier, interrupted run of the same evaluation has left: whole blocks only, in benchmark order.
function earlier(
  path: string,
  header: RecordsHeader,
  tasks: readonly Task[],
  perBlock: number,
  replace: boolean,
): EvaluationRecord[] {
  const found = openRecords(path, header, { replace });
  const total = tasks.length * header.samples;
  const whole =
    found.length >= total
      ? total
      : Math.floor(found.length / perBlock) * perBlock;
  const kept = found.slice(0, whole);
  kept.forEach((r, i) => {
    const expected = tasks[Math.floor(i / header.samples)]!.id;
    if (r.task !== expected || r.sample !== i % header.samples) {
      throw new TaskError(
        `evaluate: ${path} line ${i + 2} must be sample ${i % header.samples} of ${expected}, got sample ${r.sample} of ${r.task}; delete the file`,
      );
    }
  });
  if (kept.length < found.length) finishRecords(path, header, kept);
  return kept;
}

/**
 * Summarise the records of one benchmark.
 *
 * @param records  any order; every task with the same number of samples
 * @throws RangeError no record, or tasks with unequal numbers of samples
 */
export function summarize(
  name: string,
  records: readonly EvaluationRecord[],
): Evaluation {
  const { name: benchmarkName } = benchmarkSpec(name);
  const items = new Map<string, number[]>();
  const outcomes = { correct: 0, wrong: 0, noAnswer: 0, truncated: 0 };
  let tokens = 0;
  for (const r of records) {
    const item = items.get(r.task) ?? [];
    if (item.length === 0) items.set(r.task, item);
    item.push(r.reward);
    outcomes[r.outcome] += 1 / records.length;
    tokens += r.tokens / records.length;
  }
  return {
    benchmark: benchmarkName,
    ...avgAtK([...items.values()]),
    outcomes,
    tokens,
    records: [...records],
  };
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

/** What the records of an evaluation say that they are of. */
function headerOf(
  benchmark: string,
  tasks: readonly Task[],
  {
    samples,
    seed,
    temperature,
    topP,
    think,
    model,
  }: Omit<RecordsHeader, "benchmark" | "items" | "tasks" | "think"> & {
    think: Think;
  },
): RecordsHeader {
  return {
    benchmark,
    items: tasks.length,
    ...{ samples, seed, temperature, topP },
    ...(think === "forced" && { think }),
    tasks: hashTasks(tasks),
    model,
  };
}

/** Answers to the tasks of one batch, scored. */
async function sampleBatch(
  sampler: Sampler,
  tasks: readonly Task[],
  start: number,
  { benchmark: name, samples, seed, temperature, topP, think }: RecordsHeader,
  kept: Kept,
): Promise<EvaluationRecord[]> {
  const repeated = tasks
    .slice(start, start + sampler.batch)
    .flatMap((task) => Array.from({ length: samples }, () => task));
  const rolled = await sampler.rollouts(repeated, {
    ...{ seed, temperature, topP, think, stream: `evaluate/${name}` },
    names: repeated.map((task, row) => `${task.id}/${row % samples}`),
  });
  return rolled.map((r, row) => {
    const sample = row % samples;
    const keepText = sample === 0 && start + row / samples < kept.items;
    const made = record(r, sample, keepText);
    return keepText && kept.tokens
      ? { ...made, pieces: piecesOf(r, sampler) }
      : made;
  });
}

/** Results of some works in their order, a few of them under way at a time; when one fails, those under way are waited for. */
async function* inOrder<Item, Result>(
  items: readonly Item[],
  ahead: number,
  work: (item: Item) => Promise<Result>,
): AsyncGenerator<Result, void, undefined> {
  const waiting = [...items];
  const underWay: Promise<Result>[] = [];
  try {
    while (waiting.length + underWay.length > 0) {
      for (const item of waiting.splice(0, ahead - underWay.length)) {
        const result = work(item);
        // Its failure is heard when its turn comes.
        result.catch(() => undefined);
        underWay.push(result);
      }
      yield await underWay.shift()!;
    }
  } finally {
    await Promise.allSettled(underWay);
  }
}

/**
 * As `evaluate`, with a sampler that may be anywhere.
 *
 * Items of a batch are written together or not at all, and in the order of the benchmark, so that a resumed run samples the same
 * batches. What was under way when something failed is waited for, and lost.
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
  const {
    samples = 4,
    seed = 0,
    temperature = 1,
    topP = 1,
    think = "free",
    recordsPath,
    replaceRecords = false,
    model = sampler.identity,
    keep = 10,
    keepTokens = false,
    onProgress,
  } = options;
  if (!Number.isInteger(samples) || samples < 1)
    throw new RangeError(
      `evaluate: samples must be a positive integer, got ${samples}`,
    );
  const tasks = benchmark(name, options);
  const how = { samples, seed, temperature, topP, think, model };
  const header = headerOf(name, tasks, how);
  const perBlock = sampler.batch * samples;
  const total = tasks.length * samples;
  const records =
    recordsPath === undefined
      ? []
      : earlier(recordsPath, header, tasks, perBlock, replaceRecords);
  if (records.length > 0) onProgress?.(records.length, total);
  const first = records.length / samples;
  const starts = tasks.flatMap((_, i) =>
    i >= first && (i - first) % sampler.batch === 0 ? [i] : [],
  );
  const batches = inOrder(starts, sampler.ahead, (start) =>
    sampleBatch(sampler, tasks, start, header, {
      items: keep,
      tokens: keepTokens,
    }),
  );
  for await (const fresh of batches) {
    if (recordsPath !== undefined) appendRecords(recordsPath, fresh);
    records.push(...fresh);
    onProgress?.(records.length, total);
    // The engine computes synchronously; without this pause no signal or timer would ever run.
    await breathe();
  }
  if (recordsPath !== undefined) finishRecords(recordsPath, header, records);
  return summarize(name, records);
}
