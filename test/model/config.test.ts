import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/error.js";
import {
  checkParams,
  configFromJson,
  configToJson,
  type FamilyName,
  initParams,
  type ModelConfig,
  MICRO_CONFIG,
  NANO_CONFIG,
  parameterShapes,
  Policy,
} from "../../src/model/index.js";
import { PICO } from "./pico.js";

describe("configFromJson", () => {
  test("reads back what configToJson wrote", () => {
    expect(configFromJson(configToJson(PICO))).toEqual(PICO);
  });

  test("reads the spelling of transformers 5, and defaults that are left out", () => {
    const { rope_theta, rope_scaling, torch_dtype, hidden_act, ...rest } =
      configToJson(PICO);
    expect(rope_scaling).toBe(null);
    expect(hidden_act).toBe("silu");
    const five = {
      ...rest,
      rope_parameters: { rope_theta, rope_type: "default" },
      dtype: torch_dtype,
      layer_types: Array.from({ length: PICO.layers }, () => "full_attention"),
    };
    expect(configFromJson(five)).toEqual(PICO);
  });

  test.each([
    [
      { model_type: "gpt2" },
      'configFromJson: model_type must be one of qwen3, qwen2, llama, got "gpt2"',
    ],
    [
      { hidden_size: 0 },
      "configFromJson: hidden_size must be a positive integer, got 0",
    ],
    [
      { num_hidden_layers: null },
      "configFromJson: num_hidden_layers must be a positive integer, got null",
    ],
    [
      { num_key_value_heads: 3 },
      "configFromJson: num_attention_heads must be a multiple of num_key_value_heads, got 4 and 3",
    ],
    [{ head_dim: 7 }, "configFromJson: head_dim must be even, got 7"],
    [
      { rope_theta: -1 },
      "configFromJson: ropeTheta must be a positive number, got -1",
    ],
    [
      { rope_scaling: { rope_type: "linear", factor: 2 } },
      'configFromJson: rope_scaling must be off or absent, since it is not implemented, got {"rope_type":"linear","factor":2}',
    ],
    [
      { hidden_act: "gelu" },
      'configFromJson: hidden_act must be "silu", got "gelu"',
    ],
    [
      { use_sliding_window: true, sliding_window: 8, max_window_layers: 0 },
      "configFromJson: sliding_window must be off or absent, since it is not implemented, got 8",
    ],
    [
      { quantization_config: { bits: 4 } },
      'configFromJson: quantization_config must be off or absent, since it is not implemented, got {"bits":4}',
    ],
    [
      { final_logit_softcapping: 30 },
      "configFromJson: final_logit_softcapping must be off or absent, since it is not implemented, got 30",
    ],
    [
      { attention_bias: true },
      "configFromJson: attention_bias must be off or absent, since it is not implemented, got true",
    ],
    [
      { partial_rotary_factor: 0.5 },
      "configFromJson: partial_rotary_factor must be off or absent, since it is not implemented, got 0.5",
    ],
    [
      { architectures: ["Qwen3ForSequenceClassification"] },
      'configFromJson: architectures must be a decoder of text (…ForCausalLM), got ["Qwen3ForSequenceClassification"]',
    ],
    [
      { num_hidden_layers: 1e9 },
      "configFromJson: num_hidden_layers must be at most 10000, got 1000000000",
    ],
  ])("refuses %o", (change, message) => {
    expect(() => configFromJson({ ...configToJson(PICO), ...change })).toThrow(
      message,
    );
  });
});

describe("families", () => {
  const scaled: ModelConfig = {
    ...PICO,
    family: "llama",
    ropeScaling: {
      factor: 8,
      lowFreqFactor: 1,
      highFreqFactor: 4,
      originalMaxPositions: 8192,
    },
  };

  test.each<[string, ModelConfig]>([
    ["qwen2", { ...PICO, family: "qwen2" }],
    ["llama", { ...PICO, family: "llama" }],
    ["llama with scaled frequencies", scaled],
  ])("configFromJson reads back what configToJson wrote: %s", (_, config) => {
    expect(configFromJson(configToJson(config))).toEqual(config);
  });

  test("a family decides which parameters there are", () => {
    const names = (family: FamilyName): string[] =>
      [...parameterShapes({ ...PICO, family }).keys()]
        .filter((name) => name.startsWith("model.layers.0.self_attn."))
        .map((name) => name.replace("model.layers.0.self_attn.", ""))
        .filter((name) => !/_proj\.weight$/.test(name));
    expect(names("qwen3")).toEqual(["q_norm.weight", "k_norm.weight"]);
    expect(names("qwen2")).toEqual([
      "q_proj.bias",
      "k_proj.bias",
      "v_proj.bias",
    ]);
    expect(names("llama")).toEqual([]);
    const bias = initParams({ ...PICO, family: "qwen2" }, 1).get(
      "model.layers.0.self_attn.q_proj.bias",
    )!;
    expect(bias.data.every((value) => value === 0)).toBe(true);
  });

  test("a scaling that is not Llama 3's, or lacks a number, is refused by name", () => {
    const refused = (scaling: object): (() => unknown) => {
      const json = configToJson(scaled);
      return () => configFromJson({ ...json, rope_scaling: scaling });
    };
    expect(refused({ rope_type: "yarn", factor: 4 })).toThrow(
      'configFromJson: rope_scaling must be off or of rope_type "llama3", got {"rope_type":"yarn"',
    );
    expect(refused({ rope_type: "llama3", factor: 8 })).toThrow(
      "configFromJson: low_freq_factor of rope_scaling must be a positive number, got undefined",
    );
  });
});

describe("parameters", () => {
  test.each([
    ["nano", NANO_CONFIG, 529504],
    ["micro", MICRO_CONFIG, 902528],
  ])(
    "the %s model has as many parameters as it says",
    (_, config, expected) => {
      const counts = [...parameterShapes(config).values()].map((shape) =>
        shape.reduce((a, b) => a * b, 1),
      );
      expect(counts.reduce((a, b) => a + b, 0)).toBe(expected);
    },
  );

  test("initParams gives the same bytes for the same seed", () => {
    expect(initParams(PICO, 1)).toEqual(initParams(PICO, 1));
    expect(initParams(PICO, 2)).not.toEqual(initParams(PICO, 1));
  });

  test("Policy.fromParams throws ShapeError for a missing, misshapen or unexpected tensor", () => {
    const params = initParams(PICO, 1);
    const norm = params.get("model.norm.weight")!;
    params.delete("model.norm.weight");
    expect(() => Policy.fromParams(params, PICO)).toThrow(
      new ShapeError(
        'checkParams: tensor "model.norm.weight" must be present, got none',
      ),
    );
    params.set("model.norm.weight", { ...norm, shape: [16, 2] });
    expect(() => checkParams(params, PICO)).toThrow(
      'checkParams: tensor "model.norm.weight" must have shape (32), got (16, 2)',
    );
    params.set("model.norm.weight", norm);
    params.set("extra", norm);
    expect(() => checkParams(params, PICO)).toThrow(
      'checkParams: tensors must be those of the configuration, got unexpected "extra"',
    );
  });

  test("Policy.toParams returns what fromParams was given", () => {
    const params = initParams(PICO, 1);
    const policy = Policy.fromParams(params, PICO);
    expect(policy.toParams()).toEqual(params);
    policy.dispose();
  });
});
