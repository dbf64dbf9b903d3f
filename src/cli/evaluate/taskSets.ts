/** What `m2rl evaluate` asks, and how: each benchmark or file of tasks with the settings that hold for it. */
import type { AnswerForm } from "../../domains/index.js";
import {
  benchmark,
  BENCHMARK_NAMES,
  benchmarkSpec,
  readTaskFile,
  samplingOfTasks,
  tasksInForm,
  type NamedTasks,
  type TaskSampling,
} from "../../evaluate/index.js";
import { DIFFICULTIES } from "../../world/index.js";
import { integerOption, numberOption, UsageError } from "../verb.js";

/** Options that say what is asked. */
export interface Wanted {
  benchmark?: string[];
  tasks?: string[];
  items?: string;
  difficulty?: string;
}

/** Options that say how, in place of what a benchmark says of itself. */
export interface Overrides {
  samples?: string;
  temperature?: string;
  "top-p"?: string;
  "max-tokens"?: string;
}

/** How the completions of one set of tasks are sampled. */
interface Settings extends Omit<TaskSampling, "maxTokens"> {
  /** Most tokens of an answer; undefined: as the tasks' domains have it. */
  maxTokens: number | undefined;
}

/** Tasks in the form in which they are asked, with their settings. */
export interface TaskSet extends NamedTasks {
  settings: Settings;
}

/** The name of a benchmark and its file from `NAME=FILE`; what has a dot or a slash before the sign is a file. */
function placeOf(text: string): { name?: string; path: string } {
  const [, name, path] = /^([^=./\\]+)=(.+)$/s.exec(text) ?? [];
  return name === undefined ? { path: text } : { name, path: path! };
}

async function setsOf(wanted: Wanted): Promise<NamedTasks[]> {
  const items = integerOption("items", wanted.items, 1);
  if (wanted.tasks && wanted.benchmark)
    throw new UsageError("evaluate takes either --benchmark or --tasks");
  if (wanted.tasks && wanted.difficulty !== undefined)
    throw new UsageError("--difficulty is of --benchmark; tasks have theirs");
  const difficulty = DIFFICULTIES.find((each) => each === wanted.difficulty);
  if (wanted.difficulty !== undefined && difficulty === undefined)
    throw new UsageError(
      `--difficulty must be ${DIFFICULTIES.join(" or ")}, got ${JSON.stringify(wanted.difficulty)}`,
    );
  if (wanted.tasks)
    return Promise.all(
      wanted.tasks.map((text) => {
        const { name, path } = placeOf(text);
        return readTaskFile(path, { benchmark: name, items });
      }),
    );
  return (wanted.benchmark ?? BENCHMARK_NAMES).map((given) => {
    const { name, title } = benchmarkSpec(given);
    return { name, title, tasks: benchmark(name, { items, difficulty }) };
  });
}

/**
 * The sets of tasks that options name.
 *
 * What an option says holds for all sets; else a published benchmark's own settings hold for it, and the same defaults for the others.
 *
 * @throws UsageError options that are no numbers in their ranges, or do not fit together · TaskError a file is not one of tasks
 */
export async function taskSets(
  wanted: Wanted,
  overrides: Overrides,
  form: Pick<AnswerForm, "template" | "gate">,
): Promise<TaskSet[]> {
  const given = {
    samples: integerOption("samples", overrides.samples, 1),
    temperature: numberOption("temperature", overrides.temperature, 0, 10),
    topP: numberOption("top-p", overrides["top-p"], 1e-6, 1),
    maxTokens: integerOption("max-tokens", overrides["max-tokens"], 1),
  };
  const sets = await setsOf(wanted);
  const names = sets.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined)
    throw new UsageError(
      `evaluate must be given benchmarks or files of different names, got ${twice} twice`,
    );
  return sets.map((set) => {
    const sampling = samplingOfTasks(given, set.published?.sampling);
    // Our own benchmarks' tasks have the limits of their domains.
    const maxTokens = wanted.tasks ? sampling.maxTokens : given.maxTokens;
    return {
      ...set,
      settings: { ...sampling, maxTokens },
      tasks: tasksInForm(set.tasks, form, maxTokens),
    };
  });
}

/** One line that says how a published benchmark is asked, and whether all of it is there; null for other sets. */
export function settingsLine({
  title,
  tasks,
  published,
  settings: { samples, temperature, topP, maxTokens },
}: TaskSet): string | null {
  if (published === undefined) return null;
  const part =
    tasks.length === published.size ? "" : ` of ${published.size} published`;
  return `${title}: ${tasks.length}${part} tasks, K ${samples}, temperature ${temperature}, top-p ${topP}, at most ${maxTokens!} tokens`;
}
