/** What a study file may say: the types of a resolved study and the schema that checks its text. */
import { DOMAINS, type Domain } from "../domains/index.js";
import {
  BENCHMARK_NAMES,
  judgeableBenchmarks,
  type BenchmarkName,
} from "../evaluate/index.js";
import { methods, type MergeMethodName } from "../merge/index.js";
import {
  DISTILL_METHODS,
  type AdvantageKind,
  type DistillMethod,
  type ImportanceSampling,
  type Overlong,
  type Reduction,
} from "../train/index.js";
import type { Schema } from "./schema.js";

/** Supervised fine-tuning of the base model on the blend of Table 1's shape. */
export interface SftSpec {
  steps: number;
  /** Conversations per step. */
  batchSize: number;
  learningRate: number;
  /** Share of careful demonstrations, [0, 1]. */
  care: number;
  /** Probability of a wrong step in a demonstration, [0, 1]. */
  slip: number;
  /** Share of agent conversations; default the blend's own. */
  agentShare?: number;
  /** Share of checks ("math-proofs"); default the blend's own. */
  proofShare?: number;
  /** Fraction of the steps over which the learning rate rises. */
  warmup?: number;
}

/** One reinforcement-learning run (GRPO). */
export interface RlSpec {
  steps: number;
  /** Prompts per step, P. */
  promptsPerStep: number;
  /** Rollouts per prompt, G. */
  groupSize: number;
  learningRate: number;
  weightDecay?: number;
  clipEps?: number;
  clipEpsHigh?: number;
  klCoef?: number;
  entropyCoef?: number;
  importanceSampling?: ImportanceSampling;
  advantage?: AdvantageKind;
  /** Learn from the better answers of a group alone. */
  positiveOnly?: boolean;
  reduction?: Reduction;
  updatesPerRollout?: number;
  dynamicSampling?: boolean;
  overlong?: Overlong;
  /** Log by domain, and the distance from the SFT model on every such step. */
  logDomains?: boolean;
  logKl?: number;
  /** How weights are kept between steps: float32, or bfloat16 as the paper stores them. */
  store?: "float32" | "bfloat16";
}

/** How a run over several domains mixes them. */
export interface MixSpec {
  /** Relative frequency of domains; default the sizes of the paper's data. */
  weights?: Partial<Record<Domain, number>>;
  /** Prompts of each domain in every step, instead of `weights`. */
  quotas?: Partial<Record<Domain, number>>;
}

/** The mixed run. */
export interface MultiSpec extends RlSpec, MixSpec {}

/** The experts: one run a domain; `byDomain` overrides single numbers. */
export interface ExpertsSpec extends RlSpec {
  byDomain?: Partial<Record<Domain, Partial<RlSpec>>>;
}

/** One student that the experts teach. */
export interface DistillSpec
  extends
    Pick<
      RlSpec,
      | "steps"
      | "promptsPerStep"
      | "groupSize"
      | "learningRate"
      | "weightDecay"
      | "clipEps"
      | "clipEpsHigh"
      | "updatesPerRollout"
      | "store"
    >,
    MixSpec {
  /** Default "onPolicy", the paper's MT-OPD. */
  method?: DistillMethod;
}

/** One merged model. */
export interface MergeSpec {
  method: MergeMethodName;
  /** Which experts; default all. */
  experts?: Domain[];
  /** The method's own options (density, lambda, …); the seed is the study's. */
  options?: Record<string, number | boolean>;
}

/** How models are scored. */
export interface EvaluateSpec {
  benchmarks: BenchmarkName[];
  items: number;
  samples: number;
  temperature: number;
  topP: number;
}

/** Scores along the experts' training (Figure 2). */
export interface TrajectoriesSpec {
  /** A checkpoint is scored every so many steps. */
  every: number;
  benchmarks: BenchmarkName[];
  items: number;
  samples: number;
}

/** How the score of each merge method depends on the size of the task vectors. */
export interface SizeSpec {
  /** Steps at which the experts are merged; short training gives small task vectors. */
  steps: number[];
  /** Learning rates of extra sets of experts, trained like `experts` otherwise. */
  learningRates?: number[];
  /** Seeds this is done for; default the first. */
  seeds?: number[];
  methods: MergeMethodName[];
  lambdas: number[];
  items: number;
  samples: number;
}

/** How far experts are from multi-domain models (Figure 4). */
export interface NeighborhoodsSpec {
  /** Models whose distance to every expert is measured. */
  models: string[];
  /** Prompts a domain, spread evenly over its benchmarks. */
  prompts: number;
  /** Completions a prompt. */
  samples: number;
}

/** Merges of two experts, scored on the domains of the first (Table 6). */
export interface PairsSpec {
  method: MergeMethodName;
  /** Domains 𝒜; each one's expert is merged with every other expert, and alone. */
  domains: Domain[];
}

