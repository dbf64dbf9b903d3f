/** A model that can generate and score: a configuration with its weights on the engine. */
import {
  Checkpoint,
  checkConfiguration,
  modelPlace,
  readConfiguration,
  storedParams,
  type Dtype,
  type Params,
} from "../checkpoint/index.js";
import { startEngine, tf, type Tensor } from "../engine/index.js";
import { CheckpointError, ShapeError, TokenizerError } from "../error.js";
import { Tokenizer } from "../tokenizer/index.js";
import { configFromJson, type ModelConfig } from "./config.js";
import { checkParams, parameterShapes } from "./parameters.js";
import { join } from "node:path";

/**
 * Holds the weights of one model on the engine until `dispose`.
 *
 * @example
 * const policy = Policy.fromParams(initParams(NANO_CONFIG, 1), NANO_CONFIG);
 * policy.dispose();
 */
export class Policy {
  /** @param weights owned by the policy from now on */
  constructor(
    readonly config: ModelConfig,
    readonly weights: Map<string, Tensor>,
  ) {}

  /**
   * Copy parameters to the engine.
   *
   * @throws ShapeError a tensor is missing, unexpected or misshapen · EngineError no native engine
   */
  static fromParams(params: Params, config: ModelConfig): Policy {
    checkParams(params, config);
    startEngine();
    const weights = new Map<string, Tensor>();
    try {
      for (const [name, shape] of parameterShapes(config)) {
        const data = Float32Array.from(params.get(name)!.data);
        weights.set(name, tf.tensor(data, shape, "float32"));
      }
    } catch (error) {
      // What is read from a file may break off.
      tf.dispose([...weights.values()]);
      throw error;
    }
    return new Policy(config, weights);
  }

  /** Copy the weights back, in float32; `dtype` says how a checkpoint will store them. */
  toParams(dtype: Dtype = "F32"): Params {
    const params: Params = new Map();
    for (const [name, tensor] of this.weights) {
      params.set(name, {
        dtype,
        shape: [...tensor.shape],
        data: Float32Array.from(tensor.dataSync()),
      });
    }
    return params;
  }

  /** Free the engine's memory. */
  dispose(): void {
    tf.dispose([...this.weights.values()]);
    this.weights.clear();
  }
}

/**
 * Open a model folder for generation.
 *
 * @param folder HF folder with config.json, model.safetensors and tokenizer.json, or an adapter, see `checkpoint.modelPlace`
 * @throws CheckpointError a file is broken · ShapeError a tensor does not fit · TokenizerError the tokenizer has more tokens than the model
 */
export function loadPolicy(folder: string): {
  policy: Policy;
  tokenizer: Tokenizer;
} {
  // Everything small is read and checked before the weights.
  const json = readConfiguration(folder);
  if (json === null)
    throw new CheckpointError(
      `loadPolicy: ${folder} must be a model folder, got none with config.json`,
    );
  const config = configFromJson(json);
  const tokenizer = Tokenizer.fromFile(
    join(modelPlace(folder).base, "tokenizer.json"),
  );
  if (tokenizer.size > config.vocabSize) {
    throw new TokenizerError(
      `loadPolicy: tokenizer must have at most the model's ${config.vocabSize} tokens, got ${tokenizer.size} in ${folder}`,
    );
  }
  const checkpoint = Checkpoint.open(folder);
  try {
    const [wrong] = checkConfiguration(json, checkpoint.tensors.values());
    if (wrong !== undefined)
      throw new ShapeError(
        `loadPolicy: ${wrong.key} of config.json must be ${wrong.found} as in tensor "${wrong.tensor}", got ${wrong.said} in ${folder}`,
      );
    const params = storedParams(checkpoint);
    return { policy: Policy.fromParams(params, config), tokenizer };
  } finally {
    checkpoint.close();
  }
}
