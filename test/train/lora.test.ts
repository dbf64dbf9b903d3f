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
  trainDistill,
  trainGrpo,
  trainImitation,
  trainSft,
  type TrainSftOptions,
} from "../../src/train/index.js";
import { newFolder, writePico, writeTeacher } from "./fixture.js";

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

/** Names of the weights in which a model differs from the one that runs start from. */
const movedFrom = (out: string): string[] =>
  [
    ...changes(
      readModelFolder(init).params,
      readModelFolder(out).params,
    ).keys(),
  ].sort();

const ADAPTED = { loraRank: 1, loraTargets: ["o_proj", "up_proj"] as const };
const ADAPTED_NAMES = [0, 1].flatMap((layer) => [
  `model.layers.${layer}.mlp.up_proj.weight`,
  `model.layers.${layer}.self_attn.o_proj.weight`,
]);

test.each([
  { method: "onPolicy" as const, updatesPerRollout: 2 },
  { method: "reverseKl" as const },
  { method: "forwardKl" as const },
  { method: "offPolicy" as const },
])(
  "trainDistill trains an adapter by %j, which begins as the student itself",
  async (how) => {
    const name = how.method;
    const place = (out: string) => ({
      ...{ out: join(folder, out), log: join(folder, `${out}.jsonl`) },
    });
    const run = {
      ...{ init, teachers: { math: writeTeacher(folder, "math", 4) } },
      ...{ seed: 1, name: "run", steps: 1, promptsPerStep: 1, groupSize: 2 },
      ...{ learningRate: 1e-2, ...how },
    };
    const whole = await trainDistill({ ...run, ...place(`${name}-whole`) });
    const adapted = { ...run, ...ADAPTED };
    const own = await trainDistill({ ...adapted, ...place(name) });
    const kept = { ...adapted, ...place(`${name}-kept`) };
    await trainDistill({ ...kept, loraSave: "adapter" });
    expect(movedFrom(own.out)).toEqual(ADAPTED_NAMES);
    expect(own.metrics[0]!.kl).toBeGreaterThan(0);
    expect(own.metrics[0]!.kl).toBeCloseTo(whole.metrics[0]!.kl, 5);
    const merged = readModelFolder(own.out).params;
    // The engine sums in float32, the reader in float64.
    for (const [key, most] of changes(merged, readModelFolder(kept.out).params))
      expect(most, key).toBeLessThan(1e-6);
  },
);

test("trainImitation trains an adapter, on demonstrations; without a right answer it stays as it is", async () => {
  const run = {
    ...{ init, seed: 1, domains: ["math" as const], steps: 1 },
    ...{ promptsPerStep: 1, groupSize: 2, learningRate: 1e-2 },
    log: join(folder, "imitate.jsonl"),
  };
  const source = "demonstrations" as const;
  const place = (out: string) => ({
    ...{ out: join(folder, out), log: join(folder, `${out}.jsonl`) },
  });
  const whole = await trainImitation({
    ...run,
    source,
    ...place("shown-whole"),
  });
  const own = await trainImitation({
    ...{ ...run, ...ADAPTED, source },
    ...place("shown"),
  });
  expect(movedFrom(own.out)).toEqual(ADAPTED_NAMES);
  expect(own.metrics[0]!.loss).toBeCloseTo(whole.metrics[0]!.loss, 5);
  // An untrained model is never right: there is nothing to learn, and no weight decay acts on what is 0.
  const none = await trainImitation({
    ...{ ...run, ...ADAPTED, source: "rollouts" },
    ...place("rolled"),
  });
  expect(none.metrics[0]).toMatchObject({ answers: 0 });
  expect(movedFrom(none.out)).toEqual([]);
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
