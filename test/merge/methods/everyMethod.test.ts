/** Every merge method by a JSON recipe from the command line, on files of every format. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readModelFolder, type Dtype } from "../../../src/checkpoint/index.js";
import { main } from "../../../src/cli.js";
import {
  methods,
  optionsOf,
  type MergeMethodName,
} from "../../../src/merge/index.js";
import { baseParams, config, trained, writeModel } from "../checkpoints.js";

const root = mkdtempSync(join(tmpdir(), "m2rl-every-"));
afterAll(() => rmSync(root, { recursive: true }));

/** Format of the base and the three experts, and bytes of a shard. */
const INPUTS: Record<string, { dtypes: Dtype[]; shardSize?: number }> = {
  F32: { dtypes: ["F32", "F32", "F32", "F32"] },
  F16: { dtypes: ["F16", "F16", "F16", "F16"], shardSize: 20_000 },
  BF16: { dtypes: ["BF16", "BF16", "BF16", "BF16"], shardSize: 20_000 },
  mixed: { dtypes: ["F32", "F16", "BF16", "F32"] },
};
const MODELS = ["base", "a", "b", "c"];

beforeAll(() => {
  for (const [name, { dtypes, shardSize }] of Object.entries(INPUTS)) {
    const base = baseParams(1, 1, "F32");
    dtypes.forEach((dtype, i) =>
      writeModel(
        join(root, `${MODELS[i]}-${name}`),
        i === 0 ? baseParams(1, 1, dtype) : trained(base, i, dtype),
        {
          config: config({ num_hidden_layers: 1 }),
          // In the mixed set one expert stands in shards.
          shardSize: name === "mixed" && i === 2 ? 20_000 : shardSize,
        },
      ),
    );
  }
});

describe.each(Object.keys(methods) as MergeMethodName[])("%s", (name) => {
  const { merge, models, random } = methods[name];
  const needed = Object.entries(optionsOf(methods[name], "paper"))
    .filter(([, option]) => option.default === undefined)
    .map(([option]) => [option, 0.05]);

  it.each(Object.keys(INPUTS))(
    "merges %s files as it merges parameters in memory",
    async (input) => {
      const experts = MODELS.slice(1, 1 + models.max);
      const recipe = {
        merge_method: name,
        ...(models.base !== "unused" && { base_model: `base-${input}` }),
        models: experts.map((model) => ({ model: `${model}-${input}` })),
        parameters: Object.fromEntries(needed),
        seed: 5,
        out_dtype: "float32",
      };
      const path = join(root, `${name}-${input}.json`);
      writeFileSync(path, JSON.stringify(recipe));
      const out = join(root, `${name}-${input}`);
      let said = "";
      const write = (text: string): void => void (said += text);
      const code = await main(["merge", path, out, "--threads", "1"], {
        stdout: { write },
        stderr: { write },
      });
      expect(code, said).toBe(0);

      const read = (model: string) =>
        readModelFolder(join(root, `${model}-${input}`)).params;
      const expected = merge(read("base"), experts.map(read), {
        ...Object.fromEntries(needed),
        ...(random && { seed: 5 }),
      });
      const merged = readModelFolder(out).params;
      expect([...merged.keys()].sort()).toEqual([...expected.keys()].sort());
      for (const [tensor, { data }] of merged)
        expect(data, tensor).toEqual(expected.get(tensor)!.data);
    },
  );
});