/** Models as judges of their own answers (Table 7). */
export interface VerificationSpec {
  models: string[];
  /** Benchmarks whose answers can be judged. */
  benchmarks: BenchmarkName[];
  items: number;
  /** Answers an item, each judged once a mode. */
  answers: number;
}

/** What each pair of experts changed in the weights, as the ledger counts it (Table 5, Figure 3). */
export interface OverlapsSpec {
  /** Share of the weights that count as changed, (0, 1); the tolerance follows from it. Paper: 0.3. */
  rate: number;
}

/** Experts trained once more, their weights kept in bfloat16 at every step, as the paper keeps them. */
export interface StorageSpec {
  /** Seeds this is done for; default the first. */
  seeds?: number[];
}

/** Experts trained in four ways, merged and measured alike: why do RL experts merge? */
export interface WhySpec {
  /** Seeds this is done for; default all. */
  seeds?: number[];
  /** Updates of each domain's experts, at most those of the study's own; its domains are those of the section. */
  steps: Partial<Record<Domain, number>>;
  /** Merges of the study that are made of each family. */
  merges: string[];
  /** Task arithmetic is made at these λ too: families of longer or more parallel task vectors have another best one. */
  lambdas?: number[];
  /** Held-out texts a domain on which losses are measured. */
  texts: number;
  /** Points a side of the plane between two task vectors: 4 k + 1, so that both experts and their average lie on it. */
  grid: number;
}

/** A study, resolved for one profile. */
export interface StudySpec {
  name: string;
  /** Folder of the base model, relative to the study's folder. */
  base: string;
  domains: Domain[];
  seeds: number[];
  sft: SftSpec;
  experts: ExpertsSpec;
  multi: MultiSpec;
  merges: Record<string, MergeSpec>;
  /** Students by name; each learns from the experts of all domains. */
  distill: Record<string, DistillSpec>;
  evaluate: EvaluateSpec;
  trajectories: TrajectoriesSpec | null;
  size: SizeSpec | null;
  neighborhoods: NeighborhoodsSpec | null;
  pairs: PairsSpec | null;
  verification: VerificationSpec | null;
  overlaps: OverlapsSpec | null;
  storage: StorageSpec | null;
  why: WhySpec | null;
}

/** Names of the two profiles: minutes on two cores, and the numbers that are published. */
export const PROFILES = ["quick", "full"] as const;

/** One of the two profiles. */
export type Profile = (typeof PROFILES)[number];

const positive: Schema = { type: "integer", min: 1 };
const share: Schema = { type: "number", min: 0, max: 1 };
const rate: Schema = { type: "number", above: 0, max: 1 };
const domain: Schema = { type: "choice", of: DOMAINS };
const benchmarks: Schema = {
  type: "list",
  min: 1,
  item: { type: "choice", of: BENCHMARK_NAMES },
};
const method: Schema = { type: "choice", of: Object.keys(methods) };
const seeds: Schema = {
  type: "list",
  min: 1,
  item: { type: "integer", min: 0 },
};

const rlFields: Readonly<Record<string, Schema>> = {
  steps: positive,
  promptsPerStep: positive,
  groupSize: { type: "integer", min: 2 },
  learningRate: rate,
  weightDecay: share,
  clipEps: share,
  clipEpsHigh: { type: "number", min: 0 },
  klCoef: { type: "number", min: 0 },
  entropyCoef: { type: "number", min: 0 },
  importanceSampling: { type: "choice", of: ["none", "truncated", "masked"] },
  advantage: { type: "choice", of: ["std", "centred", "leaveOneOut"] },
  positiveOnly: { type: "flag" },
  reduction: { type: "choice", of: ["sample", "token"] },
  updatesPerRollout: positive,
  dynamicSampling: { type: "flag" },
  overlong: { type: "choice", of: ["score", "mask", "penalty"] },
  logDomains: { type: "flag" },
  logKl: { type: "integer", min: 0 },
  store: { type: "choice", of: ["float32", "bfloat16"] },
};
const mixFields: Readonly<Record<string, Schema>> = {
  weights: {
    type: "map",
    keys: DOMAINS,
    value: { type: "number", above: 0 },
  },
  quotas: {
    type: "map",
    keys: DOMAINS,
    value: { type: "integer", min: 0 },
  },
};
const rlRequired = ["steps", "promptsPerStep", "groupSize", "learningRate"];

const distill: Schema = {
  type: "object",
  required: rlRequired,
  fields: {
    method: { type: "choice", of: DISTILL_METHODS },
    steps: positive,
    promptsPerStep: positive,
    groupSize: positive,
    learningRate: rate,
    ...Object.fromEntries(
      [
        "weightDecay",
        "clipEps",
        "clipEpsHigh",
        "updatesPerRollout",
        "store",
      ].map((name) => [name, rlFields[name]!]),
    ),
    ...mixFields,
  },
};

