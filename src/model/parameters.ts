/** Names, shapes and initial values of a decoder's parameters. */
import type { Params } from "../checkpoint/index.js";
import { ShapeError } from "../error.js";
import { Random } from "../random.js";
import type { ModelConfig } from "./config.js";
import { familyOf } from "./families.js";

/**
 * Hugging Face names and shapes of all parameters, in file order of the layers.
 *
 * @returns name → shape; projections are (out, in)
 */
export function parameterShapes(config: ModelConfig): Map<string, number[]> {
  const {
    hiddenSize: C,
    headDim: D,
    heads,
    kvHeads,
    intermediateSize: F,
    vocabSize: V,
  } = config;
  const { headNorms, qkvBias } = familyOf(config);
  const shapes = new Map<string, number[]>([
    ["model.embed_tokens.weight", [V, C]],
  ]);
  for (let layer = 0; layer < config.layers; layer++) {
    const at = `model.layers.${layer}.`;
    shapes.set(`${at}self_attn.q_proj.weight`, [heads * D, C]);
    shapes.set(`${at}self_attn.k_proj.weight`, [kvHeads * D, C]);
    shapes.set(`${at}self_attn.v_proj.weight`, [kvHeads * D, C]);
    shapes.set(`${at}self_attn.o_proj.weight`, [C, heads * D]);
    if (qkvBias) {
      shapes.set(`${at}self_attn.q_proj.bias`, [heads * D]);
      shapes.set(`${at}self_attn.k_proj.bias`, [kvHeads * D]);
      shapes.set(`${at}self_attn.v_proj.bias`, [kvHeads * D]);
    }
    if (headNorms) {
      shapes.set(`${at}self_attn.q_norm.weight`, [D]);
      shapes.set(`${at}self_attn.k_norm.weight`, [D]);
    }
    shapes.set(`${at}mlp.gate_proj.weight`, [F, C]);
    shapes.set(`${at}mlp.up_proj.weight`, [F, C]);
    shapes.set(`${at}mlp.down_proj.weight`, [C, F]);
    shapes.set(`${at}input_layernorm.weight`, [C]);
    shapes.set(`${at}post_attention_layernorm.weight`, [C]);
  }
  shapes.set("model.norm.weight", [C]);
  if (!config.tieEmbeddings) shapes.set("lm_head.weight", [V, C]);
  return shapes;
}

/**
 * Fresh parameters: norms 1, biases 0, embeddings N(0, 0.05²), projections N(0, 1/in), those that write to the residual stream
 * divided by √(2L) further.
 *
 * @param seed the same seed gives the same bytes
 */
export function initParams(config: ModelConfig, seed: number): Params {
  const params: Params = new Map();
  for (const [name, shape] of parameterShapes(config)) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    if (shape.length === 1) data.fill(name.endsWith(".bias") ? 0 : 1);
    else {
      const random = new Random(seed, `init/${name}`);
      const residual = /o_proj|down_proj/.test(name)
        ? Math.sqrt(2 * config.layers)
        : 1;
      const std = name.includes("embed")
        ? 0.05
        : 1 / Math.sqrt(shape[1]!) / residual;
      for (let i = 0; i < data.length; i++) data[i] = std * random.normal();
    }
    params.set(name, { dtype: "F32", shape, data });
  }
  return params;
}

/**
 * Check that parameters are exactly those of a configuration.
 *
 * @throws ShapeError a tensor is missing, unexpected, or has another shape
 */
export function checkParams(params: Params, config: ModelConfig): void {
  const shapes = parameterShapes(config);
  for (const [name, shape] of shapes) {
    const param = params.get(name);
    if (!param)
      throw new ShapeError(
        `checkParams: tensor "${name}" must be present, got none`,
      );
    if (param.shape.join() !== shape.join()) {
      throw new ShapeError(
        `checkParams: tensor "${name}" must have shape (${shape.join(", ")}), got (${param.shape.join(", ")})`,
      );
    }
  }
  for (const name of params.keys()) {
    // Some files carry the tied head as a copy; it is the embedding by definition.
    if (
      !shapes.has(name) &&
      !(name === "lm_head.weight" && config.tieEmbeddings)
    ) {
      throw new ShapeError(
        `checkParams: tensors must be those of the configuration, got unexpected "${name}"`,
      );
    }
  }
}
