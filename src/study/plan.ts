/** The stages of a study: what each reads, what it writes, and everything its result depends on. */
import type { Domain } from "../domains/index.js";
import { StudyError } from "../error.js";
import type { BenchmarkName } from "../evaluate/index.js";
import {
  neighborhoodStages,
  pairStages,
  overlapStages,
  verificationStages,
  benchmarksOf,
} from "./behaviour.js";
import type { Json } from "./hash.js";
import { hint } from "../nearest.js";
import type { RlSpec, StudySpec } from "./spec.js";
import { sizeSeeds, storageSeeds, whySeeds } from "./seeds.js";
import { whyStages } from "./why.js";
import type { Input, Stage, StageKind } from "./stage.js";
import { storedName, weightShiftStages } from "./weights.js";

export type { Input, Stage, StageKind } from "./stage.js";

// Raised by hand when the code of a stage kind changes what it writes, and not for changes that keep results.
const VERSIONS: Readonly<Record<StageKind, number>> = {
  sft: 2,
  rl: 1,
  merge: 1,
  distill: 1,
  evaluate: 1,
  trajectory: 1,
  size: 1,
  neighborhood: 1,
  pair: 1,
  verification: 1,
  overlap: 1,
  weightShift: 1,
  imitation: 1,
  familyScores: 1,
  familyShape: 1,
  analysis: 1,
};

/** Version of the code behind a kind of stage; part of every stage's key. */
export function stageVersion(kind: StageKind): number {
  return VERSIONS[kind];
}

// Seconds of one core, measured once on the nano model; only proportions matter.
const WORK = {
  example: 0.02,
  rollout: 0.012,
  agentRollout: 0.03,
  distillRollout: 0.02,
  sample: 0.012,
};

/** The run of one domain: the experts' numbers with the domain's own laid over. */
export function expertSpec(spec: StudySpec, domain: Domain): RlSpec {
  const { byDomain, ...common } = spec.experts;
  return { ...common, ...byDomain?.[domain] };
}

/**
 * Checkpoints that later stages read from an expert's run: every so many steps for Figure 2, the sizes' steps, and the step at
 * which it is put beside experts that were trained in other ways.
 */
function checkpointSteps(
  spec: StudySpec,
  steps: number,
  sizes: boolean,
  compared: number | undefined,
): number[] {
  const wanted = new Set<number>();
  if (compared !== undefined && compared < steps) wanted.add(compared);
  if (spec.trajectories)
    for (
      let s = spec.trajectories.every;
      s < steps;
      s += spec.trajectories.every
    )
      wanted.add(s);
  if (spec.size && sizes)
    for (const s of spec.size.steps) if (s < steps) wanted.add(s);
  return [...wanted].sort((a, b) => a - b);
}

function json(value: object): Stage["spec"] {
  return value as Stage["spec"];
}

class Planner {
  readonly stages: Stage[] = [];

  constructor(private readonly spec: StudySpec) {}

  plan(): Stage[] {
    for (const seed of this.spec.seeds) this.seed(seed);
    this.stages.push(...weightShiftStages(this.spec));
    this.analysis();
    return this.stages;
  }

  private get base(): Input {
    return { stage: null, path: this.spec.base };
  }

  private seed(seed: number): void {
    const { spec } = this;
    const at = `seed${seed}`;
    const model = (stage: string, name: string): Input => ({
      stage: `${at}/${stage}`,
      path: `${at}/models/${name}`,
    });
    const sft = model("sft", "sft");
    this.stages.push({
      id: `${at}/sft`,
      kind: "sft",
      seed,
      model: "sft",
      spec: json({ seed, ...spec.sft }),
      inputs: { init: this.base },
      outputs: [`${at}/models/sft`, `${at}/train/sft.jsonl`],
      work: spec.sft.steps * spec.sft.batchSize * WORK.example,
    });
    const sizeSeed = sizeSeeds(spec).includes(seed);
    for (const domain of spec.domains) {
      const run = expertSpec(spec, domain);
      const compared = whySeeds(spec).includes(seed)
        ? spec.why?.steps[domain]
        : undefined;
      const steps = checkpointSteps(spec, run.steps, sizeSeed, compared);
      this.rl(
        `${at}/experts/${domain}`,
        at,
        seed,
        domain,
        [domain],
        run,
        sft,
        steps,
      );
      if (spec.trajectories) this.trajectory(at, seed, domain, run, steps);
    }
    this.rl(
      `${at}/multi`,
      at,
      seed,
      "multi",
      spec.domains,
      spec.multi,
      sft,
      [],
    );
    for (const [
      name,
      { experts = spec.domains, method, options = {} },
    ] of Object.entries(spec.merges)) {
      const parts = experts.map(
        (domain) => [domain, model(`experts/${domain}`, domain)] as const,
      );
      this.stages.push({
        id: `${at}/merges/${name}`,
        kind: "merge",
        seed,
        model: name,
        spec: json({ seed, method, options, experts }),
        inputs: { anchor: sft, ...Object.fromEntries(parts) },
        outputs: [`${at}/models/${name}`],
        work: 1,
      });
    }
    for (const name of Object.keys(spec.distill))
      this.distill(at, seed, name, model);
    this.evaluate(at, seed, "base", this.base);
    this.evaluate(at, seed, "sft", sft);
    for (const domain of spec.domains)
      this.evaluate(at, seed, domain, model(`experts/${domain}`, domain));
    this.evaluate(at, seed, "multi", model("multi", "multi"));
    for (const name of Object.keys(spec.merges))
      this.evaluate(at, seed, name, model(`merges/${name}`, name));
    for (const name of Object.keys(spec.distill))
      this.evaluate(at, seed, name, model(`distill/${name}`, name));
    if (sizeSeed) this.sizes(at, seed, sft);
    if (storageSeeds(spec).includes(seed)) this.storage(at, seed, sft);
    const modelOf = (name: string): Input => {
      if (name === "base") return this.base;
      if ((spec.domains as readonly string[]).includes(name))
        return model(`experts/${name}`, name);
      if (name in spec.merges) return model(`merges/${name}`, name);
      if (name in spec.distill) return model(`distill/${name}`, name);
      return model(name, name);
    };
    this.stages.push(
      ...neighborhoodStages(spec, seed, modelOf),
      ...pairStages(spec, seed, modelOf),
      ...verificationStages(spec, seed, modelOf),
      ...overlapStages(spec, seed, modelOf),
      ...whyStages(spec, seed, modelOf, (domain) => expertSpec(spec, domain)),
    );
  }