const merge: Schema = {
  type: "object",
  required: ["method"],
  fields: {
    method,
    experts: { type: "list", min: 1, item: domain },
    options: { type: "map", value: { type: "scalar" } },
  },
};

// Letters first, so that a model's name is never taken for a path or an option.
const modelName = /^[A-Za-z][A-Za-z0-9_-]*$/;
const models: Schema = {
  type: "list",
  min: 1,
  item: { type: "string", pattern: modelName, means: "the name of a model" },
};

const sections: Readonly<Record<string, Schema>> = {
  seeds,
  sft: {
    type: "object",
    required: ["steps", "batchSize", "learningRate", "care", "slip"],
    fields: {
      steps: positive,
      batchSize: positive,
      learningRate: rate,
      care: share,
      slip: share,
      agentShare: share,
      proofShare: share,
      warmup: share,
    },
  },
  experts: {
    type: "object",
    required: rlRequired,
    fields: {
      ...rlFields,
      byDomain: {
        type: "map",
        keys: DOMAINS,
        value: { type: "object", required: [], fields: rlFields },
      },
    },
  },
  multi: {
    type: "object",
    required: rlRequired,
    fields: { ...rlFields, ...mixFields },
  },
  merges: { type: "map", keyPattern: modelName, value: merge },
  distill: { type: "map", keyPattern: modelName, value: distill },
  evaluate: {
    type: "object",
    required: ["benchmarks", "items", "samples", "temperature", "topP"],
    fields: {
      benchmarks,
      items: positive,
      samples: positive,
      temperature: { type: "number", min: 0 },
      topP: rate,
    },
  },
  trajectories: {
    type: "optional",
    value: {
      type: "object",
      required: ["every", "benchmarks", "items", "samples"],
      fields: {
        every: positive,
        benchmarks,
        items: positive,
        samples: positive,
      },
    },
  },
  size: {
    type: "optional",
    value: {
      type: "object",
      required: ["steps", "methods", "lambdas", "items", "samples"],
      fields: {
        steps: { type: "list", min: 1, item: positive },
        learningRates: { type: "list", item: rate },
        seeds,
        methods: { type: "list", min: 1, item: method },
        lambdas: { type: "list", min: 1, item: { type: "number", above: 0 } },
        items: positive,
        samples: positive,
      },
    },
  },
  neighborhoods: {
    type: "optional",
    value: {
      type: "object",
      required: ["models", "prompts", "samples"],
      fields: { models, prompts: positive, samples: positive },
    },
  },
  pairs: {
    type: "optional",
    value: {
      type: "object",
      required: ["method", "domains"],
      fields: { method, domains: { type: "list", min: 1, item: domain } },
    },
  },
  overlaps: {
    type: "optional",
    value: {
      type: "object",
      required: ["rate"],
      fields: { rate: { type: "number", above: 0, max: 1 } },
    },
  },
  storage: {
    type: "optional",
    value: { type: "object", required: [], fields: { seeds } },
  },
  why: {
    type: "optional",
    value: {
      type: "object",
      required: ["steps", "merges", "texts", "grid"],
      fields: {
        seeds,
        steps: { type: "map", keys: DOMAINS, value: positive },
        merges: models,
        lambdas: { type: "list", item: { type: "number", above: 0 } },
        texts: positive,
        grid: { type: "integer", min: 5 },
      },
    },
  },
  verification: {
    type: "optional",
    value: {
      type: "object",
      required: ["models", "benchmarks", "items", "answers"],
      fields: {
        models,
        benchmarks: {
          type: "list",
          min: 1,
          item: { type: "choice", of: judgeableBenchmarks() },
        },
        items: positive,
        answers: positive,
      },
    },
  },
};

/** Schema of one profile after it was laid over the common part. */
export const resolvedSchema: Schema = {
  type: "object",
  required: [
    "name",
    "base",
    "domains",
    "seeds",
    "sft",
    "experts",
    "multi",
    "merges",
    "evaluate",
  ],
  fields: {
    name: {
      type: "string",
      pattern: modelName,
      means: "a name of letters, digits, - and _",
    },
    base: { type: "string", pattern: /./, means: "a folder" },
    domains: { type: "list", min: 1, item: domain },
    ...sections,
  },
};

/** Schema of the whole file. */
export const fileSchema: Schema = {
  type: "object",
  required: [],
  fields: {
    ...(resolvedSchema.type === "object" ? resolvedSchema.fields : {}),
    profiles: {
      type: "map",
      keys: PROFILES,
      value: { type: "object", required: [], fields: sections },
    },
  },
};
