/** What bounds memory (recomputed layers, vocabulary in chunks, queries in blocks) changes neither values nor gradients. */
import { cpSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  readModelFolder,
  type Param,
  type Params,
} from "../../src/checkpoint/index.js";
import {
  startEngine,
  tf,
  type Tensor,
  type Tensor1D,
  type Tensor2D,
  type Tensor4D,
} from "../../src/engine/index.js";
import { attend } from "../../src/model/forward/attend.js";
import {
  completionLogprobs,
  initParams,
  loadPolicy,
  logits,
  logprobsAt,
  Policy,
} from "../../src/model/index.js";
import { PICO } from "./pico.js";

startEngine();

const difference = (a: Tensor, b: Tensor): number =>
  tf.max(tf.abs(tf.sub(a, b))).dataSync()[0]!;

/** Gradients of a function of named weights. */
function gradients(
  weights: ReadonlyMap<string, Tensor>,
  f: (weights: ReadonlyMap<string, Tensor>) => Tensor,
): Tensor[] {
  const names = [...weights.keys()];
  return tf.grads((...values: Tensor[]) =>
    f(new Map(names.map((name, i) => [name, values[i]!]))),
  )([...weights.values()]);
}

describe("gradientCheckpointing", () => {
  test("gives the same loss and gradients, bit for bit", () => {
    const { weights } = Policy.fromParams(initParams(PICO, 1), PICO);
    const rows = [
      [5, 9, 3, 17, 2, 8],
      [1, 4, 6],
    ].map((tokens) => ({ tokens, mask: tokens.map(() => true) }));
    const [plain, recomputed] = [false, true].map((gradientCheckpointing) =>
      gradients(weights, (own) =>
        tf.sum(completionLogprobs(own, PICO, rows, { gradientCheckpointing })),
      ).map((gradient) => [...gradient.dataSync()]),
    );
    expect(plain!.flat().some((value) => value !== 0)).toBe(true);
    expect(recomputed).toEqual(plain);
  });
});

describe("logprobsAt", () => {
  test("of a large vocabulary, in chunks, has the values and gradients of the whole product", () => {
    // 2²⁴ / 2²⁰ = 16 positions a chunk, so 20 are two chunks
    const config = {
      ...PICO,
      ...{ vocabSize: 2 ** 20, hiddenSize: 8, intermediateSize: 8, layers: 1 },
    };
    const { weights } = Policy.fromParams(initParams(config, 1), config);
    const ids = tf.tensor2d(
      Array.from({ length: 21 }, (_, t) => (t * 50_021) % 2 ** 20),
      [1, 21],
      "int32",
    );
    const at = tf.range(0, 20, 1, "int32") as Tensor1D;
    const targets = tf.reshape(
      tf.slice(ids, [0, 1], [1, 20]),
      [20],
    ) as Tensor1D;
    const whole = (own: ReadonlyMap<string, Tensor>): Tensor => {
      const all = tf.logSoftmax(logits(own, config, ids)) as Tensor2D;
      const chosen = tf.oneHot(targets, 2 ** 20, 1, 0, "float32");
      return tf.sum(tf.mul(tf.slice(all, [0, 0], [20, -1]), chosen), 1);
    };
    const chunked = (own: ReadonlyMap<string, Tensor>): Tensor =>
      logprobsAt(own, config, { ids, at, targets });
    tf.tidy(() => {
      expect(difference(chunked(weights), whole(weights))).toBeLessThan(1e-5);
    });
    const expected = gradients(weights, (own) => tf.sum(whole(own)));
    gradients(weights, (own) => tf.sum(chunked(own))).forEach((gradient, i) =>
      expect(difference(gradient, expected[i]!)).toBeLessThan(1e-4),
    );
  });
});

describe("attend(q, k, v, bias)", () => {
  test("in blocks of queries has the values and gradients of the heads one by one", () => {
    const [H, kv, T, D] = [8, 4, 1500, 4]; // 18 million scores: two blocks
    const shape = (heads: number): [number, number, number, number] => [
      ...([1, heads, T, D] as const),
    ];
    const [q, k, v, weigh] = [H, kv, kv, H].map((heads, i) =>
      tf.randomNormal(shape(heads), 0, 1, "float32", i),
    ) as [Tensor4D, Tensor4D, Tensor4D, Tensor4D];
    const causal = (rep: number): Tensor => {
      const bias = new Float32Array(rep * T * T);
      for (let row = 0; row < rep * T; row++)
        bias.fill(-1e9, row * T + (row % T) + 1, (row + 1) * T);
      return tf.tensor(bias, [1, 1, rep * T, T]);
    };
    const [both, one] = [causal(H / kv), causal(1)];
    const blocked = (...x: Tensor[]): Tensor =>
      tf.sum(
        tf.mul(
          attend(x[0] as Tensor4D, x[1] as Tensor4D, x[2] as Tensor4D, both),
          weigh,
        ),
      );
    const byHead = (...x: Tensor[]): Tensor => {
      const head = (tensor: Tensor, h: number): Tensor4D =>
        tf.slice(tensor, [0, h, 0, 0], [1, 1, T, D]) as Tensor4D;
      const heads = Array.from({ length: H }, (_, h) =>
        attend(
          head(x[0]!, h),
          head(x[1]!, Math.floor(h / 2)),
          head(x[2]!, Math.floor(h / 2)),
          one,
        ),
      );
      return tf.sum(tf.mul(tf.concat(heads, 1), weigh));
    };
    const expected = tf.valueAndGrads(byHead)([q, k, v]);
    const { value, grads } = tf.valueAndGrads(blocked)([q, k, v]);
    expect(difference(value, expected.value)).toBeLessThan(1e-2);
    grads.forEach((gradient, i) =>
      expect(difference(gradient, expected.grads[i]!)).toBeLessThan(1e-4),
    );
  });
});

describe("weights on their way to the engine", () => {
  test("are read one tensor at a time; when one cannot be read, those before it are freed", () => {
    const read: string[] = [];
    const params: Params = new Map(
      [...initParams(PICO, 1)].map(([name, { dtype, shape, data }]) => {
        const param: Param = {
          ...{ dtype, shape },
          get data() {
            read.push(name);
            if (name === "model.norm.weight") throw new Error("disk is gone");
            return data;
          },
        };
        return [name, param];
      }),
    );
    const before = tf.memory().numTensors;
    expect(() => Policy.fromParams(params, PICO)).toThrow("disk is gone");
    expect(tf.memory().numTensors).toBe(before);
    expect(read).toEqual([...params.keys()]);
  });

  test("loadPolicy(folder) has the values of the file, and names the file where it is broken", () => {
    const folder = join(import.meta.dirname, "../golden/model/tied");
    const root = mkdtempSync(join(tmpdir(), "policy-"));
    cpSync(folder, root, { recursive: true });
    const vocab = Object.fromEntries(
      Array.from({ length: 64 }, (_, id) => [`t${id}`, id]),
    );
    writeFileSync(
      join(root, "tokenizer.json"),
      JSON.stringify({
        ...{ added_tokens: [], normalizer: null, pre_tokenizer: null },
        ...{ post_processor: null, decoder: null },
        model: { type: "BPE", vocab, merges: [] },
      }),
    );
    const { policy } = loadPolicy(root);
    const { params } = readModelFolder(root);
    for (const [name, { data }] of policy.toParams())
      expect(data).toEqual(params.get(name)!.data);
    policy.dispose();
    writeFileSync(join(root, "model.safetensors"), "broken");
    expect(() => loadPolicy(root)).toThrow(/\/model\.safetensors: /);
  });
});
