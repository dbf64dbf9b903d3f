/** The study of this repository: its plan is the one whose results were recorded, stage by stage, each with the same content key. */
import { describe, expect, it } from "vitest";
import { describePlan, readStudy } from "../../src/study/index.js";

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
