/** The benchmarks: fixed lists of held-out tasks, one row of a table each; nine mirror the paper's, others are in plain English. */
import {
  inForm,
  type AnswerForm,
  type Domain,
  type Task,
} from "../domains/index.js";
import { TaskError } from "../error.js";
import { Random } from "../random.js";
import {
  drawFrom,
  englishSource,
  worldSpec,
  type Difficulty,
  type Kind,
  type TaskSource,
} from "../world/index.js";

/** Names of the benchmarks, in the order of the paper's tables. */
export type BenchmarkName =
  | "aime24"
  | "aime25"
  | "lcbV5"
  | "lcbV6"
  | "hle"
  | "gpqa"
  | "ifeval"
  | "ifbench"
  | "bfcl"
  | "followEnglish"
  | "followNewEnglish"
  | "sumsEnglish"
  | "choiceEnglish";

/** Those of the small world, which mirror the paper's; the others are in plain English, for pretrained models. */
type NanoBenchmark = Exclude<BenchmarkName, `${string}English`>;

/** One benchmark: everything that is known of it. */
export interface BenchmarkSpec {
  name: BenchmarkName;
  /** Short name, for axes and columns; the paper's where it has one. */
  label: string;
  /** The benchmark of the paper that this one mirrors, as its main table prints it; null where there is none. */
  paperName: string | null;
  /** How tables and figures call ours. */
  title: string;
  domain: Domain;
  /** Difficulty, 1 to 3. */
  level: number;
  /** Default number of items. */
  items: number;
  /** Which families of problems belong to it. */
  includes: (kind: Kind) => boolean;
  /** Whether the paper's Figure 5, which takes one benchmark of each domain, shows the one that it mirrors. */
  inFigure5: boolean;
  /** What its tasks are, in one sentence. */
  about: string;
  /** Where its tasks come from; default "nano". */
  source?: TaskSource;
}

const trained = (kind: Kind): boolean => !kind.heldOut;
const choice = (kind: Kind): boolean => kind.name.endsWith("Choice");

const ROWS: Readonly<
  Record<NanoBenchmark, Omit<BenchmarkSpec, "name" | "title">>
> = {
  aime24: {
    label: "AIME'24",
    paperName: "AIME'24",
    domain: "math",
    level: 2,
    items: 100,
    includes: trained,
    inFigure5: true,
    about: "Arithmetic and equations of several steps, answer in \\boxed{}",
  },
  aime25: {
    label: "AIME'25",
    paperName: "AIME'25",
    domain: "math",
    level: 3,
    items: 100,
    includes: trained,
    inFigure5: false,
    about: "As AIME'24 → nano with longer chains and larger numbers",
  },
  lcbV5: {
    label: "LCB v5",
    paperName: "LCB v5",
    domain: "coding",
    level: 2,
    items: 100,
    includes: trained,
    inFigure5: true,
    about: "A JavaScript function that passes hidden unit tests",
  },
  lcbV6: {
    label: "LCB v6",
    paperName: "LCB v6",
    domain: "coding",
    level: 3,
    items: 100,
    includes: trained,
    inFigure5: false,
    about: "As LCB v5 → nano with more steps in one function",
  },
  hle: {
    label: "HLE",
    paperName: "HLE",
    domain: "science",
    level: 3,
    items: 100,
    includes: (kind) => trained(kind) && !choice(kind),
    inFigure5: false,
    about: "A remembered formula applied, exact answer",
  },
  gpqa: {
    label: "GPQA-D",
    paperName: "GPQA-Diamond",
    domain: "science",
    level: 2,
    items: 100,
    includes: (kind) => trained(kind) && choice(kind),
    inFigure5: true,
    about: "Multiple choice over remembered facts",
  },
  ifeval: {
    label: "IFEval",
    paperName: "IFEval",
    domain: "instruction",
    level: 2,
    items: 100,
    includes: trained,
    inFigure5: true,
    about: "Verifiable constraints of the types that RL trains",
  },
  ifbench: {
    label: "IFBench",
    paperName: "IFBench",
    domain: "instruction",
    level: 2,
    items: 100,
    includes: ({ heldOut }) => heldOut,
    inFigure5: false,
    about: "Verifiable constraints of types that RL never sees",
  },
  bfcl: {
    label: "BFCL v3",
    paperName: "BFCL v3",
    domain: "agent",
    level: 2,
    items: 100,
    includes: trained,
    inFigure5: true,
    about: "Several tool calls on a small workplace, judged by its final state",
  },
};

/** Names of the benchmarks of the small world, in table order. */
export const BENCHMARK_NAMES: readonly BenchmarkName[] = Object.keys(
  ROWS,
) as BenchmarkName[];

/** All benchmarks of the small world, in the order of the paper's Table 3. */
export const BENCHMARKS: readonly BenchmarkSpec[] = Object.entries(ROWS).map(
  ([name, row]) => ({
    name: name as NanoBenchmark,
    title: `${row.paperName ?? row.label} → nano`,
    ...row,
  }),
);

