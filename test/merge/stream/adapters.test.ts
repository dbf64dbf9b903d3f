/** Adapters as experts: the same bytes as the models that they make. */
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { weightShiftOfFiles } from "../../../src/analysis/index.js";
import {
  hashFile,
  readModelFolder,
  readSafetensors,
  writeAdapterFolder,
  writeModelFolder,
} from "../../../src/checkpoint/index.js";
import { mergeCheckpoints, parseRecipe } from "../../../src/merge/index.js";

const models = join(import.meta.dirname, "../../golden/model");
const root = mkdtempSync(join(tmpdir(), "m2rl-adapters-"));
afterAll(() => rmSync(root, { recursive: true }));

/** PEFT's adapter "a", one of ours "b" that names its base, and the models "wholeA" and "wholeB" that they make. */
beforeAll(() => {
  cpSync(join(models, "tied"), join(root, "base"), { recursive: true });
  cpSync(join(models, "lora/tied"), join(root, "a"), { recursive: true });
  const params = readSafetensors(join(root, "a/adapter_model.safetensors"));
  for (const { data } of params.values())
    data.forEach((x, i) => (data[i] = Math.fround(x + Math.sin(i))));
  const config = { rank: 4, alpha: 1, targets: ["q_proj"], base: "../base" };
  writeAdapterFolder(join(root, "b"), { config, params });
  for (const [whole, adapter] of [
    ["wholeA", `${join(root, "base")}+${join(root, "a")}`],
    ["wholeB", join(root, "b")],
  ] as const)
    writeModelFolder(join(root, whole), readModelFolder(adapter));
});

/** Merge two experts; the hash of the weights. */
async function merged(
  method: string,
  experts: readonly string[],
  out: string,
): Promise<string> {
  const recipe = {
    ...{ merge_method: method, base_model: "base", seed: 3 },
    models: experts.map((model) => ({ model })),
  };
  const file = join(root, "recipe.yml");
  const path = join(root, out);
  await mergeCheckpoints(parseRecipe(JSON.stringify(recipe), file), path, {
    ...{ threads: 2, hashInputs: true },
  });
  return hashFile(join(path, "model.safetensors"));
}

test.each(["average", "ties", "dareTies", "sce", "ramGlobal", "isoC"])(
  "%s of adapters is that of their models",
  async (method) => {
    const adapters = await merged(
      method,
      ["base+a", "b"],
      `${method}-adapters`,
    );
    const whole = await merged(method, ["wholeA", "wholeB"], `${method}-whole`);
    expect(adapters).toBe(whole);
    expect(readModelFolder(join(root, `${method}-adapters`)).config).toEqual(
      readModelFolder(join(root, "base")).config,
    );
  },
);

test("weightShiftOfFiles takes adapters, and says what it says of their models", async () => {
  const at = (name: string): string => join(root, name);
  const base = at("base");
  const adapters = { a: `${base}+${at("a")}`, b: at("b") };
  const shift = await weightShiftOfFiles(base, adapters);
  expect(shift).toEqual(
    await weightShiftOfFiles(base, { a: at("wholeA"), b: at("wholeB") }),
  );
});
