/** The example of all roads is a study: every road is in its file alone, and its plan holds. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseStudy, plan, type Stage } from "../../src/study/index.js";

const study = parseStudy(
  readFileSync("examples/roads/study.yml", "utf8"),
  "full",
);
const stages = plan(study);
const stage = (name: string): Stage =>
  stages.find(({ id }) => id === `seed1/models/${name}`)!;
const from = (name: string): string[] =>
  Object.values(stage(name).inputs).map(({ path }) =>
    path.replace(/^seed1\/(models|checkpoints)\//, ""),
  );

describe("examples/roads/study.yml", () => {
  it("goes every road", () => {
    expect(from("ties10")).toContain("math/step10");
    expect(from("cascade")).toEqual(["cascade-4"]);
    expect(from("reverse-1")).toEqual(["sft"]);
    expect(from("polish")).toEqual(["ties"]);
    expect(from("math-branch")).toEqual(["multi/step40"]);
    expect(from("rejoined")[0]).toBe("multi/step40");
    expect(from("opdMerged")[0]).toBe("ties");
    expect(stage("offPolicy").spec).toMatchObject({ method: "offPolicy" });
    expect(from("math-soup").slice(1)).toEqual([
      "math/step20",
      "math/step30",
      "math",
    ]);
    expect(from("soupTies")).toHaveLength(6);
    expect(study.lists["replicas"]).toHaveLength(15);
    expect(from("ties-s12")).toContain("coding-s12");
    expect(study.lists["subset"]).toHaveLength(26);
    expect(stage("math-slow").spec).toMatchObject({ learningRate: 0.000075 });
    expect(stage("agent4").spec).toMatchObject({
      weights: { math: 1, agent: 4 },
      steps: 80,
    });
  });
  it("keeps the checkpoints that its roads need", () => {
    expect(
      stage("multi").outputs.map((path) => path.split("/").at(-1)),
    ).toEqual(expect.arrayContaining(["step10", "step20", "step40", "step80"]));
  });
  it("measures them: frontier, predictors and signal", () => {
    const kinds = new Set(
      stages.map(({ id, kind }) => (kind === "rows" ? id : kind)),
    );
    for (const name of [
      "analysis/frontier",
      "analysis/predictors",
      "analysis/signal",
      "predictors",
      "signal",
    ])
      expect(kinds).toContain(name);
  });
});
