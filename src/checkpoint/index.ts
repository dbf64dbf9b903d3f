/**
 * checkpoint: model parameters on disk.
 *
 * Safetensors files and Hugging Face model folders (config.json, model.safetensors or shards, tokenizer.json, provenance.json), of any
 * size: `Checkpoint` reads headers first and values in pieces, `CheckpointWriter` lays files out first and takes values in pieces, in
 * any order. Small models are read and written whole, as `Params`: a `Float32Array` a tensor, with its shape and the dtype of its
 * stored form. Adapters in PEFT's format are opened as the models that they make (`modelPlace`). GGUF files are read tensor by tensor (`GgufFile`). Readers check the whole header before they allocate; writers leave a whole file or folder, or what was there before.
 *
 * @module
 */
export {
  type Param,
  type Params,
  castParams,
  sizeOf,
  type TensorPieces,
  toBf16,
} from "./params.js";
export {
  type Dtype,
  DTYPE_BITS,
  DTYPES,
  decodeInto,
  encodeInto,
  isDtype,
} from "./format/dtype.js";
export { type FormatFault, FormatError } from "./format/formatError.js";
export type {
  ReadMode,
  SafetensorsHeader,
  TensorInfo,
} from "./format/header.js";
export {
  Checkpoint,
  type CheckpointOptions,
  type StoredTensor,
} from "./checkpoint.js";
export type { TensorSpec } from "./format/layout.js";
export { parseSize } from "./writer/parseSize.js";
export {
  type PlannedShard,
  type PlannedTensor,
  type PlanOptions,
  planShards,
  type ShardPlan,
} from "./writer/planShards.js";
export { type Rounding, TensorWriter } from "./writer/tensorWriter.js";
export {
  CheckpointWriter,
  type CheckpointWriterOptions,
  type ShardState,
  type WrittenFile,
} from "./writer/checkpointWriter.js";
export {
  type DtypeTotal,
  type Inspection,
  inspectCheckpoint,
  type Tying,
} from "./inspectCheckpoint.js";
export { scanTensor, type TensorScan } from "./scanTensor.js";
export { hashFile } from "../io/index.js";
export { adapterKey } from "./adapter/adapter.js";
export type { AdapterConfig } from "./adapter/adapterConfig.js";
export {
  modelPlace,
  type ModelPlace,
  resolveModel,
} from "./adapter/modelPlace.js";
export { hashModel } from "./hashModel.js";
export { readSafetensors, readSafetensorsHeader } from "./readSafetensors.js";
export { storedParams } from "./storedParams.js";
export {
  type WriteSafetensorsOptions,
  writeSafetensors,
} from "./writeSafetensors.js";
export { GgufFile, type GgufTensor } from "./gguf/readGguf.js";
export type { GgufValue } from "./gguf/headCursor.js";
export {
  type AdapterFolderContents,
  type ModelFolder,
  type ModelFolderContents,
  readModelFolder,
  writeAdapterFolder,
  writeModelFolder,
} from "./modelFolder.js";
export {
  type ConfigurationDifference,
  compareConfigurations,
} from "./configuration/compareConfigurations.js";
export {
  type Configuration,
  type Meaning,
  meaningOf,
  textConfigOf,
} from "./configuration/meaningOf.js";
export {
  type Contradiction,
  checkConfiguration,
} from "./configuration/checkConfiguration.js";
export { readConfiguration } from "./configuration/readConfiguration.js";
export { isRecomputable } from "./configuration/recomputable.js";
export { hasNoEffect } from "./configuration/withoutEffect.js";
export { withDtype, withLayers } from "./configuration/resultConfiguration.js";
export {
  companionFiles,
  isVocabulary,
  readCompanion,
} from "./companionFiles.js";
