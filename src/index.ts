/**
 * m2rl: to make one model good at several domains, mix them in one run of reinforcement learning, or train an expert a
 * domain and merge? Everything is in namespaces, in the order in which data flows through them.
 *
 * @example
 * import { domains, model, rollout, evaluate } from "m2rl";
 */
export * as linalg from "./linalg/index.js";
export * as stats from "./stats/index.js";
export * as engine from "./engine/index.js";
export * as checkpoint from "./checkpoint/index.js";
export * as tokenizer from "./tokenizer/index.js";
export * as report from "./report/index.js";
export * as model from "./model/index.js";
export * as domains from "./domains/index.js";
export * as world from "./world/index.js";
export * as rollout from "./rollout/index.js";
export * as train from "./train/index.js";
export * as merge from "./merge/index.js";
export * as evaluate from "./evaluate/index.js";
export * as analysis from "./analysis/index.js";
export * as study from "./view/study.js";
export * as cluster from "./cluster/index.js";
export * as view from "./view/index.js";
export * as random from "./random.js";
export * as error from "./error.js";
