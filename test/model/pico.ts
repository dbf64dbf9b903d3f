/** The smallest model that has every part of the nano one. */
import type { ModelConfig } from "../../src/model/index.js";

export const PICO: ModelConfig = {
  vocabSize: 64,
  hiddenSize: 32,
  intermediateSize: 48,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 8,
  ropeTheta: 10000,
  rmsEps: 1e-6,
  tieEmbeddings: true,
  maxPositions: 128,
};
