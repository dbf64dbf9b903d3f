/** A base that transformers 5 saved and an expert that transformers 4 saved, and the other way round, by what both really write. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { Params } from "../../src/checkpoint/index.js";
import { mergeCheckpoints, parseRecipe } from "../../src/merge/index.js";
import { Random } from "../../src/random.js";
import { trained, writeModel } from "./checkpoints.js";

type Config = Record<string, unknown>;

/** Configurations of scripts/golden/configurations.py, by the major version of transformers that wrote them. */
const GOLDEN = Object.fromEntries(
  [4, 5].map((major) => {
    const path = `test/golden/checkpoint/configurations-${major}.json`;
    return [
      major,
      JSON.parse(readFileSync(path, "utf8")) as {
        transformers: string;
        configurations: Record<string, Config>;
      },
    ];
  }),
);

/** A configuration as a version saves it with a model, whose dtype it then names in its own word. */
const configOf = (name: string, major: 4 | 5): Config => ({
  ...GOLDEN[major]!.configurations[name]!,
  [major === 5 ? "dtype" : "torch_dtype"]: "bfloat16",
});

const root = mkdtempSync(join(tmpdir(), "m2rl-versions-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Parameters of a small Llama, Qwen2, Qwen3 or Mistral. */
function paramsOf(config: Config, headSize: number): Params {
  const number = (key: string): number => config[key] as number;
  const [C, I, V] = ["hidden_size", "intermediate_size", "vocab_size"].map(
    number,
  ) as [number, number, number];
  const q = number("num_attention_heads") * headSize;
  const kv = number("num_key_value_heads") * headSize;
  const type = config["model_type"];
  const layer: [string, number[]][] = [
    ["input_layernorm.weight", [C]],
    ["post_attention_layernorm.weight", [C]],
    ["self_attn.q_proj.weight", [q, C]],
    ["self_attn.k_proj.weight", [kv, C]],
    ["self_attn.v_proj.weight", [kv, C]],
    ["self_attn.o_proj.weight", [C, q]],
    ["mlp.gate_proj.weight", [I, C]],
    ["mlp.up_proj.weight", [I, C]],
    ["mlp.down_proj.weight", [C, I]],
  ];
  if (type === "qwen3")
    for (const name of ["q_norm", "k_norm"])
      layer.push([`self_attn.${name}.weight`, [headSize]]);
  if (type === "qwen2")
    layer.push(
      ["self_attn.q_proj.bias", [q]],
      ["self_attn.k_proj.bias", [kv]],
      ["self_attn.v_proj.bias", [kv]],
    );
  const shapes: [string, number[]][] = [
    ["model.embed_tokens.weight", [V, C]],
    ["model.norm.weight", [C]],
    ["lm_head.weight", [V, C]],
  ];
  for (let i = 0; i < number("num_hidden_layers"); i++)
    for (const [name, shape] of layer)
      shapes.push([`model.layers.${i}.${name}`, shape]);
  const random = new Random(1, "versions");
  return new Map(
    shapes.map(([name, shape]) => {
      const size = shape.reduce((a, b) => a * b, 1);
      const data = Float32Array.from(
        { length: size },
        () => 0.02 * random.normal(),
      );
      return [name, { dtype: "BF16", shape, data }];
    }),
  );
}

/** Merge an expert into a base, each with the configuration of a version; gives what is written. */
async function merged(
  base: Config,
  expert: Config,
  headSize: number,
): Promise<{ weights: Buffer; config: Config }> {
  const params = paramsOf(base, headSize);
  const folder = mkdtempSync(join(root, "m"));
  writeModel(join(folder, "base"), params, { config: base });
  writeModel(join(folder, "expert"), trained(params, 1), { config: expert });
  const recipe = {
    ...{ merge_method: "taskArithmetic", base_model: "base" },
    ...{ models: [{ model: "expert" }], parameters: { lambda: 0.5 } },
  };
  const out = join(folder, "out");
  await mergeCheckpoints(
    parseRecipe(JSON.stringify(recipe), join(folder, "r.yml")),
    out,
  );
  return {
    weights: readFileSync(join(out, "model.safetensors")),
    config: JSON.parse(
      readFileSync(join(out, "config.json"), "utf8"),
    ) as Config,
  };
}

test("the golden configurations are of transformers 4 and 5", () => {
  expect(GOLDEN[4]!.transformers).toMatch(/^4\./);
  expect(GOLDEN[5]!.transformers).toMatch(/^5\./);
});

describe.each([
  ["small llama", 8],
  ["llama with another theta", 8],
  ["llama 3.1", 8],
  ["qwen3 by yarn", 16],
  ["qwen2 with windows", 8],
  ["mistral without window", 8],
] as const)("%s", (name, headSize) => {
  test("merges whichever version saved the base and which the expert", async () => {
    const same = await merged(configOf(name, 4), configOf(name, 4), headSize);
    for (const [base, expert] of [
      [5, 4],
      [4, 5],
    ] as const) {
      const found = await merged(
        configOf(name, base),
        configOf(name, expert),
        headSize,
      );
      expect(found.weights.equals(same.weights)).toBe(true);
      // The base lends its configuration, as its version wrote it.
      expect(found.config).toEqual(configOf(name, base));
    }
  });
});

test.each([
  [5, 4],
  [4, 5],
] as const)(
  "a model that means something else is refused, saved by %i or %i",
  async (base, expert) => {
    await expect(
      merged(configOf("small llama", base), configOf("llama 3.1", expert), 8),
    ).rejects.toThrow(/rope/);
  },
);
