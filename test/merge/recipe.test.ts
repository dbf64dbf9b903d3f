import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { RecipeError } from "../../src/error.js";
import { parseRecipe, readRecipe } from "../../src/merge/recipe/parse.js";
import { interpolate, settingAt } from "../../src/merge/recipe/settings.js";

const MERGEKIT = `merge_method: ties
dialect: mergekit
base_model: ./sft
models:
  - model: ./math
    parameters:
      weight: 0.5
      density: [0.2, 0.4, 1]
  - model: ./code
    parameters:
      weight:
        - filter: self_attn
          value: [0, 1]
        - filter: "*"
          value: 0.25
      density: 0.3
parameters:
  normalize: 1
  lambda: 0.8
dtype: bfloat16
out_dtype: torch.float32
tokenizer_source: base
chat_template: chatml
`;

/** `MERGEKIT` with some text replaced, which must be there. */
function changed(from: string, to: string): string {
  expect(MERGEKIT).toContain(from);
  return MERGEKIT.replace(from, to);
}

function message(text: string): string {
  try {
    parseRecipe(text, "r.yml");
  } catch (error) {
    expect(error).toBeInstanceOf(RecipeError);
    return (error as Error).message;
  }
  throw new Error("the recipe was taken");
}

const folder = mkdtempSync(join(tmpdir(), "m2rl-recipe-"));
afterAll(() => rmSync(folder, { recursive: true }));

