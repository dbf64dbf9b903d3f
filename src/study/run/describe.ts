/** The graph of a study with what is done and what is left, for people and for schedulers. */
import { join } from "node:path";
import { readConfiguration } from "../../checkpoint/index.js";
import {
  modelNamed,
  refText,
  type Ref,
  type StudySpec,
} from "../graph/model.js";
import { operationOrNull } from "../graph/plan.js";
import { CORE_RATE } from "../graph/work.js";
import type { Elsewhere } from "../operations/operation.js";
import { operation } from "../operations/index.js";
import { countParameters } from "../rows/results.js";
import { planned, prepare, type Choice, type PlannedStage } from "./prepare.js";

/** A study as `m2rl plan` tells it. */
export interface PlanView {
  study: string;
  /** Folder of the profile's artefacts. */
  folder: string;
  seeds: readonly number[];
  models: ModelView[];
  measures: { name: string; by: string; rows: string[] }[];
  stages: StageView[];
  /** Sums over all stages, and over those that are not done: seconds of one core, and floating-point operations. */
  all: { seconds: number; flops: number };
  left: { seconds: number; flops: number };
}

/** One model of the graph. */
export interface ModelView {
  name: string;
  /** Entry of the file that it belongs to. */
  list: string;
  by: string;
  /** What makes it unlike others of its operation, for example "random reward"; null: nothing. */
  remark: string | null;
  role: string;
  /** References of what it is made from, by what they are to it. */
  from: Record<string, string[]>;
  /** In how many seeds its stage is done or recorded. */
  done: number;
}

/** One stage with its state and its estimate. */
export interface StageView {
  id: string;
  kind: string;
  state: PlannedStage["state"];
  reason: string;
  /** Stages that must be done before. */
  needs: string[];
  /** Seconds of one core. */
  seconds: number;
  /** 2 N a token that is read, sampled or scored, 6 N a token that is trained on. */
  flops: number;
  /** What it writes, under the run's folder. */
  files: readonly string[];
  /** Bytes of the models among it. */
  bytes: number;
  /** Only of a stage that is made elsewhere: by whom, by which command, at what cost. */
  elsewhere?: Elsewhere;
}

/**
 * The graph of a study: models, measures, stages, what is done, and an estimate of what is left.
 *
 * A stage whose note fits counts as done even where its weights are not here ("recorded"), as in a repository that holds records alone.
 *
 * @throws StudyError as `run`
 * @example
 * study.describePlan("data/hard", { profile: "full" }).left.flops
 */
export function describePlan(path: string, choice: Choice = {}): PlanView {
  const prepared = prepare(path, choice);
  const { study, studyFolder, folder } = prepared;
  const parameters = countParameters(join(studyFolder, study.base));
  const base = {
    parameters,
    width: storedWidth(join(studyFolder, study.base)),
  };
  const stages = planned(prepared, { believe: true }).map((each) =>
    stageView(each, base, study),
  );
  const isDone = ({ state }: StageView): boolean =>
    state === "done" || state === "recorded";
  const ids = new Set(stages.filter(isDone).map(({ id }) => id));
  const models = study.models
    .filter(
      ({ name, by }) =>
        by !== "base" &&
        stages.some(({ id }) => id.endsWith(`/models/${name}`)),
    )
    .map(({ name, list, by, role, parents, options }): ModelView => ({
      name,
      list,
      by,
      remark: operation(by).remark?.(options) ?? null,
      role,
      from: Object.fromEntries(
        Object.entries(parents).map(([key, refs]: [string, readonly Ref[]]) => [
          key,
          refs.map(refText),
        ]),
      ),
      done: study.seeds.filter((seed) => ids.has(`seed${seed}/models/${name}`))
        .length,
    }));
  return {
    study: study.name,
    folder,
    seeds: study.seeds,
    models,
    measures: study.measures.map(({ name, by }) => ({
      name,
      by,
      rows:
        prepared.stages
          .find(({ id }) => id === `analysis/${name}`)
          ?.outputs.filter((own) => own.endsWith(".json")) ?? [],
    })),
    stages,
    all: sum(stages),
    left: sum(stages.filter((stage) => !isDone(stage))),
  };
}

/** Bytes of a stored parameter, by the dtype that a configuration names. */
function storedWidth(folder: string): number {
  const { torch_dtype, dtype = torch_dtype } = readConfiguration(folder) ?? {};
  return dtype === "bfloat16" || dtype === "float16" ? 2 : 4;
}

function stageView(
  { stage, state, reason }: PlannedStage,
  { parameters, width }: { parameters: number; width: number },
  study: StudySpec,
): StageView {
  const made = operationOrNull(stage.kind);
  const models = made
    ? stage.outputs.filter((path) => !path.endsWith(".jsonl")).length
    : 0;
  const elsewhere = made?.elsewhere?.(modelNamed(study, stage.model)) ?? null;
  const { seconds, forward, trained } = stage.work;
  const flops = Math.round(parameters * (2 * forward + 6 * trained));
  const needs = Object.values(stage.inputs).flatMap(({ stage: from }) =>
    from === null ? [] : [from],
  );
  return {
    id: stage.id,
    kind: stage.kind,
    state,
    reason,
    needs: [...new Set(needs)],
    // The seconds of the nano model, or those that the arithmetic of a larger one takes.
    seconds: Number(Math.max(seconds, flops / CORE_RATE).toFixed(1)),
    flops,
    files: stage.outputs,
    bytes: models * parameters * width,
    ...(elsewhere === null ? {} : { elsewhere }),
  };
}

function sum(stages: readonly StageView[]): { seconds: number; flops: number } {
  return {
    seconds: Number(
      stages.reduce((total, { seconds }) => total + seconds, 0).toFixed(1),
    ),
    flops: stages.reduce((total, { flops }) => total + flops, 0),
  };
}
