/** Operation `merge`: one model from several, by any method of the table. */
import {
  Checkpoint,
  readConfiguration,
  storedParams,
  writeModelFolder,
  type Params,
} from "../../checkpoint/index.js";
import {
  methods,
  type MergeMethodName,
  type MergeOptions,
} from "../../merge/index.js";
import { folderFilesOf } from "../../model/index.js";
import { hint } from "../../nearest.js";
import { MERGE } from "../graph/work.js";
import type { Facts, Job, Report } from "../run/job.js";
import { inputPath, outputPath } from "../run/paths.js";
import { choice, scalar, type Field } from "../spec/field.js";
import { absent, asMap, dotted, FieldError, notA } from "../spec/fieldError.js";
import {
  labelled,
  labelledInputs,
  parent,
  type Operation,
} from "./operation.js";
import { mean } from "../../stats/index.js";

/** A method of merging with its options, flat as a study file writes them. */
export interface MergeSpec {
  method: MergeMethodName;
  /** The method's own options (density, lambda, …) that differ from its defaults; the seed is the operation's. */
  options: Record<string, number | boolean>;
}

/** Names of all methods. */
export const METHOD_NAMES: readonly MergeMethodName[] = Object.keys(
  methods,
) as MergeMethodName[];

/** A method and its options, each checked against the method's defaults. */
export const mergeSpec: Field<MergeSpec> = {
  means: "a map of a method and its options",
  optional: false,
  parse(value, path, scope) {
    const { method: given, ...rest } = asMap(value, path);
    const at = [...path, "method"];
    if (given === undefined) throw absent(at);
    const method = choice(METHOD_NAMES).parse(given, at, scope);
    const defaults: Readonly<Record<string, unknown>> =
      methods[method].defaults;
    const known = Object.keys(defaults).filter((option) => option !== "seed");
    const options: MergeSpec["options"] = {};
    for (const [option, each] of Object.entries(rest)) {
      const own = [...path, option];
      if (!known.includes(option))
        throw new FieldError(
          own,
          `${dotted(path)} must have options of ${method}, got ${JSON.stringify(option)}; ${
            known.length === 0 ? "it has none" : hint(option, known)
          }`,
          "key",
        );
      const parsed = scalar.parse(each, own, scope);
      if (typeof parsed !== typeof defaults[option])
        throw notA(`a ${typeof defaults[option]}`, parsed, own);
      options[option] = parsed;
    }
    return { method, options };
  },
};

/** Options of a method with the seed of the operation, where it draws random numbers. */
function withSeed(
  method: MergeMethodName,
  options: MergeOptions,
  seed: number,
): MergeOptions {
  return "seed" in methods[method].defaults ? { ...options, seed } : options;
}

/** Merge by name; methods that draw random numbers get the seed, the others have none. */
export function mergeBy(
  { method, options = {} }: { method: MergeMethodName; options?: MergeOptions },
  anchor: Params,
  experts: readonly Params[],
  seed: number,
): Params {
  return methods[method].merge(
    anchor,
    experts,
    withSeed(method, options, seed),
  );
}

/** Mean over models of ‖model − anchor‖ / ‖anchor‖, all tensors together. */
export function relativeSize(
  anchor: Params,
  models: readonly Params[],
): number {
  let own = 0;
  for (const { data } of anchor.values())
    for (let i = 0; i < data.length; i++) own += data[i]! * data[i]!;
  const sizes = models.map((params) => {
    let moved = 0;
    for (const [name, { data }] of anchor) {
      const other = params.get(name)!.data;
      for (let i = 0; i < data.length; i++)
        moved += (other[i]! - data[i]!) ** 2;
    }
    return Math.sqrt(moved / own);
  });
  return mean(sizes);
}

/**
 * Merge the models that the stage names, and write the merged one: tensor by tensor, from their files to its own, so that no model is in
 * memory as a whole.
 */
export function writeMerged(
  job: Job,
  report: Report,
  { method, options, seed }: MergeSpec & { seed: number },
  names: readonly string[],
): Facts {
  const place = inputPath(job, "anchor");
  const out = outputPath(job);
  const opened: Checkpoint[] = [];
  const open = (path: string): Params => {
    opened.push(Checkpoint.open(path));
    return storedParams(opened.at(-1)!);
  };
  try {
    const anchor = open(place);
    const experts = names.map((name) => open(inputPath(job, name)));
    const given = withSeed(method, options, seed);
    const params = methods[method].mergeWhileRead(anchor, experts, given);
    writeModelFolder(out, {
      ...{ config: { ...readConfiguration(place) }, params },
      files: folderFilesOf(place),
      provenance: {
        stage: job.stage.id,
        method,
        options,
        seed,
        inputs: job.inputHashes,
      },
    });
    report({ done: 1, total: 1 });
    return { relativeSize: relativeSize(anchor, [open(out)]) };
  } finally {
    for (const checkpoint of opened) checkpoint.close();
  }
}

/** The operation. */
export const merge: Operation<
  MergeSpec,
  MergeSpec & { seed: number; experts: string[] }
> = {
  key: "merge",
  about: "merging of several models by any method of `m2rl merge`",
  version: 1,
  options: mergeSpec,
  parents: { anchor: "one", of: "many" },
  steps: () => null,
  domains: () => [],
  role: () => "merged",
  spec: ({ options, parents }, seed, study) => ({
    seed,
    ...options,
    experts: labelled(parents.of!, study).map(([label]) => label),
  }),
  inputs: (model, place, study) => ({
    anchor: place.input(parent(model, "anchor")),
    ...labelledInputs(model.parents.of!, place, study),
  }),
  work: () => MERGE,
  async run(job, report) {
    const { spec } = job.stage;
    return writeMerged(job, report, spec, spec.experts);
  },
};
