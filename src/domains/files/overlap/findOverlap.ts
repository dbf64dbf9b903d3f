/** Which tasks of a benchmark occur in training files. */
import { TaskError } from "../../../error.js";
import { filesOf, isScored, published } from "../check.js";
import { streamRows } from "../streamRows.js";
import { OverlapIndex, type OverlapOptions } from "./overlapIndex.js";
import { textsIn } from "./words.js";

/** Options of `findOverlap`. */
export interface FindOverlapOptions extends OverlapOptions {
  /** Share of a task's words that one training row must hold for the task to be reported, in [0, 1]; default 0.5. */
  threshold?: number;
  /** Progress callback: training rows read so far. */
  onProgress?: (rows: number) => void;
}

/** A task of a benchmark that occurs in a training row. */
export interface Overlap {
  /** The task: `file:line`, or `file[index]`. */
  task: string;
  /** The training row that holds most of it. */
  training: string;
  /** Share of the task's words in common n-grams, in [0, 1]. */
  share: number;
  /** The first n-gram that both have. */
  words: string;
  /** Training rows that reach the threshold. */
  rows: number;
}

/** What was found. */
export interface OverlapReport {
  /** Tasks of the benchmark. */
  tasks: number;
  /** Tasks with too few words to be looked for. */
  tooShort: number;
  /** Training rows that were read. */
  rows: number;
  /** Tasks that have any n-gram in common with a training row. */
  touched: number;
  /** Tasks that reach the threshold, most of them first. */
  found: Overlap[];
}

async function tasksOf(
  name: string,
  path: string | undefined,
): Promise<{ texts: string[]; places: string[] }> {
  const benchmark = published(name);
  const { question } = benchmark;
  const texts: string[] = [];
  const places: string[] = [];
  for (const file of filesOf(name, path))
    for await (const { row, where } of streamRows(file)) {
      if (!isScored(benchmark, row)) continue;
      const text = textsIn(row[question]).join("\n");
      if (text === "")
        throw new TaskError(
          `findOverlap: ${where} must have a text in column ${JSON.stringify(question)}`,
        );
      texts.push(text);
      places.push(where);
    }
  return { texts, places };
}

/**
 * Look for the tasks of a benchmark in training files.
 *
 * A task's question and every text of a training row, however deep in it, are taken as words (`wordsOf`). A task occurs in a row when
 * n-grams of 13 words that both have cover at least half of the task's words; a question of 8 to 12 words is one n-gram, a shorter one
 * is not looked for and counted; an n-gram in more than 10 tasks of the benchmark is a form of speech and counts for none. Paraphrases
 * and translations are not found.
 *
 * Cost: the benchmark is held in memory, training files are streamed; about 20 MB of training text a second on one core.
 *
 * @param name      of `PUBLISHED`
 * @param path      as `readBenchmark` takes it
 * @param training  JSON lines or Parquet, plain or gzipped
 * @throws TaskError the benchmark is unknown, a file cannot be read, or an option is out of range
 * @example
 * (await findOverlap("humaneval", "HumanEval.jsonl.gz", ["train.jsonl"])).found.length
 */
export async function findOverlap(
  name: string,
  path: string | undefined,
  training: readonly string[],
  { threshold = 0.5, onProgress, ...options }: FindOverlapOptions = {},
): Promise<OverlapReport> {
  if (!(threshold >= 0 && threshold <= 1))
    throw new TaskError(
      `findOverlap: threshold must be in [0, 1], got ${threshold}`,
    );
  const { texts, places } = await tasksOf(name, path);
  const index = new OverlapIndex(texts, options);
  const touched = new Set<number>();
  const found = new Map<number, Overlap>();
  let rows = 0;
  for (const file of training)
    for await (const { row, where } of streamRows(file)) {
      rows++;
      onProgress?.(rows);
      for (const { index: at, share, words } of index.search(textsIn(row))) {
        touched.add(at);
        if (share < threshold) continue;
        const before = found.get(at);
        const task = places[at]!;
        const now: Overlap = { task, training: where, share, words, rows: 1 };
        if (!before) found.set(at, now);
        else {
          const best = share > before.share ? now : before;
          found.set(at, { ...best, rows: before.rows + 1 });
        }
      }
    }
  return {
    tasks: texts.length,
    tooShort: index.tooShort.length,
    rows,
    touched: touched.size,
    found: [...found.values()].sort((a, b) => b.share - a.share),
  };
}
