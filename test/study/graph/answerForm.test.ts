/** A study on other tasks and in another form: what its file says reaches every stage that draws tasks, and nothing else. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { StudyError } from "../../../src/error.js";
import {
  configToJson,
  NANO_CONFIG,
  type ModelConfig,
} from "../../../src/model/index.js";
import {
  describePlan,
  parseStudy,
  plan,
  readStudy,
} from "../../../src/study/index.js";
import { PICO_STUDY } from "../pico.js";

const HEAD = `name: plain
base: base
domains: [math, instruction]
seeds: [1]
tasks: english
answerForm: { template: folder, gate: none, maxNewTokens: { math: 24 } }
`;
const RL =
  "by: rl, from: base, steps: 2, promptsPerStep: 2, groupSize: 2, learningRate: 0.001";
const study = (head: string, models: string): string => `${head}models:
${models}measures:
  scores: { models: [base], benchmarks: [sumsEnglish], items: 2, samples: 1 }
profiles: { quick: {} }
`;
const EXPERTS = `  experts: { ${RL}, each: domain, as: "{domain}" }\n`;

const ANSWER_FORM = {
  ...{ template: "folder", gate: "none", maxNewTokens: { math: 24 } },
};

describe("tasks and answerForm of a study", () => {
  it("are part of what a trained model and a measure depend on, and not of what a merge does", () => {
    const merge =
      "  mixed: { by: merge, method: average, anchor: base, of: experts }\n";
    const stages = plan(parseStudy(study(HEAD, EXPERTS + merge), "quick"));
    const of = (id: string): object => stages.find((s) => s.id === id)!.spec;
    expect(of("seed1/models/math")).toMatchObject({
      ...{ tasks: "english", answerForm: ANSWER_FORM },
    });
    // A benchmark's name says where its tasks come from.
    expect(of("seed1/scores/base")).toMatchObject({ answerForm: ANSWER_FORM });
    expect(of("seed1/scores/base")).not.toHaveProperty("tasks");
    expect(of("seed1/models/mixed")).not.toHaveProperty("answerForm");
  });

  it("of the small world reach fine-tuning: the folder's template writes its conversations", () => {
    const text = PICO_STUDY.replace(
      "models:\n",
      "answerForm: { template: folder }\nmodels:\n",
    );
    const [sft] = plan(parseStudy(text, "quick"));
    expect(sft).toMatchObject({
      ...{ kind: "sft", spec: { answerForm: { template: "folder" } } },
    });
  });

  it("go without saying where they are those of the small world: keys of committed records stay", () => {
    for (const { spec } of plan(parseStudy(PICO_STUDY, "quick"))) {
      expect(spec).not.toHaveProperty("tasks");
      expect(spec).not.toHaveProperty("answerForm");
    }
  });

  it.each([
    [
      "a domain without English tasks",
      study(HEAD.replace("instruction]", "agent]"), EXPERTS),
      "study: study.yml:3:10: domains must be of math, science, instruction where tasks are english, got agent",
    ],
    [
      "fine-tuning on demonstrations, which only the small world has",
      study(
        HEAD,
        "  sft: { by: sft, from: base, steps: 1, batchSize: 2, learningRate: 0.001, care: 1, slip: 0 }\n",
      ),
      "study: study.yml:8:8: models.sft must learn without demonstrations where tasks are english, got sft",
    ],
    [
      "another trainer, which would put tasks in its own form",
      study(HEAD, `  one: { ${RL}, domains: [math], trainer: slime }\n`),
      "study: study.yml:8:120: models.one.trainer must be local where the study has tasks or answerForm of its own, got slime",
    ],
    [
      "a form that is not known",
      study(HEAD.replace("gate: none", "gate: open"), EXPERTS),
      'study: study.yml:6:39: answerForm.gate must be a known name, got "open"; known: think, none',
    ],
  ])("refuse %s", (_, text, message) => {
    expect(() => parseStudy(text, "quick")).toThrow(new StudyError(message));
  });

  it("of a large base are estimated by their arithmetic, those of a small one by the seconds of the nano model", () => {
    const folder = mkdtempSync(join(tmpdir(), "m2rl-large-"));
    mkdirSync(join(folder, "base"));
    writeFileSync(join(folder, "study.yml"), study(HEAD, EXPERTS));
    const seconds = (config: ModelConfig): number => {
      const text = JSON.stringify(configToJson(config));
      writeFileSync(join(folder, "base", "config.json"), text);
      const { stages } = describePlan(folder);
      return stages.find(({ id }) => id === "seed1/models/math")!.seconds;
    };
    const layer = { ...NANO_CONFIG, hiddenSize: 1024, heads: 8, headDim: 128 };
    expect(seconds(NANO_CONFIG)).toBe(0);
    expect(seconds({ ...layer, layers: 400 })).toBeGreaterThan(10);
  });

  it("the study of SmolLM2 is planned in both profiles, experts, mixed run and merges from the base", () => {
    for (const profile of ["quick", "gpu"]) {
      const { spec } = readStudy("data/smollm2", profile);
      expect(spec.models.map(({ name }) => name)).toEqual([
        ...["base", "math", "science", "instruction", "multi"],
        ...["average", "ties", "taskArithmetic"],
      ]);
      expect(spec.tasks).toBe("english");
      expect(plan(spec).length).toBeGreaterThan(20);
    }
  });
});
