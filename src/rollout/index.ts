/**
 * Rollouts: the one place where a policy meets tasks. Training and evaluation both use it, and share nothing else.
 *
 * `rollouts` samples with a model in this process. A `Sampler` is one that may be anywhere: `localSampler` or, behind any server
 * that speaks OpenAI's protocol, `connectServer` (completions) or `connectChat` (chats); `estimateUse` says beforehand what that asks.
 *
 * @module
 */
export {
  rollouts,
  type Rollout,
  type RolloutOptions,
  type Think,
} from "./rollout.js";
export { localSampler, type Sampler } from "./sampler.js";
export {
  connectServer,
  type ServerOptions,
  ServerSampler,
  type ServerUse,
} from "./server/serverSampler.js";
export { ChatSampler, connectChat } from "./server/chatSampler.js";
export {
  estimateUse,
  type EstimateOptions,
  type TokenPrice,
  type UseEstimate,
} from "./server/estimate.js";
export { promptTokens } from "./episode.js";
export type { Abilities } from "./server/probe.js";
export {
  Client,
  type ClientOptions,
  type HttpAnswer,
} from "./server/client.js";
