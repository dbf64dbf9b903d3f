/** Adapters in PEFT's format, opened as the models that they make; those under test/golden/model/lora were written by PEFT. */
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  Checkpoint,
  hashModel,
  modelPlace,
  readConfiguration,
  readModelFolder,
  readSafetensors,
  resolveModel,
  writeSafetensors,
  type Params,
} from "../../src/checkpoint/index.js";

const models = join(import.meta.dirname, "../golden/model");
const adapters = join(models, "lora");

/** A copy of the adapter of "tied", with other settings or tensors. */
function copyWith(
  change: Record<string, unknown>,
  tensors: (params: Params) => void = () => undefined,
): string {
  const folder = join(mkdtempSync(join(tmpdir(), "m2rl-adapter-")), "copy");
  cpSync(join(adapters, "tied"), folder, { recursive: true });
  const file = join(folder, "adapter_config.json");
  const config = JSON.parse(readFileSync(file, "utf8")) as object;
  const named = { base_model_name_or_path: join(models, "tied") };
  writeFileSync(file, JSON.stringify({ ...config, ...named, ...change }));
  const weights = join(folder, "adapter_model.safetensors");
  const params = readSafetensors(weights);
  tensors(params);
  writeSafetensors(weights, params);
  return folder;
}

describe.each(["tied", "llama", "qwen2"])("PEFT's adapter of %s", (name) => {
  const folder = join(adapters, name);
  const expected = readSafetensors(join(folder, "outputs.safetensors"));
  expected.delete("logits");

  test("gives the weights of PEFT's merge_and_unload, and leaves the others", () => {
    const { params, config } = readModelFolder(folder);
    const base = readModelFolder(join(models, name));
    expect(config).toEqual(base.config);
    expect([...params.keys()]).toEqual([...base.params.keys()]);
    for (const [key, { data }] of expected) {
      const ours = params.get(key)!.data;
      // One rounding of each entry, in another order of sums.
      data.forEach((x, i) => expect(Math.abs(ours[i]! - x)).toBeLessThan(1e-6));
    }
    const norm = "model.layers.0.input_layernorm.weight";
    expect(params.get(norm)).toEqual(base.params.get(norm));
  });

  test("has the same values in whatever pieces it is read", () => {
    const checkpoint = Checkpoint.open(folder);
    const [key] = expected.keys();
    const { elements, bytes, dtype } = checkpoint.tensor(key!);
    expect([dtype, bytes]).toEqual(["F32", 4 * elements]);
    const whole = new Float32Array(elements);
    checkpoint.read(key!, 0, whole);
    for (const [start, size] of [
      [0, 1],
      [31, 3],
      [5, 90],
      [elements - 7, 7],
    ] as const) {
      const part = new Float32Array(size);
      checkpoint.read(key!, start, part);
      expect(part).toEqual(whole.slice(start, start + size));
      const raw = new Uint8Array(4 * size - 2);
      checkpoint.readBytes(key!, 4 * start + 1, raw);
      expect(raw).toEqual(
        new Uint8Array(whole.buffer, 4 * start + 1, raw.length),
      );
    }
    checkpoint.close();
  });

  test("is the same model as BASE+ADAPTER", () => {
    const both = `${join(models, name)}+${folder}`;
    expect(modelPlace(both)).toEqual({
      base: join(models, name),
      adapter: folder,
    });
    expect(hashModel(both)).toBe(hashModel(folder));
    expect(hashModel(both)).not.toBe(hashModel(join(models, name)));
    expect(readConfiguration(both)).toEqual(readConfiguration(folder));
    expect(resolveModel(models, `${name}+lora/${name}`)).toBe(both);
  });
});

test("hashModel of an adapter depends on its scale and not on its settings of training", () => {
  const same = copyWith({ lora_dropout: 0.3, target_modules: [] });
  expect(hashModel(same)).toBe(hashModel(copyWith({})));
  expect(hashModel(copyWith({ lora_alpha: 5 }))).not.toBe(hashModel(same));
});

test.each([
  ["peft_type", "LOHA", '"LORA"'],
  ["r", 0, "a positive integer"],
  ["lora_alpha", "8", "a finite number"],
  ["use_rslora", 1, "true or false"],
  ["init_lora_weights", "pissa", "a start that leaves the base as it is"],
  ["use_dora", true, "off or absent, since it is not implemented"],
  ["bias", "all", "off or absent, since it is not implemented"],
  ["rank_pattern", { q: 2 }, "off or absent, since it is not implemented"],
  ["modules_to_save", ["x"], "off or absent, since it is not implemented"],
  ["a_new_key", 1, "off or absent, since it is not implemented"],
])("Checkpoint.open refuses an adapter with %s %j", (key, value, must) => {
  const folder = copyWith({ [key]: value });
  expect(() => Checkpoint.open(folder)).toThrow(
    `${join(folder, "adapter_config.json")}: ${key} must be ${must}, got ${JSON.stringify(value)}`,
  );
});

test("Checkpoint.open refuses tensors that do not fit the base, by name", () => {
  const key = (factor: string): string =>
    `base_model.model.model.layers.0.self_attn.q_proj.lora_${factor}.weight`;
  const opened = (change: (params: Params) => void) => () =>
    Checkpoint.open(copyWith({}, change));
  expect(opened((params) => params.delete(key("B")))).toThrow(
    `tensor "${key("A")}" must have its lora_B, got none`,
  );
  expect(
    opened((params) => params.set(key("A"), params.get(key("B"))!)),
  ).toThrow(`tensor "${key("A")}" must have shape (4, 32), got (32, 4)`);
  expect(
    opened((params) => params.set("x.lora_A", params.get(key("A"))!)),
  ).toThrow(
    'tensor "x.lora_A" must be lora_A or lora_B of a linear layer, got another name',
  );
  const lost = "base_model.model.lost.lora_A.weight";
  expect(opened((params) => params.set(lost, params.get(key("A"))!))).toThrow(
    `tensor "${lost}" must belong to a matrix of the base, got no lost.weight there`,
  );
  expect(
    opened((params) => {
      const a = params.get(key("A"))!;
      params.set(key("A"), { ...a, dtype: "I32", data: a.data.fill(1) });
    }),
  ).toThrow("and its weight have dtype F16, BF16, F32, F64, got I32");
});

test("modelPlace refuses a base that is not here, and an adapter of an adapter", () => {
  const hub = copyWith({ base_model_name_or_path: "Org/Model" });
  expect(() => modelPlace(hub)).toThrow(
    'base_model_name_or_path must be a model folder on this machine, got "Org/Model"; give BASE+ADAPTER instead of the adapter alone',
  );
  expect(modelPlace(`${join(models, "tied")}+${hub}`).adapter).toBe(hub);
  const twice = copyWith({ base_model_name_or_path: join(adapters, "tied") });
  expect(() => Checkpoint.open(twice)).toThrow(
    "base of an adapter must be a whole model, got another adapter",
  );
});
