/** Evaluate one model on some tasks: sample, verify, record, summarise. */
import type { Task, Verdict } from "../domains/index.js";
import { TaskError } from "../error.js";
import { breathe, hashText } from "../io/index.js";
import type { Rollout, Sampler, Think } from "../rollout/index.js";
import { avgAtK, type AvgAtK } from "./avgAtK.js";
import {
  appendRecords,
  finishRecords,
  openRecords,
  type EvaluationRecord,
  type RecordsHeader,
} from "./records.js";
import { styleOf } from "./style.js";
import { DEFAULT_SAMPLING } from "./taskSampling.js";

/** Options of `evaluateTasks`. */
export interface EvaluateTasksOptions {
  /** Samples per item, K; default 4. */
  samples?: number;
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

/** What one model scores on some tasks. */
export interface TaskEvaluation extends AvgAtK {
  /** Share of samples by outcome; they sum to 1. */
  outcomes: Record<Verdict["outcome"], number>;
  /** Mean sampled tokens per sample. */
  tokens: number;
  /** Every scored sample: items in their order, then samples. */
  records: EvaluationRecord[];
}

/** Identity of a benchmark's tasks, as the header of their records holds it. */
export function hashTasks(tasks: readonly Task[]): string {
  return hashText(
    JSON.stringify(
      tasks.map(({ id, prompt, data, form }) =>
        form === undefined ? [id, prompt, data] : [id, prompt, data, form],
      ),
    ),
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
    tokens: rollout.counted ?? rollout.sampled.filter(Boolean).length,
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
 * Summarise records of some tasks.
 *
 * @throws RangeError no record, or tasks with unequal numbers of samples
 */
export function summarizeTasks(
  records: readonly EvaluationRecord[],
): TaskEvaluation {
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
    ...avgAtK([...items.values()]),
    outcomes,
    tokens,
    records: [...records],
  };
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
  header: RecordsHeader,
  kept: Kept,
): Promise<EvaluationRecord[]> {
  const { benchmark: name, samples, seed, temperature, topP, think } = header;
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
 * Sample K completions for each of some tasks, of whatever source, and score them.
 *
 * Items of a batch are written together or not at all, and in the order of the tasks, so that a resumed run samples the same
 * batches. What was under way when something failed is waited for, and lost.
 *
 * @param name     of the tasks, in records and random streams
 * @param tasks    at least one, with ids that differ
 * @param options  model: default the sampler's identity
 * @throws TaskError there is no task, or an id occurs again · RangeError samples no positive integer · InfrastructureError a verifier or
 *   server failed
 */
export async function evaluateTasks(
  sampler: Sampler,
  name: string,
  tasks: readonly Task[],
  options: EvaluateTasksOptions = {},
): Promise<TaskEvaluation> {
  const {
    samples = DEFAULT_SAMPLING.samples,
    seed = 0,
    temperature = DEFAULT_SAMPLING.temperature,
    topP = DEFAULT_SAMPLING.topP,
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
  checkTasks(name, tasks);
  const how = { samples, seed, temperature, topP, think };
  const header = headerOf(name, tasks, { ...how, model });
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
  return summarizeTasks(records);
}

/** Tasks that records can tell apart, at least one. */
function checkTasks(name: string, tasks: readonly Task[]): void {
  if (tasks.length === 0)
    throw new TaskError(`evaluate: ${name} must hold at least one task`);
  const ids = new Set<string>();
  for (const { id } of tasks) {
    if (ids.has(id))
      throw new TaskError(
        `evaluate: tasks of ${name} must have ids that differ, ${JSON.stringify(id)} occurs again`,
      );
    ids.add(id);
  }
}
