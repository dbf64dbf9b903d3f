/** The study of this repository: its plan is the one whose results were recorded, stage by stage. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { describePlan, plan, readStudy } from "../../src/study/index.js";
import { hashPath } from "../../src/study/run/hash.js";
import { stageKey } from "../../src/study/run/notes.js";

/** Stages of the quick profile with their keys and the hashes of what they wrote, as recorded when stages were still named otherwise. */
interface Golden {
  base: string;
  stages: {
    id: string;
    kind: string;
    key: string;
    outputs: Record<string, string>;
  }[];
}

describe("data/nano/study.yml", () => {
  it("plans the stages of the quick profile that were recorded, each with the same content key", () => {
    const golden = JSON.parse(
      readFileSync("test/golden/study/quick.json", "utf8"),
    ) as Golden;
    const recorded = new Map(golden.stages.map((stage) => [stage.id, stage]));
    expect(hashPath("data/nano/base")).toBe(golden.base);
    const stages = plan(readStudy("data/nano", "quick").spec);
    const found = stages.map((stage) => {
      const inputs = Object.fromEntries(
        Object.entries(stage.inputs).map(([name, { stage: from, path }]) => [
          name,
          from === null ? golden.base : recorded.get(from)!.outputs[path]!,
        ]),
      );
      const { id, kind, outputs } = stage;
      return { id, kind, key: stageKey(stage, inputs), outputs };
    });
    expect(found).toEqual(
      golden.stages.map((stage) => ({
        ...stage,
        outputs: Object.keys(stage.outputs),
      })),
    );
  });
  it("has a note for every stage of the full profile, and every file but the weights", () => {
    const { stages, left } = describePlan("data/nano", { profile: "full" });
    expect(stages).toHaveLength(320);
    const weights = ["sft", "rl", "imitate", "distill", "merge"];
    for (const { id, state } of stages)
      expect([id, state === "open" || state === "waiting"]).toEqual([
        id,
        false,
      ]);
    expect(
      stages.filter(
        ({ kind, state }) => state === "recorded" && !weights.includes(kind),
      ),
    ).toEqual([]);
    expect(left).toEqual({ seconds: 0, flops: 0 });
  });
});

describe("data/hard/study.yml", () => {
  it.each([
    ["full", 3],
    ["develop", 1],
  ])(
    "has a note for every stage of profile %s, and every file but the weights",
    (profile, seeds) => {
      const { stages, left } = describePlan("data/hard", { profile });
      const weights = ["sft", "rl", "distill", "merge", "average"];
      const missing = stages.filter(
        ({ kind, state }) =>
          state === "open" ||
          state === "waiting" ||
          (state === "recorded" && !weights.includes(kind)),
      );
      expect(missing.map(({ id }) => id)).toEqual([]);
      expect(readStudy("data/hard", profile).spec.seeds).toHaveLength(seeds);
      expect(left).toEqual({ seconds: 0, flops: 0 });
    },
  );
});
