/** The study file: what it may say, and that what it says wrongly is named with its place. */
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { methods } from "../../src/merge/index.js";
import { StudyError } from "../../src/error.js";
import {
  MEASURES,
  OPERATIONS,
  parseStudy,
  profilesOf,
  readStudy,
} from "../../src/study/index.js";
import { PICO_STUDY, picoWith } from "./pico.js";

const parse = (text: string) => () => parseStudy(text, "quick");
const edit = (from: string, to: string): string => {
  if (!PICO_STUDY.includes(from)) throw new Error(`no ${from}`);
  return PICO_STUDY.replace(from, to);
};
const model = (text: string): string => picoWith({ models: `  ${text}\n` });
const measured = (text: string): string =>
  picoWith({ measures: `  ${text}\n` });
const RL = Object.keys(
  OPERATIONS.find(({ key }) => key === "rl")!.options.fields!,
).join(", ");
const KNOWN =
  "base, sft, experts, multi, average, dareTies, opd, math, instruction";

const COUNTED = Array.from({ length: 5001 }, (_, i) => i);

describe("parseStudy(text, profile)", () => {
  it("lays the profile over the common part, key by key", () => {
    const text = edit(
      "quick: {}",
      "quick: { models: { sft: { steps: 9 } }, seeds: [4, 5] }",
    );
    const spec = parseStudy(text, "quick");
    expect(spec.models.find(({ name }) => name === "sft")!.options).toEqual({
      steps: 9,
      batchSize: 2,
      learningRate: 0.001,
      care: 0.5,
      slip: 0.1,
    });
    expect(spec.seeds).toEqual([4, 5]);
  });
  it("leaves out what a profile switches off", () => {
    const text = edit("quick: {}", "quick: { measures: { rewards: null } }");
    const names = (profile: string): string[] =>
      parseStudy(text, profile).measures.map(({ name }) => name);
    expect(names("full")).toContain("rewards");
    expect(names("quick")).not.toContain("rewards");
  });
  it("takes an option that a profile leaves out as not given", () => {
    const text = edit(
      "quick: {}",
      "quick: { models: { sft: { slip: null } } }",
    );
    expect(parse(text)).toThrow("models.sft.slip must be given");
  });
  it("refuses to leave out what is not there", () => {
    const text = edit("quick: {}", "quick: { models: { sfd: null } }");
    expect(parse(text)).toThrow("sfd");
  });
  it("writes anew what a profile makes by another operation", () => {
    const text = edit(
      "quick: {}",
      "quick: { models: { sft: { by: load, folder: given } }, measures: { rewards: { by: cost, models: [sft], unit: sft } } }",
    );
    const { models, measures } = parseStudy(text, "quick");
    const sft = models.find(({ name }) => name === "sft")!;
    expect(sft).toMatchObject({ by: "load", options: { folder: "given" } });
    expect(sft.options).not.toHaveProperty("steps");
    const rewards = measures.find(({ name }) => name === "rewards")!;
    expect(rewards.by).toBe("cost");
  });
  it("takes a profile without a line of its own for the common part", () => {
    expect(parseStudy(edit("quick: {}", "quick:"), "quick")).toEqual(
      parseStudy(PICO_STUDY, "quick"),
    );
  });
  it("reads the study of this repository in the profiles that make experts of each domain", () => {
    for (const profile of ["quick", "full"] as const) {
      const { spec } = readStudy("data/hard", profile);
      expect(spec.domains).toHaveLength(5);
      expect(spec.lists["experts"]).toEqual(spec.domains);
    }
    expect(readStudy("data/hard", "full").spec.seeds).toHaveLength(3);
  });
  it("checks every profile of the file, whichever is asked for", () => {
    const text = edit("full: {", "full: { domains: [],");
    expect(parse(text)).toThrow("domains must be a list of at least 1");
  });

  it.each([
    [
      "an unknown key",
      edit(
        "groupSize: 2, learningRate: 0.001 }\n  multi",
        "grupSize: 2, learningRate: 0.001 }\n  multi",
      ),
      `study: study.yml:7:92: unknown key "grupSize" in models.experts; did you mean "groupSize"? known: ${RL}`,
    ],
    [
      "an unknown key at the top",
      edit("seeds: [1]", "seed: [1]"),
      'study: study.yml:4:1: unknown key "seed"; did you mean "seeds"? known: name, base, domains, difficulty, tasks, answerForm, split, seeds, resources, models, measures, profiles',
    ],
    [
      "a key that every object has",
      edit("seeds: [1]", "constructor: 1"),
      'study: study.yml:4:1: unknown key "constructor"; known: name, base, domains, difficulty, tasks, answerForm, split, seeds, resources, models, measures, profiles',
    ],
    [
      "an unknown operation",
      edit("by: sft", "by: stf"),
      `study: study.yml:6:14: models.sft.by must be a known name, got "stf"; did you mean "sft"? known: ${OPERATIONS.map(({ key }) => key).join(", ")}`,
    ],
    [
      "an unknown measure",
      measured("score: { models: sft }"),
      `study: study.yml:18:3: unknown key "score" in measures; did you mean "scores"? known: ${Object.keys(MEASURES).join(", ")}`,
    ],
    [
      "a model that stands below",
      edit("teachers: experts", "teachers: later"),
      `study: study.yml:11:44: models.opd.teachers must name a model of this study that stands above it, got "later"; known: base, sft, experts, multi, average, dareTies, math, instruction`,
    ],
    [
      "a parent that the operation does not take",
      edit(
        "multi: { by: rl, from: sft",
        "multi: { by: rl, of: experts, from: sft",
      ),
      'study: study.yml:8:20: unknown key "of" in models.multi: rl takes from',
    ],
    [
      "a parent that is missing",
      edit("multi: { by: rl, from: sft", "multi: { by: rl"),
      "study: study.yml:8:10: models.multi.from must be given, got none in profile quick",
    ],
    [
      "a list where one model is needed",
      edit("multi: { by: rl, from: sft", "multi: { by: rl, from: experts"),
      'study: study.yml:8:26: models.multi.from must be one model, got 2: "experts"',
    ],
    [
      "a checkpoint after the end",
      model("late: { like: multi, from: multi@9 }"),
      "study: study.yml:12:30: models.late.from must be a checkpoint of multi (steps 1 to 2), got multi@9",
    ],
    [
      "a checkpoint of what is not trained",
      model("late: { like: multi, from: average@1 }"),
      "study: study.yml:12:30: models.late.from must be a checkpoint of a training run, got average@1: average is not trained",
    ],
    [
      "a choice by a variable that the list does not have",
      model('late: { by: average, of: "experts[seed=1]" }'),
      'study: study.yml:12:28: models.late.of must choose by a variable of the list, got "experts[seed=1]"; known: domain',
    ],
    [
      "a variable that nothing uses",
      edit("each: domain", "each: { domain: all, tempo: [1, 2] }"),
      `study: study.yml:7:54: models.experts.each must name options of rl or variables of its references, got "tempo"; known: ${RL}`,
    ],
    [
      "a text with a variable that is not there",
      edit('as: "{domain}"', 'as: "{dmain}"'),
      "study: study.yml:7:51: models.experts.as must hold only variables of `each` (domain, subset), got {dmain}",
    ],
    [
      "two models of one name",
      edit('as: "{domain}"', "as: expert"),
      "study: study.yml:7:12: models.experts must make models of new names, got expert again",
    ],
    [
      "a model with the name of a domain's expert",
      edit("  average: {", "  math: {"),
      "study: study.yml:9:9: models.math must make models of new names, got math again",
    ],
    [
      "an exception for a value that is not repeated over",
      edit('as: "{domain}"', 'as: "{domain}", where: { mth: { steps: 1 } }'),
      'study: study.yml:7:72: models.experts.where must hold values of `each`, got "mth"; did you mean "math"? known: math, instruction',
    ],
    [
      "an entry that is like one below",
      model("late: { like: later }"),
      `study: study.yml:12:17: models.late.like must name an entry above it, got "later"; known: sft, experts, multi, average, dareTies, opd`,
    ],
    [
      "a negative budget",
      edit('as: "{domain}", steps: 2', 'as: "{domain}", steps: -40'),
      "study: study.yml:7:70: models.experts.steps must be a whole number of at least 1, got -40",
    ],
    [
      "a budget that is text",
      edit('as: "{domain}", steps: 2', 'as: "{domain}", steps: many'),
      'study: study.yml:7:70: models.experts.steps must be a whole number of at least 1, got "many"',
    ],
    [
      "a fraction of a step",
      edit("from: base, steps: 2", "from: base, steps: 2.5"),
      "study: study.yml:6:38: models.sft.steps must be a whole number of at least 1, got 2.5",
    ],
    [
      "a number that is none",
      edit("care: 0.5", "care: .nan"),
      "study: study.yml:6:82: models.sft.care must be a number in [0, 1], got NaN",
    ],
    [
      "a share above one",
      edit("slip: 0.1", "slip: 12"),
      "study: study.yml:6:93: models.sft.slip must be a number in [0, 1], got 12",
    ],
    [
      "an unknown domain",
      edit("[math, instruction]", "[math, sience]"),
      'study: study.yml:3:17: domains[1] must be a known name, got "sience"; did you mean "science"? known: math, coding, science, instruction, agent',
    ],
    [
      "no domain",
      edit("[math, instruction]", "[]"),
      "study: study.yml:3:10: domains must be a list of at least 1, got a list",
    ],
    [
      "a domain twice",
      edit("[math, instruction]", "[math, math]"),
      'study: study.yml:3:17: domains must not repeat a value, got "math" twice',
    ],
    [
      "a seed twice",
      edit("seeds: [1]", "seeds: [1, 1]"),
      "study: study.yml:4:12: seeds must not repeat a value, got 1 twice",
    ],
    [
      "an unknown method",
      edit("method: average", "method: averege"),
      `study: study.yml:9:33: models.average.method must be a known name, got "averege"; did you mean "average"? known: ${Object.keys(methods).join(", ")}`,
    ],
    [
      "an option that the method does not have",
      edit("dareDensity: 0.5", "dareDensty: 0.5"),
      'study: study.yml:10:70: models.dareTies must have options of dareTies, got "dareDensty"; did you mean "dareDensity"? known: density, lambda, dareDensity, rescale',
    ],
    [
      "an option of another type",
      edit("dareDensity: 0.5", "rescale: 1"),
      "study: study.yml:10:79: models.dareTies.rescale must be a boolean, got 1",
    ],
    [
      "an unknown way to distil",
      edit(
        "teachers: experts, steps: 2",
        "teachers: experts, method: onpolicy, steps: 2",
      ),
      'study: study.yml:11:61: models.opd.method must be a known name, got "onpolicy"; did you mean "onPolicy"? known: onPolicy, reverseKl, forwardKl, offPolicy',
    ],
    [
      "a domain without a teacher",
      edit("teachers: experts", "teachers: [math, multi]"),
      "study: study.yml:11:44: models.opd.teachers must hold one teacher of instruction, got 0",
    ],
    [
      "quotas that do not add up",
      edit(
        "multi: { by: rl",
        "multi: { quotas: { math: 1, instruction: 2 }, by: rl",
      ),
      "study: study.yml:8:20: models.multi.quotas must add up to promptsPerStep 2, got 3",
    ],
    [
      "a quota of another domain",
      edit("multi: { by: rl", "multi: { quotas: { agent: 2 }, by: rl"),
      "study: study.yml:8:20: models.multi.quotas must name a domain of the run (math, instruction), got agent",
    ],
    [
      "weights that leave out a domain",
      edit("multi: { by: rl", "multi: { weights: { math: 1 }, by: rl"),
      "study: study.yml:8:21: models.multi.weights must hold every domain of the run (math, instruction), got none for instruction",
    ],
    [
      "a switch that is a number",
      edit("multi: { by: rl", "multi: { dynamicSampling: 1, by: rl"),
      "study: study.yml:8:29: models.multi.dynamicSampling must be true or false, got 1",
    ],
    [
      "a model name that is a path",
      edit("  average: {", "  ../average: {"),
      'study: study.yml:9:3: unknown key "../average" in models; use letters, digits, ., - and _',
    ],
    [
      "an unknown benchmark",
      edit("[aime24, ifeval]", "[aime24, ifevl]"),
      'study: study.yml:13:95: measures.scores.benchmarks[1] must be a known name, got "ifevl"; did you mean "ifeval"? known: aime24, aime25, lcbV5, lcbV6, hle, gpqa, ifeval, ifbench, bfcl, followEnglish, followNewEnglish, sumsEnglish, choiceEnglish',
    ],
    [
      "a profile that is not there",
      edit("  quick: {}\n", ""),
      "study: study.yml:19:3: profiles must hold quick, got full",
    ],
    [
      "a number that neither part gives",
      edit(", slip: 0.1 }", " }"),
      "study: study.yml:6:8: models.sft.slip must be given, got none in profile quick",
    ],
    [
      "a study without models",
      "name: a\nbase: b\ndomains: [math]\nseeds: [1]\nprofiles: { quick: {} }\n",
      "study: study.yml:5:20: models must be given, got none in profile quick",
    ],
    [
      "an entry that is no map",
      model("odd: 3"),
      "study: study.yml:12:8: models.odd must be a map, got 3",
    ],
    [
      "a key twice",
      edit("seeds: [1]", "seeds: [1]\nseeds: [2]"),
      "study: study.yml:5:1: Map keys must be unique",
    ],
    [
      "a profile that is no map",
      edit("quick: {}", "quick: [1]"),
      "study: study.yml:19:10: profiles.quick must be a map, got a list",
    ],
    [
      "more models of an entry than anyone trains",
      model(`many: { each: { lambda: ${JSON.stringify(COUNTED)} } }`),
      "study: study.yml:12:17: models.many.each must ask for at most 5000 models, got 5001",
    ],
    [
      "more subsets than anyone trains",
      model(
        `many: { by: rl, from: sft, each: { seed: ${JSON.stringify(COUNTED.slice(0, 40))} }, as: "r{seed}", domains: [math], steps: 2, promptsPerStep: 1, groupSize: 2, learningRate: 0.001 }\n  all: { by: merge, method: average, anchor: sft, subsets: many }`,
      ),
      "study: study.yml:13:60: models.all.subsets must ask for at most 5000 models, got 1099511627735",
    ],
    [
      "more models of all seeds than anyone trains",
      edit(
        "seeds: [1]",
        `seeds: [${Array.from({ length: 9000 }, (_, i) => i).join(", ")}]`,
      ),
      "study: study.yml:4:8: seeds must ask for at most 20000 models of all seeds, got 72000",
    ],
    [
      "what is nested deeply",
      edit("seeds: [1]", `seeds: ${"[".repeat(5000)}`),
      "study: study.yml:4:208: values must lie at most 200 deep inside each other, got more",
    ],
    [
      "text that is no YAML",
      edit("domains: [math, instruction]", "domains: [math, instruction"),
      "study: study.yml:4:1: ",
    ],
    [
      "nothing",
      "",
      "study: study.yml:1:1: the study must be a map, got nothing",
    ],
    [
      "trajectories of what is not trained",
      measured(
        "trajectories: { models: average, every: 1, benchmarks: all, items: 1, samples: 1 }",
      ),
      "study: study.yml:18:27: measures.trajectories.models must be training runs, got average",
    ],
    [
      "a measure that needs scores in a study without",
      PICO_STUDY.replace(/ {2}scores:.*\n/, ""),
      "study: study.yml:15:16: measures.consistency needs the measure scores, got none",
    ],
  ])("refuses %s", (_, text, message) => {
    expect(parse(text)).toThrow(StudyError);
    try {
      parse(text)();
    } catch (error) {
      if (message.endsWith(": "))
        expect((error as Error).message.slice(0, message.length)).toBe(message);
      else expect((error as Error).message).toBe(message);
    }
  });

  it("takes every setting of a trainer, checked by the trainer's own row", () => {
    const text = (betas: string): string =>
      edit("multi: { by: rl", `multi: { betas: ${betas}, refills: 1, by: rl`);
    const multi = parseStudy(text("[0.9, 0.95]"), "quick").models.find(
      ({ name }) => name === "multi",
    );
    expect(multi!.options).toMatchObject({ betas: [0.9, 0.95], refills: 1 });
    expect(parse(text("[0.9, 2]"))).toThrow(
      "models.multi: betas must be two numbers in [0, 1), got [0.9,2]",
    );
    expect(
      parse(edit("multi: { by: rl", "multi: { microBatchTokens: 9, by: rl")),
    ).toThrow('unknown key "microBatchTokens"');
  });

  it("names all models that a reference may hold", () => {
    expect(
      parse(measured("pairs: { anchor: x, experts: experts, method: ties }")),
    ).toThrow(`known: ${KNOWN}`);
  });

  it("refuses aliases, which could hide where a number comes from", () => {
    const text = edit("sft: {", "sft: &a {").replace(
      /^ {2}multi: .*$/m,
      "  multi: *a",
    );
    expect(parse(text)).toThrow("values must be written out, got the alias *a");
  });
});

describe("readStudy(path, profile)", () => {
  it("throws StudyError when there is no file or no such profile", () => {
    const folder = mkdtempSync(join(tmpdir(), "m2rl-none-"));
    expect(() => readStudy(folder, "quick")).toThrow(
      `study: ${folder}/study.yml not found; it must be a study file`,
    );
    expect(() => readStudy("data/hard", "fast")).toThrow(
      "profiles must hold fast, got full, develop, quick",
    );
  });
  it("reads the file or its folder alike", () => {
    expect(readStudy("data/hard/study.yml", "quick").spec).toEqual(
      readStudy("data/hard", "quick").spec,
    );
    const text = readFileSync("data/hard/study.yml", "utf8");
    expect(profilesOf(text)).toEqual(["full", "develop", "quick"]);
  });
});
