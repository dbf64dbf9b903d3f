/** Operation `sft`: supervised fine-tuning on the blend of Table 1's shape. */
import { trainSft } from "../../train/index.js";
import { times } from "../graph/stage.js";
import { EXAMPLE } from "../graph/work.js";
import { object, optional } from "../spec/field.js";
import { positive, rate, share } from "../spec/values.js";
import { parent, type Operation } from "./operation.js";
import { trainingPlaces } from "./training.js";

/** Options of `sft`. */
export interface SftOptions {
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

/** The operation. */
export const sft: Operation<SftOptions, SftOptions & { seed: number }> = {
  key: "sft",
  about: "supervised fine-tuning on the blend of conversations",
  version: 2,
  options: object<SftOptions>({
    steps: positive,
    batchSize: positive,
    learningRate: rate,
    care: share,
    slip: share,
    agentShare: optional(share),
    proofShare: optional(share),
    warmup: optional(share),
  }),
  parents: { from: "one" },
  steps: ({ steps }) => steps,
  domains: () => [],
  role: () => "sft",
  spec: ({ options }, seed) => ({ seed, ...options }),
  inputs: (model, place) => ({ init: place.input(parent(model, "from")) }),
  work: ({ steps, batchSize }) => times(steps * batchSize, EXAMPLE),
  async run(job, report, signal) {
    const { tokens } = await trainSft({
      ...job.stage.spec,
      ...trainingPlaces(job, report, signal),
      checkpointEvery: 20,
    });
    return { tokens };
  },
};
