import { describe, expect, test } from "vitest";
import { ShapeError } from "../../src/error.js";
import {
  checkParams,
  configFromJson,
  configToJson,
  initParams,
  NANO_CONFIG,
  parameterShapes,
  Policy,
} from "../../src/model/index.js";
import { PICO } from "./pico.js";

describe("configFromJson", () => {
  test("reads back what configToJson wrote", () => {
    expect(configFromJson(configToJson(PICO))).toEqual(PICO);
  });

  test.each([
    [
      { model_type: "llama" },
      'configFromJson: model_type must be "qwen3", got "llama"',
    ],
    [
      { hidden_size: 0 },
      "configFromJson: hidden_size must be a positive integer, got 0",
    ],
    [
      { num_hidden_layers: undefined },
      "configFromJson: num_hidden_layers must be a positive integer, got undefined",
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
      { rope_scaling: { factor: 2 } },
      "configFromJson: rotary embeddings must be unscaled, got rope_scaling or another rope_type",
    ],
  ])("refuses %o", (change, message) => {
    expect(() => configFromJson({ ...configToJson(PICO), ...change })).toThrow(
      message,
    );
  });
});

describe("parameters", () => {
  test("the nano model has 529,504 parameters", () => {
    const counts = [...parameterShapes(NANO_CONFIG).values()].map((shape) =>
      shape.reduce((a, b) => a * b, 1),
    );
    expect(counts.reduce((a, b) => a + b, 0)).toBe(529504);
  });

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
