/** Which models are the same model: configurations in several spellings, wrappers, tokenizers, layers and buffers beside the rest. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Params } from "../../../src/checkpoint/index.js";
import {
  type MergePlan,
  parseRecipe,
  preflight,
} from "../../../src/merge/index.js";
import {
  baseParams,
  config,
  type ModelFiles,
  tokenizer,
  trained,
  writeModel,
} from "../checkpoints.js";

const root = mkdtempSync(join(tmpdir(), "m2rl-same-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A plan of models that are written first: the first is the base. */
function plan(
  models: Record<string, ModelFiles & { params?: Params }>,
  recipe: object = {},
): MergePlan {
  const names = Object.keys(models);
  for (const [i, name] of names.entries()) {
    const { params = trained(baseParams(), i + 1), ...files } = models[name]!;
    rmSync(join(root, name), { recursive: true, force: true });
    writeModel(join(root, name), params, files);
  }
  const [base, ...experts] = names;
  const whole = {
    merge_method: "taskArithmetic",
    base_model: base,
    models: experts.map((model) => ({ model })),
    ...recipe,
  };
  return preflight(
    parseRecipe(JSON.stringify(whole, null, 1), join(root, "r.yml")),
    join(root, "out"),
  );
}

function refusal(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    return (error as Error).message.replaceAll(`${root}/`, "");
  }
  return "taken";
}

/** An object of the result's files. */
function written(
  { files }: MergePlan,
  name = "config.json",
): Record<string, unknown> {
  const [, content] = files.find(([other]) => other === name)!;
  return JSON.parse(Buffer.from(content).toString()) as Record<string, unknown>;
}

/** Layers `0 … count − 1` of one model. */
function layers(model: string, begin: number, end: number): object {
  return { sources: [{ model, layer_range: [begin, end] }] };
}

const five = (): Record<string, unknown> => {
  const { rope_theta, torch_dtype, ...rest } = config();
  return {
    ...rest,
    rope_parameters: { rope_theta, rope_type: "default" },
    dtype: torch_dtype,
    sliding_window: null,
  };
};

/** A configuration under a wrapper. */
const wrapped = (over: object = {}): Record<string, unknown> => ({
  architectures: ["Mistral3ForConditionalGeneration"],
  model_type: "mistral3",
  torch_dtype: "bfloat16",
  text_config: {
    ...config({ model_type: "mistral", architectures: undefined }),
    tie_word_embeddings: true,
    ...over,
  },
  tie_word_embeddings: true,
});

describe("models of one recipe", () => {
  it("may be saved by transformers 4 and by transformers 5", () => {
    const result = plan({ base: { config: config() }, e: { config: five() } });
    expect(written(result)).toEqual(config());
    const other = plan({ base: { config: five() }, e: { config: config() } });
    expect(written(other)).toEqual(JSON.parse(JSON.stringify(five())));
  });

  it.each([
    ["final_logit_softcapping", { final_logit_softcapping: 30 }, "nothing", 30],
    ["partial_rotary_factor", { partial_rotary_factor: 0.5 }, "nothing", 0.5],
    ["rope_theta", { rope_theta: 100 }, "10000", 100],
  ])("must agree in %s", (key, over, wanted, got) => {
    expect(
      refusal(() => plan({ base: {}, e: { config: config(over) } })),
    ).toContain(
      `${key} of "e" must be ${wanted} as in "base", got ${got} in config.json`,
    );
  });

  it("must agree inside text_config", () => {
    const message = refusal(() =>
      plan({
        base: { config: wrapped() },
        e: { config: wrapped({ rope_theta: 1e6 }) },
      }),
    );
    expect(message).toContain(
      'text_config.rope_theta of "e" must be 10000 as in "base", got 1000000 in config.json',
    );
  });

  it("of an unknown type must write the keys in which they could differ", () => {
    const message = refusal(() =>
      plan({
        base: { config: config({ model_type: "novel" }) },
        e: { config: config({ model_type: "novel", alpha: 2 }) },
      }),
    );
    expect(message).toContain(
      'alpha of "e" must be nothing as in "base", got 2 in config.json; the defaults of model type novel are not known here: write alpha in both',
    );
  });
});

describe("the configuration of the result", () => {
  it("counts the layers of a stack inside text_config", () => {
    const result = plan(
      { base: { config: wrapped({ layer_types: ["a", "b", "c"] }) } },
      {
        merge_method: "passthrough",
        base_model: undefined,
        models: undefined,
        slices: [layers("base", 0, 3), layers("base", 1, 3)],
      },
    );
    const out = written(result);
    expect(out["num_hidden_layers"]).toBeUndefined();
    expect(out["text_config"]).toMatchObject({
      num_hidden_layers: 5,
      layer_types: ["a", "b", "c", "b", "c"],
    });
  });

  it.each([
    [
      "vocab_size",
      { vocab_size: 2000 },
      'vocab_size 2000 where tensor "model.embed_tokens.weight" has 2100',
    ],
    [
      "heads",
      { num_attention_heads: 4 },
      'num_attention_heads × head_dim 64 where tensor "model.layers.0.self_attn.q_proj.weight" has 32',
    ],
    [
      "width",
      { intermediate_size: 64 },
      'intermediate_size 64 where tensor "model.layers.0.mlp.up_proj.weight" has 48',
    ],
    [
      "channels",
      { hidden_size: 64 },
      'hidden_size 64 where tensor "model.embed_tokens.weight" has 32',
    ],
  ])("must describe the tensors: %s", (_, over, text) => {
    const wrong = { config: config(over) };
    expect(refusal(() => plan({ base: wrong, e: wrong }))).toContain(
      `config.json of "base" must describe the result, got ${text}`,
    );
  });

  it("names the dtype that most entries have, wherever the donor names one", () => {
    const result = plan(
      { base: { config: wrapped() }, e: { config: wrapped() } },
      { out_dtype: "float32" },
    );
    expect(written(result)).toMatchObject({
      torch_dtype: "float32",
      text_config: { torch_dtype: "float32" },
    });
  });
});

