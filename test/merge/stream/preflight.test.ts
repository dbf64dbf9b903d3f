import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Params } from "../../../src/checkpoint/index.js";
import {
  type MergeLimits,
  type MergePlan,
  parseRecipe,
  preflight,
} from "../../../src/merge/index.js";
import { byteText } from "../../../src/merge/stream/plan/memory.js";
import { layerOf } from "../../../src/merge/stream/plan/layers.js";
import { holds, widest } from "../../../src/merge/stream/plan/precision.js";
import {
  baseParams,
  config,
  tokenizer,
  trained,
  writeFile,
  writeModel,
  writeModels,
} from "../checkpoints.js";

const root = mkdtempSync(join(tmpdir(), "m2rl-preflight-"));
beforeAll(() => writeModels(root, 2));
afterAll(() => rmSync(root, { recursive: true }));

function plan(recipe: object, limits?: MergeLimits): MergePlan {
  const text = JSON.stringify(recipe, null, 1);
  return preflight(
    parseRecipe(text, join(root, "r.yml")),
    join(root, "out"),
    limits,
  );
}

/** A recipe of the base and one other model. */
function withModel(model: string, over: object = {}): object {
  return {
    merge_method: "taskArithmetic",
    base_model: "base",
    models: [{ model: "a" }, { model }],
    ...over,
  };
}

/** Write a model that differs in one thing, and say what the plan says of it. */
function refusal(
  name: string,
  change: (params: Params) => void,
  files: Parameters<typeof writeModel>[2] = {},
): string {
  const params = trained(baseParams(), 9);
  change(params);
  writeModel(join(root, name), params, files);
  try {
    plan(withModel(name));
  } catch (error) {
    expect((error as Error).name).toBe("RecipeError");
    return (error as Error).message.replace(`${root}/`, "");
  }
  throw new Error("the model was taken");
}

const none = (): void => undefined;

