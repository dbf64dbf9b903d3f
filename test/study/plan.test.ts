import { describe, expect, it } from "vitest";
import { parseStudy, plan, select, type Stage } from "../../src/study/index.js";
import { nearest } from "../../src/nearest.js";
import { PICO_STUDY, picoWith } from "./pico.js";

const study = parseStudy(PICO_STUDY, "quick");
const stages = plan(study);
const ids = (list: readonly Stage[]): string[] => list.map(({ id }) => id);

const RICH = picoWith({
  measures: `  trajectories: { models: experts, every: 2, benchmarks: [aime24], items: 2, samples: 1 }
  mergeSize: { anchor: sft, experts: [experts@3, experts], methods: [ties], lambdas: [1], items: 2, samples: 1 }
`,
}).replace('as: "{domain}", steps: 2', 'as: "{domain}", steps: 6');

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
      ({ id }) => id === "seed1/models/math",
    )!;
    expect(math.outputs.slice(2)).toEqual(
      [2, 3, 4].map((step) => `seed1/checkpoints/math/step${step}`),
    );
  });
  it("gives a student the experts of its own seed as teachers, by domain", () => {
    const opd = plan(parseStudy(PICO_STUDY, "full")).find(
      ({ id }) => id === "seed2/models/opd",
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
    const text = PICO_STUDY.replace(/ {2}opd:.*\n/, "")
      .replace(", opd: opd", "")
      .replaceAll(", opd", "");
    const ids = plan(parseStudy(text, "quick")).map(({ id }) => id);
    expect(ids.filter((id) => /opd|distill/.test(id))).toEqual([]);
  });
  it("gives each seed its own fine-tuning, experts and merges", () => {
    const full = plan(parseStudy(PICO_STUDY, "full"));
    const rows = stages.filter(({ kind }) => kind === "rows").length;
    expect(full).toHaveLength(2 * (stages.length - rows) + rows);
    const seed2 = full.find(({ id }) => id === "seed2/models/average")!;
    expect(Object.values(seed2.inputs).map(({ stage }) => stage)).toEqual([
      "seed2/models/sft",
      "seed2/models/math",
      "seed2/models/instruction",
    ]);
  });
});

describe("select(stages, names, study)", () => {
  const chosen = (name: string): string[] => ids(select(stages, name, study));
  const experts = ["seed1/models/math", "seed1/models/instruction"];

  it("names a model and brings what it needs", () => {
    expect(chosen("average")).toEqual([
      "seed1/models/sft",
      ...experts,
      "seed1/models/average",
    ]);
  });
  it("names a list of models", () => {
    expect(chosen("experts")).toEqual(["seed1/models/sft", ...experts]);
  });
  it("names stages by parts of their ids", () => {
    expect(chosen("scores/base")).toEqual(["seed1/scores/base"]);
    expect(chosen("seed1")).toHaveLength(15);
    expect(chosen("analysis")).toEqual(ids(stages));
  });
  it("names several, and stages of a list of models", () => {
    expect(chosen("scores/base, experts")).toEqual([
      "seed1/models/sft",
      ...experts,
      "seed1/scores/base",
    ]);
    expect(chosen("scores/experts")).toEqual([
      "seed1/models/sft",
      ...experts,
      "seed1/scores/math",
      "seed1/scores/instruction",
    ]);
    expect(() => chosen("experts,scores/base,expert")).toThrow(
      'study: stage must be known, got "expert"; did you mean "experts"?',
    );
  });
  it("throws StudyError with the nearest name when nothing fits", () => {
    expect(() => chosen("expert")).toThrow(
      'study: stage must be known, got "expert"; did you mean "experts"? known: base, sft, experts, ',
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
