/**
 * cluster: the crossings to programs that run elsewhere; each is a file or a plain HTTP call.
 *
 * `startRewardServer` puts the verifiers behind HTTP, for trainers such as slime, TRL and OpenRLHF; `judge` and `step` are what it
 * does with one row. `startModelServer` puts a model of ours behind OpenAI's protocol, for clients that others wrote. `trainByTrl`
 * trains by TRL as `trainGrpo` does here, `distillByTrl` as `trainDistill`; `takeModel` takes over the folder of any trainer. `writeSlimeJob`
 * writes a run as a job of slime.
 *
 * @module
 */
export { judge, step, type RewardRow, type Step } from "./rewards/judge.js";
export { readRewardRequest, type RewardRequest } from "./rewards/protocol.js";
export {
  startRewardServer,
  type RewardServer,
  type RewardServerOptions,
} from "./rewards/rewardServer.js";
export {
  startModelServer,
  type ModelServer,
  type ModelServerOptions,
} from "./serve/modelServer.js";
export { takeModel } from "./takeModel.js";
export {
  distillByTrl,
  trainByTrl,
  type DistillByTrlOptions,
  type TrainByTrlOptions,
  type TrlResult,
} from "./trl/trainByTrl.js";
export { trlPython, TRL_PYTHON, type TrlPython } from "./trl/trlPython.js";
export {
  trlDistillRefusal,
  trlRefusal,
  type TrlRefusal,
} from "./trl/trlSettings.js";
export {
  type FlagKind,
  readSlimeFlag,
  SLIME_COMMIT,
  SLIME_FLAGS,
  slimeArguments,
  type SlimeFlags,
} from "./slime/flags.js";
export { readEvents, type Scalars } from "./slime/readEvents.js";
export { type SlimeLine, slimeLines } from "./slime/slimeLog.js";
export { modelFlags } from "./slime/modelFlags.js";
export { paperCost, type PaperCost, type RunSize } from "./slime/paperCost.js";
export { type SlimeSizes } from "./slime/runFlags.js";
export {
  type SlimeJob,
  type SlimeJobOptions,
  writeSlimeJob,
} from "./slime/slimeJob.js";
export { trainerRow, type TrainerRow } from "./trainerRow.js";
