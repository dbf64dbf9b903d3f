import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Checkpoint,
  hashFile,
  readModelFolder,
  type Params,
} from "../../../src/checkpoint/index.js";
import {
  mergeCheckpoints,
  methods,
  parseRecipe,
  type MergeReport,
} from "../../../src/merge/index.js";
import type { MergeCheckpointsOptions } from "../../../src/merge/stream/executor.js";
import {
  baseParams,
  contents,
  trained,
  writeFile,
  writeModel,
  writeModels,
} from "../checkpoints.js";

const root = mkdtempSync(join(tmpdir(), "m2rl-merge-"));
beforeAll(() => writeModels(root, 3));
afterAll(() => rmSync(root, { recursive: true }));

/** Merge by a recipe in the folder of the models. */
function run(
  recipe: object,
  out: string,
  options: MergeCheckpointsOptions = {},
): Promise<MergeReport> {
  return mergeCheckpoints(
    parseRecipe(JSON.stringify(recipe), join(root, "recipe.yml")),
    join(root, out),
    { threads: 2, ...options },
  );
}

const MODELS = [{ model: "a" }, { model: "b" }, { model: "c" }];
const TIES = { merge_method: "ties", base_model: "base", models: MODELS };

const AVERAGE = { ...TIES, merge_method: "average" };

function values(folder: string): Params {
  return readModelFolder(join(root, folder)).params;
}

