/** The decoders that are implemented: what a model type has beside embedding, attention with rotary positions, SwiGLU and RMSNorm. */

/** Name of an implemented model type, as `model_type` in config.json. */
export type FamilyName = "qwen3" | "qwen2" | "llama";

/** What sets a decoder apart from the others. */
export interface Family {
  /** Class in transformers. */
  architecture: string;
  /** Whether each query and key head is normalised before its rotation. */
  headNorms: boolean;
  /** Whether the projections of queries, keys and values have a bias. */
  qkvBias: boolean;
  /** Whether the rotary frequencies may be scaled as in Llama 3. */
  scaledRope: boolean;
}

/**
 * All implemented decoders: one row per model type. Qwen2.5 is of type qwen2; SmolLM2, TinyLlama and Llama 2 and 3 are of type llama.
 */
export const FAMILIES: Readonly<Record<FamilyName, Family>> = {
  qwen3: {
    architecture: "Qwen3ForCausalLM",
    headNorms: true,
    qkvBias: false,
    scaledRope: false,
  },
  qwen2: {
    architecture: "Qwen2ForCausalLM",
    headNorms: false,
    qkvBias: true,
    scaledRope: false,
  },
  llama: {
    architecture: "LlamaForCausalLM",
    headNorms: false,
    qkvBias: false,
    scaledRope: true,
  },
};

/** The row of a configuration; `qwen3` where it names none. */
export function familyOf({
  family = "qwen3",
}: {
  family?: FamilyName;
}): Family {
  return FAMILIES[family];
}
