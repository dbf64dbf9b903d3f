/**
 * Decoders on the tensor engine (Qwen3, Qwen2 and 2.5, Llama): configuration, parameters with Hugging Face names, forward pass, token
 * log-probabilities, batched generation with a key-value cache.
 *
 * Legend of axis letters, used in every comment: B batch, T tokens, C channels, H heads, D head size, V vocabulary, L layers,
 * P prompts, G group, M models, N any flat count.
 *
 * Exports: `FAMILIES`, `familyOf`, `ModelConfig`, `NANO_CONFIG`, `MICRO_CONFIG`, `configFromJson`, `configToJson`, `folderFiles`, `folderFilesOf`, `textTokens`, `parameterShapes`,
 * `initParams`, `checkParams`, `convertGguf`, `fetchModel`, `MODELS`,
 * `Policy`, `loadPolicy`, `streamParams`, `Lora`, `LORA_TARGETS`, `adaptedWeight`, `hiddenStates`, `headWeight`, `logits`, `logprobs`, `logprobsAt`, `MaskedSequence`, `microBatches`,
 * `completionLogprobs`, `completionDistributions`, `withTemperature`, `scoreSequences`, `divergences`,
 * `generate`, `generateSteps`, `sample`.
 *
 * @module
 */
export {
  configFromJson,
  configToJson,
  MICRO_CONFIG,
  NANO_CONFIG,
  type ModelConfig,
} from "./config.js";
export {
  FAMILIES,
  familyOf,
  type Family,
  type FamilyName,
} from "./families.js";
export type { RopeScaling } from "./forward/ropeFrequencies.js";
export {
  folderFiles,
  folderFilesOf,
  textTokens,
  type TextTokens,
} from "./folderFiles.js";
export { checkParams, initParams, parameterShapes } from "./parameters.js";
export { convertGguf } from "./gguf/convertGguf.js";
export {
  fetchModel,
  MODELS,
  type FetchedModel,
  type ModelName,
  type ModelSource,
} from "./gguf/fetchModel.js";
export { loadPolicy, Policy } from "./policy.js";
export {
  adaptedWeight,
  Lora,
  LORA_TARGETS,
  type LoraOptions,
  type LoraTarget,
} from "./lora.js";
export { streamParams } from "./streamParams.js";
export {
  headWeight,
  hiddenStates,
  logits,
  logprobs,
  logprobsAt,
  type LayerCache,
  type PassOptions,
  type Targets,
  type Weights,
} from "./forward/forward.js";
export { scoreSequences, type ScoreOptions } from "./score/score.js";
export {
  divergences,
  type SequenceDivergence,
  type TokenDivergence,
} from "./score/divergence.js";
export {
  generate,
  generateSteps,
  type Completion,
  type GenerateOptions,
  type Turn,
  type TurnFinish,
} from "./generate/generate.js";
export {
  completionLength,
  overCompletion,
  sumTokens,
  type MaskedSequence,
} from "./score/maskedSequence.js";
export { microBatches } from "./score/microBatches.js";
export {
  completionDistributions,
  completionIds,
  completionLogprobs,
  completionTensor,
} from "./score/completions.js";
export { withTemperature } from "./score/withTemperature.js";
export { sample } from "./generate/sample.js";
