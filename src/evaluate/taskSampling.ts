/** How files of tasks are sampled: as their benchmark is published, else by defaults that hold everywhere. */
import {
  DOMAINS,
  files,
  inForm,
  type AnswerForm,
  type Task,
} from "../domains/index.js";

/** How completions of a benchmark are sampled when nothing else is said. */
export interface TaskSampling extends files.Sampling {
  /** Samples per task, K. */
  samples: number;
}

/** Where neither a published benchmark nor whoever asks says it; temperature 1 as in RL (paper, appendix A). */
export const DEFAULT_SAMPLING: Readonly<TaskSampling> = {
  samples: 4,
  temperature: 1,
  topP: 1,
  maxTokens: 4096,
};

/** A published benchmark as scores need it. */
export interface PublishedTasks {
  name: string;
  title: string;
  /** Tasks of the split that is scored. */
  size: number;
  sampling: TaskSampling;
}

/**
 * The published benchmark of a name; undefined where none has it (`files.PUBLISHED`).
 *
 * @example
 * publishedTasks("aime24")!.sampling.samples // 64
 */
export function publishedTasks(name: string): PublishedTasks | undefined {
  const row = files.PUBLISHED.find((each) => each.name === name);
  if (row === undefined) return undefined;
  const { title, size, samples, sampling } = row;
  return { name, title, size, sampling: { samples, ...sampling } };
}

/**
 * The sampling of some tasks.
 *
 * @param given  what whoever asks says; it comes first
 * @param own    the published benchmark's own, default `DEFAULT_SAMPLING`
 * @example
 * samplingOfTasks({ temperature: 0 }, publishedTasks("ifeval")?.sampling).maxTokens // 32768
 */
export function samplingOfTasks(
  given: { [Key in keyof TaskSampling]?: TaskSampling[Key] | undefined },
  own: TaskSampling = DEFAULT_SAMPLING,
): TaskSampling {
  return {
    samples: given.samples ?? own.samples,
    temperature: given.temperature ?? own.temperature,
    topP: given.topP ?? own.topP,
    maxTokens: given.maxTokens ?? own.maxTokens,
  };
}

/**
 * Tasks in the form in which they are asked.
 *
 * @param maxTokens  most tokens of an answer; undefined: as the form or the tasks' domains have it
 */
export function tasksInForm(
  tasks: readonly Task[],
  form: AnswerForm,
  maxTokens?: number,
): Task[] {
  const full: AnswerForm =
    maxTokens === undefined
      ? form
      : {
          ...form,
          maxNewTokens: Object.fromEntries(
            DOMAINS.map((domain) => [domain, maxTokens]),
          ),
        };
  return tasks.map((task) => inForm(task, full));
}
