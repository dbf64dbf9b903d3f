/** Scores of a family's experts and of their merges. */
import type { Params } from "../../checkpoint/index.js";
import type { Domain } from "../../domains/index.js";
import { evaluate, type BenchmarkName } from "../../evaluate/index.js";
import { Policy } from "../../model/index.js";
import type { EvaluateSpec, MergeSpec } from "../spec.js";
import { itemMeans, LineFile } from "./evaluate.js";
import { readFamily } from "./family.js";
import type { Job, Report, Result } from "./job.js";
import { mergeBy } from "./merge.js";
import { outputPath } from "./paths.js";

/** One line of a family's scores: a merge on all benchmarks, or an expert on those of its domain. */
export interface FamilyScores {
  /** Name of the merge, or the expert's domain. */
  model: string;
  /** Mean reward of every item over its samples, by benchmark. */
  scores: Partial<Record<BenchmarkName, number[]>>;
  /** What the line depends on. */
  key: string;
}

/** A model that is scored; merges are made when their turn comes. */
interface Scored {
  model: string;
  asked: readonly BenchmarkName[];
  make: () => Params;
}

/** Score a family's experts on their own domains, and its merges on all of them. */
export async function familyScoresStage(
  job: Job,
  report: Report,
): Promise<Result> {
  const { seed, merges, benchmarks, ...sampling } = job.stage
    .spec as unknown as Omit<EvaluateSpec, "benchmarks"> & {
    seed: number;
    merges: Record<string, MergeSpec>;
    benchmarks: Record<Domain, BenchmarkName[]>;
  };
  const { anchor, experts, config, tokenizer } = readFamily(job);
  const keyOf = (model: string): string =>
    JSON.stringify([job.inputHashes, seed, sampling, merges[model] ?? null]);
  const file = new LineFile<FamilyScores>(
    outputPath(job),
    ({ model, key }) => key === keyOf(model),
  );
  const all = Object.values(benchmarks).flat();
  const models: Scored[] = [
    ...[...experts].map(([domain, params]) => ({
      model: domain,
      asked: benchmarks[domain],
      make: () => params,
    })),
    ...Object.entries(merges).map(([model, { method, options = {} }]) => ({
      model,
      asked: all,
      make: () => mergeBy(method, anchor, [...experts.values()], options, seed),
    })),
  ];
  for (const [i, { model, asked, make }] of models.entries()) {
    if (file.lines.some((line) => line.model === model)) continue;
    const policy = Policy.fromParams(make(), config);
    const scores: FamilyScores["scores"] = {};
    for (const name of asked) {
      scores[name] = itemMeans(
        await evaluate(policy, tokenizer, name, { ...sampling, seed }),
      );
    }
    policy.dispose();
    file.add({ model, scores, key: keyOf(model) });
    report({ done: i + 1, total: models.length });
  }
  return { facts: {} };
}