describe("mergeCheckpoints(recipe, out)", () => {
  it.each(["average", "taskArithmetic", "ties", "sce", "dareTies"])(
    "gives what %s gives in memory, rounded",
    async (name) => {
      await run(
        { ...TIES, merge_method: name, seed: 3, out_dtype: "float32" },
        name,
      );
      const [base, ...experts] = ["base", "a", "b", "c"].map(values);
      const method = methods[name as keyof typeof methods]!;
      const expected = method.merge(
        base!,
        experts,
        method.random ? { seed: 3 } : {},
      );
      for (const [tensor, { data, dtype }] of values(name)) {
        expect(dtype).toBe("F32");
        expect(data, tensor).toEqual(expected.get(tensor)!.data);
      }
    },
  );

  it("gives the same folder, byte for byte, for any number of threads", async () => {
    const recipe = {
      ...TIES,
      merge_method: "dareTies",
      rounding: "stochastic",
    };
    for (const threads of [1, 2, 5]) {
      await run(recipe, `threads${threads}`, { threads, shardSize: 5_000 });
    }
    const one = contents(join(root, "threads1"));
    expect(
      Object.keys(one).filter((name) => name.endsWith(".safetensors")).length,
    ).toBeGreaterThan(3);
    expect(contents(join(root, "threads2"))).toEqual(one);
    expect(contents(join(root, "threads5"))).toEqual(one);
  });

  it("merges a model with itself: the mean of twice a is a, a sum counts it twice", async () => {
    const models = [{ model: "a" }, { model: "a" }];
    await run({ ...AVERAGE, models }, "twice");
    expect(values("twice")).toEqual(values("a"));
    await run({ ...TIES, merge_method: "taskArithmetic", models }, "sum");
    await run(
      {
        ...TIES,
        merge_method: "taskArithmetic",
        models: [{ model: "a" }],
        parameters: { lambda: 2 },
      },
      "double",
    );
    expect(values("sum")).toEqual(values("double"));
  });

  it("gives the same values in any shards", async () => {
    await run(TIES, "whole");
    await run(TIES, "shards", { shardSize: 5_000 });
    const whole = Checkpoint.open(join(root, "whole"));
    const shards = Checkpoint.open(join(root, "shards"));
    expect(whole.files).toHaveLength(1);
    expect(shards.files.length).toBeGreaterThan(5);
    expect(values("shards")).toEqual(values("whole"));
  });

  it("carries configuration, generation settings and tokenizer, and leaves nothing else", async () => {
    const generation = '{"temperature": 0.6}';
    writeModel(join(root, "full"), baseParams(), {
      files: { "generation_config.json": generation, "merges.txt": "x" },
    });
    await run({ ...TIES, base_model: "full", out_dtype: "float16" }, "carried");
    const out = contents(join(root, "carried"));
    expect(Object.keys(out)).toEqual([
      ".m2rl.json",
      "README.md",
      "config.json",
      "generation_config.json",
      "merges.txt",
      "model.safetensors",
      "provenance.json",
      "recipe.yml",
      "tokenizer.json",
    ]);
    expect(out["generation_config.json"]).toBe(generation);
    expect(out["tokenizer.json"]).toBe(
      readFileSync(join(root, "full", "tokenizer.json"), "latin1"),
    );
    expect(JSON.parse(out["config.json"]!)).toMatchObject({
      model_type: "qwen3",
      torch_dtype: "float16",
      num_hidden_layers: 3,
    });
    expect(readdirSync(root).filter((name) => name.startsWith("."))).toEqual(
      [],
    );
  });

  it("writes a chat template where loaders look for it", async () => {
    await run({ ...TIES, chat_template: "{{ messages }}" }, "template");
    const out = contents(join(root, "template"));
    expect(out["chat_template.jinja"]).toBe("{{ messages }}");
    expect(JSON.parse(out["tokenizer_config.json"]!)).toEqual({
      chat_template: "{{ messages }}",
    });
  });

  it("says in provenance.json what was merged, and hashes it", async () => {
    const { provenance } = await run({ ...TIES, seed: 7 }, "provenance", {
      hashInputs: true,
      shardSize: 40_000,
    });
    expect(
      JSON.parse(
        readFileSync(join(root, "provenance", "provenance.json"), "utf8"),
      ),
    ).toEqual(provenance);
    expect(provenance).toMatchObject({
      method: "ties",
      dialect: "paper",
      seed: 7,
      rounding: "nearest",
    });
    expect(provenance.inputs.map(({ model, role }) => [model, role])).toEqual([
      ["base", "base"],
      ["a", "expert"],
      ["b", "expert"],
      ["c", "expert"],
    ]);
    expect(
      new Set(provenance.inputs.map(({ fingerprint }) => fingerprint)).size,
    ).toBe(4);
    expect(provenance.inputs[1]!.files).toEqual([
      {
        name: "model.safetensors",
        bytes: readFileSync(join(root, "a", "model.safetensors")).length,
        sha256: hashFile(join(root, "a", "model.safetensors")),
      },
    ]);
    for (const { name, bytes, sha256 } of provenance.output) {
      const path = join(root, "provenance", name);
      expect([bytes, sha256]).toEqual([
        readFileSync(path).length,
        hashFile(path),
      ]);
    }
    expect(
      readFileSync(join(root, "provenance", "README.md"), "utf8"),
    ).toContain("| `a` | expert |");
  });

  it("reports which share of the change outlives rounding", async () => {
    const { provenance: rounded } = await run(AVERAGE, "rounded");
    const { provenance: exact } = await run(
      { ...AVERAGE, out_dtype: "float32" },
      "exact",
    );
    expect(exact.survival).toMatchObject({
      entries: 1,
      magnitude: 1,
      error: 0,
    });
    const { changed, survived, entries } = rounded.survival!;
    let moved = 0;
    let left = 0;
    const base = values("base");
    for (const [name, { data }] of values("exact")) {
      const stored = values("rounded").get(name)!.data;
      const before = base.get(name)!.data;
      data.forEach((value, i) => {
        if (value === before[i]) return;
        moved++;
        if (stored[i] !== before[i]) left++;
      });
    }
    expect([changed, survived]).toEqual([moved, left]);
    expect(entries).toBe(left / moved);
    expect(entries).toBeLessThan(0.9);
  });

  it("rounds stochastically by the seed", async () => {
    const recipe = { ...AVERAGE, rounding: "stochastic" };
    await run({ ...recipe, seed: 1 }, "stochastic1");
    await run({ ...recipe, seed: 2 }, "stochastic2");
    const [one, two, exact] = ["stochastic1", "stochastic2", "exact"].map(
      (name) => values(name).get("model.embed_tokens.weight")!.data,
    );
    expect(one).not.toEqual(two);
    const bias = (stored: Float32Array): number =>
      stored.reduce((sum, value, i) => sum + value - exact![i]!, 0) /
      stored.length;
    // Steps of bfloat16 near 0.02 are 1e-4; the mean of 67,200 roundings is off by about a 260th of one.
    expect(Math.abs(bias(one!))).toBeLessThan(2e-6);
  });

  it("merges mixed formats, single files and shards", async () => {
    const base = baseParams(1, 3, "F32");
    writeFile(join(root, "base.safetensors"), base);
    writeFile(join(root, "half.safetensors"), trained(base, 1, "F16"));
    writeModel(join(root, "sharded"), trained(base, 2, "BF16"), {
      shardSize: 20_000,
    });
    const { provenance } = await run(
      {
        merge_method: "taskArithmetic",
        base_model: "base.safetensors",
        models: [{ model: "half.safetensors" }, { model: "sharded" }],
      },
      "mixed",
    );
    expect(new Set(provenance.tensors.map(({ dtype }) => dtype))).toEqual(
      new Set(["F32"]),
    );
    const merged = Checkpoint.open(join(root, "mixed"));
    const data = new Float32Array(32);
    merged.read("model.norm.weight", 0, data);
    const [zero, half, sharded] = [
      "base.safetensors",
      "half.safetensors",
      "sharded",
    ].map((name) => {
      const out = new Float32Array(32);
      Checkpoint.open(join(root, name)).read("model.norm.weight", 0, out);
      return out;
    });
    data.forEach((value, i) => {
      const exact = half![i]! + sharded![i]! - zero![i]!;
      expect(Math.abs(value - exact)).toBeLessThan(1e-7);
    });
    expect(existsSync(join(root, "mixed", "config.json"))).toBe(false);
  });

  it("rounds inputs to the recipe's dtype when it reads them", async () => {
    const base = baseParams(1, 3, "F32");
    const recipe = {
      merge_method: "average",
      models: [{ model: "half.safetensors" }],
      dtype: "bfloat16",
      out_dtype: "float32",
    };
    await run(recipe, "cast");
    const { data } = trained(base, 1).get("model.norm.weight")!;
    const got = new Float32Array(32);
    Checkpoint.open(join(root, "cast")).read("model.norm.weight", 0, got);
    // bfloat16 has 8 significant bits.
    expect(
      [...got].every(
        (value) =>
          (new Uint32Array(new Float32Array([value]).buffer)[0]! & 0xffff) ===
          0,
      ),
    ).toBe(true);
    data.forEach((value, i) =>
      expect(Math.abs(got[i]! - value)).toBeLessThan(
        1e-2 * Math.abs(value) + 1e-6,
      ),
    );
  });

  it("copies tensors that are no floats, and leaves out an output head that is the embedding", async () => {
    const extra = (seed: number): Params => {
      const params = seed === 0 ? baseParams() : trained(baseParams(), seed);
      params.set("model.position_ids", {
        dtype: "I64",
        shape: [3],
        data: new Float32Array([0, 1, 2]),
      });
      const { shape, data } = params.get("model.embed_tokens.weight")!;
      params.set("lm_head.weight", { dtype: "BF16", shape, data });
      return params;
    };
    writeModel(join(root, "extra0"), extra(0));
    writeModel(join(root, "extra1"), extra(1));
    await run(
      { ...TIES, base_model: "extra0", models: [{ model: "extra1" }] },
      "copied",
    );
    const { tensors } = Checkpoint.open(join(root, "copied"));
    expect(tensors.get("model.position_ids")?.dtype).toBe("I64");
    expect([...values("copied").get("model.position_ids")!.data]).toEqual([
      0, 1, 2,
    ]);
    expect(tensors.has("lm_head.weight")).toBe(false);
    expect(
      readModelFolder(join(root, "copied")).config["tie_word_embeddings"],
    ).toBe(true);
  });

  it("stacks slices of layers", async () => {
    const source = (model: string, ...layers: number[]): object => ({
      sources: [{ model, layer_range: layers }],
    });
    await run(
      {
        merge_method: "passthrough",
        slices: [source("a", 0, 2), source("b", 1, 3), source("a", 2, 3)],
      },
      "stacked",
    );
    const out = values("stacked");
    const [a, b] = ["a", "b"].map(values);
    const data = (params: Params | undefined, layer: number): Float32Array =>
      params!.get(`model.layers.${layer}.mlp.up_proj.weight`)!.data;
    expect([0, 1, 2, 3, 4].map((layer) => data(out, layer))).toEqual([
      data(a, 0),
      data(a, 1),
      data(b, 1),
      data(b, 2),
      data(a, 2),
    ]);
    expect(out.get("model.embed_tokens.weight")).toEqual(
      a!.get("model.embed_tokens.weight"),
    );
    expect(
      readModelFolder(join(root, "stacked")).config["num_hidden_layers"],
    ).toBe(5);
  });

  it("gives gradients to layers, and filters to tensors", async () => {
    await run(
      {
        ...TIES,
        merge_method: "taskArithmetic",
        models: [{ model: "a" }],
        parameters: {
          lambda: [
            { filter: "mlp", value: [0, 2] },
            { filter: "norm", value: 0 },
            { filter: "*", value: 1 },
          ],
        },
        out_dtype: "float32",
      },
      "gradient",
    );
    const [out, base, a] = ["gradient", "base", "a"].map(values);
    const scale = (name: string): number => {
      const [merged, before, after] = [out, base, a].map(
        (params) => params!.get(name)!.data,
      );
      const i = after!.findIndex((value, at) => value !== before![at]);
      return (merged![i]! - before![i]!) / (after![i]! - before![i]!);
    };
    expect(scale("model.layers.0.mlp.up_proj.weight")).toBeCloseTo(0, 9);
    expect(scale("model.layers.1.mlp.up_proj.weight")).toBeCloseTo(1, 5);
    expect(scale("model.layers.2.mlp.up_proj.weight")).toBeCloseTo(2, 5);
    expect(scale("model.norm.weight")).toBeCloseTo(0, 9);
    expect(scale("model.layers.2.self_attn.q_proj.weight")).toBeCloseTo(1, 5);
  });

  it("names tensor, entry and model of a value that is not finite, and leaves nothing", async () => {
    const broken = trained(baseParams(), 1);
    broken.get("model.layers.1.mlp.up_proj.weight")!.data[7] = NaN;
    writeModel(join(root, "broken"), broken);
    await expect(
      run({ ...TIES, models: [{ model: "a" }, { model: "broken" }] }, "nan"),
    ).rejects.toThrow(/"model\.layers\.1\.mlp\.up_proj\.weight".*NaN.*7/);
    expect(readdirSync(root).filter((name) => /^\.?nan/.test(name))).toEqual(
      [],
    );
  });

  it("refuses values that the output's format cannot hold", async () => {
    const large = trained(baseParams(), 1);
    large.get("model.norm.weight")!.data[3] = 1e30;
    writeModel(join(root, "large"), large);
    await expect(
      run(
        {
          merge_method: "average",
          models: [{ model: "large" }],
          out_dtype: "float16",
        },
        "overflow",
      ),
    ).rejects.toThrow(
      /^merge: tensor "model\.norm\.weight" must fit F16, got 1\.0\d*e\+30 at entry 3; give a wider out_dtype$/,
    );
  });

  it("refuses what is already there, unless told to replace a model", async () => {
    await run(TIES, "again");
    const out = join(root, "again");
    await expect(run(TIES, "again")).rejects.toThrow(
      `merge: ${out} must be absent or empty, got a folder with 7 entries; --force replaces what m2rl wrote`,
    );
    await run({ ...TIES, seed: 4 }, "again", { force: true });
    expect(
      JSON.parse(readFileSync(join(out, "provenance.json"), "utf8")),
    ).toMatchObject({ seed: 4 });
    mkdirSync(join(root, "precious"));
    writeFileSync(join(root, "precious", "thesis.txt"), "");
    await expect(run(TIES, "precious", { force: true })).rejects.toThrow(
      "must be a folder of m2rl to be replaced, got another: it has no marker",
    );
  });

  it("stops when it is told to, and the same call goes on with the shards that were finished", async () => {
    const stop = new AbortController();
    const options = { shardSize: 5_000, threads: 1 };
    await expect(
      run(AVERAGE, "resumed", {
        ...options,
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done > 0.9) stop.abort(new Error("enough"));
        },
      }),
    ).rejects.toThrow("enough");
    expect(existsSync(join(root, "resumed"))).toBe(false);
    const { resumedShards, elements } = await run(AVERAGE, "resumed", options);
    expect(resumedShards).toBeGreaterThan(0);
    expect(elements).toBeLessThan(67_200);
    await run(AVERAGE, "undisturbed", options);
    expect(contents(join(root, "resumed"))).toEqual(
      contents(join(root, "undisturbed")),
    );
  });

  it("begins anew when anything that the result depends on has changed", async () => {
    const stop = new AbortController();
    await expect(
      run(AVERAGE, "changed", {
        shardSize: 5_000,
        threads: 1,
        signal: stop.signal,
        onProgress: ({ done }) => {
          if (done > 0.9) stop.abort(new Error("enough"));
        },
      }),
    ).rejects.toThrow("enough");
    const other = { ...AVERAGE, seed: 5 };
    const { resumedShards } = await run(other, "changed", { shardSize: 5_000 });
    expect(resumedShards).toBe(0);
  });

  it("refuses to work where another merge is at work", async () => {
    const first = run(TIES, "busy");
    await expect(run(TIES, "busy")).rejects.toThrow(
      /^merge: one run at a time may work in .*\.busy\.merging, got another as process \d+$/,
    );
    await first;
  });
});
