/** The merging stages: one merged model, and the scores of many merges whose task vectors differ in size. */
import { join } from "node:path";
import {
  readModelFolder,
  writeModelFolder,
  type Params,
} from "../../checkpoint/index.js";
import { evaluate, type BenchmarkName } from "../../evaluate/index.js";
import {
  methods,
  type MergeMethodName,
  type MergeOptions,
} from "../../merge/index.js";
import { configFromJson, folderFiles, Policy } from "../../model/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import type { MergeSpec, SizeSpec } from "../spec.js";
import { itemMeans, LineFile } from "./evaluate.js";
import type { Job, Report, Result } from "./job.js";
import { inputPath, outputPath } from "./paths.js";

/** Experts of a job, by the order of its inputs. */
export function readExperts(job: Job): Params[] {
  return Object.keys(job.stage.inputs)
    .filter((name) => name !== "anchor")
    .map((name) => readModelFolder(inputPath(job, name)).params);
}

/** Merge by name; methods that draw random numbers get the seed, the others have none. */
export function mergeBy(
  method: MergeMethodName,
  anchor: Params,
  experts: readonly Params[],
  options: MergeOptions,
  seed: number,
): Params {
  const { defaults, merge } = methods[method];
  return merge(
    anchor,
    experts,
    "seed" in defaults ? { ...options, seed } : options,
  );
}

/** Merge the experts and write the model. */
export async function mergeStage(job: Job, report: Report): Promise<Result> {
  // Merging uses no engine and does not wait for anything; it is asynchronous only as all stages are.
  const { seed, method, options } = job.stage
    .spec as unknown as Required<MergeSpec> & { seed: number };
  const folder = inputPath(job, "anchor");
  const anchor = readModelFolder(folder);
  const params = mergeBy(
    method,
    anchor.params,
    readExperts(job),
    options,
    seed,
  );
  writeModelFolder(outputPath(job), {
    config: anchor.config,
    params,
    files: folderFiles(
      Tokenizer.fromFile(join(folder, "tokenizer.json")),
      folder,
    ),
    provenance: {
      stage: job.stage.id,
      method,
      options,
      seed,
      inputs: job.inputHashes,
    },
  });
  report({ done: 1, total: 1 });
  return { facts: { relativeSize: relativeSize(anchor.params, [params]) } };
}

/** Mean over models of ‖model − anchor‖ / ‖anchor‖, all tensors together. */
export function relativeSize(
  anchor: Params,
  models: readonly Params[],
): number {
  let own = 0;
  for (const { data } of anchor.values())
    for (const value of data) own += value * value;
  const sizes = models.map((params) => {
    let moved = 0;
    for (const [name, { data }] of anchor) {
      const other = params.get(name)!.data;
      for (let i = 0; i < data.length; i++)
        moved += (other[i]! - data[i]!) ** 2;
    }
    return Math.sqrt(moved / own);
  });
  return sizes.reduce((sum, size) => sum + size, 0) / sizes.length;
}

/** One line of a size file: a merge with its scores, item by item. */
export interface SizeLine {
  method: MergeMethodName;
  /** null for a method without a scale. */
  lambda: number | null;
  step: number;
  learningRate: number;
  /** Mean ‖τ‖ / ‖anchor‖ of the experts before merging. */
  taskVectorSize: number;
  /** ‖merged − anchor‖ / ‖anchor‖. */
  mergedSize: number;
  scores: Partial<Record<BenchmarkName, number[]>>;
  /** What the line depends on. */
  key: string;
}

/** Merge one set of experts by every method at every λ, and score each merge. */
export async function sizeStage(job: Job, report: Report): Promise<Result> {
  const spec = job.stage.spec as unknown as Omit<SizeSpec, "steps"> & {
    seed: number;
    step: number;
    learningRate: number;
    benchmarks: BenchmarkName[];
  };
  const { seed, items, samples, benchmarks, step, learningRate } = spec;
  const folder = inputPath(job, "anchor");
  const anchor = readModelFolder(folder);
  const config = configFromJson(anchor.config);
  const tokenizer = Tokenizer.fromFile(join(folder, "tokenizer.json"));
  const experts = readExperts(job);
  const taskVectorSize = relativeSize(anchor.params, experts);
  const key = JSON.stringify([
    job.inputHashes,
    seed,
    items,
    samples,
    benchmarks,
  ]);
  const file = new LineFile<SizeLine>(
    outputPath(job),
    (line) => line.key === key,
  );
  const merges = spec.methods.flatMap(
    (method): [MergeMethodName, number | null][] =>
      "lambda" in methods[method].defaults
        ? spec.lambdas.map((lambda) => [method, lambda])
        : [[method, null]],
  );
  for (const [i, [method, lambda]] of merges.entries()) {
    if (
      file.lines.some(
        (line) => line.method === method && line.lambda === lambda,
      )
    )
      continue;
    const merged = mergeBy(
      method,
      anchor.params,
      experts,
      lambda === null ? {} : { lambda },
      seed,
    );
    const policy = Policy.fromParams(merged, config);
    const scores: SizeLine["scores"] = {};
    for (const benchmark of benchmarks) {
      scores[benchmark] = itemMeans(
        await evaluate(policy, tokenizer, benchmark, { items, samples, seed }),
      );
    }
    policy.dispose();
    const mergedSize = relativeSize(anchor.params, [merged]);
    file.add({
      method,
      lambda,
      step,
      learningRate,
      taskVectorSize,
      mergedSize,
      scores,
      key,
    });
    report({ done: i + 1, total: merges.length });
  }
  return { facts: { taskVectorSize } };
}
