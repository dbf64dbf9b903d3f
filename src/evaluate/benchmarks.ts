/** The nine benchmarks: fixed lists of held-out tasks that mirror the paper's, one row of a table each. */
import type { Domain, Task } from "../domains/index.js";
import { TaskError } from "../error.js";
import { Random } from "../random.js";
import { drawTask, worldSpec, type Kind } from "../world/index.js";

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
  | "bfcl";

/** One benchmark: where its tasks come from. */
export interface BenchmarkSpec {
  name: BenchmarkName;
  /** The benchmark of the paper that this one mirrors, as its tables print it. */
  paperName: string;
  /** How tables and figures call ours. */
  title: string;
  domain: Domain;
  /** Difficulty, 1 to 3. */
  level: number;
  /** Default number of items. */
  items: number;
  /** Which families of problems belong to it. */
  includes: (kind: Kind) => boolean;
  /** What its tasks are, in one sentence. */
  about: string;
}

const trained = (kind: Kind): boolean => !kind.heldOut;
const choice = (kind: Kind): boolean => kind.name.endsWith("Choice");

function row(
  name: BenchmarkName,
  paperName: string,
  domain: Domain,
  level: number,
  includes: (kind: Kind) => boolean,
  about: string,
): BenchmarkSpec {
  return {
    name,
    paperName,
    title: `${paperName} → nano`,
    domain,
    level,
    items: 100,
    includes,
    about,
  };
}

/** All benchmarks, in the order of the paper's Table 3. */
export const BENCHMARKS: readonly BenchmarkSpec[] = [
  row(
    "aime24",
    "AIME'24",
    "math",
    2,
    trained,
    "Arithmetic and equations of several steps, answer in \\boxed{}",
  ),
  row(
    "aime25",
    "AIME'25",
    "math",
    3,
    trained,
    "As AIME'24 → nano with longer chains and larger numbers",
  ),
  row(
    "lcbV5",
    "LCB v5",
    "coding",
    2,
    trained,
    "A JavaScript function that passes hidden unit tests",
  ),
  row(
    "lcbV6",
    "LCB v6",
    "coding",
    3,
    trained,
    "As LCB v5 → nano with more steps in one function",
  ),
  row(
    "hle",
    "HLE",
    "science",
    3,
    (k) => trained(k) && !choice(k),
    "A remembered formula applied, exact answer",
  ),
  row(
    "gpqa",
    "GPQA-Diamond",
    "science",
    2,
    (k) => trained(k) && choice(k),
    "Multiple choice over remembered facts",
  ),
  row(
    "ifeval",
    "IFEval",
    "instruction",
    2,
    trained,
    "Verifiable constraints of the types that RL trains",
  ),
  row(
    "ifbench",
    "IFBench",
    "instruction",
    2,
    (k) => k.heldOut,
    "Verifiable constraints of types that RL never sees",
  ),
  row(
    "bfcl",
    "BFCL v3",
    "agent",
    2,
    trained,
    "Several tool calls on a small workplace, judged by its final state",
  ),
];

/** Names of all benchmarks, in table order. */
export const BENCHMARK_NAMES: readonly BenchmarkName[] = BENCHMARKS.map(
  (b) => b.name,
);

// Never changes: it decides which problems are the benchmark, and committed records name them.
const BENCHMARK_SEED = 2602_12566;

const TRIES_PER_ITEM = 50;

/**
 * One benchmark by name.
 *
 * @throws TaskError  unknown name; the message lists the known ones
 */
export function benchmarkSpec(name: string): BenchmarkSpec {
  const found = BENCHMARKS.find((b) => b.name === name);
  if (!found) {
    throw new TaskError(
      `benchmark: unknown benchmark ${JSON.stringify(name)}; known: ${BENCHMARK_NAMES.join(", ")}`,
    );
  }
  return found;
}

/**
 * The tasks of a benchmark: different problems of the "benchmark" split, the same ones for ever, for every model and seed.
 *
 * A shorter list is the beginning of a longer one. No task is ever dropped because of what a model does with it.
 *
 * @param name     a benchmark name
 * @param options  items: how many tasks, default the benchmark's own number (100)
 * @throws TaskError unknown name, or the problem space has fewer different problems · RangeError items no positive integer
 * @example
 * benchmark("aime24", { items: 2 }).map((task) => task.prompt)
 */
export function benchmark(
  name: string,
  { items }: { items?: number } = {},
): Task[] {
  const chosen = benchmarkSpec(name);
  const count = items ?? chosen.items;
  if (!Number.isInteger(count) || count < 1) {
    throw new RangeError(
      `benchmark: items must be a positive integer, got ${count}`,
    );
  }
  const kinds = worldSpec(chosen.domain).kinds.filter(chosen.includes);
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
    const random = new Random(BENCHMARK_SEED, `benchmark/${name}/${i}`);
    const task = drawTask(chosen.domain, random, {
      split: "benchmark",
      level: chosen.level,
      kinds: names,
    });
    if (!tasks.has(task.id)) tasks.set(task.id, task);
  }
  return [...tasks.values()];
}
