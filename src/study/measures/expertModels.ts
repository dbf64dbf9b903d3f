/** The models that a stage merges in memory: experts, and the model that their task vectors start at. */
import { join } from "node:path";
import { readModelFolder, type Params } from "../../checkpoint/index.js";
import { configFromJson, type ModelConfig } from "../../model/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import type { Job } from "../run/job.js";
import { inputPath } from "../run/paths.js";

/** Experts with what they have in common. */
export interface ExpertModels<Name extends string = string> {
  anchor: Params;
  experts: Map<Name, Params>;
  config: ModelConfig;
  tokenizer: Tokenizer;
}

/** Names of the inputs of a job that are experts: all but the anchor. */
export function expertNames<Name extends string = string>(job: Job): Name[] {
  return Object.keys(job.stage.inputs).filter(
    (name) => name !== "anchor",
  ) as Name[];
}

/** Read what a job names: `anchor`, and an expert for each other input. */
export function readExperts<Name extends string = string>(
  job: Job,
): ExpertModels<Name> {
  const folder = inputPath(job, "anchor");
  const { config, params } = readModelFolder(folder);
  return {
    anchor: params,
    experts: new Map(
      expertNames<Name>(job).map((name) => [
        name,
        readModelFolder(inputPath(job, name)).params,
      ]),
    ),
    config: configFromJson(config),
    tokenizer: Tokenizer.fromFile(join(folder, "tokenizer.json")),
  };
}