  private rl(
    id: string,
    at: string,
    seed: number,
    model: string,
    domains: readonly Domain[],
    run: RlSpec,
    init: Input,
    checkpoints: readonly number[],
  ): void {
    const rollouts = run.steps * run.promptsPerStep * run.groupSize;
    const agent = domains.includes("agent") ? 1 / domains.length : 0;
    this.stages.push({
      id,
      kind: "rl",
      seed,
      model,
      spec: json({ seed, domains, ...run }),
      inputs: { init },
      outputs: [
        `${at}/models/${model}`,
        `${at}/train/${model}.jsonl`,
        ...checkpoints.map((step) => `${at}/checkpoints/${model}/step${step}`),
      ],
      work: rollouts * (agent * WORK.agentRollout + (1 - agent) * WORK.rollout),
    });
  }

  private distill(
    at: string,
    seed: number,
    name: string,
    model: (stage: string, name: string) => Input,
  ): void {
    const { domains, distill } = this.spec;
    const run = distill[name]!;
    const rollouts = run.steps * run.promptsPerStep * run.groupSize;
    const teachers = domains.map((domain): [string, Input] => [
      domain,
      model(`experts/${domain}`, domain),
    ]);
    this.stages.push({
      id: `${at}/distill/${name}`,
      kind: "distill",
      seed,
      model: name,
      spec: json({ seed, domains, ...run }),
      inputs: { init: model("sft", "sft"), ...Object.fromEntries(teachers) },
      outputs: [`${at}/models/${name}`, `${at}/train/${name}.jsonl`],
      work: rollouts * WORK.distillRollout,
    });
  }

  private evaluate(
    at: string,
    seed: number,
    model: string,
    input: Input,
    benchmarks: readonly BenchmarkName[] = this.spec.evaluate.benchmarks,
  ): void {
    const { items, samples } = this.spec.evaluate;
    this.stages.push({
      id: `${at}/evaluate/${model}`,
      kind: "evaluate",
      seed,
      model,
      spec: json({ seed, ...this.spec.evaluate, benchmarks }),
      inputs: { model: input },
      outputs: benchmarks.map(
        (name) => `${at}/evaluate/${model}/${name}.jsonl`,
      ),
      work: benchmarks.length * items * samples * WORK.sample,
    });
  }

  private trajectory(
    at: string,
    seed: number,
    domain: Domain,
    run: RlSpec,
    checkpoints: readonly number[],
  ): void {
    const { every, benchmarks, items, samples } = this.spec.trajectories!;
    const steps = checkpoints.filter((step) => step % every === 0);
    const expert = `${at}/experts/${domain}`;
    const points = steps.map(
      (step) =>
        [`step${step}`, `${at}/checkpoints/${domain}/step${step}`] as const,
    );
    this.stages.push({
      id: `${at}/trajectories/${domain}`,
      kind: "trajectory",
      seed,
      model: domain,
      spec: json({ seed, benchmarks, items, samples, steps: run.steps }),
      inputs: {
        step0: { stage: `${at}/sft`, path: `${at}/models/sft` },
        ...Object.fromEntries(
          points.map(([name, path]) => [name, { stage: expert, path }]),
        ),
        [`step${run.steps}`]: { stage: expert, path: `${at}/models/${domain}` },
      },
      outputs: [`${at}/trajectories/${domain}.jsonl`],
      work:
        (points.length + 2) * benchmarks.length * items * samples * WORK.sample,
    });
  }

