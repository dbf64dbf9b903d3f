/** Operation `load`: a model that exists already, such as an expert that somebody else has trained. */
import { readModelFolder, writeModelFolder } from "../../checkpoint/index.js";
import { DOMAINS, type Domain } from "../../domains/index.js";
import { folderFilesOf } from "../../model/index.js";
import { MERGE } from "../graph/work.js";
import { inputPath, outputPath } from "../run/paths.js";
import { choice, list, object, text, withDefault } from "../spec/field.js";
import type { Operation } from "./operation.js";

/** Options of `load`. */
export interface LoadOptions {
  /** Hugging Face folder, relative to the study's folder. */
  folder: string;
  /** Domains that it was trained on, as far as that is known: one makes it an expert. Default none. */
  domains: Domain[];
}

/** The operation. */
export const load: Operation<LoadOptions> = {
  key: "load",
  about: "a model that exists already, from a Hugging Face folder",
  version: 1,
  options: object<LoadOptions>({
    folder: text(/./, "a folder"),
    domains: withDefault(list(choice(DOMAINS)), []),
  }),
  parents: {},
  steps: () => null,
  domains: ({ domains }) => domains,
  role: ({ domains }) =>
    domains.length === 1 ? "expert" : domains.length > 1 ? "multi" : "sft",
  spec: () => ({}),
  inputs: ({ name, options }) => ({
    model: {
      ...{ stage: null, path: options.folder },
      key: `models.${name}.folder`,
      is: "a model folder with weights",
    },
  }),
  work: () => MERGE,
  run(job, report) {
    const folder = inputPath(job, "model");
    const { config, params } = readModelFolder(folder);
    writeModelFolder(outputPath(job), {
      config,
      params,
      files: folderFilesOf(folder),
      provenance: { stage: job.stage.id, inputs: job.inputHashes },
    });
    report({ done: 1, total: 1 });
    return Promise.resolve({});
  },
};
