/** A study whose tasks are hard: what its stages depend on, and which tasks its models learn and are scored on. */
import { describe, expect, it } from "vitest";
import { benchmark } from "../../../src/evaluate/index.js";
import {
  evaluation,
  open,
  parseStudy,
  plan,
  run,
} from "../../../src/study/index.js";
import { splitOf } from "../../../src/world/index.js";
import { PICO_STUDY, picoStudy } from "../pico.js";

const HARD = `difficulty: hard\n${PICO_STUDY}`;
const folder = picoStudy(HARD);
describe("difficulty: hard", () => {
  it("is among what every stage depends on that draws tasks, and nowhere else", () => {
    const easy = plan(parseStudy(PICO_STUDY, "quick"));
    const hard = plan(parseStudy(HARD, "quick"));
    expect(hard.map(({ id }) => id)).toEqual(easy.map(({ id }) => id));
    hard.forEach((stage, i) => {
      const { spec } = easy[i]!;
      const sees = !["merge", "average", "rows"].includes(stage.kind);
      expect(stage.spec, stage.id).toEqual(
        sees ? { ...spec, difficulty: "hard" } : spec,
      );
    });
  });
  it("scores a profile on the problems that settings are chosen on, where it says so", () => {
    const text = HARD.replace("quick: {}", "quick: { split: development }");
    for (const { kind, spec } of plan(parseStudy(text, "quick")))
      expect("split" in spec, kind).toBe(kind === "scores");
    const ids = (split: "benchmark" | "development"): string[] =>
      benchmark("gpqa", { items: 20, difficulty: "hard", split }).map(
        ({ id }) => id,
      );
    expect(ids("development").map(splitOf)).toEqual(
      Array.from({ length: 20 }, () => "development"),
    );
    expect(new Set([...ids("development"), ...ids("benchmark")]).size).toBe(40);
  });
  it("is one of two words", () => {
    const text = `difficulty: hardest\n${PICO_STUDY}`;
    expect(() => parseStudy(text, "quick")).toThrow(
      'difficulty must be a known name, got "hardest"; known: easy, hard',
    );
  });
  it("scores models on the harder tasks", async () => {
    await run(folder, { only: "scores", jobs: 1 });
    const opened = open(folder);
    for (const each of ["aime24", "ifeval"] as const) {
      const ids = benchmark(each, { items: 2, difficulty: "hard" }).map(
        ({ id }) => id,
      );
      const { records } = evaluation(opened, "sft", each, 1);
      expect([...new Set(records.map(({ task }) => task))]).toEqual(ids);
    }
  });
});
