import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  compareConfigurations,
  meaningOf,
  type Configuration,
} from "../../../src/checkpoint/index.js";

type Golden = { configurations: Record<string, Configuration> };

const golden = (major: number): Golden =>
  JSON.parse(
    readFileSync(
      new URL(
        `../../golden/checkpoint/configurations-${major}.json`,
        import.meta.url,
      ),
      "utf8",
    ),
  ) as Golden;

const four = golden(4).configurations;
const five = golden(5).configurations;
const names = Object.keys(four);

/** Keys that differ. */
const keys = (a: Configuration, b: Configuration, sliced = false): string[] =>
  compareConfigurations(a, b, { sliced }).map(({ key }) => key);

describe("compareConfigurations(first, second), against what transformers writes", () => {
  test.each(names)(
    "finds no difference between versions 4 and 5: %s",
    (name) => {
      expect(compareConfigurations(four[name]!, five[name]!)).toEqual([]);
    },
  );

  test.each(names.filter((name) => name.endsWith(" as it is")))(
    "knows the defaults of %s",
    (name) => {
      const type = { model_type: four[name]!["model_type"] };
      expect(keys(type, four[name]!)).toEqual([]);
      expect(meaningOf(type).unknownTypes).toEqual([]);
    },
  );

  test("finds every other pair to differ", () => {
    const same = names.flatMap((a) =>
      names.flatMap((b) =>
        a < b && keys(four[a]!, five[b]!).length === 0 ? [`${a} = ${b}`] : [],
      ),
    );
    expect(same).toEqual([]);
  });
});

describe("compareConfigurations(first, second)", () => {
  const qwen3 = {
    model_type: "qwen3",
    rope_theta: 1e6,
    rope_scaling: null,
    torch_dtype: "bfloat16",
  };

  test.each<[string, Configuration, Configuration]>([
    [
      "theta as transformers 5 writes it",
      qwen3,
      {
        model_type: "qwen3",
        rope_parameters: { rope_theta: 1e6, rope_type: "default" },
        dtype: "float32",
      },
    ],
    ["null and absent", { ...qwen3, sliding_window: null }, qwen3],
    [
      "a default left out",
      { ...qwen3, head_dim: 128, hidden_act: "silu" },
      qwen3,
    ],
    [
      "windows that are off",
      { ...qwen3, sliding_window: 131072, max_window_layers: 9 },
      qwen3,
    ],
    [
      "the longest input of Qwen2.5 and its instruct version",
      { ...qwen3, max_position_embeddings: 131072 },
      qwen3,
    ],
    [
      "what only training reads",
      { ...qwen3, attention_dropout: 0.1, router_aux_loss_coef: 0.1 },
      qwen3,
    ],
    [
      "private keys",
      { ...qwen3, _name_or_path: "a", _commit_hash: "b", unsloth_fixed: true },
      qwen3,
    ],
    [
      "linear scaling by 1",
      { ...qwen3, rope_scaling: { type: "linear", factor: 1 } },
      qwen3,
    ],
    [
      "another order inside a value",
      { ...qwen3, rope_scaling: { type: "linear", factor: 2 } },
      { ...qwen3, rope_scaling: { factor: 2, rope_type: "linear" } },
    ],
    [
      "a class that only one file names",
      { ...qwen3, architectures: ["Qwen3ForCausalLM"] },
      qwen3,
    ],
    [
      "code that came from a repository",
      { model_type: "x", auto_map: { AutoModel: "org/name--modeling_x.X" } },
      { model_type: "x", auto_map: { AutoModel: "modeling_x.X" } },
    ],
    [
      "a flat wrapper of old and the nested one of today",
      { model_type: "qwen2_vl", hidden_size: 8, vision_config: { depth: 2 } },
      {
        model_type: "qwen2_vl",
        text_config: { model_type: "qwen2_vl_text", hidden_size: 8 },
        vision_config: { depth: 2 },
      },
    ],
    [
      "a wrapper that repeats its text configuration",
      {
        model_type: "mistral3",
        vocab_size: 64,
        text_config: { vocab_size: 64 },
      },
      { model_type: "mistral3", text_config: { vocab_size: 64 } },
    ],
  ])("takes two spellings of one meaning: %s", (_, first, second) => {
    expect(compareConfigurations(first, second)).toEqual([]);
  });

  test.each<[string, Configuration, string]>([
    ["rope_theta", { rope_theta: 100 }, "100"],
    ["final_logit_softcapping", { final_logit_softcapping: 30 }, "30"],
    ["partial_rotary_factor", { partial_rotary_factor: 0.5 }, "0.5"],
    ["rms_norm_eps", { rms_norm_eps: 1e-5 }, "0.00001"],
    ["hidden_act", { hidden_act: "gelu" }, '"gelu"'],
    ["attention_bias", { attention_bias: true }, "true"],
    [
      "rope_scaling",
      { rope_scaling: { type: "linear", factor: 2 } },
      '{"factor":2,"rope_type":"linear"}',
    ],
    ["quantization_config", { quantization_config: { bits: 4 } }, '{"bits":4}'],
    [
      "sliding_window",
      { use_sliding_window: true, sliding_window: 8, max_window_layers: 0 },
      "8",
    ],
    ["some_new_idea", { some_new_idea: 3 }, "3"],
  ])("names %s", (key, change, second) => {
    const differences = compareConfigurations(qwen3, { ...qwen3, ...change });
    expect(differences).toMatchObject([{ key, second, unknown: "" }]);
  });

  test("sees the text configuration of a wrapper", () => {
    const wrapper = (theta: number): Configuration => ({
      model_type: "mistral3",
      text_config: { model_type: "mistral", rope_theta: theta },
    });
    expect(keys(wrapper(1e6), wrapper(1e9))).toEqual([
      "text_config.rope_theta",
    ]);
  });

  test("says that it does not know what an unknown model type leaves out", () => {
    const first = { model_type: "novel", theta_of_novel: 2 };
    expect(compareConfigurations(first, { model_type: "novel" })).toEqual([
      {
        key: "theta_of_novel",
        first: "2",
        second: "nothing",
        unknown:
          "the defaults of model type novel are not known here: write theta_of_novel in both",
      },
    ]);
  });

  test("puts a difference in type first", () => {
    expect(keys({ model_type: "qwen2" }, { model_type: "llama" })[0]).toBe(
      "model_type",
    );
  });

  test("lets the number of layers differ where they are taken apart", () => {
    const layers = (count: number): Configuration => ({
      ...qwen3,
      num_hidden_layers: count,
      layer_types: Array.from({ length: count }, () => "full_attention"),
    });
    expect(keys(layers(4), layers(6))).toEqual(["num_hidden_layers"]);
    expect(keys(layers(4), layers(6), true)).toEqual([]);
  });
});
