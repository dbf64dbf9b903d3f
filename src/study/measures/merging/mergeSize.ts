/** Measure `mergeSize`: how the score of each merge method depends on the size of the task vectors. */
import type { BenchmarkName } from "../../../evaluate/index.js";
import { methods, type MergeMethodName } from "../../../merge/index.js";
import { modelNamed, type Ref, type StudySpec } from "../../graph/model.js";
import { tasksOf, lineStage, times } from "../../graph/stage.js";
import { SAMPLE } from "../../graph/work.js";
import { labelledInputs } from "../../operations/operation.js";
import { mergeBy, METHOD_NAMES, relativeSize } from "../../operations/merge.js";
import {
  mergeSizeRows,
  type MergeSizeRow,
  type SizeLine,
} from "../../rows/mergeSize.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { outputPath } from "../../run/paths.js";
import {
  choice,
  list,
  modelSets,
  number,
  object,
  oneModel,
  optional,
} from "../../spec/field.js";
import { positive } from "../../spec/values.js";
import { LineFile } from "../../run/lineFile.js";
import { readExperts } from "../expertModels.js";
import { scoresOfParams } from "../behaviour/itemScores.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoresIn } from "../behaviour/scores.js";

/** Options of `mergeSize`. */
export interface MergeSizeOptions {
  /** Model that the task vectors start at. */
  anchor: Ref;
  /** Sets of experts, such as experts@10: short training and small learning rates give small task vectors. */
  experts: { name: string; models: Ref[] }[];
  methods: MergeMethodName[];
  /** Scales; a method without a scale is merged once. */
  lambdas: number[];
  items: number;
  samples: number;
  /** Default 1. */
  temperature?: number;
}

interface MergeSizeSpec extends Omit<MergeSizeOptions, "anchor" | "experts"> {
  seed: number;
  benchmarks: BenchmarkName[];
  /** Steps and learning rate of the experts. */
  step: number;
  learningRate: number;
}

/** Steps and learning rate of a set: those of its longest run. */
function trainingOf(
  refs: readonly Ref[],
  study: StudySpec,
): { step: number; learningRate: number } {
  const runs = refs.map(({ model, step }) => {
    const { steps, options } = modelNamed(study, model);
    const { learningRate } = options as { learningRate?: number };
    if (steps === null || learningRate === undefined)
      throw new RangeError(
        `measures.mergeSize.experts must be training runs, got ${model}`,
      );
    return { step: step ?? steps, learningRate };
  });
  return runs.reduce((a, b) => (b.step > a.step ? b : a));
}

/** Every method at every λ. */
function mergesOf({
  methods: names,
  lambdas,
}: Pick<MergeSizeSpec, "methods" | "lambdas">): [
  MergeMethodName,
  number | null,
][] {
  return names.flatMap((method): [MergeMethodName, number | null][] =>
    "lambda" in methods[method].defaults
      ? lambdas.map((lambda) => [method, lambda])
      : [[method, null]],
  );
}

/** The measure. */
export const mergeSize: Measure<MergeSizeOptions, { mergeSize: MergeSizeRow }> =
  {
    ...NOTHING,
    key: "mergeSize",
    about:
      "scores of merges at several scales, of task vectors of several sizes",
    version: 1,
    options: object<MergeSizeOptions>({
      anchor: oneModel,
      experts: modelSets,
      methods: list(choice(METHOD_NAMES), 1),
      lambdas: list(number({ above: 0 }), 1),
      items: positive,
      samples: positive,
      temperature: optional(number({ min: 0 })),
    }),
    rowFiles: ["mergeSize"],
    reads: ({ anchor, experts }) => [
      anchor,
      ...experts.flatMap(({ models }) => models),
    ],
    stages({ name, options }, place, study) {
      const { seed } = place;
      const { anchor, experts, ...rest } = options;
      const { benchmarks } = scoresIn(study);
      return experts.map((set) => {
        const spec: MergeSizeSpec = {
          seed,
          ...rest,
          benchmarks,
          ...trainingOf(set.models, study),
        };
        const count =
          mergesOf(spec).length * benchmarks.length * rest.items * rest.samples;
        return lineStage("mergeSize", seed, `${name}/${set.name}`, {
          model: set.name,
          spec,
          inputs: {
            anchor: place.input(anchor),
            ...labelledInputs(set.models, place, study),
          },
          work: times(count, SAMPLE),
        });
      });
    },
    run: (job: Job<MergeSizeSpec>, report) => scoreMerges(job, report),
    rows: ({ name, options }, results) => ({
      mergeSize: mergeSizeRows(
        options.experts.map((set) =>
          results.ofSeeds<SizeLine>(`${name}/${set.name}.jsonl`),
        ),
      ),
    }),
  };

/** Merge one set of experts by every method at every λ, and score each merge. */
async function scoreMerges(
  job: Job<MergeSizeSpec>,
  report: Report,
): Promise<Facts> {
  const { spec } = job.stage;
  const { seed, items, samples, benchmarks, step, learningRate } = spec;
  const { temperature } = spec;
  const models = readExperts(job);
  const { anchor } = models;
  const experts = [...models.experts.values()];
  const taskVectorSize = relativeSize(anchor, experts);
  const key = JSON.stringify([
    job.inputHashes,
    seed,
    items,
    samples,
    benchmarks,
    ...(temperature === undefined ? [] : [temperature]),
  ]);
  const file = new LineFile<SizeLine>(
    outputPath(job),
    (line) => line.key === key,
  );
  const merges = mergesOf(spec);
  for (const [i, [method, lambda]] of merges.entries()) {
    const isDone = file.lines.some(
      (line) => line.method === method && line.lambda === lambda,
    );
    if (isDone) continue;
    const options = lambda === null ? {} : { lambda };
    const merged = mergeBy({ method, options }, anchor, experts, seed);
    const sampling = {
      ...{ items, samples, seed },
      ...(temperature !== undefined && { temperature }),
      ...tasksOf(job.stage),
    };
    file.add({
      method,
      lambda,
      step,
      learningRate,
      taskVectorSize,
      mergedSize: relativeSize(anchor, [merged]),
      scores: await scoresOfParams(merged, models, benchmarks, sampling),
      key,
    });
    report({ done: i + 1, total: merges.length });
  }
  return { taskVectorSize };
}
