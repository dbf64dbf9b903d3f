import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { methods } from "../../src/merge/index.js";
import { StudyError } from "../../src/error.js";
import { parseStudy, readStudy } from "../../src/study/index.js";
import { PICO_STUDY } from "./pico.js";

const parse = (text: string) => () => parseStudy(text, "quick");
const edit = (from: string, to: string): string => {
  if (!PICO_STUDY.includes(from)) throw new Error(`no ${from}`);
  return PICO_STUDY.replace(from, to);
};

describe("parseStudy(text, profile)", () => {
  it("lays the profile over the common part, key by key", () => {
    const text = edit(
      "quick: {}",
      "quick: { sft: { steps: 9 }, seeds: [4, 5] }",
    );
    const spec = parseStudy(text, "quick");
    expect(spec.sft).toEqual({
      steps: 9,
      batchSize: 2,
      learningRate: 0.001,
      care: 0.5,
      slip: 0.1,
    });
    expect(spec.seeds).toEqual([4, 5]);
    expect(spec.trajectories).toBeNull();
  });
  it("reads the study of this repository in both profiles", () => {
    for (const profile of ["quick", "full"] as const) {
      const { spec } = readStudy("data/nano", profile);
      expect(spec.domains).toHaveLength(5);
      expect(spec.evaluate.benchmarks).toHaveLength(9);
    }
    expect(readStudy("data/nano", "full").spec.seeds).toHaveLength(3);
  });

  const RL =
    "steps, promptsPerStep, groupSize, learningRate, weightDecay, clipEps, clipEpsHigh, klCoef, entropyCoef, importanceSampling, advantage, positiveOnly, reduction, updatesPerRollout, dynamicSampling, overlong, logDomains, logKl, store, byDomain";
  it.each([
    [
      "an unknown key",
      edit(
        "groupSize: 2, learningRate: 0.001 }\nmulti",
        "grupSize: 2, learningRate: 0.001 }\nmulti",
      ),
      `study: study.yml:6:41: unknown key "grupSize" in experts; did you mean "groupSize"? known: ${RL}`,
    ],
    [
      "an unknown key at the top",
      edit("seeds: [1]", "seed: [1]"),
      'study: study.yml:4:1: unknown key "seed"; did you mean "seeds"? known: name, base, domains, seeds, sft, experts, multi, merges, distill, evaluate, trajectories, size, neighborhoods, pairs, overlaps, storage, why, verification, profiles',
    ],
    [
      "a key that every object has",
      edit("seeds: [1]", "constructor: 1"),
      'study: study.yml:4:1: unknown key "constructor"; known: name, base, domains, seeds, sft, experts, multi, merges, distill, evaluate, trajectories, size, neighborhoods, pairs, overlaps, storage, why, verification, profiles',
    ],
    [
      "a negative budget",
      edit("experts: { steps: 2", "experts: { steps: -40"),
      "study: study.yml:6:19: experts.steps must be a whole number of at least 1, got -40",
    ],
    [
      "a budget that is text",
      edit("experts: { steps: 2", "experts: { steps: many"),
      'study: study.yml:6:19: experts.steps must be a whole number of at least 1, got "many"',
    ],
    [
      "a fraction of a step",
      edit("sft: { steps: 2", "sft: { steps: 2.5"),
      "study: study.yml:5:15: sft.steps must be a whole number of at least 1, got 2.5",
    ],
    [
      "a number that is none",
      edit("care: 0.5", "care: .nan"),
      "study: study.yml:5:59: sft.care must be a number in [0, 1], got NaN",
    ],
    [
      "a share above one",
      edit("slip: 0.1", "slip: 12"),
      "study: study.yml:5:70: sft.slip must be a number in [0, 1], got 12",
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
      "a missing domain",
      edit(
        "learningRate: 0.001 }\nmulti",
        "learningRate: 0.001, byDomain: { coding: { steps: 3 } } }\nmulti",
      ),
      "study: study.yml:6:96: experts.byDomain.coding must name a domain of this study (math, instruction), got coding",
    ],
    [
      "a merge of an expert that is not trained",
      edit(
        "{ method: average }",
        "{ method: average, experts: [math, agent] }",
      ),
      "study: study.yml:9:40: merges.average.experts must name a domain of this study (math, instruction), got agent",
    ],
    [
      "an unknown method",
      edit("method: average", "method: averege"),
      `study: study.yml:9:22: merges.average.method must be a known name, got "averege"; did you mean "average"? known: ${Object.keys(methods).join(", ")}`,
    ],
    [
      "an option that the method does not have",
      edit("dareDensity: 0.5", "dareDensty: 0.5"),
      'study: study.yml:10:56: merges.dareTies.options must be options of dareTies, got "dareDensty"; did you mean "dareDensity"? known: density, lambda, dareDensity, rescale',
    ],
    [
      "an option of another type",
      edit("dareDensity: 0.5", "rescale: 1"),
      "study: study.yml:10:53: merges.dareTies.options.rescale must be a boolean, got 1",
    ],
    [
      "the seed as a merge option",
      edit("dareDensity: 0.5", "seed: 3"),
      'study: study.yml:10:50: merges.dareTies.options must be options of dareTies, got "seed"; known: density, lambda, dareDensity, rescale',
    ],
    [
      "a merged model with the name of another",
      edit("  average: {", "  multi: {"),
      "study: study.yml:9:10: merges.multi must not be the name of another model, got multi",
    ],
    [
      "a student with the name of a merge",
      edit("  opd: {", "  average: {"),
      "study: study.yml:13:12: distill.average must not be the name of another model, got average",
    ],
    [
      "an unknown way to distil",
      edit("opd: { steps: 2", "opd: { method: onpolicy, steps: 2"),
      'study: study.yml:13:18: distill.opd.method must be a known name, got "onpolicy"; did you mean "onPolicy"? known: onPolicy, reverseKl, forwardKl, offPolicy',
    ],
    [
      "a KL coefficient of a student, whose loss has no such term",
      edit("opd: { steps: 2", "opd: { klCoef: 1, steps: 2"),
      'study: study.yml:13:10: unknown key "klCoef" in distill.opd; known: method, steps, promptsPerStep, groupSize, learningRate, weightDecay, clipEps, clipEpsHigh, updatesPerRollout, store, weights, quotas',
    ],
    [
      "quotas that do not add up",
      edit(
        "multi: { steps: 2",
        "multi: { quotas: { math: 1, instruction: 2 }, steps: 2",
      ),
      "study: study.yml:7:18: multi.quotas must add up to promptsPerStep 2, got 3",
    ],
    [
      "a quota of another domain",
      edit("opd: { steps: 2", "opd: { quotas: { agent: 2 }, steps: 2"),
      "study: study.yml:13:18: distill.opd.quotas must name a domain of this study (math, instruction), got agent",
    ],
    [
      "weights that leave out a domain",
      edit("multi: { steps: 2", "multi: { weights: { math: 1 }, steps: 2"),
      "study: study.yml:7:19: multi.weights must hold every domain of this study (math, instruction), got none for instruction",
    ],
    [
      "a switch that is a number",
      edit("multi: { steps: 2", "multi: { dynamicSampling: 1, steps: 2"),
      "study: study.yml:7:27: multi.dynamicSampling must be true or false, got 1",
    ],
    [
      "a model name that is a path",
      edit("  average: {", "  ../average: {"),
      'study: study.yml:9:3: unknown key "../average" in merges; use letters, digits, - and _',
    ],
    [
      "an unknown benchmark",
      edit("[aime24, ifeval]", "[aime24, ifevl]"),
      'study: study.yml:11:34: evaluate.benchmarks[1] must be a known name, got "ifevl"; did you mean "ifeval"? known: aime24, aime25, lcbV5, lcbV6, hle, gpqa, ifeval, ifbench, bfcl',
    ],
    [
      "an unknown profile",
      edit("  full:", "  long:"),
      'study: study.yml:16:3: unknown key "long" in profiles; known: quick, full',
    ],
    [
      "a profile that is not there",
      edit("  quick: {}\n", ""),
      "study: study.yml:15:3: profiles must hold quick, got none",
    ],
    [
      "a number that neither part gives",
      edit("slip: 0.1 }", "}"),
      "study: study.yml:15:10: sft.slip must be given, got none in profile quick",
    ],
    [
      "a section that neither part gives",
      edit("multi:", "# multi:"),
      "study: study.yml:15:10: multi must be given, got none in profile quick",
    ],
    [
      "a section without content",
      edit("multi: {", "multi:\n#"),
      "study: study.yml:7:7: multi must be a map, got null",
    ],
    [
      "a key twice",
      edit("seeds: [1]", "seeds: [1]\nseeds: [2]"),
      "study: study.yml:5:1: Map keys must be unique",
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
      "size seeds that the profile does not have",
      edit(
        "profiles:",
        "size: { steps: [1], seeds: [3], methods: [ties], lambdas: [1], items: 1, samples: 1 }\nprofiles:",
      ),
      "study: study.yml:14:28: size.seeds must be seeds of this profile (1), got 3",
    ],
    [
      "storage seeds that the profile does not have",
      edit("profiles:", "storage: { seeds: [3] }\nprofiles:"),
      "study: study.yml:14:19: storage.seeds must be seeds of this profile (1), got 3",
    ],
    [
      "a merged model with the name of an expert kept in bfloat16",
      edit("profiles:", "storage: {}\nprofiles:").replace(
        "  average: {",
        "  math-bf16: {",
      ),
      "study: study.yml:9:14: merges.math-bf16 must not be the name of another model, got math-bf16",
    ],
  ])("refuses %s", (_, text, message) => {
    expect(parse(text)).toThrow(StudyError);
    try {
      parse(text)();
    } catch (error) {
      expect((error as Error).message.slice(0, message.length)).toBe(message);
      if (!message.endsWith(": "))
        expect((error as Error).message).toBe(message);
    }
  });

  it("refuses aliases, which could hide where a number comes from", () => {
    const text = edit("sft: {", "sft: &a {").replace(
      /^multi: .*$/m,
      "multi: *a",
    );
    expect(parse(text)).toThrow("multi must be written out, got the alias *a");
  });
});

describe("readStudy(path, profile)", () => {
  it("throws StudyError when there is no file or no such profile", () => {
    const folder = mkdtempSync(join(tmpdir(), "m2rl-none-"));
    expect(() => readStudy(folder, "quick")).toThrow(
      `study: ${folder}/study.yml must be a study file, got no such file`,
    );
    expect(() => readStudy("data/nano", "fast")).toThrow(
      'study: profile must be one of quick, full, got "fast"',
    );
  });
  it("reads the file or its folder alike", () => {
    expect(readStudy("data/nano/study.yml", "quick").spec).toEqual(
      readStudy("data/nano", "quick").spec,
    );
    expect(readFileSync("data/nano/study.yml", "utf8")).toContain("profiles:");
  });
});
