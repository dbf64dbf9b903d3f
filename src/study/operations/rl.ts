/** Operation `rl`: reinforcement learning by GRPO on verifiable rewards, of one domain or of several. */
import type { Domain } from "../../domains/index.js";
import { GRPO_SETTINGS, trainGrpo } from "../../train/index.js";
import { addWork, times, type Work } from "../graph/stage.js";
import { AGENT_ROLLOUT, ROLLOUT } from "../graph/work.js";
import { checked, object } from "../spec/field.js";
import { settingFields, type SettingOptions } from "../spec/settingFields.js";
import {
  domains,
  mixFields,
  mixRule,
  type MixOptions,
} from "../spec/values.js";
import { parent, type Operation } from "./operation.js";
import { trainingPlaces } from "./training.js";

/** Settings that a study must give. */
const NEEDED = [
  "steps",
  "promptsPerStep",
  "groupSize",
  "learningRate",
] as const;

/** Options of `rl`: the settings of GRPO, the domains whose tasks are trained on (default all), and how they are mixed. */
export type RlOptions = SettingOptions<
  typeof GRPO_SETTINGS,
  (typeof NEEDED)[number]
> &
  MixOptions & { domains: Domain[] };

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
      ...settingFields(GRPO_SETTINGS, NEEDED),
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
