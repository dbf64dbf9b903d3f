/** Operation `imitate`: fine-tuning on correct answers to the tasks that reinforcement learning would see. */
import type { Domain } from "../../domains/index.js";
import { IMITATION_SETTINGS, trainImitation } from "../../train/index.js";
import { AGENT_IMITATION, IMITATION } from "../graph/work.js";
import { object } from "../spec/field.js";
import { settingFields, type SettingOptions } from "../spec/settingFields.js";
import { domains } from "../spec/values.js";
import type { Operation } from "./operation.js";
import {
  ANSWERS,
  answersWork,
  TRAINED_ON_TASKS,
  trainingPlaces,
  type AnswerSetting,
} from "./training.js";

/** Settings that a study must give. */
const NEEDED: readonly ("source" | AnswerSetting)[] = ["source", ...ANSWERS];

/** Options of `imitate`: the settings of imitation, and the domains whose tasks are answered (default all). */
export type ImitateOptions = SettingOptions<
  typeof IMITATION_SETTINGS,
  "source" | AnswerSetting
> & { domains: Domain[] };

/** The operation. */
export const imitate: Operation<
  ImitateOptions,
  ImitateOptions & { seed: number }
> = {
  ...TRAINED_ON_TASKS,
  key: "imitate",
  about: "fine-tuning on correct answers, demonstrated or the model's own",
  version: 2,
  options: object<ImitateOptions>({
    domains,
    ...settingFields(IMITATION_SETTINGS, NEEDED),
  }),
  work: (options) => answersWork(options, IMITATION, AGENT_IMITATION),
  async run(job, report, signal) {
    const { tokens } = await trainImitation({
      ...job.stage.spec,
      ...trainingPlaces(job, report, signal),
      checkpointEvery: 5,
    });
    return { tokens };
  },
};