describe("layers and buffers beside the rest", () => {
  const mtp = config({ num_hidden_layers: 2, num_nextn_predict_layers: 1 });

  it("may be a stored layer that predicts further tokens", () => {
    expect(
      written(plan({ base: { config: mtp }, e: { config: mtp } })),
    ).toEqual(mtp);
    const stack = (...slices: object[]): Record<string, unknown> =>
      written(
        plan(
          { base: { config: mtp } },
          {
            merge_method: "passthrough",
            base_model: undefined,
            models: undefined,
            slices,
          },
        ),
      );
    expect(stack(layers("base", 0, 2), layers("base", 0, 3))).toMatchObject({
      num_hidden_layers: 4,
      num_nextn_predict_layers: 1,
    });
    expect(stack(layers("base", 0, 2))).toMatchObject({
      num_hidden_layers: 2,
      num_nextn_predict_layers: 0,
    });
    expect(
      refusal(() => stack(layers("base", 0, 3), layers("base", 0, 1))),
    ).toContain("layers that predict further tokens (the last 1 of");
  });

  it("may be buffers that only some models store", () => {
    const params = trained(baseParams(), 4);
    for (const name of [
      "model.layers.0.self_attn.rotary_emb.inv_freq",
      "model.embeddings.position_ids",
    ])
      params.set(name, {
        dtype: "F32",
        shape: [2],
        data: new Float32Array([1, 2]),
      });
    expect(plan({ base: {}, e: { params } }).tensors).toHaveLength(14);
    expect(plan({ base: { params }, e: {} }).tensors).toHaveLength(14);
    expect(plan({ base: { params }, e: { params } }).tensors).toHaveLength(16);
  });
});

describe("tokenizers", () => {
  const none = { tokenizer: null };
  const files = (name: string, text: string): ModelFiles => ({
    ...none,
    files: { [name]: text },
  });

  it.each([
    ["vocab.json", '{"a":0,"b":1}', '{"a":1,"b":0}'],
    ["merges.txt", "#version: 0.2\na b\n", "b a\n"],
    ["vocab.txt", "a\nb\n", "b\na\n"],
    ["tokenizer.model", "bytes", "other"],
    ["spiece.model", "bytes", "other"],
    ["tekken.json", "{}", '{"vocab":1}'],
    ["qwen.tiktoken", "YQ== 0", "YQ== 1"],
  ])("must be the same in %s, which is carried", (name, text, other) => {
    const result = plan({ base: files(name, text), e: files(name, text) });
    expect(result.files.map(([file]) => file)).toContain(name);
    expect(result.notes).toEqual([]);
    expect(
      refusal(() => plan({ base: files(name, text), e: files(name, other) })),
    ).toContain(
      `tokenizer of "e" must be that of "base", got another vocabulary in ${name}; tokenizers are not merged`,
    );
  });

  it("are the same in other words: line ends, a version line, merges as pairs", () => {
    const pairs = JSON.parse(tokenizer()) as { model: { merges: unknown } };
    const merges = { ...pairs.model, merges: ["a b"] };
    const one = JSON.stringify({ ...pairs, model: merges });
    pairs.model.merges = [["a", "b"]];
    expect(
      plan({
        base: { tokenizer: one },
        e: { tokenizer: JSON.stringify(pairs) },
      }).notes,
    ).toEqual([]);
    expect(
      plan({
        base: files("merges.txt", "#version: 0.2\na b\n"),
        e: files("merges.txt", "a b\r\n"),
      }).notes,
    ).toEqual([]);
  });

  it("that cut text by another rule, or that have no file in common, are noted", () => {
    const cut = { ...JSON.parse(tokenizer()), normalizer: { type: "NFC" } };
    expect(
      plan({ base: {}, e: { tokenizer: JSON.stringify(cut) } }).notes,
    ).toEqual([
      'tokenizers of "e" and "base": normalizer or pre_tokenizer of tokenizer.json is written in another way; check that both cut text alike',
    ]);
    expect(plan({ base: {}, e: files("tokenizer.model", "x") }).notes).toEqual([
      'tokenizers of "e" and "base" cannot be compared, since one has tokenizer.model and the other tokenizer.json; check that they are the same',
    ]);
    expect(plan({ base: {}, e: none }).notes).toEqual([]);
  });

  it("bring everything that belongs to them, and code that auto_map names", () => {
    const names = [
      "tokenizer_config.json",
      "special_tokens_map.json",
      "chat_template.jinja",
      "generation_config.json",
      "preprocessor_config.json",
      "modeling_novel.py",
      "tokenization_novel.py",
      "LICENSE",
    ];
    const beside = ["README.md", "training_args.bin", "trainer_state.json"];
    const all = Object.fromEntries(
      [...names, ...beside].map((name) => [name, "{}"]),
    );
    const result = plan({ base: { files: all }, e: {} });
    expect(result.files.map(([name]) => name).sort()).toEqual(
      [...names, "config.json", "tokenizer.json"].sort(),
    );
  });
});
