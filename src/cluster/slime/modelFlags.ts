/** From config.json to the flags that tell Megatron the shape of a model. */
import type { Configuration } from "../../checkpoint/index.js";
import { configFromJson } from "../../model/index.js";
import type { SlimeFlags } from "./flags.js";

/**
 * Shape flags of a Qwen3 model: wrong ones convert without a word, so that they are read and never written by hand.
 *
 * @throws CheckpointError the configuration is none of a decoder that m2rl knows
 * @example
 * modelFlags(readConfiguration("models/base"))["num-layers"] // 36 for Qwen3-4B
 */
export function modelFlags(configuration: Configuration): SlimeFlags {
  const {
    layers,
    hiddenSize,
    intermediateSize,
    heads,
    kvHeads,
    headDim,
    rmsEps,
    ropeTheta,
    vocabSize,
    tieEmbeddings,
  } = configFromJson(configuration);
  return {
    "num-layers": layers,
    "hidden-size": hiddenSize,
    "ffn-hidden-size": intermediateSize,
    "num-attention-heads": heads,
    "group-query-attention": true,
    "num-query-groups": kvHeads,
    "kv-channels": headDim,
    "qk-layernorm": true,
    swiglu: true,
    normalization: "RMSNorm",
    "norm-epsilon": rmsEps,
    "disable-bias-linear": true,
    "position-embedding-type": "rope",
    "rotary-base": ropeTheta,
    "vocab-size": vocabSize,
    ...(tieEmbeddings ? {} : { "untie-embeddings-and-output-weights": true }),
  };
}
