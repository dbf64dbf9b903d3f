/** Small model folders on disk for the tests that merge files. */
import {
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import {
  CheckpointWriter,
  type Dtype,
  type Param,
  type Params,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { Random } from "../../src/random.js";

/** A Qwen3-shaped configuration, and what a test wants otherwise. */
export function config(
  over: Record<string, unknown> = {},
): Record<string, unknown> {
  return {
    architectures: ["Qwen3ForCausalLM"],
    model_type: "qwen3",
    hidden_size: 32,
    intermediate_size: 48,
    head_dim: 16,
    num_hidden_layers: 3,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    rms_norm_eps: 1e-6,
    rope_theta: 10000,
    tie_word_embeddings: true,
    torch_dtype: "bfloat16",
    vocab_size: 2100,
    ...over,
  };
}

/** Names and shapes of a model of `layers` layers; the embedding has more entries than are read at a time. */
export function shapes(layers = 3): [string, number[]][] {
  const inLayer: [string, number[]][] = [
    ["input_layernorm.weight", [32]],
    ["mlp.down_proj.weight", [32, 48]],
    ["mlp.up_proj.weight", [48, 32]],
    ["self_attn.q_proj.weight", [32, 32]],
  ];
  return [
    ["model.embed_tokens.weight", [2100, 32]],
    ...Array.from({ length: layers }, (_, layer) =>
      inLayer.map(([name, shape]): [string, number[]] => [
        `model.layers.${layer}.${name}`,
        shape,
      ]),
    ).flat(),
    ["model.norm.weight", [32]],
  ];
}

/** Parameters of a base. */
export function baseParams(
  seed = 1,
  layers = 3,
  dtype: Dtype = "BF16",
): Params {
  const random = new Random(seed, "base");
  return new Map(
    shapes(layers).map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from(
        { length: size },
        () => 0.02 * random.normal(),
      );
      return [name, { dtype, shape, data }];
    }),
  );
}

/** Parameters after a little training: a third of the entries moved. */
export function trained(base: Params, seed: number, dtype?: Dtype): Params {
  const random = new Random(seed, "trained");
  return new Map(
    [...base].map(([name, param]): [string, Param] => {
      const data = param.data.map((value) =>
        random.chance(0.3) ? value + 0.0005 * random.normal() : value,
      );
      return [name, { ...param, dtype: dtype ?? param.dtype, data }];
    }),
  );
}

/** A tokenizer.json of some tokens. */
export function tokenizer(tokens: readonly string[] = ["a", "b"]): string {
  const vocab = Object.fromEntries(tokens.map((token, id) => [token, id]));
  return JSON.stringify({
    model: { type: "BPE", vocab, merges: [] },
    added_tokens: [{ id: tokens.length, content: "<|im_end|>" }],
  });
}

/** What `writeModel` writes beside the weights. */
export interface ModelFiles {
  config?: Record<string, unknown> | null;
  tokenizer?: string | null;
  /** Bytes of tensors in one file. */
  shardSize?: number;
  /** More files, by name. */
  files?: Record<string, string>;
}

/** Write a model folder. */
export function writeModel(
  folder: string,
  params: Params,
  {
    config: object = config(),
    tokenizer: text = tokenizer(),
    shardSize = 5e9,
    files = {},
  }: ModelFiles = {},
): void {
  mkdirSync(folder, { recursive: true });
  const tensors = [...params].map(([name, { dtype, shape }]) => ({
    name,
    dtype,
    shape,
  }));
  const writer = CheckpointWriter.create(folder, tensors, { shardSize });
  for (const [name, { data }] of params) writer.write(name, 0, data);
  writer.finish();
  if (object !== null) {
    writeFileSync(join(folder, "config.json"), JSON.stringify(object));
  }
  if (text !== null) writeFileSync(join(folder, "tokenizer.json"), text);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(folder, name), content);
  }
}

/** A base and experts "a", "b", … in `root`. */
export function writeModels(
  root: string,
  count: number,
  files: ModelFiles = {},
): void {
  const base = baseParams();
  writeModel(join(root, "base"), base, files);
  for (let i = 0; i < count; i++) {
    const name = String.fromCharCode(97 + i);
    writeModel(join(root, name), trained(base, i + 1), files);
  }
}

/** A single file without a folder's configuration. */
export function writeFile(path: string, params: Params): void {
  writeSafetensors(path, params);
}

/** Contents of every file of a folder, the hidden ones too, by name. */
export function contents(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder)
      .sort()
      .filter((name) => statSync(join(folder, name)).isFile())
      .map((name) => [name, readFileSync(join(folder, name), "latin1")]),
  );
}
