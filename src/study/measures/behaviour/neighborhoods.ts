/** Measure `neighborhoods`: how far experts are from models of all domains, on whose prompts (Figure 4). */
import {
  sampleDivergences,
  type DivergenceSample,
  type ExpertSamples,
} from "../../../analysis/index.js";
import type { Domain } from "../../../domains/index.js";
import {
  benchmark,
  type BenchmarkName,
  type BenchmarkOptions,
} from "../../../evaluate/index.js";
import { breathe } from "../../../io/index.js";
import { loadPolicy } from "../../../model/index.js";
import { neighborClaims } from "../../claims/neighborhoods.js";
import {
  expertDomains,
  expertName,
  missingClaims,
} from "../../claims/paperModels.js";
import {
  modelNamed,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../../graph/model.js";
import {
  tasksOf,
  addWork,
  lineStage,
  times,
  type Place,
  type Stage,
} from "../../graph/stage.js";
import { READING, SAMPLE } from "../../graph/work.js";
import type { MergeSpec } from "../../operations/merge.js";
import {
  neighborhoodRows,
  type NeighborhoodRow,
} from "../../rows/neighborhoods.js";
import type { Results } from "../../rows/results.js";
import { brief } from "../../rows/interval.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { manyModels, object } from "../../spec/field.js";
import { positive } from "../../spec/values.js";
import { byDomain, someBenchmarksOf } from "../experts.js";
import { NOTHING, type Measure } from "../measure.js";
import { pairs, pairSources, type PairsOptions } from "../merging/pairs.js";
import { scoresIn } from "./scores.js";

/** Options of `neighborhoods`. */
export interface NeighborhoodsOptions {
  /** Experts of one domain each, which write. */
  experts: Ref[];
  /** Models whose distance to every expert is measured. */
  models: Ref[];
  /** Prompts per domain, spread evenly over its benchmarks. */
  prompts: number;
  /** Completions per prompt. */
  samples: number;
}

interface NeighborhoodsSpec {
  seed: number;
  benchmarks: Partial<Record<Domain, BenchmarkName[]>>;
  models: string[];
  prompts: number;
  samples: number;
}

const IDS = [
  "kl-does-not-predict",
  "neighbours-help",
  "neighbours-help-more",
  "neighbourhood-asymmetric",
] as const;

// ε of Eq. 1 in units of the own expert's divergence; the default of `analysis.neighborhoods`, which the rows use.
const FACTOR = 2;

function stagesOf(
  { name, options }: MeasureEntry<NeighborhoodsOptions>,
  place: Place,
  study: StudySpec,
): Stage<NeighborhoodsSpec>[] {
  const { seed } = place;
  const { prompts, samples, models } = options;
  const where = `measures.${name}.experts`;
  const experts = byDomain(options.experts, study, where);
  const known = scoresIn(study).benchmarks;
  const spec: NeighborhoodsSpec = {
    seed,
    benchmarks: Object.fromEntries(
      [...experts.keys()].map((domain) => [
        domain,
        someBenchmarksOf(known, domain, where),
      ]),
    ),
    models: models.map(({ model }) => model),
    prompts,
    samples,
  };
  return [...experts.values()].map((expert) =>
    lineStage("neighborhoods", seed, `${name}/${expert.model}`, {
      model: expert.model,
      spec,
      inputs: Object.fromEntries(
        [expert, ...models].map((ref) => [ref.model, place.input(ref)]),
      ),
      work: times(
        experts.size * prompts * samples,
        addWork(SAMPLE, times(models.length + 1, READING)),
      ),
    }),
  );
}

/** Prompts of one domain, spread evenly over its benchmarks, the first items of each. */
function promptsOf(
  benchmarks: readonly BenchmarkName[],
  prompts: number,
  world: BenchmarkOptions,
): ReturnType<typeof benchmark> {
  return benchmarks.flatMap((name, i) => {
    const items =
      Math.floor(prompts / benchmarks.length) +
      (i < prompts % benchmarks.length ? 1 : 0);
    return items === 0 ? [] : benchmark(name, { items, ...world });
  });
}

/** Let one expert write on every domain's prompts, and all models read it. */
async function writeAndRead(
  job: Job<NeighborhoodsSpec>,
  report: Report,
): Promise<Facts> {
  const { seed, benchmarks, models, prompts, samples } = job.stage.spec;
  const { policy, tokenizer } = loadPolicy(inputPath(job, job.stage.model));
  const others = Object.fromEntries(
    models.map((name) => [name, loadPolicy(inputPath(job, name)).policy]),
  );
  const domains = Object.values(benchmarks);
  const lines: DivergenceSample[] = [];
  for (const [i, own] of domains.entries()) {
    const tasks = promptsOf(own, prompts, tasksOf(job.stage));
    lines.push(
      ...sampleDivergences(policy, others, tokenizer, tasks, { seed, samples }),
    );
    report({ done: i + 1, total: domains.length });
    await breathe();
  }
  for (const each of [policy, ...Object.values(others)]) each.dispose();
  writeLines(
    outputPath(job),
    lines.map((line) => ({
      ...line,
      self: brief(line.self),
      models: Object.fromEntries(
        Object.entries(line.models).map(([name, { kl, logRatio }]) => [
          name,
          { kl: brief(kl), logRatio: brief(logRatio) },
        ]),
      ),
    })),
  );
  const tokens = lines.reduce((sum, line) => sum + line.tokens, 0);
  return { completions: lines.length, tokens };
}

function runsOf(
  { name, options }: MeasureEntry<NeighborhoodsOptions>,
  results: Results,
): ExpertSamples[] {
  const experts = byDomain(options.experts, results.study, name);
  return results.study.seeds.flatMap((seed) =>
    [...experts].map(([expert, { model }]) => ({
      expert,
      seed,
      samples: results.lines<DivergenceSample>(seed, `${name}/${model}.jsonl`),
    })),
  );
}

/** The measured model that merges all experts by the method of the pairs (TIES without pairs): by it neighbours are found. */
function referenceOf(
  { models, experts }: NeighborhoodsOptions,
  study: StudySpec,
): string | null {
  const pair = study.measures.find(({ by }) => by === pairs.key)?.options as
    PairsOptions | undefined;
  const found = models.find(({ model }) => {
    const { by, options, parents } = modelNamed(study, model);
    return (
      by === "merge" &&
      (options as MergeSpec).method === (pair?.method ?? "ties") &&
      parents.of!.length === experts.length
    );
  });
  return found?.model ?? null;
}

/** The measure. */
export const neighborhoods: Measure<
  NeighborhoodsOptions,
  { neighborhoods: NeighborhoodRow }
> = {
  ...NOTHING,
  key: "neighborhoods",
  about: "divergence of experts from models of all domains, prompt by prompt",
  version: 1,
  options: object<NeighborhoodsOptions>({
    experts: manyModels,
    models: manyModels,
    prompts: positive,
    samples: positive,
  }),
  rowFiles: ["neighborhoods"],
  claimIds: IDS,
  uses: () => ["scores", "pairs"],
  reads: ({ experts, models }) => [...experts, ...models],
  stages: stagesOf,
  run: (job: Job<NeighborhoodsSpec>, report) => writeAndRead(job, report),
  rows(entry, results) {
    const { options } = entry;
    const { benchmarks } = scoresIn(results.study);
    const experts = byDomain(options.experts, results.study, entry.name);
    return {
      neighborhoods: neighborhoodRows(
        runsOf(entry, results),
        results.scored(options.models, benchmarks),
        new Map(
          [...experts].map(([domain, ref]) => [
            domain,
            results.scores(ref, benchmarks),
          ]),
        ),
      ),
    };
  },
  claims(entry, results, paper) {
    const { study } = results;
    const { models: scored, benchmarks } = scoresIn(study);
    if (expertDomains(paper).length === 0)
      return missingClaims(IDS, "the study names no experts of the paper");
    const reference = referenceOf(entry.options, study);
    return neighborClaims({
      runs: runsOf(entry, results),
      models: results
        .scored(scored, benchmarks)
        .map((each) => ({ ...each, model: expertName(paper, each.model) })),
      pairs: pairSources(results),
      reference,
      factor: FACTOR,
    });
  },
};
