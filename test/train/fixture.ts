/** Pico models and a small tokenizer for training tests. */
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeModelFolder } from "../../src/checkpoint/index.js";
import {
  configToJson,
  initParams,
  Policy,
  type ModelConfig,
} from "../../src/model/index.js";
import type { Tensor } from "../../src/engine/index.js";
import { Random } from "../../src/random.js";
import { Tokenizer, trainBpe } from "../../src/tokenizer/index.js";
import { Learner, type LearnerOptions } from "../../src/train/index.js";
import { pretrainDocument } from "../../src/world/index.js";
import { PICO } from "../model/pico.js";

/** Settings that most tests share. */
export const ADAM: LearnerOptions = {
  betas: [0.9, 0.98],
  weightDecay: 0.1,
  clip: 1,
};

/** A learner of a fresh pico model. */
export function picoLearner(
  options: Partial<LearnerOptions> = {},
  config: ModelConfig = PICO,
): Learner {
  return new Learner(Policy.fromParams(initParams(config, 1), config), {
    ...ADAM,
    ...options,
  });
}

/** A new empty folder of this test process. */
export function newFolder(): string {
  return mkdtempSync(join(tmpdir(), "m2rl-train-"));
}

/** Parsed `tokenizer.json` of a tokenizer trained on a few documents. */
export const TOKENIZER_JSON: object = trainBpe(
  Array.from({ length: 100 }, (_, i) =>
    pretrainDocument(new Random(1, `fixture/${i}`)),
  ),
  { vocabSize: 320 },
);

/** The pico model with that tokenizer's vocabulary and room for every task. */
export const PICO_CHAT: ModelConfig = {
  ...PICO,
  vocabSize: Tokenizer.fromJson(TOKENIZER_JSON).size,
  maxPositions: 768,
};

/** Write an untrained pico model that can chat; returns its folder. */
export function writePico(folder: string): string {
  const path = join(folder, "init");
  writeModelFolder(path, {
    config: configToJson(PICO_CHAT),
    params: initParams(PICO_CHAT, 1),
    tokenizer: JSON.stringify(TOKENIZER_JSON),
  });
  return path;
}

/** A teacher that is surer of itself than the student, so that a few steps can learn something from it. */
export function writeTeacher(
  folder: string,
  name: string,
  sharpness: number,
): string {
  const path = join(folder, name);
  const params = initParams(PICO_CHAT, 1);
  const norm = params.get("model.norm.weight")!;
  params.set("model.norm.weight", {
    ...norm,
    data: norm.data.map((x) => sharpness * x),
  });
  writeModelFolder(path, {
    config: configToJson(PICO_CHAT),
    params,
    tokenizer: JSON.stringify(TOKENIZER_JSON),
  });
  return path;
}
/** A gradient as one vector, its tensors one after the other and freed. */
export function flatGradient(
  gradient: ReadonlyMap<string, Tensor>,
): Float32Array {
  const parts = [...gradient.values()].map((tensor) => {
    const values = Float32Array.from(tensor.dataSync());
    tensor.dispose();
    return values;
  });
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** Where each weight lies in the vector of `flatGradient`. */
export function entriesOf(
  weights: ReadonlyMap<string, Tensor>,
): { name: string; offset: number; size: number }[] {
  let offset = 0;
  return [...weights].map(([name, { size }]) => {
    offset += size;
    return { name, offset: offset - size, size };
  });
}
