/** Measure `pairs`: merges of two experts, scored on the domains of the first (Table 6). */
import { join } from "node:path";
import { readModelFolder } from "../../checkpoint/index.js";
import type { Domain } from "../../domains/index.js";
import { evaluate, type BenchmarkName } from "../../evaluate/index.js";
import type { MergeMethodName } from "../../merge/index.js";
import { configFromJson, Policy } from "../../model/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import type { MeasureEntry, Ref, StudySpec } from "../graph/model.js";
import { times, type Place, type Stage } from "../graph/stage.js";
import { SAMPLE } from "../graph/work.js";
import { mergeBy, METHOD_NAMES } from "../operations/merge.js";
import { itemMeans, type Results } from "../rows/results.js";
import {
  pairRows,
  type PairLine,
  type PairRow,
  type PairSource,
} from "../rows/pairs.js";
import type { Facts, Job, Report } from "../run/job.js";
import { writeLines } from "../run/jsonLines.js";
import { inputPath, outputPath } from "../run/paths.js";
import { choice, manyModels, object, oneModel } from "../spec/field.js";
import { domains } from "../spec/values.js";
import { byDomain, expertInputs, someBenchmarksOf } from "./experts.js";
import { measureOf, NOTHING, type Measure } from "./measure.js";
import { readExperts } from "./mergeSize.js";
import { scores, type Sampling, type ScoresOptions } from "./scores.js";

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
  const scored = measureOf<ScoresOptions>(study, scores);
  const { items, samples, temperature, topP } = scored;
  return pairsOf([...experts.keys()], options.domains).map((parts) => {
    const label = parts.join("-");
    const benchmarks = options.domains
      .filter((domain) => parts.includes(domain))
      .flatMap((domain) => someBenchmarksOf(scored.benchmarks, domain, where));
    const own = new Map(parts.map((domain) => [domain, experts.get(domain)!]));
    return {
      id: `seed${seed}/${name}/${label}`,
      kind: "pairs",
      seed,
      model: label,
      spec: {
        seed,
        method: options.method,
        benchmarks,
        items,
        samples,
        temperature,
        topP,
      },
      inputs: {
        anchor: place.input(options.anchor),
        ...expertInputs(own, place),
      },
      outputs: [`seed${seed}/${name}/${label}.jsonl`],
      work: times(benchmarks.length * items * samples, SAMPLE),
    };
  });
}

/** Merge two experts (or one, as a control) and score the merge; the merged model itself is not kept. */
async function mergeAndScore(
  job: Job<PairSpec>,
  report: Report,
): Promise<Facts> {
  const { seed, method, benchmarks, ...sampling } = job.stage.spec;
  const folder = inputPath(job, "anchor");
  const anchor = readModelFolder(folder);
  const policy = Policy.fromParams(
    mergeBy({ method }, anchor.params, readExperts(job), seed),
    configFromJson(anchor.config),
  );
  const tokenizer = Tokenizer.fromFile(join(folder, "tokenizer.json"));
  const lines: PairLine[] = [];
  for (const [i, name] of benchmarks.entries()) {
    const scored = await evaluate(policy, tokenizer, name, {
      seed,
      ...sampling,
    });
    lines.push({ benchmark: name, scores: itemMeans(scored.records) });
    report({ done: i + 1, total: benchmarks.length });
  }
  policy.dispose();
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
  uses: ["scores"],
  reads: ({ anchor, experts }) => [anchor, ...experts],
  stages: stagesOf,
  run: (job: Job<PairSpec>, report) => mergeAndScore(job, report),
  rows({ name, options }, results) {
    const { benchmarks } = measureOf<ScoresOptions>(results.study, scores);
    const experts = byDomain(options.experts, results.study, name);
    return {
      pairs: pairRows(
        pairSources(results),
        new Map(
          [...experts].map(([domain, { model }]) => [
            domain,
            results.scores(model, benchmarks),
          ]),
        ),
      ),
    };
  },
};
