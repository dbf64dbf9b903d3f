/** The studies of this repository: their plans are those whose results were recorded, stage by stage, each with the same content key. */
import { describe, expect, it } from "vitest";
import { describePlan, readStudy } from "../../src/study/index.js";

describe("the committed record", () => {
  it.each([
    ["data/hard", "full", 3],
    ["data/hard", "develop", 1],
    ["data/paradigms", "full", 3],
  ])(
    "of %s has a note for every stage of profile %s, and every file but the weights",
    (study, profile, seeds) => {
      const { stages, left } = describePlan(study, { profile });
      const weights = ["sft", "rl", "imitate", "distill", "merge", "average"];
      const missing = stages.filter(
        ({ kind, state }) =>
          state === "open" ||
          state === "waiting" ||
          (state === "recorded" && !weights.includes(kind)),
      );
      expect(missing.map(({ id }) => id)).toEqual([]);
      expect(readStudy(study, profile).spec.seeds).toHaveLength(seeds);
      expect(left).toEqual({ seconds: 0, flops: 0 });
    },
  );
});
