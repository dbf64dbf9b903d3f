/** Controls of a study: runs that are not rewarded for right answers, and how plan, notes and logs name them. */
import { describe, expect, it } from "vitest";
import {
  describePlan,
  log,
  open,
  parseStudy,
  plan,
  run,
} from "../../src/study/index.js";
import { readNote } from "../../src/study/run/notes.js";
import type { GrpoMetrics } from "../../src/train/index.js";
import { PICO_STUDY, picoStudy, picoWith } from "./pico.js";

const WITH = picoWith({
  models: `  random: { like: experts, as: "{domain}-random", reward: random, rewardRate: 1 }
  format: { like: experts, as: "{domain}-format", reward: format }
`,
});
const folder = picoStudy(WITH);
describe("reward: random, reward: format", () => {
  it("leave the other models of a study as they are", () => {
    const stages = plan(parseStudy(WITH, "quick"));
    for (const stage of plan(parseStudy(PICO_STUDY, "quick")))
      expect(stages).toContainEqual(stage);
  });
  it("are named by the plan, with a role of their own", () => {
    const { models } = describePlan(folder);
    const shown = models.map(({ name, role, remark }) => [name, role, remark]);
    expect(shown).toContainEqual(["math", "expert", null]);
    expect(shown).toContainEqual(["math-random", "control", "random reward"]);
    expect(shown).toContainEqual([
      "instruction-format",
      "control",
      "format reward",
    ]);
  });
  it("stand in the note and in the log, on the tasks of the run that they are a control of", async () => {
    for (const only of ["math", "math-random"])
      await run(folder, { only, jobs: 1 });
    const opened = open(folder);
    const note = readNote(opened.runFolder, "seed1/models/math-random")!;
    expect(note.spec).toMatchObject({ reward: "random", rewardRate: 1 });
    const [own] = log<GrpoMetrics>(opened, "math-random");
    const [verified] = log<GrpoMetrics>(opened, "math");
    // A random model is never right, and here every coin is a reward.
    expect([own!.reward, own!.trainedReward]).toEqual([0, 1]);
    expect(verified).not.toHaveProperty("trainedReward");
    expect(own!.tokens.sampled).toBe(verified!.tokens.sampled);
  });
});
