/** Open what a study has written: logs, records and rows, as notebooks read them. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { StudyError } from "../error.js";
import { readRecords, summarize, type Evaluation } from "../evaluate/index.js";
import { BUDGETS, readJson } from "../io/index.js";
import { hint } from "../nearest.js";
import { where, type Matching, type Where } from "../report/index.js";
import type { Model, StudySpec } from "./graph/model.js";
import { rowFile } from "./graph/plan.js";
import { checkpointPath, logPath, modelPath } from "./graph/stage.js";
import {
  measure,
  MEASURES,
  type MeasureOptions,
  type RowTypes,
} from "./measures/index.js";
import { placeAt } from "./measures/behaviour/sampling.js";
import type { ScoresOptions } from "./measures/behaviour/scores.js";
import { recordsPath } from "./rows/results.js";
import { failure } from "./run/failure.js";
import { readLines } from "./run/jsonLines.js";
import { runFolder } from "./run/prepare.js";
import { readStudy } from "./spec/parse.js";

/** A study on disk, opened for one profile. */
export interface Study {
  /** Folder of `study.yml`. */
  folder: string;
  profile: string;
  spec: StudySpec;
  /** Folder of the profile's artefacts. */
  runFolder: string;
  /** Names of all models, in the order of the file. */
  models: string[];
}

/**
 * Open a study.
 *
 * @param path     folder with a `study.yml`, or the file
 * @param options  profile: default "quick"
 * @throws StudyError the file is broken
 * @example
 * study.rows(study.open("data/hard", { profile: "full" }), "scores")
 */
export function open(
  path: string,
  { profile = "quick" }: { profile?: string } = {},
): Study {
  const { folder, spec } = readStudy(path, profile);
  return {
    folder,
    profile,
    spec,
    runFolder: runFolder(folder, profile),
    models: spec.models.map(({ name }) => name),
  };
}

function need(study: Study, path: string, stage: string): string {
  const full = join(study.runFolder, path);
  if (existsSync(full)) return full;
  const command = `m2rl run ${study.folder} --profile ${study.profile} --only ${stage}`;
  throw new StudyError(`study: ${full} not found; create it with ${command}`);
}

function modelOf({ spec, models }: Study, name: string): Model {
  const found = spec.models.find((model) => model.name === name);
  if (found) return found;
  throw new StudyError(
    `study: model must be known, got ${JSON.stringify(name)}; ${hint(name, models)}`,
  );
}

function checkSeed(study: Study, seed: number): void {
  if (!study.spec.seeds.includes(seed)) {
    throw new StudyError(
      `study: seed must be one of ${study.spec.seeds.join(", ")}, got ${seed}`,
    );
  }
}

type RowOf<Name> = Name extends keyof RowTypes
  ? RowTypes[Name]
  : Name extends `${string}.${infer Own extends keyof RowTypes & string}`
    ? RowTypes[Own]
    : object;

/**
 * Rows that tables and figures show: of a measure's file, or of any other entry of the study, for example "greedy.scores". There are none
 * of a measure that the study does not ask for.
 *
 * @param fields  the values that a row must have in some of its fields; by default all rows
 * @throws StudyError unknown name, or the rows have not been made yet · RangeError no row has one of the fields
 * @example
 * study.rows(study.open("data/hard", { profile: "full" }), "scores", { role: "merged", benchmark: "average" })
 */
export function rows<
  Name extends keyof RowTypes | (string & {}),
  const Fields extends Where<RowOf<Name>> = Where<object>,
>(
  study: Study,
  name: Name,
  fields: Fields = {} as Fields,
): Matching<RowOf<Name>, Fields>[] {
  const files = study.spec.measures.flatMap((entry) =>
    measure(entry.by).rowFiles.map((file) => ({
      file: rowFile(entry, file),
      stage: `analysis/${entry.name}`,
    })),
  );
  const found = files.find(({ file }) => file === name);
  const all = Object.values(MEASURES).flatMap(({ rowFiles }) => [...rowFiles]);
  if (!found && all.some((file) => file === name)) return [];
  if (!found)
    throw new StudyError(
      `study: rows must be known, got ${JSON.stringify(name)}; ${hint(
        name,
        files.map(({ file }) => file),
      )}`,
    );
  const path = need(study, `analysis/${found.file}.json`, found.stage);
  const made = readJson(path, BUDGETS.lines, failure) as RowOf<Name>[];
  return where<RowOf<Name>, Fields>(made, fields);
}

