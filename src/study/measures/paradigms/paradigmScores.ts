/** Scores of a paradigm's experts and of their merges. */
import type { Params } from "../../../checkpoint/index.js";
import type { Domain } from "../../../domains/index.js";
import type { BenchmarkName } from "../../../evaluate/index.js";
import { mergeBy, type MergeSpec } from "../../operations/merge.js";
import type { ParadigmScores } from "../../rows/paradigms/paradigmRow.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { outputPath } from "../../run/paths.js";
import { LineFile } from "../../run/lineFile.js";
import { readExperts } from "../expertModels.js";
import { scoresOfParams } from "../behaviour/itemScores.js";
import type { Sampling } from "../behaviour/sampling.js";

/** What the scores of one paradigm depend on. */
export interface ParadigmScoresSpec extends Sampling {
  seed: number;
  merges: Partial<Record<string, MergeSpec>>;
  benchmarks: Partial<Record<Domain, BenchmarkName[]>>;
}

/** A model that is scored; merges are made when their turn comes. */
interface Scored {
  model: string;
  asked: readonly BenchmarkName[];
  make: () => Params;
}

/** Score a paradigm's experts on their own domains, and its merges on all of them. */
export async function scoreParadigm(
  job: Job<ParadigmScoresSpec>,
  report: Report,
): Promise<Facts> {
  const { seed, merges, benchmarks, ...sampling } = job.stage.spec;
  const paradigm = readExperts<Domain>(job);
  const { anchor, experts } = paradigm;
  const keyOf = (model: string): string =>
    JSON.stringify([job.inputHashes, seed, sampling, merges[model] ?? null]);
  const file = new LineFile<ParadigmScores>(
    outputPath(job),
    ({ model, key }) => key === keyOf(model),
  );
  const all = Object.values(benchmarks).flat();
  const models: Scored[] = [
    ...[...experts].map(([domain, params]) => ({
      model: domain,
      asked: benchmarks[domain]!,
      make: () => params,
    })),
    ...Object.entries(merges).map(([model, merge]) => ({
      model,
      asked: all,
      make: () => mergeBy(merge!, anchor, [...experts.values()], seed),
    })),
  ];
  for (const [i, { model, asked, make }] of models.entries()) {
    if (file.lines.some((line) => line.model === model)) continue;
    const options = { ...sampling, seed };
    const scores = await scoresOfParams(make(), paradigm, asked, options);
    file.add({ model, scores, key: keyOf(model) });
    report({ done: i + 1, total: models.length });
  }
  return {};
}