describe("parseRecipe(text, file)", () => {
  it("reads mergekit's models, parameters and formats", () => {
    const recipe = parseRecipe(MERGEKIT, "/recipes/r.yml");
    expect(recipe).toMatchObject({
      method: "ties",
      dialect: "mergekit",
      seed: 0,
      rounding: "nearest",
      dtype: "BF16",
      outDtype: "F32",
      base: { name: "./sft", path: resolve("/recipes/sft") },
      tokenizer: { name: "./sft" },
    });
    const [slice] = recipe.slices;
    expect(recipe.slices).toHaveLength(1);
    expect(slice!.sources.map(({ model }) => model.path)).toEqual([
      resolve("/recipes/math"),
      resolve("/recipes/code"),
    ]);
    expect(slice!.sources[0]!.settings.get("density")?.value).toEqual([
      0.2, 0.4, 1,
    ]);
    expect(recipe.settings.get("normalize")?.value).toBe(true);
    expect(recipe.chatTemplate).toContain("<|im_start|>");
  });

  it("reads JSON, since JSON is YAML", () => {
    const recipe = parseRecipe(
      JSON.stringify({
        merge_method: "average",
        models: [{ model: "a" }, { model: "b" }],
        seed: 3,
        rounding: "stochastic",
      }),
    );
    expect(recipe).toMatchObject({
      method: "average",
      dialect: "paper",
      seed: 3,
      rounding: "stochastic",
      base: null,
      dtype: null,
      tokenizer: { name: "a" },
    });
  });

  it("reads slices with layer ranges", () => {
    const { slices } = parseRecipe(`merge_method: passthrough
slices:
  - sources:
      - { model: a, layer_range: [0, 3] }
  - sources:
      - { model: b, layer_range: [1, 4] }
`);
    expect(slices.map(({ sources }) => sources[0]!.layers)).toEqual([
      [0, 3],
      [1, 4],
    ]);
  });

  it("takes what mergekit's own examples write, and notes what has no effect", () => {
    const text = (rest: string): string => `
models: [{model: a, parameters: {density: 0.5, weight: 1, int8_mask: true}}, {model: b, parameters: {weight: [0, 1]}}]
base_model: s
dialect: mergekit
merge_method: ties
parameters: {normalize: true, int8_mask: true}
${rest}`;
    expect(
      parseRecipe(text("name: my-merge").replaceAll("int8_mask", "embed_slerp"))
        .notes,
    ).toEqual([
      "key name has no effect, since OUT names the model",
      "parameter embed_slerp has no effect, since all models must have one tokenizer",
    ]);
    const noEffect =
      "parameter int8_mask has no effect, since masks are no part of the result";
    expect(parseRecipe(text("")).notes).toEqual([noEffect]);
    expect(parseRecipe(text("tokenizer_source: union"))).toMatchObject({
      tokenizer: { name: "s" },
      notes: [
        noEffect,
        "tokenizer source union is that of the base, since all models must have one tokenizer",
      ],
    });
    expect(parseRecipe(text("tokenizer: {source: a}")).tokenizer.name).toBe(
      "a",
    );
    expect(() =>
      parseRecipe(text("tokenizer: {source: a}\ntokenizer_source: base")),
    ).toThrow("must have either tokenizer_source or tokenizer, got both");
  });

  it("notes a parameter of another method, and refuses one of none", () => {
    const text = (parameter: string): string =>
      `{merge_method: average, models: [{model: a}, {model: b}], parameters: {${parameter}}}`;
    expect(parseRecipe(text("density: 0.5")).notes).toEqual([
      "parameter density has no effect, since average does not have it",
    ]);
    expect(() => parseRecipe(text("densty: 0.5"))).toThrow(
      'parameter "densty" of average must be known',
    );
  });

  it("takes scale under a source of passthrough, by filters too", () => {
    const { slices } = parseRecipe(`merge_method: passthrough
slices:
  - sources:
      - model: a
        layer_range: [0, 2]
        parameters:
          scale: [{ filter: o_proj, value: 0 }, { value: 1 }]
`);
    expect(slices[0]!.sources[0]!.settings.get("scale")?.value).toMatchObject([
      { filter: "o_proj", value: 0 },
      { filter: null, value: 1 },
    ]);
  });

  it("knows a method by our name and by mergekit's", () => {
    const text = (name: string): string =>
      `{merge_method: ${name}, base_model: s, models: [{model: a}]}`;
    expect(parseRecipe(text("taskArithmetic")).method).toBe("taskArithmetic");
    expect(
      parseRecipe(
        text("task_arithmetic")
          .replace("{model: a}", "{model: a, parameters: {weight: 1}}")
          .replace("{", "{dialect: mergekit, "),
      ).method,
    ).toBe("taskArithmetic");
  });

  it("reads one condition without a list around it", () => {
    const { settings } = parseRecipe(
      changed("normalize: 1", "normalize: { filter: mlp, value: 0 }"),
    );
    const normalize = settings.get("normalize")!;
    expect(settingAt(normalize, "layers.0.mlp.weight", 0)).toBe(false);
    expect(settingAt(normalize, "norm.weight", 0)).toBeNull();
  });

  it("understands anchors", () => {
    const { slices } = parseRecipe(
      changed("      density: 0.3", "      density: 0.3")
        .replace("density: [0.2, 0.4, 1]", "density: &d [0.2, 0.4, 1]")
        .replace("density: 0.3", "density: *d"),
    );
    expect(slices[0]!.sources[1]!.settings.get("density")?.value).toEqual([
      0.2, 0.4, 1,
    ]);
  });

  it.each([
    [
      "lambda:",
      "lamda:",
      19,
      3,
      'parameter "lamda" of ties must be known; did you mean "lambda"?',
    ],
    [
      "merge_method: ties",
      "merge_method: tiess",
      1,
      15,
      'merge_method must be known, got "tiess"; did you mean "ties"?',
    ],
    [
      "out_dtype",
      "outdtype",
      21,
      1,
      'key "outdtype" must be known; did you mean "out_dtype"?',
    ],
    [
      "  - model: ./math",
      "  - modell: ./math",
      5,
      5,
      'key "modell" of models[0] must be known; did you mean "model"?',
    ],
    [
      "      weight: 0.5\n",
      "",
      5,
      5,
      'weight must be given for ties, got none for "./math"',
    ],
    [
      "weight: 0.5",
      "weight: much",
      7,
      15,
      'models[0].parameters.weight must be a number, got "much"',
    ],
    [
      "density: 0.3",
      "density: 1.5",
      16,
      16,
      "models[1].parameters.density must be a number in (0, 1], got 1.5",
    ],
    [
      "density: 0.3",
      "lambda: 0.3",
      16,
      7,
      "lambda must be one value for all models, got it under one model; put it under the parameters of the recipe",
    ],
    [
      "normalize: 1",
      "normalize: [1, 0]",
      18,
      14,
      "parameters.normalize must be true or false, got a list, which only numbers may have",
    ],
    [
      "density: 0.3",
      "density: { filter: mlp, vale: 1 }",
      16,
      31,
      'key "vale" of models[1].parameters.density must be known; did you mean "value"?',
    ],
    [
      "dtype: bfloat16",
      "dtype: bfloat",
      20,
      8,
      'dtype must be known, got "bfloat"; did you mean "bfloat16"?',
    ],
    [
      "dtype: bfloat16",
      "dtype: int64",
      20,
      8,
      'dtype must be known, got "int64"; weights are not merged as integers',
    ],
    [
      "dialect: mergekit",
      "dialect: mergkit",
      2,
      10,
      'dialect must be known, got "mergkit"; did you mean "mergekit"?',
    ],
    [
      "base_model: ./sft\n",
      "",
      1,
      1,
      "base_model must be given for ties, got none",
    ],
    [
      "tokenizer_source: base",
      "tokenizer_source: ./mth",
      22,
      19,
      'tokenizer_source must be base or a model of the recipe, got "./mth"; did you mean "./math"?',
    ],
    [
      "tokenizer_source: base",
      "tokenizer: { source: base, tokens: {} }",
      22,
      28,
      'key "tokens" of tokenizer is not supported (mergekit has it); a tokenizer is copied, never built',
    ],
    [
      "chat_template: chatml",
      "chat_template: auto",
      23,
      16,
      "chat_template: auto is not supported (mergekit has it); leave it out to keep that of the tokenizer's model",
    ],
    [
      "chat_template: chatml",
      "normalize: true",
      23,
      1,
      'key "normalize" must be under parameters; indent it there',
    ],
    [
      "chat_template: chatml",
      "modules: {}",
      23,
      1,
      'key "modules" is not supported (mergekit has it); merge each module with a recipe of its own',
    ],
    [
      "chat_template: chatml",
      "seed: 1.5",
      23,
      7,
      "seed must be a whole number, got 1.5",
    ],
    [
      "chat_template: chatml",
      "rounding: up",
      23,
      11,
      'rounding must be known, got "up"; known: nearest, stochastic',
    ],
    [
      "dtype: bfloat16",
      "dtype: bfloat16\ndtype: float16",
      21,
      1,
      "Map keys must be unique",
    ],
  ])("refuses %j → %j at %i:%i", (from, to, line, column, text) => {
    expect(message(changed(from, to))).toMatch(
      `recipe: r.yml:${line}:${column}: ${text}`,
    );
    expect(message(changed(from, to)).split("\n")).toHaveLength(1);
  });

  it.each([
    ["", "the recipe must be a map"],
    ["[]", "the recipe must be a map"],
    ["a: 1\n---\nb: 2\n", "text must hold one document, got several"],
    [
      "models: [{model: a}]",
      "merge_method must be given, got none; known: average,",
    ],
    [
      "merge_method: average",
      "recipe must have either models or slices, got neither",
    ],
    [
      "{merge_method: average, models: [{model: a}], slices: [{sources: [{model: a, layer_range: [0, 1]}]}]}",
      "recipe must have either models or slices, got both",
    ],
    [
      "{merge_method: average, models: []}",
      "models must be a list of at least one, got none",
    ],
    [
      "{merge_method: average, models: [a]}",
      'models[0] must be a map with model, parameters, got "a"',
    ],
    [
      "{merge_method: average, models: [{parameters: {}}]}",
      "models[0] must have a model, got none",
    ],
    [
      "{merge_method: average, slices: [{sources: [{model: a}]}]}",
      "slices[0].sources[0].layer_range must be two layers [first, end), 0 ≤ first < end, got a map",
    ],
    [
      "{merge_method: average, slices: [{sources: [{model: a, layer_range: [2, 2]}]}]}",
      "slices[0].sources[0].layer_range must be two layers [first, end), 0 ≤ first < end, got [2,2]",
    ],
    [
      "{merge_method: average, slices: [{sources: [{model: a, layer_range: [0, 2]}, {model: b, layer_range: [0, 3]}]}]}",
      "sources of slices[0] must have equally many layers, got 2 of a and 3 of b",
    ],
    [
      "{merge_method: average, slices: [{base_model: a, sources: [{model: a, layer_range: [0, 2]}]}]}",
      'key "base_model" of slices[0] is not supported (mergekit has it); give base_model once, for the whole recipe',
    ],
    [
      "{merge_method: average, models: [{model: a}], tokenizer_source: base}",
      "tokenizer_source: base must have a base_model, got none",
    ],
    [
      "{merge_method: average, models: [{model: a}], chat_template: alpaca}",
      'chat_template must be chatml or a Jinja text with {, got "alpaca"',
    ],
    [
      "{merge_method: passthrough, models: [{model: a}, {model: b}]}",
      "passthrough must have 1 model, got 2",
    ],
  ])("refuses %j", (text, what) => {
    expect(message(text)).toContain(what);
    expect(message(text)).toMatch(/^recipe: r\.yml:\d+:\d+: /);
  });

  it("says which dialect has a parameter", () => {
    expect(message(changed("dialect: mergekit\n", ""))).toContain(
      'parameter "normalize" of ties must be of dialect paper, got one of mergekit; add "dialect: mergekit"',
    );
  });

  it("takes an unlisted base for one more model where mergekit does, and only there", () => {
    const text =
      "{merge_method: karcher, base_model: s, models: [{model: a}, {model: b}]}";
    const names = (recipe: string): string[] =>
      parseRecipe(recipe).slices[0]!.sources.map(({ model }) => model.name);
    expect(names(text)).toEqual(["a", "b"]);
    expect(names(text.replace("{", "{dialect: mergekit, "))).toEqual([
      "a",
      "b",
      "s",
    ]);
  });
});