const ENGLISH = {
  ...{ paperName: null, level: 1, inFigure5: false },
  source: "english" as const,
};

/** Benchmarks in plain English, for pretrained models: problems that no training sees. */
export const ENGLISH_BENCHMARKS: readonly BenchmarkSpec[] = [
  {
    ...{ name: "followEnglish", label: "Follow", title: "Instructions" },
    ...{ domain: "instruction", items: 100, includes: trained, ...ENGLISH },
    about: "A short text under constraints of the types that RL trains",
  },
  {
    ...{ name: "followNewEnglish", label: "Follow new" },
    ...{ title: "Instructions of new types", domain: "instruction" },
    ...{ items: 100, includes: ({ heldOut }) => heldOut, ...ENGLISH },
    about: "A short text under constraints of types that RL never sees",
  },
  {
    ...{ name: "sumsEnglish", label: "Sums", title: "Word problems" },
    ...{ domain: "math", items: 100, includes: trained, ...ENGLISH },
    about: "Word problems of one and two steps with small whole numbers",
  },
  {
    ...{ name: "choiceEnglish", label: "Choice", title: "Multiple choice" },
    ...{ domain: "science", items: 100, includes: trained, ...ENGLISH },
    about: "Which of four words belongs to a class",
  },
];

/** Names of all benchmarks, those in plain English last. */
export const ALL_BENCHMARK_NAMES: readonly BenchmarkName[] = [
  ...BENCHMARK_NAMES,
  ...ENGLISH_BENCHMARKS.map(({ name }) => name),
];

// Never changes: it decides which problems are the benchmark, and committed records name them.
const BENCHMARK_SEED = 2602_12566;

const TRIES_PER_ITEM = 50;

/**
 * One benchmark by name.
 *
 * @throws TaskError  unknown name; the message lists the known ones
 */
export function benchmarkSpec(name: string): BenchmarkSpec {
  const all = [...BENCHMARKS, ...ENGLISH_BENCHMARKS];
  const found = all.find((b) => b.name === name);
  if (!found) {
    throw new TaskError(
      `benchmark: unknown benchmark ${JSON.stringify(name)}; known: ${ALL_BENCHMARK_NAMES.join(", ")}`,
    );
  }
  return found;
}

/** By how many levels the benchmarks of the hard world are harder. */
const HARDER = 2;

/** Options of `benchmark`. */
export interface BenchmarkOptions {
  /** How many tasks; default the benchmark's own number. */
  items?: number;
  /** How hard the tasks are; default "easy". */
  difficulty?: Difficulty;
  /** "development": other problems of the same kinds, for choosing settings; default "benchmark". */
  split?: MeasuredSplit;
  /** How tasks are put to a model and when answers count; default as their domains have it. */
  answerForm?: AnswerForm;
}

/** Splits that models are measured on. */
export const MEASURED_SPLITS = ["benchmark", "development"] as const;

/** One of them. */
export type MeasuredSplit = (typeof MEASURED_SPLITS)[number];

/**
 * The tasks of a benchmark: different problems of a split that no training sees, the same ones for ever, for every model and seed.
 *
 * A shorter list is the beginning of a longer one. No task is ever dropped because of what a model does with it.
 *
 * @param name     a benchmark name
 * @param options  items: how many tasks, default the benchmark's own number (100) · difficulty, split: which tasks · answerForm: how they are put
 * @throws TaskError unknown name, or the problem space has fewer different problems · RangeError items no positive integer
 * @example
 * benchmark("aime24", { items: 2 }).map((task) => task.prompt)
 */
export function benchmark(
  name: string,
  {
    items,
    difficulty = "easy",
    split = "benchmark",
    answerForm = {},
  }: BenchmarkOptions = {},
): Task[] {
  const chosen = benchmarkSpec(name);
  const count = items ?? chosen.items;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(
      `benchmark: items must be a positive integer, got ${count}`,
    );
  }
  const { kinds: all } =
    chosen.source === "english"
      ? englishSource(chosen.domain)
      : worldSpec(chosen.domain);
  const kinds = all.filter(chosen.includes);
  if (kinds.length === 0) {
    throw new TaskError(
      `benchmark: ${name} needs at least one family of problems, got none in ${chosen.domain}`,
    );
  }
  const names = kinds.map((kind) => kind.name);
  const tasks = new Map<string, Task>();
  const tries = count * TRIES_PER_ITEM;
  for (let i = 0; tasks.size < count; i++) {
    if (i === tries) {
      throw new TaskError(
        `benchmark: ${name} must have ${count} different tasks, found ${tasks.size} in ${tries} draws; ask for fewer items`,
      );
    }
    const random = new Random(BENCHMARK_SEED, `${split}/${name}/${i}`);
    const task = drawFrom(chosen.source, chosen.domain, random, {
      split,
      level: chosen.level + (difficulty === "hard" ? HARDER : 0),
      kinds: names,
    });
    if (!tasks.has(task.id)) tasks.set(task.id, inForm(task, answerForm));
  }
  return [...tasks.values()];
}
