import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  readModelFolder,
  writeModelFolder,
  type Dtype,
} from "../../src/checkpoint/index.js";
import { tf } from "../../src/engine/index.js";
import {
  configFromJson,
  configToJson,
  initParams,
  logits,
  Policy,
  type ModelConfig,
} from "../../src/model/index.js";

interface Case {
  name: string;
  dtype: Dtype;
  seed: number;
  config: ModelConfig;
  class: string;
  hashes: Record<string, string>;
  logits: number[];
}
const golden = JSON.parse(
  readFileSync(
    join(import.meta.dirname, "../golden/model/export.json"),
    "utf8",
  ),
) as { ids: number[][]; cases: Case[] };

test.each(golden.cases)(
  "a folder that we write is opened by transformers as a Qwen3 model with equal logits: $name",
  ({ dtype, seed, config, class: opened, hashes, logits: theirs }) => {
    expect(opened).toBe("Qwen3ForCausalLM");
    const folder = join(mkdtempSync(join(tmpdir(), "m2rl-export-")), "model");
    const params = initParams(config, seed);
    for (const [name, param] of params) params.set(name, { ...param, dtype });
    writeModelFolder(folder, {
      config: configToJson(config),
      params,
      tokenizer: "{}",
    });
    // What transformers opened is what is written today.
    for (const [file, hash] of Object.entries(hashes)) {
      const bytes = readFileSync(join(folder, file));
      expect([file, createHash("sha256").update(bytes).digest("hex")]).toEqual([
        file,
        hash,
      ]);
    }
    const read = readModelFolder(folder);
    const policy = Policy.fromParams(read.params, configFromJson(read.config));
    const ours = tf.tidy(() =>
      logits(
        policy.weights,
        policy.config,
        tf.tensor2d(golden.ids, undefined, "int32"),
      ).dataSync(),
    );
    // float32 sums in another order
    theirs.forEach((x, i) => expect(Math.abs(ours[i]! - x)).toBeLessThan(1e-5));
    expect(Math.max(...theirs.map(Math.abs))).toBeGreaterThan(0.1);
    policy.dispose();
  },
);
