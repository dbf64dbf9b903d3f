/** The models of one training paradigm in memory: its experts, and the model that they start from. */
import { join } from "node:path";
import { readModelFolder, type Params } from "../../checkpoint/index.js";
import type { Domain } from "../../domains/index.js";
import { configFromJson, type ModelConfig } from "../../model/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import type { Job } from "../run/job.js";
import { inputPath } from "../run/paths.js";

/** Models of a paradigm, with what they have in common. */
export interface ParadigmModels {
  anchor: Params;
  experts: Map<Domain, Params>;
  config: ModelConfig;
  tokenizer: Tokenizer;
}

/** Read what the job names: `anchor`, and an expert for each other input. */
export function readParadigm(job: Job): ParadigmModels {
  const folder = inputPath(job, "anchor");
  const anchor = readModelFolder(folder);
  const domains = Object.keys(job.stage.inputs).filter(
    (name) => name !== "anchor",
  ) as Domain[];
  return {
    anchor: anchor.params,
    experts: new Map(
      domains.map((domain) => [
        domain,
        readModelFolder(inputPath(job, domain)).params,
      ]),
    ),
    config: configFromJson(anchor.config),
    tokenizer: Tokenizer.fromFile(join(folder, "tokenizer.json")),
  };
}
