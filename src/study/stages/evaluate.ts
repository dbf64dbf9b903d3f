/** The scoring stages: a model on all benchmarks, and an expert's checkpoints on those of Figure 2. */
import { existsSync } from "node:fs";
import {
  evaluate,
  mean,
  type BenchmarkName,
  type Evaluation,
} from "../../evaluate/index.js";
import { loadPolicy } from "../../model/index.js";
import { readLines, writeLines } from "../jsonLines.js";
import type { EvaluateSpec, TrajectoriesSpec } from "../spec.js";
import type { Job, Report, Result } from "./job.js";
import { inputPath, outputPath } from "./paths.js";

/** Score one model on every benchmark of the study; records are kept as they come. */
export async function evaluateStage(job: Job, report: Report): Promise<Result> {
  const { seed, benchmarks, items, samples, temperature, topP } = job.stage
    .spec as unknown as EvaluateSpec & {
    seed: number;
  };
  const { policy, tokenizer } = loadPolicy(inputPath(job, "model"));
  const total = benchmarks.length * items * samples;
  const scores: Record<string, number> = {};
  for (const [i, name] of benchmarks.entries()) {
    const result = await evaluate(policy, tokenizer, name, {
      items,
      samples,
      seed,
      temperature,
      topP,
      recordsPath: outputPath(job, i),
      // The stage owns the file, and its work is done anew when an input changed.
      replaceRecords: true,
      model: job.inputHashes["model"]!,
      onProgress: (done) => report({ done: i * items * samples + done, total }),
    });
    scores[name] = result.mean;
  }
  policy.dispose();
  return { facts: { scores, average: mean(Object.values(scores)) } };
}

/** Scores of each item, as compact as a file of many small evaluations must be. */
export function itemMeans(evaluation: Evaluation): number[] {
  const items = new Map<string, number[]>();
  for (const { task, reward } of evaluation.records)
    items.set(task, [...(items.get(task) ?? []), reward]);
  return [...items.values()].map(mean);
}

/** One line of a trajectory: a checkpoint's scores, item by item. */
export interface TrajectoryLine {
  /** Hash of the checkpoint. */
  model: string;
  step: number;
  /** Mean reward of every item over its samples, by benchmark. */
  scores: Partial<Record<BenchmarkName, number[]>>;
}

/**
 * A JSON-lines output that is built up line by line: earlier lines that `keep` accepts are not made again.
 *
 * The file is written as a whole each time (it is small), so that it never holds half a line.
 */
export class LineFile<Line> {
  readonly lines: Line[] = [];

  constructor(
    private readonly path: string,
    keep: (line: Line) => boolean,
  ) {
    if (existsSync(path)) {
      this.lines = readLines<Line>(path).filter(keep);
    }
  }

  /** Add a line and write the file. */
  add(line: Line): void {
    this.lines.push(line);
    writeLines(this.path, this.lines);
  }
}

/** Score an expert's checkpoints: SFT, every so many steps, and the end. */
export async function trajectoryStage(
  job: Job,
  report: Report,
): Promise<Result> {
  const { seed, benchmarks, items, samples } = job.stage
    .spec as unknown as TrajectoriesSpec & { seed: number };
  const names = Object.keys(job.stage.inputs);
  const sampling = { seed, items, samples };
  const about = (line: TrajectoryLine & { sampling?: object }): boolean =>
    line.model === job.inputHashes[`step${line.step}`] &&
    JSON.stringify(line.sampling) === JSON.stringify(sampling) &&
    JSON.stringify(Object.keys(line.scores)) === JSON.stringify(benchmarks);
  const file = new LineFile<TrajectoryLine & { sampling: object }>(
    outputPath(job),
    about,
  );
  for (const [i, name] of names.entries()) {
    const step = Number(name.slice(4));
    if (file.lines.some((line) => line.step === step)) continue;
    const { policy, tokenizer } = loadPolicy(inputPath(job, name));
    const scores: TrajectoryLine["scores"] = {};
    for (const benchmark of benchmarks) {
      scores[benchmark] = itemMeans(
        await evaluate(policy, tokenizer, benchmark, { items, samples, seed }),
      );
    }
    policy.dispose();
    file.add({ model: job.inputHashes[name]!, step, sampling, scores });
    report({ done: i + 1, total: names.length });
  }
  return { facts: {} };
}
