/** Measure `taskScores`: models on files of tasks, published benchmarks among them, Avg@K with its interval, and paired differences. */
import type { AnswerForm } from "../../../domains/index.js";
import {
  evaluateTasks,
  publishedTasks,
  readTaskFile,
  samplingOfTasks,
  tasksInForm,
  type EvaluateTasksOptions,
  type TaskSampling,
} from "../../../evaluate/index.js";
import type { Sampler } from "../../../rollout/index.js";
import { modelNamed, refText, type Ref } from "../../graph/model.js";
import { times, type Place, type Stage } from "../../graph/stage.js";
import { SAMPLE } from "../../graph/work.js";
import {
  taskDifferenceRows,
  taskScoreRows,
  type AskedFile,
  type TaskDifferenceRow,
  type TaskScoreRow,
} from "../../rows/behaviour/taskScores.js";
import { recordsPath } from "../../rows/results.js";
import type { Job } from "../../run/job.js";
import { inputPath } from "../../run/paths.js";
import {
  checked,
  choice,
  manyModels,
  map,
  number,
  object,
  optional,
  text,
  withDefault,
} from "../../spec/field.js";
import { NAME, positive, rate } from "../../spec/values.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoreModel, type ScoredPart } from "./scoreModel.js";
import { serverPlace, type ServerPlace } from "./server.js";

/** Options of `taskScores`; what is absent is the benchmark's own where a name is that of a published one. */
export interface TaskScoresOptions extends Partial<TaskSampling> {
  models: Ref[];
  /** Name → file of tasks, under the study's folder. */
  files: Partial<Record<string, string>>;
  /** Most tasks of a file; absent: all. */
  items?: number;
  /** Whether an answer must end its thoughts by `</think>`. */
  gate: "think" | "none";
  /** Who answers; absent: our decoder. */
  server?: ServerPlace;
}

/** Tasks of a file for the estimate of work, where nothing says how many it holds. */
const LIKELY_ITEMS = 100;

/** What a stage depends on, beside its model and its files. */
interface TaskScoresSpec {
  seed: number;
  files: AskedFile[];
  items?: number;
  gate: "think" | "none";
  served?: true;
  /** Of the study. */
  answerForm?: AnswerForm;
}

/** The files of a measure, each with what holds for it. */
function askedFiles(options: TaskScoresOptions): AskedFile[] {
  return Object.keys(options.files).map((name) => ({
    name,
    ...samplingOfTasks(options, publishedTasks(name)?.sampling),
  }));
}

function stageOf(
  measure: string,
  options: TaskScoresOptions,
  ref: Ref,
  place: Place,
): Stage<TaskScoresSpec> {
  const { seed } = place;
  const { items, gate, server } = options;
  const asked = askedFiles(options);
  const model = refText(ref);
  const completions = asked.reduce((sum, { name, samples }) => {
    const size = publishedTasks(name)?.size ?? LIKELY_ITEMS;
    return sum + samples * Math.min(items ?? Infinity, size);
  }, 0);
  return {
    id: `seed${seed}/${measure}/${model}`,
    kind: "taskScores",
    seed,
    model,
    spec: {
      ...{ seed, files: asked, gate },
      ...(items !== undefined && { items }),
      ...(server !== undefined && { served: true as const }),
    },
    inputs: {
      model: place.input(ref),
      ...Object.fromEntries(
        Object.entries(options.files).map(([name, path]) => [
          `tasks ${name}`,
          {
            ...{ stage: null, path: path!, is: "a file of tasks" },
            key: `measures.${measure}.files.${name}`,
          },
        ]),
      ),
    },
    outputs: asked.map(({ name }) => recordsPath(seed, measure, model, name)),
    work: times(completions, SAMPLE),
  };
}

/** The tasks of one file, in the form in which they are asked. */
async function partOf(
  job: Job<TaskScoresSpec>,
  { name, maxTokens, ...sampling }: AskedFile,
): Promise<ScoredPart> {
  const { items, gate, answerForm } = job.stage.spec;
  const { tasks } = await readTaskFile(inputPath(job, `tasks ${name}`), {
    benchmark: publishedTasks(name)?.name,
    items,
  });
  const asked = tasksInForm(tasks, { ...answerForm, gate }, maxTokens);
  return {
    name,
    samples: asked.length * sampling.samples,
    score: (sampler: Sampler, options: EvaluateTasksOptions) =>
      evaluateTasks(sampler, name, asked, { ...sampling, ...options }),
  };
}

/** The measure. */
export const taskScores: Measure<
  TaskScoresOptions,
  { taskScores: TaskScoreRow; taskDifferences: TaskDifferenceRow }
> = {
  ...NOTHING,
  key: "taskScores",
  about: "scores on files of tasks, published benchmarks among them",
  version: 1,
  options: checked(
    object<TaskScoresOptions>({
      models: manyModels,
      files: map(text(/./, "the path of a file of tasks"), {
        pattern: NAME,
      }),
      items: optional(positive),
      samples: optional(positive),
      temperature: optional(number({ min: 0 })),
      topP: optional(rate),
      maxTokens: optional(positive),
      gate: withDefault(choice(["think", "none"]), "none"),
      server: optional(serverPlace),
    }),
    ({ files: given }) =>
      Object.keys(given).length === 0
        ? { key: "files", text: "must hold at least one file, got none" }
        : null,
  ),
  rowFiles: ["taskScores", "taskDifferences"],
  reads: ({ models }) => models,
  stages: ({ name, options }, place) =>
    options.models.map((ref) => stageOf(name, options, ref, place)),
  async run(job: Job<TaskScoresSpec>, report) {
    const { files: asked, served } = job.stage.spec;
    const parts: ScoredPart[] = [];
    for (const file of asked) parts.push(await partOf(job, file));
    return scoreModel(job, served === true, parts, report);
  },
  rows({ name, options }, results) {
    const asked = askedFiles(options);
    const models = options.models.map((ref) => ({
      model: refText(ref),
      role: modelNamed(results.study, ref.model).role,
      scores: results.scores(
        ref,
        asked.map((file) => file.name),
        name,
      ),
    }));
    return {
      taskScores: taskScoreRows(models, asked),
      taskDifferences: taskDifferenceRows(models),
    };
  },
};
