/** The models of one family: experts that were trained in one way, and the model that they start from. */
import { join } from "node:path";
import { readModelFolder, type Params } from "../../checkpoint/index.js";
import type { Domain } from "../../domains/index.js";
import { configFromJson, type ModelConfig } from "../../model/index.js";
import { Tokenizer } from "../../tokenizer/index.js";
import type { Job } from "./job.js";
import { inputPath } from "./paths.js";

/** A family in memory, with what its models have in common. */
export interface FamilyModels {
  anchor: Params;
  experts: Map<Domain, Params>;
  config: ModelConfig;
  tokenizer: Tokenizer;
}

/** Read what the job names: `anchor`, and an expert for each other input. */
export function readFamily(job: Job): FamilyModels {
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
