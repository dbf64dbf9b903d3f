/** Odd and hostile model folders, and inputs that change while they are merged. */
import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CheckpointWriter } from "../../../src/checkpoint/index.js";
import { main } from "../../../src/cli.js";
import {
  mergeCheckpoints,
  preflight,
  readRecipe,
} from "../../../src/merge/index.js";
import { baseParams, config, trained, writeModel } from "../checkpoints.js";

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "m2rl-hostile-")));
  const base = baseParams();
  writeModel(at("base"), base);
  writeModel(at("a"), trained(base, 2));
  recipe("base", "a");
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (...names: string[]): string => join(root, ...names);

function recipe(...models: string[]): void {
  writeFileSync(
    at("recipe.yml"),
    JSON.stringify({
      merge_method: "linear",
      models: models.map((model) => ({ model, parameters: { weight: 1 } })),
    }),
  );
}

/** What a merge says, without the path of the test; it must end within seconds. */
async function merged(): Promise<string> {
  let err = "";
  const code = await main(
    ["merge", at("recipe.yml"), at("out"), "--threads", "1"],
    {
      stdout: { write: () => undefined },
      stderr: { write: (text) => (err += text) },
    },
  );
  expect(existsSync(at("out"))).toBe(code === 0);
  // A slow machine tells how far it is.
  const said = err.replace(/^merged \d+ %.*\n/gm, "");
  return said.replaceAll(root, "ROOT").trimEnd();
}

describe("m2rl merge", () => {
  it.each([
    ["a pipe", (path: string) => execFileSync("mkfifo", [path]), "got a pipe"],
    [
      "an endless device",
      (path: string) => symlinkSync("/dev/zero", path),
      "got a device",
    ],
    ["a folder", (path: string) => mkdirSync(path), "got a folder"],
    [
      "a link to nothing",
      (path: string) => symlinkSync("nowhere", path),
      "got no such file",
    ],
    [
      "3 GB",
      (path: string) => {
        writeFileSync(path, "{");
        truncateSync(path, 3e9);
      },
      "must have at most 16000000 bytes, got 3000000000",
    ],
    [
      "nested a million deep",
      (path: string) => writeFileSync(path, '{"a":'.repeat(1e6)),
      "must hold JSON of at most 64 nested values, got more",
    ],
    [
      "a pointer of git-lfs",
      (path: string) =>
        writeFileSync(path, "version https://git-lfs.github.com/spec/v1\n"),
      "got a pointer of git-lfs",
    ],
  ])("refuses config.json as %s, by name", async (_, make, expected) => {
    rmSync(at("a", "config.json"));
    make(at("a", "config.json"));
    const said = await merged();
    expect(said).toContain("a/config.json");
    expect(said).toContain(expected);
  });

  it("refuses a count of layers that its weights do not have, without making as many", async () => {
    const text = JSON.stringify(config({ num_hidden_layers: 1e9 }));
    writeFileSync(at("a", "config.json"), text);
    expect(await merged()).toContain(
      "3 layers where config.json says 1000000000",
    );
  });

  it("copies no file behind a link out of the model, and one inside it", async () => {
    writeFileSync(at("secret"), "private key");
    symlinkSync(at("secret"), at("base", "vocab.txt"));
    expect(await merged()).toBe(
      `m2rl: recipe: ROOT/recipe.yml:1:${'{"merge_method":"linear","models":[{"model":'.length + 1}: ROOT/base/vocab.txt must be a file of the model to be copied, got a link to ROOT/secret; put the file there if it belongs to the model`,
    );
    rmSync(at("base", "vocab.txt"));
    writeFileSync(at("base", "original.bin"), "a\nb\n");
    symlinkSync("original.bin", at("base", "vocab.txt"));
    expect(await merged()).toBe("");
    expect(readFileSync(at("out", "vocab.txt"), "utf8")).toBe("a\nb\n");
  });

  it("writes names of others as text: no heading, no script, no escape sequence, no turned direction", async () => {
    const name =
      "model.\u001b[31mx`|\n\n# heading\n<script>alert(1)</script>\u202egpj.weight";
    const params = baseParams();
    params.set(name, { dtype: "BF16", shape: [2], data: new Float32Array(2) });
    for (const [model, seed] of [
      ["odd", 1],
      ["odder", 2],
    ] as const)
      writeModel(at(model), trained(params, seed));
    writeFileSync(
      at("recipe.yml"),
      `merge_method: taskArithmetic\nbase_model: odd\nmodels: [{ model: odder }]\n# \u001b[31m\u202e \`\`\`\n# <script>\n`,
    );
    expect(await merged()).toBe("");
    const card = readFileSync(at("out", "README.md"), "utf8");
    // eslint-disable-next-line no-control-regex
    expect(card).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
    expect(card).not.toMatch(/^# heading/m);
    const outside = card
      .replace(/(`{4,})yaml\n[^]*?\n\1\n/, "")
      .replace(/(`+)[^\n]*?\1/g, "");
    expect(outside).not.toContain("<script>");
  });

  it.each<[string, (path: string, bytes: Buffer) => void]>([
    [
      "replaced",
      (path, bytes) => {
        rmSync(path);
        writeFileSync(path, bytes);
      },
    ],
    ["overwritten", (path, bytes) => writeFileSync(path, bytes)],
    [
      "overwritten and given its old time back",
      (path, bytes) => {
        const changed = Buffer.from(bytes);
        changed.fill(1, bytes.length - 4096);
        writeFileSync(path, changed);
        const then = new Date(1e12);
        utimesSync(path, then, then);
      },
    ],
  ])(
    "refuses an input that is %s meanwhile, and goes on with nothing of it",
    async (_, change) => {
      const path = at("a", "model.safetensors");
      const bytes = readFileSync(path);
      utimesSync(path, new Date(1e12), new Date(1e12));
      let changed = false;
      const merge = mergeCheckpoints(readRecipe(at("recipe.yml")), at("out"), {
        threads: 1,
        onProgress: ({ done }) => {
          if (changed || done === 0) return;
          changed = true;
          change(path, bytes);
        },
      });
      await expect(merge).rejects.toThrow(
        /model\.safetensors: file changed since its header was read|weights must stay as they were/,
      );
      expect(existsSync(at("out"))).toBe(false);
      expect(existsSync(at(".out.merging"))).toBe(false);
      utimesSync(path, new Date(1e12), new Date(1e12));
    },
  );
});

describe("preflight(recipe, out)", () => {
  it("plans a model of 130,000 tensors", () => {
    const names = Array.from({ length: 130_000 }, (_, i) => `w.${i}.weight`);
    for (const model of ["many", "more"]) {
      const writer = CheckpointWriter.create(
        at(model),
        names.map((name) => ({ name, dtype: "F32", shape: [1] })),
      );
      const { file } = writer.shards[0]!;
      for (const name of names) writer.markWritten(name);
      writer.finishShard(file);
      writer.finish();
    }
    recipe("many", "more");
    const plan = preflight(readRecipe(at("recipe.yml")), at("out"), {
      threads: 1,
      maxMemory: 4e9,
    });
    expect(plan.tensors).toHaveLength(130_000);
  }, 120_000);
});