describe("readRecipe(path)", () => {
  it("resolves models against the folder of the file", () => {
    const path = join(folder, "r.yml");
    writeFileSync(path, "{merge_method: average, models: [{model: ../a}]}");
    expect(readRecipe(path).slices[0]!.sources[0]!.model.path).toBe(
      join(folder, "..", "a"),
    );
  });

  it("throws RecipeError for what is no file", () => {
    expect(() => readRecipe(join(folder, "none.yml"))).toThrow(
      `recipe: ${folder}/none.yml must be readable, got no such file`,
    );
    expect(() => readRecipe(folder)).toThrow(
      `recipe: ${folder} must be a regular file, got a folder`,
    );
  });
});

describe("settings", () => {
  const place = { line: 1, column: 1 };

  it("interpolate a gradient between its first and last value", () => {
    const at = [0, 0.25, 0.5, 1].map((t) => interpolate([0, 1, 4], t));
    expect(at).toEqual([0, 0.5, 1, 4]);
    expect(interpolate([7], 0.3)).toBe(7);
    expect(interpolate(true, 0.3)).toBe(true);
  });

  it("take the first condition that holds, and nothing where none does", () => {
    const setting = {
      place,
      value: [
        { filter: "mlp", value: [1, 3], place },
        { filter: "up", value: 5, place },
      ],
    };
    expect(settingAt(setting, "layers.0.mlp.up.weight", 0.5)).toBe(2);
    expect(settingAt(setting, "layers.0.up.weight", 0.5)).toBe(5);
    expect(settingAt(setting, "norm.weight", 0.5)).toBeNull();
    expect(
      settingAt({ place, value: [{ filter: null, value: 9, place }] }, "x", 0),
    ).toBe(9);
  });
});
