/** The stages behind Figures 4 to 8 and Tables 6 and 7: planned, checked, and run on a pico study. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { DivergenceSample } from "../../src/analysis/index.js";
import { evaluation } from "../../src/study/load.js";
import {
  parseStudy,
  plan,
  rows,
  run,
  type PairLine,
  type Study,
  type JudgingLine,
} from "../../src/study/index.js";
import { PICO_STUDY, picoWith } from "./pico.js";
import { ranPico } from "./run/ranPico.js";

const MEASURES = `  pairs: { anchor: sft, experts: experts, method: ties, domains: [math] }
  neighborhoods: { experts: experts, models: [average, base], prompts: 2, samples: 2 }
  judging: { models: [sft, multi], benchmarks: [aime24], items: 2, answers: 2 }
`;
const TEXT = picoWith({ measures: MEASURES });
const parse = (from: string, to: string) => () => {
  if (!TEXT.includes(from)) throw new Error(`no ${from}`);
  return parseStudy(TEXT.replace(from, to), "quick");
};

describe("plan(spec)", () => {
  it("has a stage per expert, pair and judge, and none without the measures", () => {
    const ids = plan(parseStudy(TEXT, "quick")).map(({ id }) => id);
    const plain = plan(parseStudy(PICO_STUDY, "quick")).map(({ id }) => id);
    expect(ids.filter((id) => !plain.includes(id))).toEqual([
      "seed1/pairs/math",
      "seed1/pairs/math-instruction",
      "seed1/neighborhoods/math",
      "seed1/neighborhoods/instruction",
      "seed1/judging/sft",
      "seed1/judging/multi",
      "analysis/pairs",
      "analysis/neighborhoods",
      "analysis/judging",
    ]);
  });
  it("leaves every other stage as it is, so that what is done stays done", () => {
    const of = (text: string) =>
      plan(parseStudy(text, "full"))
        .filter(({ id }) => id !== "analysis/claims")
        .map((stage) => JSON.stringify(stage));
    expect(of(TEXT)).toEqual(expect.arrayContaining(of(PICO_STUDY)));
  });
});

describe("parseStudy(text, profile)", () => {
  it.each([
    [
      "a model that the study does not have",
      parse("models: [average, base]", "models: [avrage, base]"),
      'study: study.yml:19:47: measures.neighborhoods.models[0] must name a model of this study that stands above it, got "avrage"; did you mean "average"?',
    ],
    [
      "a judge that the study does not have",
      parse("models: [sft, multi]", "models: [sft, ties]"),
      'study: study.yml:20:28: measures.judging.models[1] must name a model of this study that stands above it, got "ties"',
    ],
    [
      "a domain without an expert",
      parse("domains: [math] }", "domains: [coding] }"),
      'study: study.yml:18:67: measures.pairs.domains[0] must be a known name, got "coding"; known: math, instruction',
    ],
    [
      "a domain without a benchmark",
      parse("benchmarks: [aime24, ifeval]", "benchmarks: [aime24]"),
      "study: study.yml:19:29: measures.neighborhoods.experts must have benchmarks of instruction in measures.scores.benchmarks, got none",
    ],
    [
      "a benchmark whose answers cannot be judged",
      parse(
        "benchmarks: [aime24], items: 2, answers",
        "benchmarks: [gpqa], items: 2, answers",
      ),
      "measures.judging.benchmarks must be benchmarks whose answers can be judged with pool own (aime24, aime25, hle), got gpqa",
    ],
  ])("throws StudyError for %s", (_, act, message) => {
    expect(act).toThrow(message);
  });
});

describe("run(study)", () => {
  let study: Study;
  const lines = <Line>(path: string): Line[] =>
    readFileSync(join(study.runFolder, "seed1", path), "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line) as Line);

  beforeAll(async () => {
    study = await ranPico(TEXT);
  });

  it("keeps what every expert wrote and what the others think of it", () => {
    const samples = lines<DivergenceSample>("neighborhoods/math.jsonl");
    expect(samples.map(({ data, sample }) => `${data} ${sample}`)).toEqual([
      "math 0",
      "math 1",
      "math 0",
      "math 1",
      "instruction 0",
      "instruction 1",
      "instruction 0",
      "instruction 1",
    ]);
    for (const { models, tokens } of samples) {
      expect(Object.keys(models)).toEqual(["average", "base"]);
      expect(tokens).toBeGreaterThan(0);
      expect(models["base"]!.kl).toBeGreaterThan(0);
    }
  });

  it("makes a row a model, expert and domain of prompts, the own expert's ratio 1", () => {
    const found = rows(study, "neighborhoods");
    expect(
      found.map(({ model, data, expert }) => `${model} ${data} ${expert}`),
    ).toEqual(
      ["average", "base"].flatMap((model) =>
        ["math", "instruction"].flatMap((data) =>
          ["math", "instruction"].map((expert) => `${model} ${data} ${expert}`),
        ),
      ),
    );
    const own = found.filter(
      ({ model, expert, data }) => model === "base" && expert === data,
    );
    expect(own).toHaveLength(2);
    for (const row of own) {
      expect(row).toMatchObject({ verdict: "own", neighbor: true });
      expect(row.ratio!.mean).toBe(1);
      expect(row.epsilon).toBeCloseTo(2 * row.perSequence.mean, 5);
    }
  });

  it("scores each pair and the expert alone on the domain in question", () => {
    const [line] = lines<PairLine>("pairs/math-instruction.jsonl");
    expect(line!.benchmark).toBe("aime24");
    expect(line!.scores).toHaveLength(2);
    expect(
      rows(study, "pairs").map(({ domain, partner, benchmark }) => [
        domain,
        partner,
        benchmark,
      ]),
    ).toEqual([
      ["math", null, "aime24"],
      ["math", null, "average"],
      ["math", "instruction", "aime24"],
      ["math", "instruction", "average"],
    ]);
    expect(
      rows(study, "pairs").map(({ partnerEffect }) => partnerEffect === null),
    ).toEqual([true, true, false, false]);
    const [row] = rows(study, "pairs");
    expect(row!.expert).toBeCloseTo(
      100 * evaluation(study, "math", "aime24").mean,
      6,
    );
  });

  it("has a row of gains for every model of all domains, without a number where nothing was gained", () => {
    const found = rows(study, "consistency");
    expect([...new Set(found.map(({ model }) => model))]).toEqual([
      "multi",
      "average",
      "dareTies",
      "opd",
    ]);
    expect(found).toHaveLength(4 * 2);
    // A random pico model solves nothing.
    for (const row of found)
      expect(row).toMatchObject({ cosine: null, chance: null, items: 2 });
  });

  it("keeps every answer with its judgements, and has rows by mode, benchmark and average", () => {
    const answers = lines<JudgingLine>("judging/multi.jsonl");
    expect(answers).toHaveLength(4);
    expect(answers[0]).toMatchObject({ benchmark: "aime24", sample: 0 });
    expect(
      rows(study, "judging").map(
        ({ model, mode, benchmark }) => `${model} ${mode} ${benchmark}`,
      ),
    ).toEqual(
      ["sft", "multi"].flatMap((model) =>
        ["outcome", "process"].flatMap((mode) =>
          ["aime24", "average"].map((name) => `${model} ${mode} ${name}`),
        ),
      ),
    );
    for (const row of rows(study, "judging"))
      expect(row).toMatchObject({ answers: 4, seeds: 1, items: 2 });
  });

  it("does nothing twice", async () => {
    const { stages } = await run(study.folder, { jobs: 1 });
    expect(stages.filter((stage) => stage.ran)).toEqual([]);
  });
});
