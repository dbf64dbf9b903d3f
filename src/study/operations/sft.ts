/** Operation `sft`: supervised fine-tuning on the blend of Table 1's shape. */
import { SFT_SETTINGS, trainSft } from "../../train/index.js";
import { times } from "../graph/stage.js";
import { EXAMPLE } from "../graph/work.js";
import { object } from "../spec/field.js";
import { settingFields, type SettingOptions } from "../spec/settingFields.js";
import type { Operation } from "./operation.js";
import { TRAINED, trainingPlaces } from "./training.js";

/** Settings that a study must give. */
const NEEDED = ["steps", "batchSize", "learningRate", "care", "slip"] as const;

/** Options of `sft`: the settings of fine-tuning. */
export type SftOptions = SettingOptions<
  typeof SFT_SETTINGS,
  (typeof NEEDED)[number]
>;

/** The operation. */
export const sft: Operation<SftOptions, SftOptions & { seed: number }> = {
  ...TRAINED,
  key: "sft",
  about: "supervised fine-tuning on the blend of conversations",
  version: 2,
  options: object<SftOptions>(settingFields(SFT_SETTINGS, NEEDED)),
  domains: () => [],
  role: () => "sft",
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
