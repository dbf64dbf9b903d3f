/** Merging loses nothing, whatever is given as OUT and whoever else writes there. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { main } from "../../../src/cli.js";
import { mergeCheckpoints, readRecipe } from "../../../src/merge/index.js";
import { baseParams, contents, trained, writeModel } from "../checkpoints.js";

let root: string;
const before = process.cwd();
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "m2rl-out-")));
  const base = baseParams(1, 3);
  mkdirSync(join(root, "desk", "models"), { recursive: true });
  mkdirSync(join(root, "thesis"));
  writeFileSync(join(root, "thesis", "chapter.txt"), "years");
  process.chdir(join(root, "desk"));
  writeModel("models/base", base);
  writeModel("models/a", trained(base, 2));
  writeFileSync(
    "recipe.yml",
    "merge_method: linear\nmodels:\n  - { model: models/base, parameters: { weight: 1 } }\n  - { model: models/a, parameters: { weight: 1 } }\n",
  );
});
afterEach(() => {
  process.chdir(before);
  rmSync(root, { recursive: true });
});

async function m2rl(...args: string[]): Promise<{ code: number; err: string }> {
  let err = "";
  const code = await main(["merge", "--threads", "1", ...args], {
    stdout: { write: () => undefined },
    stderr: { write: (text) => (err += text) },
  });
  return { code, err };
}

/** Everything that was there before a merge. */
function everything(): Record<string, string> {
  return Object.fromEntries(
    ["thesis", "desk/models/base", "desk/models/a"].flatMap((folder) =>
      Object.entries(contents(join(root, folder))).map(([name, text]) => [
        `${folder}/${name}`,
        text,
      ]),
    ),
  );
}

describe("m2rl merge RECIPE OUT", () => {
  it.each([
    "",
    ".",
    "..",
    "/",
    "nosuch/../../thesis",
    "../thesis",
    "models",
    "models/a",
    "models/../models/base",
    "models/base/new",
    "nosuch/../models/a",
    "link/base",
    "recipe.yml",
    "recipe.yml/x",
    "dangling",
    "tothesis",
  ])("refuses OUT %j and loses nothing, by --force too", async (out) => {
    symlinkSync("models", "link");
    symlinkSync("nowhere", "dangling");
    symlinkSync("../thesis", "tothesis");
    const all = everything();
    for (const options of [[], ["--force"]]) {
      const { code, err } = await m2rl("recipe.yml", out, ...options);
      expect([code, err]).toEqual([1, expect.stringMatching(/^m2rl: merge: /)]);
      expect(everything()).toEqual(all);
      expect(readdirSync(root).sort()).toEqual(["desk", "thesis"]);
      expect(readdirSync(".").sort()).toEqual(
        ["dangling", "link", "models", "recipe.yml", "tothesis"].sort(),
      );
    }
  });

  it("replaces by --force its own result, but none with a file that somebody added or edited", async () => {
    expect((await m2rl("recipe.yml", "out")).code).toBe(0);
    const result = contents("out");
    expect((await m2rl("recipe.yml", "out")).err).toContain("--force");
    expect((await m2rl("recipe.yml", "out", "--force")).code).toBe(0);
    expect(contents("out")).toEqual(result);
    writeFileSync("out/notes.txt", "mine");
    expect((await m2rl("recipe.yml", "out", "--force")).err).toContain(
      'm2rl did not write "notes.txt" there',
    );
    rmSync("out/notes.txt");
    writeFileSync("out/README.md", "mine");
    expect((await m2rl("recipe.yml", "out", "--force")).err).toContain(
      '"README.md" was changed since m2rl wrote it',
    );
    expect(readFileSync("out/README.md", "utf8")).toBe("mine");
  });

  it("does not replace by --force a folder that only looks like a model", async () => {
    cpSync("models/a", "handmade", { recursive: true });
    writeFileSync("handmade/provenance.json", '{"tool":"m2rl 0.1.0"}');
    const all = contents("handmade");
    const { code, err } = await m2rl("recipe.yml", "handmade", "--force");
    expect([code, err]).toEqual([1, expect.stringContaining("no marker")]);
    expect(contents("handmade")).toEqual(all);
  });

  it("keeps what another process puts at OUT meanwhile, and its own work for the next run", async () => {
    const recipe = readRecipe("recipe.yml");
    await expect(
      mergeCheckpoints(recipe, "out", {
        threads: 1,
        onProgress: () => {
          mkdirSync("out", { recursive: true });
          writeFileSync("out/late.txt", "late");
        },
      }),
    ).rejects.toThrow("must be absent or empty, got a folder with 1 entries");
    expect(readFileSync("out/late.txt", "utf8")).toBe("late");
    renameSync("out", "elsewhere");
    const { elements } = await mergeCheckpoints(recipe, "out", { threads: 1 });
    expect(elements).toBe(0);
  });

  it("leaves a folder of somebody else that has the name of its work folder", async () => {
    mkdirSync(".out.merging");
    writeFileSync(".out.merging/thesis.txt", "years");
    const { code, err } = await m2rl("recipe.yml", "out");
    expect([code, err]).toEqual([
      1,
      `m2rl: merge: ${root}/desk/.out.merging must be absent or what an interrupted merge left, got a folder with "thesis.txt"; move it away\n`,
    ]);
    expect(readFileSync(".out.merging/thesis.txt", "utf8")).toBe("years");
  });

  it("leaves a file that somebody put into its work folder", async () => {
    // A merge that cannot publish, since OUT was taken meanwhile, keeps its work.
    await mergeCheckpoints(readRecipe("recipe.yml"), "out", {
      threads: 1,
      onProgress: () => {
        mkdirSync("out", { recursive: true });
        writeFileSync("out/late.txt", "late");
      },
    }).catch(() => undefined);
    rmSync("out", { recursive: true });
    expect(existsSync(".out.merging")).toBe(true);
    writeFileSync(".out.merging/thesis.txt", "years");
    // Another merge, which has no use for what is there.
    const { code, err } = await m2rl("recipe.yml", "out", "--hash-inputs");
    expect([code, err]).toEqual([1, expect.stringContaining('"thesis.txt"')]);
    expect(readFileSync(".out.merging/thesis.txt", "utf8")).toBe("years");
  });

  it("puts back a result that a kill left aside", async () => {
    expect((await m2rl("recipe.yml", "out")).code).toBe(0);
    const result = contents("out");
    renameSync("out", ".out.m2rl-old");
    expect((await m2rl("recipe.yml", "out")).err).toContain("--force");
    expect(contents("out")).toEqual(result);
    renameSync("out", ".out.m2rl-old");
    expect((await m2rl("recipe.yml", "out", "--force")).code).toBe(0);
    expect(readdirSync(".").sort()).toEqual(["models", "out", "recipe.yml"]);
  });
});
