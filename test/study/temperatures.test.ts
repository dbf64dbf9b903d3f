/** Several temperatures in one measure: stages, records, rows, claims and what the pages show. */
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { readRecords } from "../../src/evaluate/index.js";
import {
  evaluation,
  parseStudy,
  plan,
  rows,
  verifyStudy,
  type Study,
} from "../../src/study/index.js";
import type { Role } from "../../src/study/graph/model.js";
import type { Scored } from "../../src/study/rows/modelScores.js";
import { differenceRows } from "../../src/study/rows/scores.js";
import { Resources } from "../../src/view/data/resources.js";
import { PICO_STUDY } from "./pico.js";
import { ranPico } from "./run/ranPico.js";

const AT = (more: string): string =>
  PICO_STUDY.replace("items: 2, samples: 2", `items: 2, samples: 2, ${more}`);
const BOTH = AT("temperatures: [0, 1]");
// Fewer models: nothing here is about them.
const SMALL = BOTH.replace(
  / {2}(?:experts|multi|average|dareTies|opd): .*\n/g,
  "",
)
  .replace(/ {2}(?:cost|rewards|consistency): .*\n/g, "")
  .replace(/models: \[base, .*?\]/, "models: [base, sft]")
  .replace(/claims: \{.*\}/, "claims: { sft: sft }");
const scoring = (text: string) =>
  plan(parseStudy(text, "quick")).filter(({ kind }) => kind === "scores");

describe("measures.scores.temperatures", () => {
  it("adds stages and leaves those of the main temperature as they are", () => {
    const one = scoring(PICO_STUDY);
    const both = scoring(BOTH);
    expect(both.slice(0, one.length)).toEqual(one);
    const [greedy] = both.slice(one.length);
    expect(greedy).toMatchObject({
      id: "seed1/scores/T0/base",
      spec: { temperature: 0, samples: 1, items: 2 },
    });
    expect(greedy!.outputs[0]).toBe("seed1/scores/T0/base/aime24.jsonl");
    expect(both).toHaveLength(2 * one.length);
  });
  it("has a main temperature among them", () => {
    expect(() => parseStudy(AT("temperatures: [0, 0.6]"), "quick")).toThrow(
      "measures.scores.temperatures must hold the temperature 1 that claims and other measures rest on, got 0, 0.6; say another with temperature",
    );
    const text = AT("temperature: 0.6, temperatures: [0, 0.6]");
    expect(scoring(text)[0]).toMatchObject({
      id: "seed1/scores/base",
      spec: { temperature: 0.6, samples: 2 },
    });
  });
});

describe("measures.scores.against", () => {
  const turns = (against: string): string =>
    `  turns: { by: scores, models: [sft, multi, math], benchmarks: [ifeval], items: 2, samples: 1, against: [${against}] }\n`;
  const asking = (against: string): string =>
    PICO_STUDY.replace("profiles:\n", `${turns(against)}profiles:\n`);
  it("must be of the models that are scored", () => {
    expect(() => parseStudy(asking("opd"), "quick")).toThrow(
      "measures.turns.against must be of its models (sft, multi, math), got opd",
    );
    expect(() => parseStudy(asking("math"), "quick")).not.toThrow();
  });
  it("says which models are compared on each benchmark", () => {
    const scored = (model: string, role: Role, score: number): Scored => ({
      ...{ model, role },
      scores: new Map([["ifeval", [[score], [score]]]]),
    });
    const models = [scored("sft", "sft", 0), scored("math", "expert", 1)];
    const pairs = (against?: string[]) =>
      differenceRows(models, {}, against)
        .filter(({ benchmark }) => benchmark === "ifeval")
        .map(({ a, b, difference }) => [a, b, difference]);
    expect(pairs()).toEqual([["math", "sft", 100]]);
    expect(pairs(["math"])).toEqual([["sft", "math", -100]]);
  });
});

describe("measures.consistency.scores", () => {
  const OF = "against: multi, scores: gains }";
  const GAINS =
    "  gains: { by: scores, models: [sft, experts, multi], benchmarks: [ifeval], items: 2, samples: 8 }\n";
  const asking = (models: string): string =>
    PICO_STUDY.replace("against: multi }", OF)
      .replace(
        "models: [multi, average, dareTies, opd], against",
        `models: [${models}], against`,
      )
      .replace("profiles:\n", `${GAINS}profiles:\n`);
  it("must score every model that is compared", () => {
    expect(() => parseStudy(asking("multi, average"), "quick")).toThrow(
      "measures.consistency must be of models in measures.gains.models, got average",
    );
    expect(() => parseStudy(asking("multi"), "quick")).not.toThrow();
  });
});

describe("measures.scores.split", () => {
  it("asks what a choice rests on, where the study asks its benchmarks", () => {
    const asked = AT("split: development");
    for (const { spec } of scoring(asked))
      expect(spec).toMatchObject({ split: "development" });
    for (const { spec } of scoring(PICO_STUDY))
      expect(spec).not.toHaveProperty("split");
  });
  it("goes before the study's own", () => {
    const all = `split: development\n${AT("split: benchmark")}`;
    for (const { spec } of scoring(all))
      expect(spec).toMatchObject({ split: "benchmark" });
  });
});

describe("run(study) at two temperatures", () => {
  let study: Study;
  beforeAll(async () => {
    study = await ranPico(SMALL);
  });
  it("writes records of each, and reads them by temperature", () => {
    const path = "seed1/scores/T0/sft/ifeval.jsonl";
    const { header, records } = readRecords(join(study.runFolder, path));
    expect(header).toMatchObject({ temperature: 0, samples: 1 });
    expect(
      evaluation(study, "sft", "ifeval", 1, { temperature: 0 }).records,
    ).toEqual(records);
    expect(evaluation(study, "sft", "ifeval").samples).toBe(2);
  });
  it("carries the temperature in rows and differences, the main one first", () => {
    for (const name of ["scores", "differences"] as const) {
      const all = rows(study, name);
      const at = (temperature: number) => rows(study, name, { temperature });
      expect(all).toEqual([...at(1), ...at(0)]);
      expect(at(0)).toHaveLength(at(1).length);
    }
    const [row] = rows(study, "scores", { temperature: 0, model: "sft" });
    expect(row).toMatchObject({ benchmark: "aime24", samples: 1 });
  });
  it("states claims at the main temperature and shows them at the other", () => {
    const numbers = rows(study, "claimNumbers", {
      claim: "instruction-helps-reasoning",
    });
    expect(numbers.map(({ measure }) => measure)).toEqual([
      "as stated",
      "at T = 0",
    ]);
  });
  it("is verified, and shown as two choices of sampling", () => {
    expect(verifyStudy(study.folder).problems).toEqual([]);
    const resources = new Resources(study.folder);
    expect(
      resources
        .places()
        .map(({ measure, temperature }) => [measure, temperature]),
    ).toEqual([
      ["scores", 1],
      ["scores/T0", 0],
    ]);
    expect(resources.scores("scores/T0", "sft")?.against).toBe("sft");
  });
});
