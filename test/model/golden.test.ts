import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  readModelFolder,
  readSafetensors,
} from "../../src/checkpoint/index.js";
import { tf, type Tensor, type Tensor2D } from "../../src/engine/index.js";
import {
  configFromJson,
  generate,
  logits,
  logprobs,
  Policy,
  scoreSequences,
  type Weights,
} from "../../src/model/index.js";

interface Golden {
  ids: number[][];
  loss: number;
  greedy: number[];
}

/** Largest difference relative to the largest value: float32 sums in another order differ by about 1e-6. */
function distance(ours: ArrayLike<number>, theirs: ArrayLike<number>): number {
  let worst = 0;
  let scale = 0;
  for (let i = 0; i < theirs.length; i++) {
    worst = Math.max(worst, Math.abs(ours[i]! - theirs[i]!));
    scale = Math.max(scale, Math.abs(theirs[i]!));
  }
  return worst / scale;
}

describe.each(["tied", "untied", "qwen2", "llama", "llama3"])(
  "a pico model made by transformers: %s",
  (name) => {
    const folder = join(import.meta.dirname, "../golden/model", name);
    const golden = JSON.parse(
      readFileSync(join(folder, "golden.json"), "utf8"),
    ) as Golden;
    const outputs = readSafetensors(join(folder, "outputs.safetensors"));
    const model = readModelFolder(folder);
    const config = configFromJson(model.config);
    const policy = Policy.fromParams(model.params, config);
    const ids = tf.tensor2d(golden.ids, [3, 12], "int32");

    test("has equal logits", () => {
      const ours = tf.tidy(() =>
        logits(policy.weights, config, ids).dataSync(),
      );
      expect(distance(ours, outputs.get("logits")!.data)).toBeLessThan(1e-5);
    });

    test("has equal token log-probabilities, in one batch and scored one by one", () => {
      const theirs = outputs.get("logprobs")!.data;
      const ours = tf.tidy(() =>
        logprobs(policy.weights, config, ids).dataSync(),
      );
      expect(distance(ours, theirs)).toBeLessThan(1e-5);
      const scored = scoreSequences(policy, golden.ids, { maxTokens: 12 });
      expect(scored.map((row) => row[0])).toEqual([0, 0, 0]);
      expect(
        distance(
          scored.flatMap((row) => [...row.slice(1)]),
          theirs,
        ),
      ).toBeLessThan(1e-5);
    });

    test("has equal gradients of every parameter", () => {
      const expected = readSafetensors(join(folder, "gradients.safetensors"));
      const names = [...policy.weights.keys()];
      const loss = (...values: Tensor[]): Tensor => {
        const weights: Weights = new Map(names.map((n, i) => [n, values[i]!]));
        return tf.neg(tf.mean(logprobs(weights, config, ids as Tensor2D)));
      };
      const gradients = tf.grads(loss as (...x: Tensor[]) => Tensor)([
        ...policy.weights.values(),
      ]);
      expect([...expected.keys()].sort()).toEqual([...names].sort());
      names.forEach((n, i) =>
        expect(
          distance(gradients[i]!.dataSync(), expected.get(n)!.data),
          n,
        ).toBeLessThan(1e-4),
      );
      tf.dispose(gradients);
    });

    test("generates the same greedy tokens through the key-value cache", () => {
      const [completion] = generate(policy, [golden.ids[0]!.slice(0, 4)], {
        maxNewTokens: 10,
        stop: -1,
        temperature: 0,
        seed: 1,
        streams: ["greedy"],
      });
      expect(completion!.tokens).toEqual(golden.greedy);
    });
  },
);
