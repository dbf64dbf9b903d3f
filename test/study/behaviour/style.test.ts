/** Styles in a study: shares in the rows of scores, forced thinking, and gains taken apart. */
import { beforeAll, describe, expect, it } from "vitest";
import {
  evaluation,
  parseStudy,
  plan,
  rows,
  verifyStudy,
  type Study,
} from "../../../src/study/index.js";
import { PICO_STUDY, picoWith } from "../pico.js";
import { ranPico } from "../run/ranPico.js";

/** A study of few models, with the measures that are given. */
function small(measures: string): string {
  return picoWith({ measures }, PICO_STUDY)
    .replace(/ {2}(?:experts|multi|average|dareTies|opd): .*\n/g, "")
    .replace(/ {2}(?:cost|rewards|consistency|claims): .*\n/g, "")
    .replace(/models: \[base, .*?\]/, "models: [base, sft]");
}
const FORCED =
  "  forced: { by: scores, models: [base, sft], benchmarks: [aime24, ifeval], items: 2, samples: 1, think: forced }\n";
const TEXT = small(
  `${FORCED}  style: { from: base, models: [sft], forced: forced }\n`,
);

describe("a study with forced thinking", () => {
  it("names it in the stages that force, and in no other", () => {
    const specs = plan(parseStudy(TEXT, "quick"))
      .filter(({ kind }) => kind === "scores")
      .map(({ id, spec }) => [id, (spec as { think?: string }).think]);
    expect(() =>
      parseStudy(
        TEXT.replace(
          "think: forced",
          'think: forced, server: { url: "http://127.0.0.1:1" }',
        ),
        "quick",
      ),
    ).toThrow("measures.forced.think must be free where a server samples");
    expect(specs).toEqual([
      ["seed1/scores/base", undefined],
      ["seed1/scores/sft", undefined],
      ["seed1/forced/base", "forced"],
      ["seed1/forced/sft", "forced"],
    ]);
  });
});

describe("run(study) with styles", () => {
  let study: Study;
  beforeAll(async () => {
    study = await ranPico(TEXT);
  });
  it("keeps the style of every answer, and its shares in the rows of scores", () => {
    const { records } = evaluation(study, "sft", "aime24");
    expect(records.every(({ style }) => style !== undefined)).toBe(true);
    for (const { styles } of rows(study, "scores")) {
      const { careful, brief, empty, none } = styles!;
      const all = careful.mean + brief.mean + empty.mean + none.mean;
      expect(all).toBeCloseTo(100, 2);
    }
  });
  it("answers carefully where it must think", () => {
    const { records } = evaluation(study, "sft", "aime24", 1, {
      measure: "forced",
    });
    expect(new Set(records.map(({ style }) => style))).toEqual(
      new Set(["careful"]),
    );
    expect(records[0]!.completion).toMatch(/^<think>\n/);
  });
  it("has a row a benchmark and one of their average, with the gain when both must think", () => {
    const found = rows(study, "style");
    expect(
      found.map(({ model, from, benchmark }) => [model, from, benchmark]),
    ).toEqual([
      ["sft", "base", "aime24"],
      ["sft", "base", "ifeval"],
      ["sft", "base", "average"],
    ]);
    for (const row of found) {
      expect(row.style.mean + row.rest.mean).toBeCloseTo(row.gain.mean, 2);
      expect(row.forced!.mean + row.freedom!.mean).toBeCloseTo(
        row.gain.mean,
        2,
      );
      expect(row.temperature).toBe(1);
    }
  });
  it("is verified", () => {
    expect(verifyStudy(study.folder).problems).toEqual([]);
  });
});
