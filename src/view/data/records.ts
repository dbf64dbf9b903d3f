/** The records of a study: which there are, their indices, and the texts that they keep. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import {
  benchmark,
  ALL_BENCHMARK_NAMES,
  benchmarkSpec,
  MEASURED_SPLITS,
} from "../../evaluate/benchmarks.js";
import { hashTasks } from "../../evaluate/evaluateTasks.js";
import type { RecordsHeader } from "../../evaluate/records.js";
import { publishedTasks } from "../../evaluate/taskSampling.js";
import { TaskError } from "../../error.js";
import { DIFFICULTIES } from "../../world/index.js";
import { RecordsIndex } from "./recordsIndex.js";
import type {
  BenchmarkInfo,
  Block,
  KeptText,
  ModelRecords,
  WholeBlock,
} from "./types.js";

/** Where records of a benchmark lie. */
export interface BlockPlace {
  measure: string;
  seed: number;
  benchmark: string;
}

/** A measure that keeps records, and of what. */
export interface RecordMeasure {
  measure: string;
  /** Models and checkpoints ("multi@20"). */
  models: readonly string[];
  benchmarks: readonly BenchmarkInfo[];
}

/** What tables call a benchmark; one that is not ours has its own name. */
export function benchmarkInfo(name: string): BenchmarkInfo {
  if (!(ALL_BENCHMARK_NAMES as readonly string[]).includes(name))
    return { name, label: name, title: name, domain: "" };
  const { label, title, domain } = benchmarkSpec(name);
  return { name, label, title, domain };
}

/** What tables call a file of tasks: the published benchmark of its name, else the name. */
export function taskFileInfo(name: string): BenchmarkInfo {
  const title = publishedTasks(name)?.title ?? name;
  return { name, label: title, title, domain: "" };
}

/** Tasks of a benchmark whose prompts are shown at most: drawing more would keep a page waiting. */
const MOST_PROMPTS = 2000;

/** Prompts of the tasks that a header is about; empty where its tasks are not those of today. */
function promptsOf({
  benchmark: name,
  items,
  tasks: hash,
}: RecordsHeader): Map<string, string> {
  const isOurs = (ALL_BENCHMARK_NAMES as readonly string[]).includes(name);
  if (!isOurs || hash === "" || !(items >= 1 && items <= MOST_PROMPTS))
    return new Map();
  try {
    for (const split of MEASURED_SPLITS)
      for (const difficulty of DIFFICULTIES) {
        const drawn = benchmark(name, { items, difficulty, split });
        if (hashTasks(drawn) === hash)
          return new Map(drawn.map(({ id, prompt }) => [id, prompt]));
      }
    return new Map();
  } catch (error) {
    // An evaluation with more items than the benchmark has now.
    if (error instanceof TaskError) return new Map();
    throw error;
  }
}

/** The texts in a record. */
function textIn(record: Record<string, unknown> | null): KeptText | null {
  if (typeof record?.["completion"] !== "string") return null;
  const { completion, detail, pieces } = record;
  return {
    completion,
    detail: typeof detail === "string" ? detail : null,
    pieces: Array.isArray(pieces)
      ? (pieces as [unknown, unknown][]).map(([text, logprob]) => ({
          text: String(text),
          logprob: typeof logprob === "number" ? logprob : null,
        }))
      : null,
  };
}

/** All records of a run, indexed when they are asked for. */
export class Records {
  private readonly indices = new Map<string, RecordsIndex>();
  private readonly prompts = new Map<string, Map<string, string>>();

  /**
   * @param runFolder  where they lie
   * @param pathOf     path of a model's records, under that folder
   */
  constructor(
    private readonly runFolder: string,
    private readonly pathOf: (place: BlockPlace, model: string) => string,
  ) {}

  /** The index of a file, as it is now; null where there is none. */
  index(place: BlockPlace, model: string): RecordsIndex | null {
    const path = join(this.runFolder, this.pathOf(place, model));
    const known = this.indices.get(path);
    if (known === undefined && !existsSync(path)) return null;
    const index = known ?? new RecordsIndex(path);
    this.indices.set(path, index);
    index.refresh();
    return index.header === null ? null : index;
  }

  /** The models of a measure that have any records of a seed. */
  modelsOf(
    { measure, models, benchmarks }: RecordMeasure,
    seed: number,
  ): string[] {
    const has = (model: string): boolean =>
      benchmarks.some(({ name: benchmark }) => {
        const path = this.pathOf({ measure, seed, benchmark }, model);
        return existsSync(join(this.runFolder, path));
      });
    return models.filter(has);
  }

  /** The records of some models on one benchmark, without texts; null where none has any. */
  block(place: BlockPlace, models: readonly string[]): Block | null {
    const indices = models.flatMap((model) => {
      const index = this.index(place, model);
      return index === null ? [] : [{ model, index }];
    });
    const [first] = indices;
    if (first === undefined) return null;
    const tasks = [...new Set(indices.flatMap(({ index }) => index.tasks))];
    const samples = Math.max(...indices.map(({ index }) => index.samples));
    const prompts = this.promptsFor(first.index.header!);
    return {
      benchmark: place.benchmark,
      samples,
      tasks,
      prompts: tasks.map((task) => prompts.get(task) ?? null),
      models: Object.fromEntries(
        indices.map(({ model, index }) => [
          model,
          recordsOf(index, tasks, samples),
        ]),
      ),
    };
  }

  /** The kept text of a sample. */
  text(
    place: BlockPlace,
    model: string,
    task: string,
    sample: number,
  ): KeptText | null {
    const index = this.index(place, model);
    const own = index?.placeOf(task);
    if (!index || own === undefined || !index.isKept(own, sample)) return null;
    return textIn(index.record(own, sample));
  }

  /** A block with all its texts. */
  whole(place: BlockPlace, models: readonly string[]): WholeBlock | null {
    const block = this.block(place, models);
    if (block === null) return null;
    const texts = Object.entries(block.models).map(([model, { kept }]) => {
      const own = kept.map((at) => {
        const task = block.tasks[Math.floor(at / block.samples)]!;
        return [at, this.text(place, model, task, at % block.samples)!] as const;
      });
      return [model, Object.fromEntries(own)] as const;
    });
    return { ...block, texts: Object.fromEntries(texts) };
  }

  private promptsFor(header: RecordsHeader): Map<string, string> {
    const key = `${header.benchmark} ${header.items} ${header.tasks}`;
    const known = this.prompts.get(key) ?? promptsOf(header);
    this.prompts.set(key, known);
    return known;
  }
}

function recordsOf(
  index: RecordsIndex,
  tasks: readonly string[],
  samples: number,
): ModelRecords {
  let outcomes = "";
  const tokens: number[] = [];
  const kept: number[] = [];
  for (const [i, task] of tasks.entries()) {
    const place = index.placeOf(task) ?? -1;
    for (let s = 0; s < samples; s++) {
      outcomes += index.letter(place, s);
      tokens.push(index.tokens(place, s));
      if (index.isKept(place, s)) kept.push(i * samples + s);
    }
  }
  return { outcomes, tokens, kept };
}