describe("preflight(recipe, out)", () => {
  it("says what will be read, written and held", () => {
    const { models, tensors, budget, estimate, ...rest } = plan(withModel("b"));
    expect(models.map(({ ref }) => ref.name)).toEqual(["base", "a", "b"]);
    expect(tensors).toHaveLength(14);
    expect(rest).toMatchObject({
      bytesRead: 3 * 159_232,
      bytesWritten: 159_232,
      elements: 79_616,
    });
    expect(tensors[0]).toMatchObject({
      name: "model.embed_tokens.weight",
      shape: [2100, 32],
      dtype: "BF16",
      copied: false,
      base: { model: 0 },
      experts: [{ model: 1 }, { model: 2 }],
    });
    expect(budget.peak).toBeLessThan(512e6);
    expect(estimate.seconds).toBeGreaterThan(0);
    expect(estimate.surveyRounds).toBe(0);
  });

  it("counts the rounds of a method that surveys the whole model", () => {
    const ties = withModel("b", { merge_method: "ties" });
    expect(plan(ties).estimate.surveyRounds).toBeGreaterThan(0);
  });

  it("keeps the base of a method that uses none, to measure the change from it", () => {
    const [tensor] = plan(withModel("b", { merge_method: "average" })).tensors;
    expect(tensor).toMatchObject({ base: null, anchor: { model: 0 } });
    expect(tensor!.experts).toHaveLength(2);
  });

  it("takes fewer threads where memory is short, and none where it does not suffice", () => {
    const many = plan(withModel("b"), { threads: 100, maxMemory: 300e6 });
    expect(many.budget.threads).toBeLessThan(14);
    expect(many.budget.peak).toBeLessThanOrEqual(300e6);
    expect(() => plan(withModel("b"), { maxMemory: 100e6 })).toThrow(
      /^merge: memory must be at least \d+ MB for 3 models, got 100 MB; raise --max-memory$/,
    );
  });

  it("names the nearest tensor when a model has another one", () => {
    const text = refusal("other", (params) => {
      params.set(
        "model.layers.1.mlp.upp_proj.weight",
        params.get("model.norm.weight")!,
      );
    });
    expect(text).toBe(
      'recipe: r.yml:9:13: tensors of "other" must be those of "base", got an extra one, "model.layers.1.mlp.upp_proj.weight"; near it is "model.layers.1.mlp.up_proj.weight"',
    );
  });

  it("names a tensor that a model lacks", () => {
    const name = "model.layers.1.mlp.up_proj.weight";
    expect(refusal("lacking", (params) => params.delete(name))).toBe(
      `recipe: r.yml:9:13: tensor "${name}" must be in every model, got none in "lacking"`,
    );
  });

  it("names a tensor of another shape", () => {
    const text = refusal("shape", (params) => {
      params.get("model.layers.0.mlp.up_proj.weight")!.shape = [32, 48];
    });
    expect(text).toContain(
      'tensor "model.layers.0.mlp.up_proj.weight" must have shape (48, 32) as in "base", got (32, 48) in "shape"',
    );
  });

  it.each([
    [
      "theta",
      { rope_theta: 1_000_000 },
      'rope_theta of "theta" must be 10000 as in "base", got 1000000 in config.json',
    ],
    [
      "heads",
      { num_attention_heads: 4 },
      'num_attention_heads of "heads" must be 2 as in "base", got 4 in config.json',
    ],
    [
      "layers",
      { num_hidden_layers: 4 },
      'model "layers" must be a model folder or a .safetensors file, got 3 layers where config.json says 4',
    ],
    [
      "untied",
      { tie_word_embeddings: false },
      'output head of "untied" must be tied as in "base", got a separate one',
    ],
  ])(
    "refuses a configuration that means something else: %s",
    (name, over, text) => {
      expect(refusal(name, none, { config: config(over) })).toContain(text);
    },
  );

  it("lets configurations differ in what does not change the model", () => {
    writeModel(join(root, "harmless"), trained(baseParams(), 3), {
      config: config({
        use_cache: false,
        transformers_version: "5",
        torch_dtype: "float32",
      }),
    });
    expect(plan(withModel("harmless")).tensors).toHaveLength(14);
  });

  it("refuses another tokenizer, and takes the same one in other words", () => {
    expect(refusal("tokens", none, { tokenizer: tokenizer(["b", "a"]) })).toBe(
      'recipe: r.yml:9:13: tokenizer of "tokens" must be that of "base", got another vocabulary in tokenizer.json; tokenizers are not merged',
    );
    const padded = {
      ...(JSON.parse(tokenizer()) as object),
      padding: { length: 8 },
    };
    writeModel(join(root, "padded"), trained(baseParams(), 3), {
      tokenizer: JSON.stringify(padded, null, 2),
    });
    expect(plan(withModel("padded")).tensors).toHaveLength(14);
  });

  it("refuses a tensor of whole numbers that differs, or that is a float elsewhere", () => {
    const ids = (...values: number[]): Params => {
      const params = trained(baseParams(), values[0]! + 1);
      params.set("ids", {
        dtype: "I32",
        shape: [2],
        data: new Float32Array(values),
      });
      return params;
    };
    writeModel(join(root, "ids0"), ids(0, 1));
    writeModel(join(root, "ids1"), ids(2, 1));
    const recipe = {
      merge_method: "average",
      models: [{ model: "ids0" }, { model: "ids1" }],
    };
    expect(() => plan(recipe)).toThrow(
      'tensor "ids" of dtype I32 must be equal in all models since it is no float, got other values in "ids1"',
    );
    const float = ids(3, 1);
    float.get("ids")!.dtype = "F32";
    writeModel(join(root, "ids1f"), float);
    expect(() =>
      plan({ ...recipe, models: [{ model: "ids0" }, { model: "ids1f" }] }),
    ).toThrow(
      'tensor "ids" must have one dtype in all models since it is not a float everywhere, got I32 and F32',
    );
  });

  it.each([
    [
      "b+adapter",
      "got no such paths; of model+adapter both must be here, the adapter as PEFT writes it",
    ],
    [
      "b@main",
      "got no such path; revisions (model@revision) are not supported (mergekit has them), give the folder of the revision",
    ],
    ["Qwen/Qwen3-4B", "got no such path; models are local, none is downloaded"],
  ])("refuses %j by name", (model, text) => {
    expect(() => plan(withModel(model))).toThrow(text);
  });

  it("refuses a filter that is in no name, and proposes the part that is meant", () => {
    const parameters = { lambda: [{ filter: "mpl", value: 0 }, { value: 1 }] };
    expect(() => plan(withModel("b", { parameters }))).toThrow(
      'filter of lambda must be part of a tensor\'s name, got "mpl", which is in none; did you mean "mlp"?',
    );
  });

  it("names the tensor for which no filter gives a value that must be given", () => {
    const density = [{ filter: "mlp", value: 0.5 }];
    const text = {
      merge_method: "nearswap",
      dialect: "mergekit",
      base_model: "base",
      models: [{ model: "a" }],
      parameters: { t: density },
    };
    expect(() => plan(text)).toThrow(
      't must be given for tensor "model.embed_tokens.weight", got none; no filter is part of that name',
    );
  });

  it("refuses layers that are not there", () => {
    const slices = [{ sources: [{ model: "a", layer_range: [1, 4] }] }];
    expect(() => plan({ merge_method: "passthrough", slices })).toThrow(
      'layer_range must end by layer 3 of "a", got 4',
    );
  });

  it("asks for the layers of the base where those of the sources differ", () => {
    const sources = [
      { model: "a", layer_range: [0, 2] },
      { model: "b", layer_range: [1, 3] },
    ];
    const recipe = {
      merge_method: "taskArithmetic",
      base_model: "base",
      slices: [{ sources }],
    };
    expect(() => plan(recipe)).toThrow(
      "sources must list base_model with its layer_range where the ranges of the others differ, got none",
    );
    const listed = [{ model: "base", layer_range: [0, 2] }, ...sources];
    const { tensors } = plan({ ...recipe, slices: [{ sources: listed }] });
    const last = tensors.find(
      ({ name }) => name === "model.layers.1.mlp.up_proj.weight",
    );
    expect(last).toMatchObject({
      base: { model: 0, name: "model.layers.1.mlp.up_proj.weight" },
      experts: [
        { model: 1, name: "model.layers.1.mlp.up_proj.weight" },
        { model: 2, name: "model.layers.2.mlp.up_proj.weight" },
      ],
    });
  });

  it("writes in the base's formats, or without a base in the narrowest that holds all", () => {
    const base = baseParams();
    writeFile(join(root, "f16.safetensors"), trained(base, 1, "F16"));
    writeFile(join(root, "bf16.safetensors"), base);
    const models = [
      { model: "f16.safetensors" },
      { model: "bf16.safetensors" },
    ];
    const dtype = (recipe: object): string => plan(recipe).tensors[0]!.dtype;
    expect(dtype({ merge_method: "average", models })).toBe("F32");
    expect(dtype({ merge_method: "average", models, dtype: "float16" })).toBe(
      "F16",
    );
    expect(
      dtype({
        merge_method: "taskArithmetic",
        base_model: "bf16.safetensors",
        models: [models[0]],
      }),
    ).toBe("BF16");
  });
});

