/** What `m2rl evaluate` asks, and how: each benchmark or file of tasks with the settings that hold for it. */
import { DOMAINS, inForm, type AnswerForm } from "../../domains/index.js";
import {
  benchmark,
  BENCHMARK_NAMES,
  benchmarkSpec,
  readTaskFile,
  type NamedTasks,
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
interface Settings {
  samples: number;
  temperature: number;
  topP: number;
  /** Most tokens of an answer; undefined: as the tasks' domains have it. */
  maxTokens: number | undefined;
}

/** Tasks in the form in which they are asked, with their settings. */
export interface TaskSet extends NamedTasks {
  settings: Settings;
}

/** Where nothing else is said. */
const DEFAULTS = { samples: 4, temperature: 1, topP: 1 };

/** Most tokens of an answer to a task of a file of no benchmark. */
const MOST_TOKENS = 4096;

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
    const own = set.published?.sampling ?? {
      ...DEFAULTS,
      maxTokens: wanted.tasks && MOST_TOKENS,
    };
    const settings = {
      samples: given.samples ?? own.samples,
      temperature: given.temperature ?? own.temperature,
      topP: given.topP ?? own.topP,
      maxTokens: given.maxTokens ?? own.maxTokens,
    };
    const { maxTokens } = settings;
    const full: AnswerForm =
      maxTokens === undefined
        ? form
        : {
            ...form,
            maxNewTokens: Object.fromEntries(
              DOMAINS.map((domain) => [domain, maxTokens]),
            ),
          };
    return {
      ...set,
      settings,
      tasks: set.tasks.map((task) => inForm(task, full)),
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
