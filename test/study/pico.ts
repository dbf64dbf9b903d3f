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
sft: { steps: 2, batchSize: 2, learningRate: 0.001, care: 0.5, slip: 0.1 }
experts: { steps: 2, promptsPerStep: 1, groupSize: 2, learningRate: 0.001 }
multi: { steps: 2, promptsPerStep: 2, groupSize: 2, learningRate: 0.001 }
merges:
  average: { method: average }
  dareTies: { method: dareTies, options: { dareDensity: 0.5 } }
evaluate: { benchmarks: [aime24, ifeval], items: 2, samples: 2, temperature: 1, topP: 1 }
distill:
  opd: { steps: 2, promptsPerStep: 2, groupSize: 2, learningRate: 0.001 }
profiles:
  quick: {}
  full: { seeds: [1, 2] }
`;

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