describe("layerOf(name)", () => {
  it.each([
    ["model.layers.12.mlp.up_proj.weight", 12],
    ["transformer.h.3.attn.weight", 3],
    ["model.layers.4.mlp.experts.7.up_proj.weight", 4],
    ["visual.blocks.0.norm.weight", 0],
    ["model.embed_tokens.weight", null],
    ["lm_head.weight", null],
  ])("of %s is %s", (name, layer) => {
    expect(layerOf(name)?.layer ?? null).toBe(layer);
  });
});

describe("number formats", () => {
  it("hold one another's values or not", () => {
    expect([
      holds("F32", "BF16"),
      holds("F64", "F32"),
      holds("F32", "F16"),
    ]).toEqual([true, true, true]);
    expect([
      holds("BF16", "F16"),
      holds("F16", "BF16"),
      holds("BF16", "F32"),
    ]).toEqual([false, false, false]);
    expect(widest(["F16", "BF16"])).toBe("F32");
    expect(widest(["BF16", "BF16"])).toBe("BF16");
  });
});

describe("byteText(bytes)", () => {
  it("has three digits and a decimal unit", () => {
    expect([7, 1_062_000, 512e6, 8.04e9].map(byteText)).toEqual([
      "7 B",
      "1.06 MB",
      "512 MB",
      "8.04 GB",
    ]);
  });
});
