/** Measure `pairs`: merges of two experts, scored on the domains of the first (Table 6). */
import type { Domain } from "../../../domains/index.js";
import type { BenchmarkName } from "../../../evaluate/index.js";
import type { MergeMethodName } from "../../../merge/index.js";
import type { MeasureEntry, Ref, StudySpec } from "../../graph/model.js";
import { lineStage, times, type Place, type Stage } from "../../graph/stage.js";
import { SAMPLE } from "../../graph/work.js";
import { mergeBy, METHOD_NAMES } from "../../operations/merge.js";
import type { Results } from "../../rows/results.js";
import {
  pairRows,
  type PairLine,
  type PairRow,
  type PairSource,
} from "../../rows/pairs.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { outputPath } from "../../run/paths.js";
import { choice, manyModels, object, oneModel } from "../../spec/field.js";
import { domains } from "../../spec/values.js";
import { readExperts } from "../expertModels.js";
import { byDomain, expertInputs, someBenchmarksOf } from "../experts.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoresOfParams } from "../behaviour/itemScores.js";
import { samplingOf, type Sampling } from "../behaviour/sampling.js";
import { scoresIn } from "../behaviour/scores.js";

/** Options of `pairs`. */
export interface PairsOptions {
  /** Model that the task vectors start at. */
  anchor: Ref;
  experts: Ref[];
  method: MergeMethodName;
  /** Domains 𝒜; each one's expert is merged with every other expert, and alone. Default all. */
  domains: Domain[];
}

interface PairSpec extends Sampling {
  seed: number;
  method: MergeMethodName;
  benchmarks: BenchmarkName[];
}

/**
 * The merges of Table 6: every pair that holds one of the domains in question, in the order of the experts, and before them each of
 * those experts alone, merged by the same method. What a pair does beyond that is the partner's doing; what it does beyond the
 * expert itself is the method's as well.
 */
export function pairsOf(
  experts: readonly Domain[],
  centres: readonly Domain[],
): Domain[][] {
  return [
    ...centres.map((domain) => [domain]),
    ...experts.flatMap((a, i) =>
      experts
        .slice(i + 1)
        .filter((b) => centres.includes(a) || centres.includes(b))
        .map((b) => [a, b]),
    ),
  ];
}

function stagesOf(
  { name, options }: MeasureEntry<PairsOptions>,
  place: Place,
  study: StudySpec,
): Stage<PairSpec>[] {
  const { seed } = place;
  const where = `measures.${name}.domains`;
  const experts = byDomain(options.experts, study, `measures.${name}.experts`);
  for (const domain of options.domains)
    if (!experts.has(domain))
      throw new RangeError(
        `${where} must be domains of its experts, got ${domain}`,
      );
  const scored = scoresIn(study);
  return pairsOf([...experts.keys()], options.domains).map((parts) => {
    const label = parts.join("-");
    const benchmarks = options.domains
      .filter((domain) => parts.includes(domain))
      .flatMap((domain) => someBenchmarksOf(scored.benchmarks, domain, where));
    const own = new Map(parts.map((domain) => [domain, experts.get(domain)!]));
    const { method } = options;
    return lineStage("pairs", seed, `${name}/${label}`, {
      model: label,
      spec: { seed, method, benchmarks, ...samplingOf(scored) },
      inputs: {
        anchor: place.input(options.anchor),
        ...expertInputs(own, place),
      },
      work: times(benchmarks.length * scored.items * scored.samples, SAMPLE),
    });
  });
}

/** Merge two experts (or one, as a control) and score the merge; the merged model itself is not kept. */
async function mergeAndScore(
  job: Job<PairSpec>,
  report: Report,
): Promise<Facts> {
  const { seed, method, benchmarks, ...sampling } = job.stage.spec;
  const models = readExperts(job);
  const experts = [...models.experts.values()];
  const merged = mergeBy({ method }, models.anchor, experts, seed);
  const scores = await scoresOfParams(
    merged,
    models,
    benchmarks,
    { seed, ...sampling },
    (done) => report({ done, total: benchmarks.length }),
  );
  const lines = benchmarks.map((benchmark): PairLine => ({
    benchmark,
    scores: scores[benchmark]!,
  }));
  writeLines(outputPath(job), lines);
  return {};
}

/** The pairs that a study has scored, each read as a merge of its first domain's expert with the other's; none without the measure. */
export function pairSources(results: Results): PairSource[] {
  const { study } = results;
  const found = study.measures.find(({ by }) => by === "pairs");
  if (!found) return [];
  const { experts, domains: centres } = found.options as PairsOptions;
  const all = [...byDomain(experts, study, found.name).keys()];
  return centres.flatMap((domain) =>
    pairsOf(all, centres)
      .filter((parts) => parts.includes(domain))
      .map((parts) => ({
        domain,
        partner: parts.find((other) => other !== domain) ?? null,
        lines: results.ofSeeds<PairLine>(
          `${found.name}/${parts.join("-")}.jsonl`,
        ),
      })),
  );
}

/** The measure. */
export const pairs: Measure<PairsOptions, { pairs: PairRow }> = {
  ...NOTHING,
  key: "pairs",
  about: "merges of two experts, scored on the domains of the first",
  version: 1,
  options: object<PairsOptions>({
    anchor: oneModel,
    experts: manyModels,
    method: choice(METHOD_NAMES),
    domains,
  }),
  rowFiles: ["pairs"],
  uses: () => ["scores"],
  reads: ({ anchor, experts }) => [anchor, ...experts],
  stages: stagesOf,
  run: (job: Job<PairSpec>, report) => mergeAndScore(job, report),
  rows({ name, options }, results) {
    const { benchmarks } = scoresIn(results.study);
    const experts = byDomain(options.experts, results.study, name);
    return {
      pairs: pairRows(
        pairSources(results),
        new Map(
          [...experts].map(([domain, ref]) => [
            domain,
            results.scores(ref, benchmarks),
          ]),
        ),
      ),
    };
  },
};