  private sizes(at: string, seed: number, anchor: Input): void {
    const { spec } = this;
    const {
      steps,
      learningRates = [],
      methods,
      lambdas,
      items,
      samples,
    } = spec.size!;
    const work =
      methods.length *
      lambdas.length *
      spec.evaluate.benchmarks.length *
      items *
      samples *
      WORK.sample;
    const common = {
      seed,
      methods,
      lambdas,
      items,
      samples,
      benchmarks: spec.evaluate.benchmarks,
    };
    const add = (
      name: string,
      about: object,
      experts: Record<string, Input>,
    ): void => {
      this.stages.push({
        id: `${at}/size/${name}`,
        kind: "size",
        seed,
        model: name,
        spec: json({ ...common, ...about }),
        inputs: { anchor, ...experts },
        outputs: [`${at}/size/${name}.jsonl`],
        work,
      });
    };
    for (const step of steps) {
      const experts = spec.domains.map((domain): [string, Input] => {
        const last = expertSpec(spec, domain).steps;
        const path =
          step < last
            ? `${at}/checkpoints/${domain}/step${step}`
            : `${at}/models/${domain}`;
        return [domain, { stage: `${at}/experts/${domain}`, path }];
      });
      add(
        `step${step}`,
        { step, learningRate: spec.experts.learningRate },
        Object.fromEntries(experts),
      );
    }
    for (const learningRate of learningRates) {
      const name = `lr${learningRate}`;
      const experts = spec.domains.map((domain): [string, Input] => {
        const id = `${at}/size/${name}/${domain}`;
        const run = { ...expertSpec(spec, domain), learningRate };
        this.rl(id, at, seed, `${domain}-${name}`, [domain], run, anchor, []);
        return [domain, { stage: id, path: `${at}/models/${domain}-${name}` }];
      });
      add(
        name,
        { step: spec.experts.steps, learningRate },
        Object.fromEntries(experts),
      );
    }
  }

  private storage(at: string, seed: number, sft: Input): void {
    const { spec } = this;
    for (const domain of spec.domains) {
      const id = `${at}/storage/${domain}`;
      const name = storedName(domain);
      const run: RlSpec = { ...expertSpec(spec, domain), store: "bfloat16" };
      this.rl(id, at, seed, name, [domain], run, sft, []);
      const trained = { stage: id, path: `${at}/models/${name}` };
      this.evaluate(at, seed, name, trained, benchmarksOf(spec, domain));
    }
  }

  private analysis(): void {
    const read = this.stages.flatMap((stage) =>
      stage.outputs
        .filter((path) => path.endsWith(".jsonl"))
        .map((path): [string, Input] => [path, { stage: stage.id, path }]),
    );
    this.stages.push({
      id: "analysis",
      kind: "analysis",
      seed: 0,
      model: "",
      spec: json({ study: this.spec as unknown as Json }),
      inputs: Object.fromEntries(read),
      outputs: ANALYSES.map((name) => `analysis/${name}.json`),
      work: 2,
    });
  }
}

/** The row files of a study, each `analysis/<name>.json`. */
export const ANALYSES = [
  "scores",
  "differences",
  "cost",
  "rewards",
  "trajectories",
  "mergeSize",
  "neighborhoods",
  "pairs",
  "gains",
  "verification",
  "storage",
  "behaviourClaims",
  "claims",
  "why",
] as const;

/** One of the row files. */
export type Analysis = (typeof ANALYSES)[number];

/**
 * All stages of a study, each after those it depends on.
 *
 * @example
 * study.plan(study.parseStudy(text, "quick")).map((stage) => stage.id)
 */
export function plan(spec: StudySpec): Stage[] {
  return new Planner(spec).plan();
}

/**
 * The stages that a pattern names, with everything they depend on.
 *
 * A pattern is a run of path parts: "analysis", "experts", "seed2/experts", "math" (its training, scores and trajectory).
 *
 * @throws StudyError no stage fits
 */
export function select(stages: readonly Stage[], pattern: string): Stage[] {
  const parts = pattern.split("/");
  const fits = (id: string): boolean => {
    const own = id.split("/");
    return own.some((_, i) => parts.every((part, j) => own[i + j] === part));
  };
  const wanted = new Set(
    stages.filter((stage) => fits(stage.id)).map((stage) => stage.id),
  );
  if (wanted.size === 0) {
    const known = [...new Set(stages.flatMap((stage) => stage.id.split("/")))];
    throw new StudyError(
      `study: stage must be known, got ${JSON.stringify(pattern)}; ${hint(pattern, known)}`,
    );
  }
  for (const stage of [...stages].reverse()) {
    if (!wanted.has(stage.id)) continue;
    for (const { stage: needed } of Object.values(stage.inputs))
      if (needed !== null) wanted.add(needed);
  }
  return stages.filter((stage) => wanted.has(stage.id));
}
