import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { main } from "../../src/cli.js";
import {
  mergeProgress,
  progressText,
} from "../../src/cli/output/mergeProgress.js";
import type { MergeProgress } from "../../src/merge/index.js";
import { contents, writeModels } from "../merge/checkpoints.js";

const root = mkdtempSync(join(tmpdir(), "m2rl-cli-merge-"));
const RECIPE = join(root, "recipe.yml");
beforeAll(() => {
  writeModels(root, 2);
  writeFileSync(
    RECIPE,
    "merge_method: average\nbase_model: base\nmodels:\n  - model: a\n  - model: b\n",
  );
});
afterAll(() => rmSync(root, { recursive: true }));

async function m2rl(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let out = "";
  let err = "";
  const code = await main(["merge", ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

describe("m2rl merge", () => {
  it("merges by a recipe and says how much of the change is left", async () => {
    const out = join(root, "merged");
    const { code, out: text } = await m2rl(RECIPE, out, "--threads", "1");
    expect(code).toBe(0);
    expect(text).toMatch(/merged: Average of 2 models, 0\.1 M entries in \d/);
    expect(text).toMatch(
      /\nOf the entries that the merge changed, \d+\.\d % still differ/,
    );
    expect(existsSync(join(out, "model.safetensors"))).toBe(true);
    expect((await m2rl(RECIPE, out)).err).toBe(
      `m2rl: merge: ${out} must be absent or empty, got a folder with 7 entries; --force replaces what m2rl wrote\n`,
    );
    expect((await m2rl(RECIPE, out, "--force", "--json")).code).toBe(0);
  });

  it("prints the plan, and writes nothing, with --dry-run", async () => {
    const out = join(root, "planned");
    const { code, out: text } = await m2rl(RECIPE, out, "--dry-run");
    expect(code).toBe(0);
    for (const part of [
      `Average, dialect paper, seed 0, rounding nearest → ${out}\n`,
      "\nbase     base  14 tensors",
      "\nlayers   3, output head tied to the embedding\n",
      "\nwrites   14 tensors, 159 kB of BF16; config.json, tokenizer.json\n",
      "\nreads    478 kB\n",
      "\nmemory   about ",
      "\ntime     about ",
    ]) {
      expect(text).toContain(part);
    }
    const { out: json } = await m2rl(RECIPE, out, "--dry-run", "--json");
    const plan = JSON.parse(json) as { tensors: unknown[] };
    expect(plan).toMatchObject({ method: "average", bytesWritten: 159_232 });
    expect(plan.tensors).toHaveLength(14);
    expect(readdirSync(root).filter((name) => /planned/.test(name))).toEqual(
      [],
    );
  });

  it("takes method and models without a recipe, and keeps the recipe that it made", async () => {
    const out = join(root, "short");
    const at = (name: string): string => join(root, name);
    const { code, err } = await m2rl(
      "ties",
      at("a"),
      at("b"),
      "--base",
      at("base"),
      "--out",
      out,
      "--option",
      "density=0.5",
      "--option",
      "out_dtype=float32",
    );
    expect(code, err).toBe(0);
    expect(readFileSync(join(out, "recipe.yml"), "utf8")).toBe(
      `merge_method: ties
base_model: ${at("base")}
models:
  - model: ${at("a")}
  - model: ${at("b")}
parameters:
  density: 0.5
out_dtype: float32
`,
    );
    const again = await m2rl(join(out, "recipe.yml"), at("again"));
    expect(again.code).toBe(0);
    expect(contents(at("again"))).toEqual(contents(out));
  });

  it.each([
    [
      [],
      "merge must be given a recipe and OUT, got nothing; m2rl merge --help",
    ],
    [
      ["r.yml"],
      "merge must be given one OUT after the recipe, got 0 paths; m2rl merge --help",
    ],
    [
      ["r.yml", "a", "b"],
      "merge must be given one OUT after the recipe, got 2 paths; m2rl merge --help",
    ],
    [
      ["tie", "a", "--out", "o"],
      'merge must be given a known method before its models, got "tie"; did you mean "ties"?',
    ],
    [
      ["ties", "a"],
      "merge ties must be given models and --out; m2rl merge --help",
    ],
    [
      ["ties", "--out", "o"],
      "merge ties must be given models and --out; m2rl merge --help",
    ],
    [
      ["ties", "a", "--out", "o", "--option", "density"],
      '--option must be NAME=VALUE, got "density"',
    ],
    [
      ["r.yml", "o", "--threads", "0"],
      '--threads must be a whole number of at least 1, got "0"',
    ],
    [
      ["r.yml", "o", "--max-memory", "lots"],
      '--max-memory must be a size such as 512MB or 5GB, got "lots"',
    ],
  ])("%j ends with 2 and one line", async (args, text) => {
    const { code, out, err } = await m2rl(...args);
    expect([code, out]).toEqual([2, ""]);
    expect(err.startsWith(`m2rl: ${text}`), err).toBe(true);
    expect(err.split("\n")).toHaveLength(2);
  });

  it.each([
    [
      ["nowhere.yml", "o"],
      "recipe: nowhere.yml must be readable, got no such file",
    ],
    [
      ["ties", "a", "--base", "b", "--out", "o", "--option", "densty=1"],
      'recipe: (command line):6:3: parameter "densty" of ties must be known; did you mean "density"?',
    ],
    [
      ["ties", "a", "--base", "nobody", "--out", "o"],
      'recipe: (command line):2:13: model "nobody" must be a model folder or a .safetensors file, got no such path; models are local, none is downloaded',
    ],
  ])("%j ends with 1 and one line", async (args, text) => {
    const { code, out, err } = await m2rl(...args);
    expect([code, out]).toEqual([1, ""]);
    expect(err.startsWith(`m2rl: ${text}`), err).toBe(true);
    expect(err.split("\n")).toHaveLength(2);
  });
});

describe("mergeProgress(stderr, now)", () => {
  const state = (seconds: number): MergeProgress => ({
    plan: {} as MergeProgress["plan"],
    done: 0.257,
    bytesRead: 3e9,
    bytesWritten: 1e9,
    seconds,
    secondsLeft: 3 * seconds,
  });

  it("says share, bytes, speed and time left", () => {
    expect(progressText(state(2))).toBe(
      "merged 25 %, 4 GB read and written, 2 GB/s, about 6 s left",
    );
    const small = { ...state(3), bytesRead: 2e6, bytesWritten: 1e6 };
    expect(progressText(small)).toBe(
      "merged 25 %, 3 MB read and written, 1 MB/s, about 9 s left",
    );
  });

  it("redraws one line on a terminal and removes it", () => {
    let text = "";
    let time = 0;
    const stderr = { isTTY: true, write: (part: string) => (text += part) };
    const { show, end } = mergeProgress(stderr, () => time);
    for (time of [500, 2000, 2100]) show(state(time / 1000));
    expect(text.match(/merged/g)).toHaveLength(1);
    time = 3000;
    show(state(3));
    end();
    expect(text.split("\r\u001b[Kmerged")).toHaveLength(3);
    expect(text.endsWith("\r\u001b[K")).toBe(true);
  });
});
