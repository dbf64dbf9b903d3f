/** What trainers accept: the settings of their tables, with the types that the rows state. */
import {
  resolveSettings,
  trainDistill,
  trainGrpo,
  trainSft,
  type GRPO_SETTINGS,
  type OptionsOf,
  type SettingsOf,
  type TrainResult,
} from "../../src/train/index.js";

const files = { init: "sft", out: "math", log: "math.jsonl", seed: 1 };

export const run: Promise<TrainResult> = trainGrpo({
  ...files,
  domains: ["math"],
  steps: 2,
  advantage: "std",
});
// @ts-expect-error RL needs domains
void trainGrpo(files);
// @ts-expect-error steps are counted
void trainGrpo({ ...files, domains: ["math"], steps: "2" });
// @ts-expect-error an advantage is one of those of the table
void trainGrpo({ ...files, domains: ["math"], advantage: "rank" });
// @ts-expect-error no setting has this name
void trainGrpo({ ...files, domains: ["math"], clipLow: 0.2 });
// @ts-expect-error distillation needs teachers
void trainDistill(files);
// @ts-expect-error where to write must be said
void trainSft({ init: "base", log: "sft.jsonl", seed: 1 });

// A table gives the types of what is given and of what is read.
const TABLE = {
  steps: { type: "integer", min: 1, default: 40, doc: "Optimizer steps." },
  decay: { type: "choice", of: ["none", "linear"], doc: "Shape." },
} as const;
export const given: OptionsOf<typeof TABLE> = { decay: "linear" };
const read: SettingsOf<typeof TABLE> = resolveSettings("f", TABLE, given);
export const steps: number = read.steps;
// @ts-expect-error a setting without a default may be missing
export const decay: string = read.decay;
// @ts-expect-error a choice is one of those of the row
resolveSettings("f", TABLE, { decay: "cosine" });
// @ts-expect-error a clip is one number
export const clip: OptionsOf<typeof GRPO_SETTINGS> = { clipEps: [0.2, 0.28] };
