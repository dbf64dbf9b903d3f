/** Operation `rl`: reinforcement learning by GRPO on verifiable rewards, of one domain or of several. */
import { trainByTrl, trlPython, trlRefusal } from "../../cluster/index.js";
import type { Domain } from "../../domains/index.js";
import { GRPO_SETTINGS, trainGrpo } from "../../train/index.js";
import { AGENT_ROLLOUT, ROLLOUT } from "../graph/work.js";
import { checked, object } from "../spec/field.js";
import { settingFields, type SettingOptions } from "../spec/settingFields.js";
import {
  domains,
  mixFields,
  mixRule,
  type MixOptions,
} from "../spec/values.js";
import { elsewhereOf, takeFromSlime } from "./bySlime.js";
import { trlFacts } from "./byTrl.js";
import type { Operation } from "./operation.js";
import {
  ANSWERS,
  answersWork,
  keptSteps,
  TRAINED_ON_TASKS,
  trainingPlaces,
  type AnswerSetting,
} from "./training.js";
import {
  trainerFields,
  trainerRemark,
  trainerRule,
  type TrainerOptions,
} from "./trainer.js";

/** Options of `rl`: the settings of GRPO, the domains whose tasks are trained on (default all), how they are mixed, and who trains. */
export type RlOptions = SettingOptions<typeof GRPO_SETTINGS, AnswerSetting> &
  MixOptions &
  TrainerOptions & { domains: Domain[] };

function isControl({ reward = "verified" }: RlOptions): boolean {
  return reward !== "verified";
}

/** The operation. */
export const rl: Operation<RlOptions, RlOptions & { seed: number }> = {
  ...TRAINED_ON_TASKS,
  key: "rl",
  about: "reinforcement learning (GRPO) on tasks of one domain or several",
  version: 1,
  options: checked(
    object<RlOptions>({
      domains,
      ...settingFields(GRPO_SETTINGS, ANSWERS),
      ...mixFields,
      ...trainerFields,
    }),
    (options) => mixRule(options) ?? trainerRule(options, trlRefusal),
  ),
  // A model that was not rewarded for right answers is compared with the others, and never counted among them.
  role: (options) =>
    isControl(options) ? "control" : TRAINED_ON_TASKS.role(options),
  remark: (options) =>
    isControl(options) ? `${options.reward} reward` : trainerRemark(options),
  work: (options) => answersWork(options, ROLLOUT, AGENT_ROLLOUT),
  elsewhere: ({ name, options }) =>
    options.trainer === "slime" ? elsewhereOf("rl", name, options) : null,
  async preflight({ trainer: by }) {
    if (by === "trl") await trlPython();
  },
  async run(job, report, signal) {
    const { spec } = job.stage;
    const places = {
      ...spec,
      // The name of a run's random streams: runs on the same domains see the same tasks, whatever model they start from.
      name: spec.domains.length > 1 ? "multi" : spec.domains[0]!,
      ...trainingPlaces(job, report, signal),
      checkpointEvery: 5,
    };
    if (spec.trainer === "slime") return takeFromSlime(job);
    if (spec.trainer === "trl") {
      const keep = keptSteps(job);
      return trlFacts(await trainByTrl({ ...places, keep }), spec);
    }
    const { tokens } = await trainGrpo(places);
    return { tokens };
  },
};
