/** What every operation of a study is: how one model is made from others. */
import type { PaperCost } from "../../cluster/index.js";
import type { Domain } from "../../domains/index.js";
import {
  domainOf,
  modelNamed,
  refText,
  type Model,
  type ParentKey,
  type Ref,
  type Role,
  type StudySpec,
} from "../graph/model.js";
import type { Input, Place, Work } from "../graph/stage.js";
import type { Facts, Job, Report } from "../run/job.js";
import type { Field } from "../spec/field.js";

/** What a plan says of a stage that is made elsewhere. */
export interface Elsewhere {
  trainer: "slime";
  /** The command that writes its job, behind `m2rl`. */
  command: string;
  /** GPU hours at the rate of the paper's Table 2; null where it has no such row. */
  cost: PaperCost | null;
}

/** One way to make a model; the list of all is `OPERATIONS`. */
export interface Operation<
  Options extends object = object,
  Spec extends object = object,
> {
  /** What stands behind `by:` in a study file. */
  readonly key: string;
  /** What it does, in one line for people. */
  readonly about: string;
  /** Raised by hand when its code changes what it writes, and not for changes that keep results. */
  readonly version: number;
  readonly options: Field<Options>;
  /** The models that it needs, and whether it takes one or many of each kind. */
  readonly parents: Readonly<Partial<Record<ParentKey, "one" | "many">>>;
  /** Optimizer steps; null for an operation that does not train: it has no log and no checkpoints. */
  steps(options: Options): number | null;
  /** Domains that it trains on. */
  domains(options: Options): readonly Domain[];
  role(options: Options): Role;
  /** What makes a model unlike the others of this operation, for the plan; null: nothing. */
  remark?(options: Options): string | null;
  /** Everything besides the inputs that the model depends on. */
  spec(model: Model<Options>, seed: number, study: StudySpec): Spec;
  /** What it reads, by name. */
  inputs(
    model: Model<Options>,
    place: Place,
    study: StudySpec,
  ): Record<string, Input>;
  work(options: Options): Work;
  /** How it is made where this program does not start who makes it; null: here. */
  elsewhere?(model: Model<Options>): Elsewhere | null;
  /** Whether this machine can make it at all, asked before a study does any work; rejects with what is missing. */
  preflight?(options: Options): Promise<void>;
  /** Make the model: `outputs[0]` is its folder, `outputs[1]` its training log, the others are its checkpoints. */
  run(job: Job<Spec>, report: Report, signal: AbortSignal): Promise<Facts>;
}

/** The only parent of a kind. */
export function parent(model: Model, key: ParentKey): Ref {
  const [found] = model.parents[key] ?? [];
  if (!found) throw new Error(`internal: ${model.name} has no ${key}`);
  return found;
}

/** Models by the domain that each was trained on, where all differ; by their references otherwise. */
export function labelled(
  refs: readonly Ref[],
  study: Pick<StudySpec, "models">,
): [label: string, ref: Ref][] {
  const domains = refs.map(({ model }) => domainOf(modelNamed(study, model)));
  const distinct =
    !domains.includes(null) && new Set(domains).size === domains.length;
  return refs.map((ref, i) => [distinct ? domains[i]! : refText(ref), ref]);
}

/** Inputs by the labels of their models. */
export function labelledInputs(
  refs: readonly Ref[],
  place: Place,
  study: StudySpec,
): Record<string, Input> {
  return Object.fromEntries(
    labelled(refs, study).map(([label, ref]) => [label, place.input(ref)]),
  );
}
