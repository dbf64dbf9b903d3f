/** How tables and figures call models and benchmarks. */
import { PAPER_BENCHMARKS } from "./paper.js";

const MODELS: Readonly<Record<string, string>> = {
  base: "Base",
  sft: "SFT",
  math: "RL-Math",
  coding: "RL-Coding",
  science: "RL-Science",
  instruction: "RL-IF",
  agent: "RL-Agent",
  multi: "RL-Multi",
  average: "Average",
  sce: "SCE",
  ties: "TIES",
  dareTies: "TIES+DARE",
  taskArithmetic: "TA",
  dareTaskArithmetic: "TA+DARE",
  opd: "MT-OPD",
  offPolicy: "Off-policy",
};

/**
 * A model's name as the paper's tables print it; a name that they do not have stays as it is.
 *
 * @example
 * modelLabel("instruction") // "RL-IF"
 */
export function modelLabel(model: string): string {
  return MODELS[model] ?? model;
}

/**
 * A benchmark's short name as the paper prints it, for axes; "average" is "Avg.", an unknown name stays as it is.
 *
 * @example
 * benchmarkLabel("lcbV5") // "LCB v5"
 */
export function benchmarkLabel(benchmark: string): string {
  if (benchmark === "average") return "Avg.";
  return (
    PAPER_BENCHMARKS.find(({ id }) => id === benchmark)?.label ?? benchmark
  );
}
