/** Merged nano checkpoints against transformers, which opened the same folders (scripts/golden/mergedModel.py). */
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  parseSize,
  readModelFolder,
  writeModelFolder,
} from "../../src/checkpoint/index.js";
import { startEngine, tf } from "../../src/engine/index.js";
import { mergeCheckpoints, readRecipe } from "../../src/merge/index.js";
import { loadPolicy, logits } from "../../src/model/index.js";
import { Random } from "../../src/random.js";

interface Case {
  method: string;
  /** Keys of the recipe besides method and models. */
  recipe: object;
  shardSize: string;
  class: string;
  tied: boolean;
  files: string[];
  texts: { text: string; ids: number[]; decoded: string; logits: number[] }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/merge/mergedModel.json", "utf8"),
) as {
  versions: { transformers: string };
  experts: Record<string, number>;
  step: number;
  cases: Case[];
};
const BASE = resolve("data/nano/base");
const root = mkdtempSync(join(tmpdir(), "m2rl-merged-model-"));

/** The base with three weights in ten moved. */
function writeExpert(folder: string, seed: number): void {
  const model = readModelFolder(BASE);
  const draw = new Random(seed, "expert");
  for (const { data } of model.params.values()) {
    for (let i = 0; i < data.length; i++) {
      if (draw.chance(0.3)) data[i]! += golden.step * draw.normal();
    }
  }
  writeModelFolder(folder, model);
}

beforeAll(() => {
  startEngine();
  for (const [name, seed] of Object.entries(golden.experts)) {
    writeExpert(join(root, name), seed);
  }
});
afterAll(() => rmSync(root, { recursive: true }));

describe(`transformers ${golden.versions.transformers}`, () => {
  test.each(golden.cases)(
    "opens the folder of a $method merge as a Qwen3 model, with our tokens and our logits",
    async ({ method, recipe, shardSize, texts, ...opened }) => {
      const path = join(root, `${method}.json`);
      const models = Object.keys(golden.experts).map((model) => ({ model }));
      writeFileSync(
        path,
        JSON.stringify({
          merge_method: method,
          base_model: BASE,
          models,
          ...recipe,
        }),
      );
      const out = join(root, `${method}-merged`);
      await mergeCheckpoints(readRecipe(path), out, {
        threads: 1,
        shardSize: parseSize(shardSize),
      });
      expect(opened).toEqual({
        class: "Qwen3ForCausalLM",
        tied: true,
        files: readdirSync(out).sort(),
      });
      const { policy, tokenizer } = loadPolicy(out);
      for (const { text, ids, decoded, logits: theirs } of texts) {
        expect(tokenizer.encode(text)).toEqual(ids);
        expect(decoded).toBe(text);
        const ours = tf.tidy(() => {
          const input = tf.tensor2d([ids], undefined, "int32");
          return logits(policy.weights, policy.config, input).dataSync();
        });
        const last = ours.subarray(-theirs.length);
        expect(Math.max(...theirs)).toBeGreaterThan(1);
        // float32 sums in another order, of logits up to 16
        theirs.forEach((x, i) =>
          expect(Math.abs(last[i]! - x), `${i}`).toBeLessThan(1e-4),
        );
      }
      policy.dispose();
    },
  );
});
