/** Operation `imitate`: fine-tuning on correct answers to the tasks that reinforcement learning would see. */
import type { Domain } from "../../domains/index.js";
import {
  trainImitation,
  type ImitationSource,
  type Store,
} from "../../train/index.js";
import { AGENT_IMITATION, IMITATION } from "../graph/work.js";
import { choice, object, optional } from "../spec/field.js";
import { domains, positive, rate, share } from "../spec/values.js";
import { parent, type Operation } from "./operation.js";
import { answersWork } from "./rl.js";
import { trainingPlaces } from "./training.js";

/** Options of `imitate`. */
export interface ImitateOptions {
  /** Who writes the answers: the careful demonstrator, or the initial model (those of its own that are correct). */
  source: ImitationSource;
  domains: Domain[];
  steps: number;
  /** Prompts per step, and answers per prompt. */
  promptsPerStep: number;
  groupSize: number;
  learningRate: number;
  weightDecay?: number;
  store?: Store;
}

/** The operation. */
export const imitate: Operation<
  ImitateOptions,
  ImitateOptions & { seed: number }
> = {
  key: "imitate",
  about: "fine-tuning on correct answers, demonstrated or the model's own",
  version: 1,
  options: object<ImitateOptions>({
    source: choice(["rollouts", "demonstrations"]),
    domains,
    steps: positive,
    promptsPerStep: positive,
    groupSize: positive,
    learningRate: rate,
    weightDecay: optional(share),
    store: optional(choice(["float32", "bfloat16"])),
  }),
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
      IMITATION,
      AGENT_IMITATION,
    ),
  async run(job, report, signal) {
    const { tokens } = await trainImitation({
      ...job.stage.spec,
      ...trainingPlaces(job, report, signal),
      checkpointEvery: 5,
    });
    return { tokens };
  },
};
