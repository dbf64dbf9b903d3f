/** What one unit of each kind of work costs: seconds and tokens, measured with the nano model in the easy world. */
import type { Work } from "./stage.js";

function unit(seconds: number, forward: number, trained: number): Work {
  return { seconds, forward, trained };
}

/**
 * Floating-point operations a second of one core when a model is so large that arithmetic is all that takes time: SmolLM2-135M by the
 * torch engine in bfloat16. In float32 it is half of that.
 */
export const CORE_RATE = 1e11;

/** One conversation of fine-tuning. */
export const EXAMPLE: Work = unit(0.0075, 0, 77);
/** One rollout of reinforcement learning with its update; the agent's hold several turns. */
export const ROLLOUT: Work = unit(0.0055, 67, 45);
/** The same in the agent's domain. */
export const AGENT_ROLLOUT: Work = unit(0.02, 165, 100);
/** One rollout of distillation, scored by its teacher. */
export const DISTILL_ROLLOUT: Work = unit(0.0126, 158, 79);
/** One answer to imitate. */
export const IMITATION: Work = unit(0.004, 35, 50);
/** The same in the agent's domain. */
export const AGENT_IMITATION: Work = unit(0.011, 70, 110);
/** One scored sample. */
export const SAMPLE: Work = unit(0.008, 80, 0);
/** One completion read by one model. */
export const READING: Work = unit(0.004, 60, 0);
/** One judgement of an answer. */
export const JUDGEMENT: Work = unit(0.006, 150, 0);
/** One merge of small models in memory. */
export const MERGE: Work = unit(0.5, 0, 0);
/** Reading what a handful of experts changed. */
export const WEIGHTS: Work = unit(5, 0, 0);
/** Rows of one measure. */
export const ROWS: Work = unit(1, 0, 0);
