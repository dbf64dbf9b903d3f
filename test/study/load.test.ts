/** Models that exist already in a study: they are read, merged and scored like those that it trains. */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readModelFolder } from "../../src/checkpoint/index.js";
import { open, parseStudy, rows, run } from "../../src/study/index.js";
import { picoStudy } from "./pico.js";

const TEXT = `name: pico
base: base
domains: [math, instruction]
seeds: [1]
models:
  sft: { by: load, folder: given/sft }
  math: { by: load, folder: given/math, domains: [math] }
  instruction: { by: rl, from: sft, domains: [instruction], steps: 1, promptsPerStep: 1, groupSize: 2, learningRate: 0.001 }
  merged: { by: merge, method: average, anchor: sft, of: [math, instruction] }
measures:
  scores: { models: [sft, math, merged], benchmarks: [aime24], items: 1, samples: 1 }
profiles:
  quick: {}
`;
const folder = picoStudy(TEXT);
describe("by: load", () => {
  it("knows a model by the domains that it is said to be trained on", () => {
    const roles = parseStudy(TEXT, "quick").models.map(({ name, role }) => [
      name,
      role,
    ]);
    expect(Object.fromEntries(roles)).toMatchObject({
      ...{ sft: "sft", math: "expert", instruction: "expert" },
      merged: "merged",
    });
  });
  it("names a folder that is not here, before anything is made", async () => {
    await expect(run(folder, { jobs: 1 })).rejects.toThrow(
      `study: models.sft.folder must be a model folder with weights, got none at ${join(folder, "given/sft")}`,
    );
    expect(existsSync(join(folder, "runs/quick/seed1"))).toBe(false);
  });
  it("names a file in the folder's place, which is no model", async () => {
    mkdirSync(join(folder, "given"));
    writeFileSync(join(folder, "given/sft"), "");
    await expect(run(folder, { jobs: 1 })).rejects.toThrow(
      `study: models.sft.folder must be a model folder with weights, got none at ${join(folder, "given/sft")}`,
    );
    rmSync(join(folder, "given/sft"));
  });
  it("reads the weights as they are, for whatever comes after", async () => {
    for (const name of ["sft", "math"])
      cpSync(join(folder, "base"), join(folder, "given", name), {
        recursive: true,
      });
    await run(folder, { jobs: 1 });
    const made = join(folder, "runs/quick/seed1/models");
    expect(readModelFolder(join(made, "math")).params).toEqual(
      readModelFolder(join(folder, "base")).params,
    );
    const found = rows(open(folder), "scores", { benchmark: "average" });
    expect(found.map(({ model, role }) => [model, role])).toEqual([
      ["sft", "sft"],
      ["math", "expert"],
      ["merged", "merged"],
    ]);
  });
  it("is made again when the folder holds other weights", async () => {
    cpSync(
      join(folder, "runs/quick/seed1/models/instruction"),
      join(folder, "given/math"),
      { recursive: true },
    );
    const { stages } = await run(folder, { jobs: 1 });
    const again = stages.filter(({ ran }) => ran).map(({ id }) => id);
    expect(again).toEqual(
      expect.arrayContaining(["seed1/models/math", "seed1/models/merged"]),
    );
    expect(again).not.toContain("seed1/models/instruction");
  });
});
