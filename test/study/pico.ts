/** A study that runs end to end in seconds: a random two-layer model, two steps, two items. */
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeModelFolder } from "../../src/checkpoint/index.js";
import {
  configToJson,
  initParams,
  type ModelConfig,
} from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { Tokenizer, trainBpe } from "../../src/tokenizer/index.js";
import { pretrainDocument } from "../../src/world/index.js";

/** Text of the study; `change` edits it. */
export const PICO_STUDY: string = `name: pico
base: base
domains: [math, instruction]
seeds: [1]
models:
  sft: { by: sft, from: base, steps: 2, batchSize: 2, learningRate: 0.001, care: 0.5, slip: 0.1 }
  experts: { by: rl, from: sft, each: domain, as: "{domain}", steps: 2, promptsPerStep: 1, groupSize: 2, learningRate: 0.001 }
  multi: { by: rl, from: sft, steps: 2, promptsPerStep: 2, groupSize: 2, learningRate: 0.001 }
  average: { by: merge, method: average, anchor: sft, of: experts }
  dareTies: { by: merge, method: dareTies, anchor: sft, of: experts, dareDensity: 0.5 }
  opd: { by: distill, from: sft, teachers: experts, steps: 2, promptsPerStep: 2, groupSize: 2, learningRate: 0.001 }
measures:
  scores: { models: [base, sft, experts, multi, average, dareTies, opd], benchmarks: [aime24, ifeval], items: 2, samples: 2 }
  cost: { models: [sft, experts, multi, opd], unit: experts }
  rewards: { models: [experts, multi] }
  consistency: { from: sft, experts: experts, models: [multi, average, dareTies, opd], against: multi }
  claims: { sft: sft, experts: experts, multi: multi, opd: opd }
profiles:
  quick: {}
  full: { seeds: [1, 2] }
`;

/** The study with more models and measures, indented as in the file. */
export function picoWith(
  more: { models?: string; measures?: string },
  text: string = PICO_STUDY,
): string {
  return text
    .replace("measures:\n", `${more.models ?? ""}measures:\n`)
    .replace("profiles:\n", `${more.measures ?? ""}profiles:\n`);
}

/** Write the study and its random base model into a new temporary folder. */
export function picoStudy(text: string = PICO_STUDY): string {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-study-"));
  const documents = Array.from({ length: 200 }, (_, i) =>
    pretrainDocument(new Random(i, "pico")),
  );
  const tokenizer = trainBpe(documents, { vocabSize: 400 });
  const config: ModelConfig = {
    vocabSize: Tokenizer.fromJson(tokenizer).size,
    hiddenSize: 32,
    intermediateSize: 48,
    layers: 2,
    heads: 2,
    kvHeads: 1,
    headDim: 16,
    ropeTheta: 10000,
    rmsEps: 1e-6,
    tieEmbeddings: true,
    maxPositions: 512,
  };
  mkdirSync(folder, { recursive: true });
  writeModelFolder(join(folder, "base"), {
    config: configToJson(config) as Record<string, unknown>,
    params: initParams(config, 7),
    tokenizer: JSON.stringify(tokenizer),
  });
  writeFileSync(join(folder, "study.yml"), text);
  return folder;
}
