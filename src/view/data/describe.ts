/** A study with its models, measures and stages, as the pages show it. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { DOMAINS, spec as domainSpec } from "../../domains/index.js";
import { BUDGETS, readJson } from "../../io/index.js";
import { modelLabel, seriesStyle } from "../../report/models.js";
import { refText, type Model, type Ref } from "../../study/graph/model.js";
import {
  MEASURES,
  type StageState,
  type Study,
  type StudyState,
} from "../../study/index.js";
import { countParameters } from "../../study/rows/results.js";
import { failure } from "./failure.js";
import type {
  MeasureInfo,
  ModelInfo,
  StageInfo,
  Style,
  StudyInfo,
} from "./types.js";

function styleOf(name: string, names: readonly string[]): Style {
  const { color, dash } = seriesStyle(name, names);
  return { label: modelLabel(name), color, dash };
}

function modelInfo(model: Model, names: readonly string[]): ModelInfo {
  const { name, list, by, role, domains, steps } = model;
  const parents = Object.entries(model.parents) as [string, readonly Ref[]][];
  return {
    ...styleOf(name, names),
    ...{ name, list, by, role, domains, steps },
    from: Object.fromEntries(
      parents.map(([key, refs]) => [key, refs.map(refText)]),
    ),
    options: model.options as unknown as Record<string, unknown>,
  };
}

/** 2 N a token that is read, sampled or scored, 6 N a token that is trained on. */
function flopsOf(
  tokens: Readonly<Record<string, number>>,
  parameters: number | null,
): number {
  const { prefill = 0, sampled = 0, scored = 0, trained = 0 } = tokens;
  return (parameters ?? 0) * (2 * (prefill + sampled + scored) + 6 * trained);
}

function stageInfo(
  { stage, standing, note, isHere, sign }: StageState,
  parameters: number | null,
): StageInfo {
  const { id, kind, seed, model, inputs, work } = stage;
  const needs = Object.values(inputs).flatMap(({ stage: from }) =>
    from === null ? [] : [from],
  );
  const found = note?.facts["tokens"];
  const tokens =
    typeof found === "object" && found !== null
      ? (found as Record<string, number>)
      : {};
  return {
    ...{ id, kind, seed, model, standing, isHere },
    needs: [...new Set(needs)],
    estimate: work.seconds,
    progress:
      sign === null
        ? null
        : {
            ...{ done: sign.done, total: sign.total, seconds: sign.seconds },
            ...{ left: sign.left, error: sign.error, host: sign.host },
          },
    note:
      note === null
        ? null
        : {
            ...{ seconds: note.seconds, tokens, hash: note.hash },
            flops: flopsOf(tokens, parameters),
            engine: Object.values(note.engine).map(String).join(" "),
            inputs: note.inputs,
          },
  };
}

/** Parameters of the base model; null where it is not here. */
export function parametersOf({ folder, spec }: Study): number | null {
  const base = join(folder, spec.base);
  return existsSync(join(base, "config.json")) ? countParameters(base) : null;
}

/**
 * A study and where it stands.
 *
 * @param isLive  whether the page follows what happens
 */
export function studyInfo(
  study: Study,
  state: StudyState,
  options: {
    isLive: boolean;
    parameters: number | null;
    profiles: readonly string[];
  },
): StudyInfo {
  const { spec, profile, models: names } = study;
  const measures = spec.measures.map(({ name, by }): MeasureInfo => ({
    ...{ name, by },
    about: Object.values(MEASURES).find(({ key }) => key === by)?.about ?? "",
  }));
  return {
    name: spec.name,
    profile,
    ...options,
    seeds: spec.seeds,
    domains: DOMAINS.filter((name) => spec.domains.includes(name)).map(
      (name) => {
        const { label, color, dash } = domainSpec(name).style;
        return { name, label, color, dash };
      },
    ),
    models: spec.models.map((model) => modelInfo(model, names)),
    measures,
    stages: state.stages.map((each) => stageInfo(each, options.parameters)),
    run: state.run,
  };
}

/**
 * The rows of a JSON file of the run; null where it is not made yet.
 *
 * @throws StudyError it is no regular file, larger than any that a study writes, or holds no list of rows
 */
export function readRowFile(path: string): object[] | null {
  if (!existsSync(path)) return null;
  return rowsIn(readJson(path, BUDGETS.lines, failure), path);
}

/** Rows that were read from a file: objects, every one. */
export function rowsIn(rows: unknown, path: string): object[] {
  const isRow = (row: unknown): boolean =>
    typeof row === "object" && row !== null && !Array.isArray(row);
  if (!Array.isArray(rows) || !rows.every(isRow))
    throw failure(`${path} must hold a list of rows, got something else`);
  return rows as object[];
}
