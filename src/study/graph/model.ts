/** The nodes of a study: models, each made by one operation from others. */
import type { AnswerForm, Domain } from "../../domains/index.js";
import type { MeasuredSplit } from "../../evaluate/index.js";
import type { Difficulty, TaskSource } from "../../world/index.js";
import type { Resources } from "./resources.js";

/** Role of a model in tables. */
export type Role =
  "base" | "sft" | "expert" | "multi" | "merged" | "student" | "control";

/** Roles in the order of the tables. */
export const ROLES: readonly Role[] = [
  "base",
  "sft",
  "expert",
  "multi",
  "merged",
  "student",
  "control",
];

/** A model, or a checkpoint of the run that makes it. */
export interface Ref {
  model: string;
  /** Optimizer steps after which the checkpoint is taken; null: the finished model. */
  step: number | null;
}

/** A reference as a study file writes it: "math", "math@20". */
export function refText({ model, step }: Ref): string {
  return step === null ? model : `${model}@${step}`;
}

/** What a parent is to the model that is made from it. */
export const PARENT_KEYS = ["from", "anchor", "of", "teachers"] as const;

/** One of them: the initial model, the model that task vectors start at, what is merged, or who teaches. */
export type ParentKey = (typeof PARENT_KEYS)[number];

/** One model of a study; it is made anew for each of the study's seeds. */
export interface Model<Options extends object = object> {
  name: string;
  /** Its entry in the file: the name of a single model, or of the list that it belongs to. */
  list: string;
  /** Key of the operation that makes it; "base" for the model that the study starts from. */
  by: string;
  /** Values of the variables that its entry is repeated over. */
  values: Readonly<Record<string, string | number | boolean>>;
  /** Seed of the operation; null: that of the study. */
  seed: number | null;
  role: Role;
  /** Domains that it is trained on; empty where it is not trained on tasks. */
  domains: readonly Domain[];
  parents: Readonly<Partial<Record<ParentKey, readonly Ref[]>>>;
  options: Options;
  /** Optimizer steps of its run; null where it is not trained. */
  steps: number | null;
}

/** One measure of a study. */
export interface MeasureEntry<Options extends object = object> {
  /** Its entry in the file. */
  name: string;
  /** Key of the measure. */
  by: string;
  options: Options;
}

/** A study, resolved for one profile: everything that a worker must know of it. */
export interface StudySpec {
  name: string;
  /** Folder of the base model, relative to the study's folder. */
  base: string;
  domains: readonly Domain[];
  /** How hard the tasks are that its models learn and are measured on. */
  difficulty: Difficulty;
  /** Where the tasks come from that its models learn. */
  tasks: TaskSource;
  /** How tasks are put to its models and when answers count. */
  answerForm: AnswerForm;
  /** Which problems they are measured on: those of the benchmarks, or those on which settings are chosen. */
  split: MeasuredSplit;
  /** The whole graph is made once for each. */
  seeds: readonly number[];
  /** In the order of the file; "base" first. */
  models: readonly Model[];
  /** Names of the models that each entry of the file stands for. */
  lists: Readonly<Record<string, readonly string[]>>;
  measures: readonly MeasureEntry[];
  /** Needs by the kind of stage; a kind that is not named needs one core. */
  resources: Readonly<Record<string, Resources>>;
}

/** A model by its name. */
export function modelNamed(
  { models }: Pick<StudySpec, "models">,
  name: string,
): Model {
  const found = models.find((model) => model.name === name);
  if (!found) throw new Error(`internal: the study has no model ${name}`);
  return found;
}

/** The one domain that a model is trained on; null where there is none or several. */
export function domainOf({ domains }: Pick<Model, "domains">): Domain | null {
  return domains.length === 1 ? domains[0]! : null;
}
