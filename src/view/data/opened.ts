/** What is looked at: a study, or a folder of records that no study made; and when it changed. */
import { existsSync, readdirSync, statSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { BUDGETS, readText } from "../../io/index.js";
import type { Model, StudySpec } from "../../study/graph/model.js";
import {
  open,
  profilesOf,
  Watch,
  type Study,
  type StudyState,
} from "../../study/index.js";
import { recordsPath } from "../../study/rows/results.js";
import { failure } from "./failure.js";
import type { BlockPlace } from "./records.js";
import { isRecordsFile } from "./recordsIndex.js";

/** Something that is looked at. */
export interface Opened {
  study: Study;
  profiles: string[];
  /** Where everything stands now. */
  look(): StudyState;
  /** Texts that change with what `look` says, and with what is being written. */
  signature(): Record<"study" | "files", string>;
  /** Where the records of a model lie, under the run's folder. */
  recordsAt(place: BlockPlace, model: string): string;
}

/** Bytes of a file; 0 where there is none. */
function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}

function openStudy(path: string, profile: string | undefined): Opened {
  const study = open(path, { profile });
  const file = join(study.folder, "study.yml");
  const { mtimeMs, size } = statSync(file);
  const watch = new Watch(study.spec, study.runFolder);
  const files = (): number[] =>
    watch
      .look()
      .stages.filter(({ standing }) => standing === "running")
      .flatMap(({ stage }) => stage.outputs)
      .filter((own) => own.endsWith(".jsonl"))
      .map((own) => sizeOf(join(study.runFolder, own)));
  return {
    study,
    profiles: profilesOf(readText(file, BUDGETS.yaml, failure)),
    look: () => watch.look(),
    signature: () => ({
      study: `${mtimeMs} ${size} ${watch.signature()}`,
      files: files().join(),
    }),
    recordsAt: ({ seed, measure, benchmark }, model) =>
      recordsPath(seed, measure, model, benchmark),
  };
}

/** Files of records in a folder, by model and benchmark: `BENCHMARK.jsonl`, or `MODEL/BENCHMARK.jsonl`. */
function recordFiles(
  folder: string,
): { model: string; benchmark: string; path: string }[] {
  const own = (below: string, model: string) =>
    readdirSync(join(folder, below), { withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".jsonl"))
      .map(({ name }) => ({
        ...{ model, benchmark: name.replace(/\.jsonl$/, "") },
        path: join(below, name),
      }));
  const folders = readdirSync(folder, { withFileTypes: true }).filter((entry) =>
    entry.isDirectory(),
  );
  return [
    ...own(".", basename(folder)),
    ...folders.flatMap(({ name }) => own(name, name)),
  ].filter(({ path }) => isRecordsFile(join(folder, path)));
}

/** A model of which nothing is known but its records. */
function recordedModel(name: string): Model {
  return {
    ...{ name, list: name, by: "base", values: {}, seed: null, role: "base" },
    ...{ domains: [], parents: {}, options: {}, steps: null },
  };
}

/** A folder of records as a study without stages: its models have scores and completions, and nothing else. */
function openRecords(folder: string): Opened {
  const files = recordFiles(folder);
  if (files.length === 0)
    throw failure(
      `${folder} must hold a study.yml, or records of \`m2rl evaluate --records\`, got neither`,
    );
  const models = [...new Set(files.map(({ model }) => model))];
  const benchmarks = [...new Set(files.map(({ benchmark }) => benchmark))];
  const refs = models.map((model) => ({ model, step: null }));
  const options = { models: refs, benchmarks };
  const spec: StudySpec = {
    ...{ name: basename(folder), base: "base", domains: [], seeds: [0] },
    ...{ models: models.map(recordedModel), lists: {}, resources: {} },
    ...({ difficulty: "easy", split: "benchmark" } as const),
    ...({ tasks: "nano", answerForm: {} } as const),
    measures: [{ name: "records", by: "scores", options }],
  };
  const at = new Map(
    files.map(({ model, benchmark, path }) => [`${model}/${benchmark}`, path]),
  );
  const size = (): string =>
    files.map(({ path }) => sizeOf(join(folder, path))).join();
  return {
    study: { folder, profile: "records", spec, runFolder: folder, models },
    profiles: ["records"],
    look: () => ({ stages: [], run: null }),
    signature: () => ({ study: "", files: size() }),
    recordsAt: ({ benchmark }, model) =>
      at.get(`${model}/${benchmark}`) ?? "none",
  };
}

/**
 * Open a study, or a folder of records.
 *
 * @throws StudyError the study file is broken, or the folder holds neither
 */
export function openAny(path: string, profile: string | undefined): Opened {
  const isStudy =
    !existsSync(path) ||
    !statSync(path).isDirectory() ||
    existsSync(join(path, "study.yml"));
  return isStudy ? openStudy(path, profile) : openRecords(resolve(path));
}
