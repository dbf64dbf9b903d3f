import { describe, expect, it } from "vitest";
import { parseStudy, plan, select, type Stage } from "../../src/study/index.js";
import { nearest } from "../../src/study/nearest.js";
import { PICO_STUDY } from "./pico.js";

const stages = plan(parseStudy(PICO_STUDY, "quick"));
const ids = (list: readonly Stage[]): string[] => list.map(({ id }) => id);

const RICH = PICO_STUDY.replace(
  "profiles:",
  `trajectories: { every: 2, benchmarks: [aime24], items: 2, samples: 1 }
size: { steps: [3, 6], learningRates: [0.01], methods: [ties], lambdas: [1], items: 2, samples: 1 }
profiles:`,
).replace("experts: { steps: 2", "experts: { steps: 6");

describe("plan(spec)", () => {
  it("has every stage after those it reads from", () => {
    for (const text of [PICO_STUDY, RICH]) {
      const seen = new Set<string>();
      for (const { id, inputs } of plan(parseStudy(text, "full"))) {
        for (const { stage } of Object.values(inputs))
          if (stage !== null) expect(seen.has(stage)).toBe(true);
        expect(seen.has(id)).toBe(false);
        seen.add(id);
      }
    }
  });
  it("reads only what another stage writes", () => {
    const all = plan(parseStudy(RICH, "full"));
    const written = new Map(all.map((stage) => [stage.id, stage.outputs]));
    for (const { inputs } of all) {
      for (const { stage, path } of Object.values(inputs)) {
        if (stage !== null) expect(written.get(stage)).toContain(path);
      }
    }
  });
  it("never writes one path twice", () => {
    const paths = plan(parseStudy(RICH, "full")).flatMap(
      ({ outputs }) => outputs,
    );
    expect(new Set(paths).size).toBe(paths.length);
  });
  it("keeps the checkpoints that trajectories and sizes read, and no others", () => {
    const math = plan(parseStudy(RICH, "quick")).find(
      ({ id }) => id === "seed1/experts/math",
    )!;
    expect(math.outputs.slice(2)).toEqual(
      [2, 3, 4].map((step) => `seed1/checkpoints/math/step${step}`),
    );
  });
  it("gives a student the experts of its own seed as teachers, by domain", () => {
    const opd = plan(parseStudy(PICO_STUDY, "full")).find(
      ({ id }) => id === "seed2/distill/opd",
    )!;
    expect(opd.kind).toBe("distill");
    expect(opd.outputs).toEqual(["seed2/models/opd", "seed2/train/opd.jsonl"]);
    expect(
      Object.entries(opd.inputs).map(([name, { path }]) => [name, path]),
    ).toEqual([
      ["init", "seed2/models/sft"],
      ["math", "seed2/models/math"],
      ["instruction", "seed2/models/instruction"],
    ]);
  });
  it("a study without students has none", () => {
    const text = PICO_STUDY.replace(/distill:\n.*\n/, "");
    expect(parseStudy(text, "quick").distill).toEqual({});
    const ids = plan(parseStudy(text, "quick")).map(({ id }) => id);
    expect(ids.filter((id) => /opd|distill/.test(id))).toEqual([]);
  });
  it("gives each seed its own fine-tuning, experts and merges", () => {
    const full = plan(parseStudy(PICO_STUDY, "full"));
    expect(full).toHaveLength(2 * (stages.length - 1) + 1);
    const seed2 = full.find(({ id }) => id === "seed2/merges/average")!;
    expect(Object.values(seed2.inputs).map(({ stage }) => stage)).toEqual([
      "seed2/sft",
      "seed2/experts/math",
      "seed2/experts/instruction",
    ]);
  });
});

describe("select(stages, pattern)", () => {
  it("names a stage and brings what it needs", () => {
    expect(ids(select(stages, "merges/average"))).toEqual([
      "seed1/sft",
      "seed1/experts/math",
      "seed1/experts/instruction",
      "seed1/merges/average",
    ]);
  });
  it("names a kind or a model by one part of the id", () => {
    expect(ids(select(stages, "experts"))).toEqual([
      "seed1/sft",
      "seed1/experts/math",
      "seed1/experts/instruction",
    ]);
    expect(ids(select(stages, "evaluate/base"))).toEqual([
      "seed1/evaluate/base",
    ]);
    expect(ids(select(stages, "analysis"))).toEqual(ids(stages));
  });
  it("throws StudyError with the nearest name when nothing fits", () => {
    expect(() => select(stages, "expert")).toThrow(
      'study: stage must be known, got "expert"; did you mean "experts"? known: seed1, sft, experts, math, instruction, multi, merges, average, dareTies, distill, opd, evaluate, base, analysis',
    );
  });
});

describe("nearest(name, known)", () => {
  it("is the closest name, or null where none is close", () => {
    expect(nearest("grupSize", ["steps", "groupSize"])).toBe("groupSize");
    expect(nearest("setps", ["steps", "store"])).toBe("steps");
    expect(nearest("banana", ["steps", "store"])).toBeNull();
    expect(nearest("", ["steps"])).toBeNull();
  });
});
