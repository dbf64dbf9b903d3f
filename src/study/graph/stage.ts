/** A stage of a study: one unit of work with what it reads and writes. */
import type { MeasuredSplit } from "../../evaluate/index.js";
import type { AnswerForm } from "../../domains/index.js";
import type { Difficulty, TaskSource } from "../../world/index.js";
import type { Ref } from "./model.js";

/** A file or model folder that a stage reads. */
export type Input = MadeInput | GivenInput;

/** An input that another stage writes. */
export interface MadeInput {
  /** The stage that writes it. */
  stage: string;
  /** Path under the run's folder. */
  path: string;
}

/** An input that is part of the study, such as its base model: no stage writes it. */
export interface GivenInput {
  stage: null;
  /** Path under the study's folder. */
  path: string;
  /** Where the study names it, for example "measures.taskScores.files.aime24". */
  key: string;
  is: "a model folder with weights" | "a file of tasks";
}

/** An estimate of work, before it is done. */
export interface Work {
  /** Seconds of one core, of the nano model where the units of work.ts were measured; proportions matter more than sizes. */
  seconds: number;
  /** Tokens that are read, sampled or scored: 2 N floating-point operations each, for a model of N parameters. */
  forward: number;
  /** Tokens that are trained on: 6 N each. */
  trained: number;
}

/** One unit of work: done completely or not at all, skipped when nothing it depends on has changed. */
export interface Stage<Spec extends object = object> {
  /** For example "seed1/models/math", "seed1/scores/math" or "analysis/scores". */
  id: string;
  /** Key of the operation or measure that does it; "rows" for the rows of a measure. */
  kind: string;
  /** 0 for a stage that reads all seeds. */
  seed: number;
  /** Name of the model that it makes or measures; "" where it is about several. */
  model: string;
  /** Everything besides the inputs that the result depends on. */
  spec: Spec;
  inputs: Readonly<Record<string, Input>>;
  /** What it writes, under the run's folder. */
  outputs: readonly string[];
  work: Work;
}

/** Which tasks a stage draws. */
export interface TasksOfStage {
  difficulty?: Difficulty;
  split?: MeasuredSplit;
  /** Where those of training come from; a benchmark says it by its name. */
  tasks?: TaskSource;
  answerForm?: AnswerForm;
}

/** Which tasks a stage draws: options for whatever draws them; nothing where they are the easy benchmarks. */
export function tasksOf({ spec }: Stage): TasksOfStage {
  const { difficulty, split, answerForm } = spec as TasksOfStage;
  return {
    ...(answerForm === undefined ? {} : { answerForm }),
    ...(difficulty === undefined ? {} : { difficulty }),
    ...(split === undefined ? {} : { split }),
  };
}

/** A stage of a measure that writes one file of lines: "<id>.jsonl". */
export function lineStage<Spec extends object>(
  kind: string,
  seed: number,
  path: string,
  rest: Pick<Stage<Spec>, "model" | "spec" | "inputs" | "work">,
): Stage<Spec> {
  const id = `seed${seed}/${path}`;
  return { id, kind, seed, outputs: [`${id}.jsonl`], ...rest };
}

/** Sum of estimates. */
export function addWork(...parts: readonly Work[]): Work {
  const sum = (key: keyof Work): number =>
    parts.reduce((total, part) => total + part[key], 0);
  return {
    seconds: sum("seconds"),
    forward: sum("forward"),
    trained: sum("trained"),
  };
}

/** A multiple of an estimate. */
export function times(count: number, work: Work): Work {
  return {
    seconds: count * work.seconds,
    forward: count * work.forward,
    trained: count * work.trained,
  };
}

/** Where models of one seed lie, for whoever plans stages. */
export interface Place {
  seed: number;
  /** The input that a reference stands for. */
  input(ref: Ref): Input;
}

/** Path of a model's folder. */
export function modelPath(seed: number, name: string): string {
  return `seed${seed}/models/${name}`;
}

/** Path of a checkpoint's folder. */
export function checkpointPath(
  seed: number,
  name: string,
  step: number,
): string {
  return `seed${seed}/checkpoints/${name}/step${step}`;
}

/** Whether a path is a folder of weights, which a repository may leave out: of a model or of a checkpoint. */
export function isWeights(path: string): boolean {
  return /^seed\d+\/(models|checkpoints)\//.test(path);
}

/** Path of a run's training log. */
export function logPath(seed: number, name: string): string {
  return `seed${seed}/train/${name}.jsonl`;
}