type OptionsOf<Name> = Name extends keyof MeasureOptions
  ? MeasureOptions[Name]
  : Name extends `${string}.${infer Own extends keyof MeasureOptions & string}`
    ? MeasureOptions[Own]
    : never;

/**
 * Options of a measure of the study, by its key, or by its name and key where it has another name, for example "greedy.scores".
 *
 * @throws StudyError the study has none
 * @example
 * study.measureOptions(study.open("data/hard"), "scores").items
 */
export function measureOptions<
  const Name extends
    keyof MeasureOptions | `${string}.${keyof MeasureOptions & string}`,
>(study: Study, name: Name): OptionsOf<Name> {
  const [entry, key = entry] = name.split(".") as [string, string?];
  const found = namedOptions(study, entry);
  const { by } = study.spec.measures.find((each) => each.name === entry)!;
  if (by !== key)
    throw new StudyError(
      `study: ${name} must name a measure by ${key}, got one by ${by}`,
    );
  return found as OptionsOf<Name>;
}

function namedOptions({ spec }: Study, key: string): object {
  const found = spec.measures.find(({ name }) => name === key);
  if (found) return found.options;
  const known = spec.measures.map(({ name }) => name);
  throw new StudyError(
    `study: measure must be one of this study, got ${JSON.stringify(key)}; ${hint(key, known)}`,
  );
}

/**
 * Options of the operation that makes a model.
 *
 * @throws StudyError unknown model
 * @example
 * study.modelOptions<study.RlOptions>(study.open("data/hard"), "math").steps
 */
export function modelOptions<Options extends object>(
  study: Study,
  model: string,
): Options {
  return modelOf(study, model).options as Options;
}

/**
 * Log of one training run, a record per step; also of a run that is still under way.
 *
 * @throws StudyError unknown model or seed, or the run has not started
 */
export function log<Metrics extends object>(
  study: Study,
  model: string,
  seed: number = study.spec.seeds[0]!,
): Metrics[] {
  modelOf(study, model);
  checkSeed(study, seed);
  const path = need(study, logPath(seed, model), model);
  return readLines<Metrics>(path);
}

/**
 * Lines that a measure wrote about one model in one seed.
 *
 * @param measure  for example "judging" or "neighborhoods"
 * @throws StudyError unknown model or seed, or it has not been measured
 * @example
 * study.lines<study.JudgingLine>(study.open("data/hard", { profile: "full" }), "judging", "sft")[0].reward
 */
export function lines<Line extends object>(
  study: Study,
  measure: string,
  model: string,
  seed: number = study.spec.seeds[0]!,
): Line[] {
  modelOf(study, model);
  checkSeed(study, seed);
  const path = `seed${seed}/${measure}/${model}.jsonl`;
  return readLines<Line>(need(study, path, `${measure}/${model}`));
}

/**
 * Records of one model, or of a checkpoint that is scored ("multi@20"), on one benchmark, with their summary.
 *
 * @param options  measure: name of the measure that scored it, default "scores" · temperature: one of that measure's, default its main one
 * @throws StudyError unknown model, seed or measure, or it has not been evaluated
 * @example
 * study.evaluation(study.open("data/hard", { profile: "full" }), "ties", "aime24", 1).mean
 */
export function evaluation(
  study: Study,
  model: string,
  benchmark: string,
  seed: number = study.spec.seeds[0]!,
  {
    measure: name = "scores",
    temperature,
  }: { measure?: string; temperature?: number } = {},
): Evaluation {
  modelOf(study, model.split("@")[0]!);
  checkSeed(study, seed);
  const options = namedOptions(study, name) as ScoresOptions;
  const place = placeAt(name, options, temperature ?? options.temperature);
  const path = need(
    study,
    recordsPath(seed, place, model, benchmark),
    `${place}/${model}`,
  );
  return summarize(benchmark, readRecords(path).records);
}

/**
 * Folder of a model of the study, for `model.loadPolicy`; also of a checkpoint that the study keeps.
 *
 * @param model  for example "math", or "math@20"
 * @throws StudyError unknown model or seed, or it has not been made
 */
export function modelFolder(
  study: Study,
  model: string,
  seed: number = study.spec.seeds[0]!,
): string {
  const [name = "", step] = model.split("@");
  const { by } = modelOf(study, name);
  checkSeed(study, seed);
  if (by === "base") return join(study.folder, study.spec.base);
  const path =
    step === undefined
      ? modelPath(seed, name)
      : checkpointPath(seed, name, Number(step));
  return need(study, path, name);
}
