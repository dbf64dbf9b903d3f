/** Operation `rl`: reinforcement learning by GRPO on verifiable rewards, of one domain or of several. */
import type { Domain } from "../../domains/index.js";
import {
  trainGrpo,
  type AdvantageKind,
  type ImportanceSampling,
  type Overlong,
  type Reduction,
  type Store,
} from "../../train/index.js";
import { addWork, times, type Work } from "../graph/stage.js";
import { AGENT_ROLLOUT, ROLLOUT } from "../graph/work.js";
import {
  checked,
  choice,
  flag,
  integer,
  number,
  object,
  optional,
} from "../spec/field.js";
import {
  domains,
  mixFields,
  mixRule,
  positive,
  rate,
  share,
  type MixOptions,
} from "../spec/values.js";
import { parent, type Operation } from "./operation.js";
import { trainingPlaces } from "./training.js";

/** Options of `rl`. */
export interface RlOptions extends MixOptions {
  /** Domains whose tasks are trained on; default all. */
  domains: Domain[];
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
  /** Log by domain, and the distance from the initial model on every such step. */
  logDomains?: boolean;
  logKl?: number;
  /** How weights are kept between steps: float32, or bfloat16 as the paper stores them. */
  store?: Store;
}

/** Work of a number of answers spread evenly over domains. */
export function answersWork(
  answers: number,
  own: readonly Domain[],
  plain: Work,
  agent: Work,
): Work {
  const share = own.includes("agent") ? 1 / own.length : 0;
  return addWork(
    times(answers * (1 - share), plain),
    times(answers * share, agent),
  );
}

/** The operation. */
export const rl: Operation<RlOptions, RlOptions & { seed: number }> = {
  key: "rl",
  about: "reinforcement learning (GRPO) on tasks of one domain or several",
  version: 1,
  options: checked(
    object<RlOptions>({
      domains,
      steps: positive,
      promptsPerStep: positive,
      groupSize: integer({ min: 2 }),
      learningRate: rate,
      weightDecay: optional(share),
      clipEps: optional(share),
      clipEpsHigh: optional(number({ min: 0 })),
      klCoef: optional(number({ min: 0 })),
      entropyCoef: optional(number({ min: 0 })),
      importanceSampling: optional(choice(["none", "truncated", "masked"])),
      advantage: optional(choice(["std", "centred", "leaveOneOut"])),
      positiveOnly: optional(flag),
      reduction: optional(choice(["sample", "token"])),
      updatesPerRollout: optional(positive),
      dynamicSampling: optional(flag),
      overlong: optional(choice(["score", "mask", "penalty"])),
      logDomains: optional(flag),
      logKl: optional(integer({ min: 0 })),
      store: optional(choice(["float32", "bfloat16"])),
      ...mixFields,
    }),
    mixRule,
  ),
  parents: { from: "one" },
  steps: ({ steps }) => steps,
  domains: ({ domains: own }) => own,
  role: ({ domains: own }) => (own.length === 1 ? "expert" : "multi"),
  spec: ({ options }, seed) => ({ seed, ...options }),
  inputs: (model, place) => ({ init: place.input(parent(model, "from")) }),
  work: ({ steps, promptsPerStep, groupSize, domains: own }) =>
    answersWork(
      steps * promptsPerStep * groupSize,
      own,
      ROLLOUT,
      AGENT_ROLLOUT,
    ),
  async run(job, report, signal) {
    const { spec } = job.stage;
    const { tokens } = await trainGrpo({
      ...spec,
      // The name of a run's random streams: runs on the same domains see the same tasks, whatever model they start from.
      name: spec.domains.length > 1 ? "multi" : spec.domains[0]!,
      ...trainingPlaces(job, report, signal),
      checkpointEvery: 5,
    });
    return { tokens };
  },
};
