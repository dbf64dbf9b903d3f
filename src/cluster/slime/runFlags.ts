/** From the settings of a run to slime's flags: the paper's way of training, as its recipes spell it. */
import { TaskError } from "../../error.js";
import type { DistillSettings, GrpoSettings } from "../../train/index.js";
import type { SlimeFlags } from "./flags.js";

/** Sizes that our own trainer has from the domains, and slime needs to be told. */
export interface SlimeSizes {
  /** Most tokens of an answer; the paper's 32,768. */
  responseTokens: number;
  /** Most tokens of a prompt; longer ones are left out. */
  promptTokens: number;
  nodes: number;
  /** GPUs of a node. */
  gpus: number;
}

/** Settings that both kinds of run have. */
type Settings = GrpoSettings | DistillSettings;

const refuse = (text: string): never => {
  throw new TaskError(`slime: ${text}`);
};

/** Flags of the cluster and of Megatron's parallel layout, by the paper's scripts. */
export function clusterFlags({
  nodes,
  gpus,
  responseTokens,
}: SlimeSizes): SlimeFlags {
  return {
    "actor-num-nodes": nodes,
    "actor-num-gpus-per-node": gpus,
    ...(gpus < 8 ? { "num-gpus-per-node": gpus } : {}),
    colocate: true,
    "rollout-num-gpus-per-engine": 1,
    "tensor-model-parallel-size": Math.min(2, gpus),
    "sequence-parallel": true,
    "context-parallel-size": gpus >= 4 ? 2 : 1,
    "pipeline-model-parallel-size": 1,
    "expert-model-parallel-size": 1,
    "expert-tensor-parallel-size": 1,
    "recompute-granularity": "full",
    "recompute-method": "uniform",
    "recompute-num-layers": 1,
    "use-dynamic-batch-size": true,
    // About the longest sequence over the ranks that share it.
    "max-tokens-per-gpu": Math.ceil(
      (responseTokens * 1.075) / (gpus >= 4 ? 2 : 1),
    ),
    "balance-data": true,
    "attention-dropout": 0,
    "hidden-dropout": 0,
    "accumulate-allreduce-grads-in-fp32": true,
    "attention-softmax-in-fp32": true,
    "attention-backend": "flash",
  };
}

/** Flags that every run has: data in our columns, group counts that are exact, the optimizer. */
function commonFlags(settings: Settings, sizes: SlimeSizes): SlimeFlags {
  const { steps, promptsPerStep, groupSize, temperature, loraRank } = settings;
  if (loraRank !== undefined)
    refuse(`loraRank must be left out, got ${loraRank}`);
  return {
    "input-key": "prompt",
    "label-key": "label",
    "metadata-key": "metadata",
    "tool-key": "tools",
    "apply-chat-template": true,
    "num-rollout": steps,
    "rollout-batch-size": promptsPerStep,
    "n-samples-per-prompt": groupSize,
    // Exactly the answers of a step: otherwise the whole batch becomes one group, and domains are each other's baseline.
    "global-batch-size": promptsPerStep * groupSize,
    "rollout-max-response-len": sizes.responseTokens,
    "rollout-max-prompt-len": sizes.promptTokens,
    "rollout-temperature": temperature,
    "rollout-seed": settings.seed,
    seed: settings.seed,
    optimizer: "adam",
    lr: settings.learningRate,
    "lr-decay-style": "constant",
    "weight-decay": settings.weightDecay,
    "adam-beta1": settings.betas[0],
    "adam-beta2": settings.betas[1],
    ...(Number.isFinite(settings.clip) ? { "clip-grad": settings.clip } : {}),
  };
}

/**
 * Flags of a GRPO run.
 *
 * @throws TaskError slime has no such setting
 */
export function grpoFlags(
  settings: GrpoSettings,
  sizes: SlimeSizes,
): SlimeFlags {
  const { klCoef, importanceSampling, updatesPerRollout, advantage } = settings;
  if (updatesPerRollout !== 1)
    refuse(`updatesPerRollout must be 1, got ${updatesPerRollout}`);
  if (advantage !== "std") refuse(`advantage must be std, got ${advantage}`);
  if (settings.dynamicSampling) refuse("dynamicSampling must be left out");
  if (settings.positiveOnly) refuse("positiveOnly must be left out");
  if (settings.overlong !== "score")
    refuse(`overlong must be score, got ${settings.overlong}`);
  if (settings.reward !== "verified")
    refuse(`reward must be verified, got ${settings.reward}`);
  return {
    ...commonFlags(settings, sizes),
    "advantage-estimator": "grpo",
    "eps-clip": settings.clipEps,
    "eps-clip-high": settings.clipEpsHigh,
    "entropy-coef": settings.entropyCoef,
    // With a coefficient of 0 it would only load a second model for a curve.
    ...(klCoef === 0
      ? {}
      : {
          "use-kl-loss": true,
          "kl-loss-coef": klCoef,
          "kl-loss-type": "low_var_kl",
        }),
    ...(importanceSampling === "none" ? {} : { "use-tis": true }),
    // Plain --use-tis truncates; the paper's text says masked.
    ...(importanceSampling === "masked"
      ? {
          "custom-tis-function-path":
            "slime.backends.megatron_utils.loss.icepop_function",
        }
      : {}),
    ...(settings.reduction === "token"
      ? { "calculate-per-token-loss": true }
      : {}),
  };
}

/**
 * Flags of a distillation by several teachers: slime's own with our reward function, which asks the teacher of each row's domain.
 *
 * @throws TaskError slime has no such setting
 */
export function distillFlags(
  settings: DistillSettings,
  sizes: SlimeSizes,
): SlimeFlags {
  const { temperature, method } = settings;
  if (temperature !== 1)
    refuse(
      `temperature must be 1, since teachers score at 1 whatever they are told, got ${temperature}`,
    );
  if (method !== "onPolicy") refuse(`method must be onPolicy, got ${method}`);
  return {
    ...commonFlags(settings, sizes),
    "advantage-estimator": "grpo",
    "use-opd": true,
    "opd-type": "sglang",
    "opd-kl-coef": 1,
    "custom-rm-path": "m2rl_slime.reward",
    "custom-reward-post-process-path": "m2rl_slime.post_process",
  };
}
