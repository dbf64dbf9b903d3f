/** Runs that train an adapter: what they write, how they resume, what they refuse. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  hashModel,
  modelPlace,
  readModelFolder,
  type Params,
} from "../../src/checkpoint/index.js";
import { loadPolicy } from "../../src/model/index.js";
import {
  trainGrpo,
  trainSft,
  type TrainSftOptions,
} from "../../src/train/index.js";
import { newFolder, writePico } from "./fixture.js";

const folder = newFolder();
const init = writePico(folder);

const sft = (out: string): TrainSftOptions => ({
  init,
  out: join(folder, out),
  log: join(folder, `${out}.jsonl`),
  ...{ seed: 1, steps: 3, batchSize: 2, learningRate: 1e-2 },
  ...{ loraRank: 2, loraTargets: ["q_proj", "down_proj"] as const },
});

/** Largest difference of any entry, by tensor; those that are equal are left out. */
function changes(a: Params, b: Params): Map<string, number> {
  const found = new Map<string, number>();
  for (const [name, { data }] of a) {
    const other = b.get(name)!.data;
    const most = data.reduce(
      (max, x, i) => Math.max(max, Math.abs(x - other[i]!)),
      0,
    );
    if (most > 0) found.set(name, most);
  }
  return found;
}

test("trainSft with loraRank changes the adapted weights only; merged and kept it is one model", async () => {
  await trainSft(sft("merged"));
  await trainSft({ ...sft("kept"), loraSave: "adapter" });
  const [base, merged, kept] = [init, "merged", "kept"].map(
    (name) =>
      readModelFolder(join(folder, name === init ? "init" : name)).params,
  );
  expect([...changes(base!, merged!).keys()].sort()).toEqual(
    [0, 1].flatMap((layer) => [
      `model.layers.${layer}.mlp.down_proj.weight`,
      `model.layers.${layer}.self_attn.q_proj.weight`,
    ]),
  );
  // The engine sums in float32, the reader in float64.
  for (const [name, most] of changes(merged!, kept!))
    expect(most, name).toBeLessThan(1e-6);
  const { policy, tokenizer } = loadPolicy(join(folder, "kept"));
  expect(tokenizer.size).toBe(policy.config.vocabSize);
  policy.dispose();
});

test("an adapter that is kept names its base by the way from its folder, and is written as PEFT names things", async () => {
  const out = join(folder, "kept");
  const json = JSON.parse(
    readFileSync(join(out, "adapter_config.json"), "utf8"),
  ) as Record<string, unknown>;
  expect(json).toMatchObject({
    ...{ peft_type: "LORA", task_type: "CAUSAL_LM", r: 2, lora_alpha: 4 },
    target_modules: ["q_proj", "down_proj"],
    base_model_name_or_path: "../init",
  });
  expect(modelPlace(out)).toEqual({ base: init, adapter: out });
});

test("a run of an adapter that was stopped ends with the same bytes", async () => {
  const stop = new AbortController();
  const options: TrainSftOptions = { ...sft("stopped"), loraSave: "adapter" };
  const stopped = trainSft({
    ...options,
    signal: stop.signal,
    onStep: ({ step }) => step === 1 && stop.abort(new Error("enough")),
  });
  await expect(stopped).rejects.toThrow("enough");
  const seen: number[] = [];
  await trainSft({ ...options, onStep: ({ step }) => seen.push(step) });
  expect(seen).toEqual([2]);
  expect(hashModel(options.out)).toBe(hashModel(join(folder, "kept")));
});

test("trainGrpo trains an adapter, from an adapter too", async () => {
  const run = {
    ...{ seed: 1, domains: ["math" as const], steps: 1, promptsPerStep: 1 },
    ...{ groupSize: 2, klCoef: 0.1, entropyCoef: 0.1, learningRate: 1e-2 },
    ...{ loraRank: 1, loraAlpha: 1, log: join(folder, "rl.jsonl") },
  };
  const kept = join(folder, "kept");
  const out = join(folder, "rl");
  await trainGrpo({ ...run, init: kept, out });
  const moved = changes(
    readModelFolder(kept).params,
    readModelFolder(out).params,
  );
  expect([...moved.keys()].every((name) => name.includes("_proj."))).toBe(true);
  expect(moved.size).toBe(14);
  await expect(
    trainGrpo({ ...run, init: kept, out, loraSave: "adapter" }),
  ).rejects.toThrow(
    "trainGrpo: loraSave must be merged where the run starts from an adapter, got adapter",
  );
});

test.each([
  [{ loraRank: 0 }, "loraRank must be a positive integer, got 0"],
  [
    { loraRank: undefined },
    'loraTargets must be left out without loraRank, got ["q_proj","down_proj"]',
  ],
  [
    { loraTargets: ["q_proj", "q_proj"] as never },
    "loraTargets must be some of q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj, each once",
  ],
  [{ store: "bfloat16" as const }, "store must be float32 with loraRank"],
])("trainSft refuses %j", async (wrong, text) => {
  await expect(trainSft({ ...sft("never"), ...wrong })).rejects.toThrow(
    `trainSft: ${text}`,
  );
});
