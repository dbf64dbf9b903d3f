/** The stages behind "why do RL experts merge": experts of the same domains trained in four ways, merged and measured alike. */
import type { Domain } from "../domains/index.js";
import { benchmarksOf, type ModelOf } from "./behaviour.js";
import type { Json } from "./hash.js";
import { whySeeds } from "./seeds.js";
import type { RlSpec, StudySpec } from "./spec.js";
import type { Input, Stage } from "./stage.js";

/**
 * How a family of experts was trained, from what RL does to what is furthest from it:
 * - "rl": the study's own experts after as many steps;
 * - "positive": the same without negative advantages;
 * - "rollouts": fine-tuned on correct answers of the SFT model, drawn with the same prompts (on-policy data, drawn once);
 * - "demonstrations": fine-tuned on careful demonstrations (off-policy data).
 */
export const FAMILIES = [
  "rl",
  "positive",
  "rollouts",
  "demonstrations",
] as const;

/** One of the four ways. */
export type Family = (typeof FAMILIES)[number];

// Seconds of one core, measured once on the nano model; only proportions matter.
const WORK = {
  rl: 0.007,
  agentRl: 0.03,
  imitation: 0.005,
  agentImitation: 0.02,
  sample: 0.007,
  shape: 35,
};

/** Domains of the section, in the study's order. */
export function whyDomains({ why, domains }: StudySpec): Domain[] {
  return domains.filter((domain) => why?.steps[domain] !== undefined);
}

/** Name of an expert: of its model folder and its log. */
export function whyModel(family: Family, domain: Domain): string {
  return family === "rl" ? domain : `${domain}-${family}`;
}

/** Name of the merge by task arithmetic at a λ of the section; no model of a study has an @ in its name. */
export function scaledMerge(lambda: number): string {
  return `taskArithmetic@${lambda}`;
}

function json(value: object): Stage["spec"] {
  return value as { readonly [key: string]: Json | undefined };
}

/** All stages of the section for one seed. */
export function whyStages(
  spec: StudySpec,
  seed: number,
  modelOf: ModelOf,
  runOf: (domain: Domain) => RlSpec,
): Stage[] {
  if (!whySeeds(spec).includes(seed)) return [];
  const at = `seed${seed}`;
  const domains = whyDomains(spec);
  const anchor = modelOf("sft");
  const stages: Stage[] = [];
  const expert = (family: Family, domain: Domain): Input => {
    const run = runOf(domain);
    const steps = spec.why!.steps[domain]!;
    if (family === "rl") {
      return steps < run.steps
        ? {
            stage: `${at}/experts/${domain}`,
            path: `${at}/checkpoints/${domain}/step${steps}`,
          }
        : modelOf(domain);
    }
    const id = `${at}/why/${family}/${domain}`;
    const model = whyModel(family, domain);
    stages.push({
      ...trainingOf(family, domain, { ...run, steps }, seed),
      id,
      seed,
      model,
      inputs: { init: anchor },
      outputs: [`${at}/models/${model}`, `${at}/train/${model}.jsonl`],
    });
    return { stage: id, path: `${at}/models/${model}` };
  };
  for (const family of FAMILIES) {
    const experts = domains.map((domain): [Domain, Input] => [
      domain,
      expert(family, domain),
    ]);
    const inputs = { anchor, ...Object.fromEntries(experts) };
    stages.push(
      scoresStage(spec, seed, family, inputs),
      shapeStage(spec, seed, family, inputs),
    );
  }
  return stages;
}

/** Training of one expert as RL of the study would have it, except in what is learned from. */
function trainingOf(
  family: Exclude<Family, "rl">,
  domain: Domain,
  run: RlSpec,
  seed: number,
): Pick<Stage, "kind" | "spec" | "work"> {
  const answers = run.steps * run.promptsPerStep * run.groupSize;
  const isAgent = domain === "agent";
  if (family === "positive") {
    return {
      kind: "rl",
      spec: json({ seed, domains: [domain], ...run, positiveOnly: true }),
      work: answers * (isAgent ? WORK.agentRl : WORK.rl),
    };
  }
  const { steps, promptsPerStep, groupSize, learningRate, weightDecay, store } =
    run;
  return {
    kind: "imitation",
    spec: json({
      seed,
      domains: [domain],
      source: family,
      steps,
      promptsPerStep,
      groupSize,
      learningRate,
      weightDecay,
      store,
    }),
    work: answers * (isAgent ? WORK.agentImitation : WORK.imitation),
  };
}

function scoresStage(
  spec: StudySpec,
  seed: number,
  family: Family,
  inputs: Stage["inputs"],
): Stage {
  const { items, samples, temperature, topP } = spec.evaluate;
  const benchmarks = whyDomains(spec).map((domain): [Domain, string[]] => [
    domain,
    benchmarksOf(spec, domain),
  ]);
  const { merges: names, lambdas = [] } = spec.why!;
  const merges = [
    ...names.map((name): [string, object] => {
      const { method, options = {} } = spec.merges[name]!;
      return [name, { method, options }];
    }),
    ...lambdas.map((lambda): [string, object] => [
      scaledMerge(lambda),
      { method: "taskArithmetic", options: { lambda } },
    ]),
  ];
  const asked = benchmarks.flatMap(([, names]) => names).length;
  return {
    id: `seed${seed}/why/scores/${family}`,
    kind: "familyScores",
    seed,
    model: family,
    spec: json({
      seed,
      merges: Object.fromEntries(merges),
      benchmarks: Object.fromEntries(benchmarks),
      items,
      samples,
      temperature,
      topP,
    }),
    inputs,
    outputs: [`seed${seed}/why/${family}-scores.jsonl`],
    work: (merges.length + 1) * asked * items * samples * WORK.sample,
  };
}

function shapeStage(
  { why }: StudySpec,
  seed: number,
  family: Family,
  inputs: Stage["inputs"],
): Stage {
  const { texts, grid } = why!;
  return {
    id: `seed${seed}/why/shape/${family}`,
    kind: "familyShape",
    seed,
    model: family,
    spec: json({ seed, texts, grid }),
    inputs,
    outputs: [`seed${seed}/why/${family}-shape.jsonl`],
    work: WORK.shape,
  };
}
