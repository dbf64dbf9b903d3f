/** Adapters on the engine against PEFT (test/golden/model/lora), against their slow composition, and in training. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  readModelFolder,
  readSafetensors,
} from "../../src/checkpoint/index.js";
import { tf, type Tensor, type Tensor2D } from "../../src/engine/index.js";
import {
  adaptedWeight,
  configFromJson,
  loadPolicy,
  logits,
  logprobs,
  Lora,
  LORA_TARGETS,
  Policy,
  type LoraOptions,
  type ModelConfig,
  type Weights,
} from "../../src/model/index.js";
import { Learner, type Loss } from "../../src/train/index.js";

const models = join(import.meta.dirname, "../golden/model");

const OPTIONS: Record<string, LoraOptions> = {
  tied: { rank: 4, alpha: 8, targets: ["q_proj", "v_proj"] },
  llama: { rank: 2, alpha: 3, targets: LORA_TARGETS },
  // PEFT divided by the root of the rank here.
  qwen2: { rank: 3, alpha: 6 * Math.sqrt(3), targets: ["o_proj", "down_proj"] },
};

/** Largest difference relative to the largest value. */
function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let [worst, scale] = [0, 0];
  for (let i = 0; i < theirs.length; i++) {
    worst = Math.max(worst, Math.abs(ours[i]! - theirs[i]!));
    scale = Math.max(scale, Math.abs(theirs[i]!));
  }
  return worst / scale;
}

const lossOf =
  (config: ModelConfig, ids: Tensor2D): Loss =>
  (weights) =>
    tf.neg(tf.mean(logprobs(weights, config, ids)));

/** PEFT's name of a factor without its prefix: ours. */
const ours = (key: string): string => key.replace("base_model.model.", "");

describe.each(Object.keys(OPTIONS))("an adapter of %s", (name) => {
  const folder = join(models, "lora", name);
  const golden = JSON.parse(
    readFileSync(join(folder, "golden.json"), "utf8"),
  ) as { ids: number[][]; loss: number; losses: number[] };
  const ids = tf.tensor2d(golden.ids, [2, 12], "int32");
  const { params, config: json } = readModelFolder(join(models, name));
  const config = configFromJson(json);

  /** A policy with PEFT's factors. */
  function adapted(): { policy: Policy; lora: Lora } {
    const policy = Policy.fromParams(params, config);
    const lora = new Lora(policy, OPTIONS[name]!, 1);
    const factors = readSafetensors(join(folder, "adapter_model.safetensors"));
    expect([...factors.keys()].map(ours).sort()).toEqual(
      [...lora.factors.keys()].sort(),
    );
    for (const [key, { data, shape }] of factors) {
      lora.factors.get(ours(key))!.dispose();
      lora.factors.set(ours(key), tf.tensor(data, shape));
    }
    lora.apply();
    return { policy, lora };
  }

  test("gives PEFT's logits, and those of its folder", () => {
    const { policy, lora } = adapted();
    const { data } = readSafetensors(join(folder, "outputs.safetensors")).get(
      "logits",
    )!;
    const of = (weights: Weights): ArrayLike<number> =>
      tf.tidy(() => logits(weights, config, ids).dataSync());
    expect(distance(of(policy.weights), data)).toBeLessThan(1e-5);
    const read = Policy.fromParams(readModelFolder(folder).params, config);
    expect(distance(of(read.weights), data)).toBeLessThan(1e-5);
    for (const each of [policy, lora, read]) each.dispose();
  });

  test("gives PEFT's gradients, and those of its composition", () => {
    const { policy, lora } = adapted();
    const expected = readSafetensors(join(folder, "gradients.safetensors"));
    const loss = lossOf(config, ids);
    const names = [...policy.weights.keys()];
    const own = tf.tidy(() => {
      const slopes = tf.grads((...values: Tensor[]) =>
        loss(new Map(names.map((each, i) => [each, values[i]!]))),
      )([...policy.weights.values()]);
      const byName = new Map(names.map((each, i) => [each, slopes[i]!]));
      return [...lora.gradient(byName)].map(
        ([key, slope]) => [key, slope.dataSync()] as const,
      );
    });
    // The slow way: the factors are what is differentiated, through every adapted weight.
    const base = Policy.fromParams(params, config);
    const { rank, alpha } = OPTIONS[name]!;
    const keys = [...lora.factors.keys()];
    const slow = tf.tidy(() =>
      tf
        .grads((...values: Tensor[]) => {
          const factor = new Map(keys.map((key, i) => [key, values[i]!]));
          const weights = new Map(base.weights);
          for (const each of lora.names) {
            const [a, b] = ["A", "B"].map((f) =>
              factor.get(each.replace(/weight$/, `lora_${f}.weight`))!,
            );
            const frozen = base.weights.get(each)!;
            weights.set(each, adaptedWeight(frozen, a!, b!, alpha / rank));
          }
          return loss(weights);
        })([...lora.factors.values()])
        .map((slope) => slope.dataSync()),
    );
    own.forEach(([key, slope], i) => {
      const theirs = expected.get(`base_model.model.${key}`)!.data;
      expect(distance(slope, theirs), key).toBeLessThan(1e-4);
      expect(distance(slope, slow[i]!), key).toBeLessThan(1e-5);
    });
    for (const each of [policy, lora, base]) each.dispose();
  });

  test("learns as PEFT's adapter does under torch.optim.AdamW, and leaves all other weights", () => {
    const { policy, lora } = adapted();
    const adam = { betas: [0.9, 0.98], weightDecay: 0.1, clip: 1 } as const;
    const learner = new Learner(policy, adam, lora);
    const losses = golden.losses.map(
      () => learner.update([lossOf(config, ids)], 1e-2, "test").loss,
    );
    expect(distance(losses, golden.losses)).toBeLessThan(1e-5);
    for (const [key, tensor] of policy.weights)
      expect(
        distance(tensor.dataSync(), params.get(key)!.data) === 0,
        key,
      ).toBe(!lora.names.includes(key));
    learner.dispose();
  });
});

test("a new adapter changes nothing, starts within PEFT's bounds, and is the same for the same seed", () => {
  const { policy } = loadPolicy("data/nano/base");
  const bytes = (): Buffer[] =>
    [...policy.weights.values()].map((x) => Buffer.from(x.dataSync().buffer));
  const before = bytes();
  const options: LoraOptions = { rank: 2, alpha: 4, targets: ["gate_proj"] };
  const [a, b, c] = [1, 1, 2].map((seed) => new Lora(policy, options, seed));
  a!.apply();
  expect(bytes().every((each, i) => each.equals(before[i]!))).toBe(true);
  const values = (lora: Lora): number[] =>
    [...lora.toParams().values()].flatMap(({ data }) => [...data]);
  expect(values(a!)).toEqual(values(b!));
  expect(values(a!)).not.toEqual(values(c!));
  const bound = 1 / Math.sqrt(policy.config.hiddenSize);
  const largest = Math.max(...values(a!).map(Math.abs));
  expect(largest).toBeLessThanOrEqual(bound);
  expect(largest).toBeGreaterThan(0.95 * bound);
  for (const each of [a!, b!, c!, policy]) each.dispose();
});
