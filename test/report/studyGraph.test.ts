/** The graph of a study: drawn from small fixed models, it must be the committed SVG. */
import { expect, test } from "vitest";
import { studyGraph, type GraphModel } from "../../src/report/index.js";

const model = (
  name: string,
  by: string,
  from: Record<string, string[]>,
  list = name,
): GraphModel => ({ name, list, by, from });

const models: GraphModel[] = [
  model("sft", "sft", { from: ["base"] }),
  model("math", "rl", { from: ["sft"] }, "experts"),
  model("coding", "rl", { from: ["sft"] }, "experts"),
  model("multi", "rl", { from: ["sft"] }),
  model("ties", "merge", { anchor: ["sft"], of: ["math@20", "coding"] }),
  model("polish", "rl", { from: ["ties"] }),
];

test("studyGraph(models) draws the committed SVG", async () => {
  const { svg } = studyGraph(models, { caption: "Six models." });
  expect(svg).not.toMatch(/NaN|undefined|<script|<style|<image/);
  await expect(svg.replaceAll("><", ">\n<") + "\n").toMatchFileSnapshot(
    "snapshots/studyGraph.svg",
  );
});

test("studyGraph(models) has one box per entry, below all that it is made from", () => {
  const { svg } = studyGraph(models);
  expect(svg.match(/<rect[^>]*rx=/g)).toHaveLength(6);
  const at = (label: string): number => {
    const found = new RegExp(
      `transform="translate\\([\\d.]+,([\\d.]+)\\)"[^>]*>${label}<`,
    ).exec(svg);
    return Number(found![1]);
  };
  expect(svg).toContain("experts (2)");
  expect(at("SFT")).toBeGreaterThan(at("Base"));
  expect(at("experts \\(2\\)")).toBe(at("RL-Multi"));
  expect(at("TIES")).toBeGreaterThan(at("RL-Multi"));
  expect(at("Merge, then mix")).toBeGreaterThan(at("TIES"));
});

test("studyGraph(models) throws RangeError without models", () => {
  expect(() => studyGraph([])).toThrow(
    "studyGraph: models must not be empty, got 0 models",
  );
});
