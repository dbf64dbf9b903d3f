/** The stages that ask what trained models are, beside how they score: distances, merges of pairs, self-verification, overlaps. */
import type { Domain } from "../domains/index.js";
import { benchmarkSpec, type BenchmarkName } from "../evaluate/index.js";
import type { Json } from "./hash.js";
import type { StudySpec } from "./spec.js";
import type { Input, Stage } from "./stage.js";

/** Where a model of one seed comes from. */
export type ModelOf = (name: string) => Input;

// Seconds of one core, measured once on the nano model; only proportions matter.
const WORK = { sample: 0.006, score: 0.004, judgement: 0.006, overlap: 6 };

/** Benchmarks of the study that belong to a domain. */
export function benchmarksOf(
  { evaluate }: Pick<StudySpec, "evaluate">,
  domain: Domain,
): BenchmarkName[] {
  return evaluate.benchmarks.filter(
    (name) => benchmarkSpec(name).domain === domain,
  );
}

function stage(about: Omit<Stage, "spec"> & { spec: object }): Stage {
  return {
    ...about,
    spec: about.spec as { readonly [key: string]: Json | undefined },
  };
}

/** Figure 4: each expert writes on every domain's prompts, and all models read it. */
export function neighborhoodStages(
  spec: StudySpec,
  seed: number,
  modelOf: ModelOf,
): Stage[] {
  if (!spec.neighborhoods) return [];
  const { models, prompts, samples } = spec.neighborhoods;
  const benchmarks = Object.fromEntries(
    spec.domains.map((domain) => [domain, benchmarksOf(spec, domain)]),
  );
  const completions = spec.domains.length * prompts * samples;
  return spec.domains.map((expert) =>
    stage({
      id: `seed${seed}/neighborhoods/${expert}`,
      kind: "neighborhood",
      seed,
      model: expert,
      spec: { seed, benchmarks, models, prompts, samples },
      inputs: Object.fromEntries(
        [expert, ...models].map((name) => [name, modelOf(name)]),
      ),
      outputs: [`seed${seed}/neighborhoods/${expert}.jsonl`],
      work: completions * (WORK.sample + (models.length + 1) * WORK.score),
    }),
  );
}

/**
 * The merges of Table 6: every pair that holds one of the domains in question, in the order of the study's domains, and before
 * them each of those experts alone, merged by the same method. What a pair does beyond that is the partner's doing; what it
 * does beyond the expert itself is the method's as well.
 */
export function pairsOf({
  domains,
  pairs,
}: Pick<StudySpec, "domains" | "pairs">): Domain[][] {
  const centres = pairs?.domains ?? [];
  return [
    ...centres.map((domain) => [domain]),
    ...domains.flatMap((a, i) =>
      domains
        .slice(i + 1)
        .filter((b) => centres.includes(a) || centres.includes(b))
        .map((b) => [a, b]),
    ),
  ];
}

/** Table 6: one expert or two merged, scored on the benchmarks of those of their domains that are in question. */
export function pairStages(
  spec: StudySpec,
  seed: number,
  modelOf: ModelOf,
): Stage[] {
  const { pairs } = spec;
  if (!pairs) return [];
  const { items, samples, temperature, topP } = spec.evaluate;
  return pairsOf(spec).map((experts) => {
    const name = experts.join("-");
    const benchmarks = pairs.domains
      .filter((domain) => experts.includes(domain))
      .flatMap((domain) => benchmarksOf(spec, domain));
    return stage({
      id: `seed${seed}/pairs/${name}`,
      kind: "pair",
      seed,
      model: name,
      spec: {
        seed,
        method: pairs.method,
        benchmarks,
        items,
        samples,
        temperature,
        topP,
      },
      inputs: {
        anchor: modelOf("sft"),
        ...Object.fromEntries(experts.map((each) => [each, modelOf(each)])),
      },
      outputs: [`seed${seed}/pairs/${name}.jsonl`],
      work: benchmarks.length * items * samples * WORK.sample,
    });
  });
}

/** Table 7: a model answers and judges its own answers. */
export function verificationStages(
  spec: StudySpec,
  seed: number,
  modelOf: ModelOf,
): Stage[] {
  if (!spec.verification) return [];
  const { models, ...sampling } = spec.verification;
  const { benchmarks, items, answers } = sampling;
  return models.map((model) =>
    stage({
      id: `seed${seed}/verification/${model}`,
      kind: "verification",
      seed,
      model,
      spec: { seed, ...sampling },
      inputs: { model: modelOf(model) },
      outputs: [`seed${seed}/verification/${model}.jsonl`],
      work:
        benchmarks.length *
        items *
        answers *
        (WORK.sample + 2 * WORK.judgement),
    }),
  );
}

/** Table 5 and Figure 3, as the ledger counts them: what each pair of experts changed. */
export function overlapStages(
  { overlaps, domains }: Pick<StudySpec, "overlaps" | "domains">,
  seed: number,
  modelOf: ModelOf,
): Stage[] {
  if (!overlaps || domains.length < 2) return [];
  const experts = domains.map((name): [string, Input] => [name, modelOf(name)]);
  return [
    stage({
      id: `seed${seed}/overlaps`,
      kind: "overlap",
      seed,
      model: "overlaps",
      spec: { seed, ...overlaps },
      inputs: { anchor: modelOf("sft"), ...Object.fromEntries(experts) },
      outputs: [`seed${seed}/overlaps.jsonl`],
      work: WORK.overlap,
    }),
  ];
}
