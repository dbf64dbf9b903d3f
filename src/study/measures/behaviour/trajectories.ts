/** Measure `trajectories`: scores along training (Figure 2). */
import type { BenchmarkName } from "../../../evaluate/index.js";
import { loadPolicy } from "../../../model/index.js";
import { modelNamed, type Ref, type StudySpec } from "../../graph/model.js";
import {
  tasksOf,
  lineStage,
  times,
  type Place,
  type Stage,
} from "../../graph/stage.js";
import { SAMPLE } from "../../graph/work.js";
import {
  trajectoryRows,
  type TrajectoryLine,
  type TrajectoryRow,
} from "../../rows/trajectories.js";
import type { Job } from "../../run/job.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { manyModels, number, object, optional } from "../../spec/field.js";
import { benchmarks, positive } from "../../spec/values.js";
import { LineFile } from "../../run/lineFile.js";
import { scoresOf } from "./itemScores.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of `trajectories`. */
export interface TrajectoriesOptions {
  /** Training runs. */
  models: Ref[];
  /** A checkpoint is scored every so many steps; the initial and the finished model always. */
  every: number;
  benchmarks: BenchmarkName[];
  items: number;
  samples: number;
  /** Default 1. */
  temperature?: number;
}

interface TrajectorySpec extends Omit<TrajectoriesOptions, "models" | "every"> {
  seed: number;
  /** Steps of the whole run. */
  steps: number;
}

/** The scored points of a run by step: its initial model, its checkpoints, and itself. */
function pointsOf(
  { model: name }: Ref,
  every: number,
  study: StudySpec,
): [step: number, ref: Ref][] {
  const { steps, parents } = modelNamed(study, name);
  const [init] = parents.from ?? [];
  if (steps === null || !init)
    throw new RangeError(
      `measures.trajectories.models must be training runs, got ${name}`,
    );
  const points: [number, Ref][] = [[0, init]];
  for (let step = every; step < steps; step += every)
    points.push([step, { model: name, step }]);
  return [...points, [steps, { model: name, step: null }]];
}

function stageOf(
  { models: _, every, ...sampling }: TrajectoriesOptions,
  measure: string,
  ref: Ref,
  place: Place,
  study: StudySpec,
): Stage<TrajectorySpec> {
  const { seed } = place;
  const points = pointsOf(ref, every, study);
  const { benchmarks: names, items, samples } = sampling;
  return lineStage("trajectories", seed, `${measure}/${ref.model}`, {
    model: ref.model,
    spec: { seed, ...sampling, steps: points.at(-1)![0] },
    inputs: Object.fromEntries(
      points.map(([step, point]) => [`step${step}`, place.input(point)]),
    ),
    work: times(points.length * names.length * items * samples, SAMPLE),
  });
}

/** The measure. */
export const trajectories: Measure<
  TrajectoriesOptions,
  { trajectories: TrajectoryRow }
> = {
  ...NOTHING,
  key: "trajectories",
  about: "scores along training, at the initial model and every few steps",
  version: 1,
  options: object<TrajectoriesOptions>({
    models: manyModels,
    every: positive,
    benchmarks,
    items: positive,
    samples: positive,
    temperature: optional(number({ min: 0 })),
  }),
  rowFiles: ["trajectories"],
  reads: ({ models, every }, study) =>
    models.flatMap((ref) =>
      pointsOf(ref, every, study).map(([, point]) => point),
    ),
  stages: ({ name, options }, place, study) =>
    options.models.map((ref) => stageOf(options, name, ref, place, study)),
  async run(job: Job<TrajectorySpec>, report) {
    const { benchmarks: asked, steps: _, ...drawn } = job.stage.spec;
    const names = Object.keys(job.stage.inputs);
    const sampling = { ...drawn, ...tasksOf(job.stage) };
    const file = new LineFile<TrajectoryLine & { sampling: object }>(
      outputPath(job),
      (line) =>
        line.model === job.inputHashes[`step${line.step}`] &&
        JSON.stringify(line.sampling) === JSON.stringify(sampling) &&
        JSON.stringify(Object.keys(line.scores)) === JSON.stringify(asked),
    );
    for (const [i, name] of names.entries()) {
      const step = Number(name.slice("step".length));
      if (file.lines.some((line) => line.step === step)) continue;
      const { policy, tokenizer } = loadPolicy(inputPath(job, name));
      const scores = await scoresOf(policy, tokenizer, asked, sampling);
      policy.dispose();
      file.add({ model: job.inputHashes[name]!, step, sampling, scores });
      report({ done: i + 1, total: names.length });
    }
    return {};
  },
  rows: ({ name, options }, results) => ({
    trajectories: trajectoryRows(
      options.models.map(({ model }) => ({
        model,
        seeds: results.ofSeeds<TrajectoryLine>(`${name}/${model}.jsonl`),
      })),
    ),
  }),
};
