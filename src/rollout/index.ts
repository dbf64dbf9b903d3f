/**
 * Rollouts: the one place where a policy meets tasks. Training and evaluation both use it, and share nothing else.
 *
 * Exports: `rollouts`, `Rollout`, `RolloutOptions`.
 */
export { rollouts, type Rollout, type RolloutOptions } from "./rollout.js";
