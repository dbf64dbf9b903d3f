/** A study made ready to run: its plan, its folders, and what is known of its stages' outputs. */
import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { StudyError } from "../../error.js";
import { modelNamed, type StudySpec } from "../graph/model.js";
import { operationOrNull, plan } from "../graph/plan.js";
import { select } from "../graph/select.js";
import { isWeights, type GivenInput, type Stage } from "../graph/stage.js";
import { readStudy } from "../spec/parse.js";
import { hashPath, hasWeights } from "./hash.js";
import { statusOf, type Status } from "./notes.js";

/** Which part of a study is meant. */
export interface Choice {
  /** Which profile; default "quick". */
  profile?: string;
  /** Only the models or stages of these names, and what they need: "math", "experts,multi", "analysis", "scores/math". */
  only?: string;
  /**
   * Leave stages alone whose note fits but whose weights are not here, as in a repository that holds records alone; only those whose
   * weights another stage needs are made again. Default false: everything is made whose outputs are not here.
   */
  keepRecord?: boolean;
}

/** Folder of a profile's artefacts. */
export function runFolder(folder: string, profile: string): string {
  return join(folder, "runs", profile);
}

/** A study, ready to run. */
export interface Prepared {
  study: StudySpec;
  studyFolder: string;
  folder: string;
  stages: Stage[];
}

/**
 * Read a study and plan it.
 *
 * @throws StudyError the file is broken, no stage has the name, or there is no base model
 */
export function prepare(
  path: string,
  { profile = "quick", only }: Choice,
): Prepared {
  const { folder, spec: study } = readStudy(path, profile);
  const all = plan(study);
  const base = join(folder, study.base);
  if (!existsSync(join(base, "config.json"))) {
    throw new StudyError(
      `study: base must be a model folder, got none at ${base}; create it with npm run pretrain`,
    );
  }
  return {
    study,
    studyFolder: folder,
    folder: runFolder(folder, profile),
    stages: only === undefined ? all : select(all, only, study),
  };
}

/**
 * What stages need and a plan does not: everything that they read and no stage writes, such as the weights of the base model.
 *
 * @throws StudyError the first that is not here, by where the study names it and its path
 */
export function checkGiven(
  studyFolder: string,
  stages: readonly Stage[],
): void {
  for (const { inputs } of stages)
    for (const input of Object.values(inputs)) {
      if (input.stage !== null) continue;
      const path = join(studyFolder, input.path);
      if (!isHere(path, input))
        throw new StudyError(
          `study: ${input.key} must be ${input.is}, got none at ${path}`,
        );
    }
}

function isHere(path: string, { is }: GivenInput): boolean {
  const stat = statSync(path, { throwIfNoEntry: false });
  return is === "a file of tasks"
    ? stat?.isFile() === true
    : stat?.isDirectory() === true && hasWeights(path);
}

/** Follows what is known of each stage's outputs while the plan or the run advances. */
export class KnownOutputs {
  private readonly outputs = new Map<
    string,
    Readonly<Record<string, string>>
  >();
  private readonly base = new Map<string, string>();

  /**
   * @param kept  ids of stages whose record is enough (`keptRecords`)
   */
  constructor(
    private readonly prepared: Prepared,
    private readonly kept: ReadonlySet<string> = new Set(),
  ) {}

  settle(stage: Stage, outputs: Readonly<Record<string, string>>): void {
    this.outputs.set(stage.id, outputs);
  }

  settled(id: string): boolean {
    return this.outputs.has(id);
  }

  /** Stages that this one waits for. */
  waiting(stage: Stage): string[] {
    const needed = Object.values(stage.inputs).flatMap((input) =>
      input.stage === null ? [] : [input.stage],
    );
    return [...new Set(needed)].filter((id) => !this.outputs.has(id));
  }

  inputs(stage: Stage): Record<string, string> {
    return Object.fromEntries(
      Object.entries(stage.inputs).map(([name, { stage: from, path }]) => {
        const hash =
          from === null ? this.baseHash(path) : this.outputs.get(from)?.[path];
        if (hash === undefined)
          throw new Error(
            `internal: ${stage.id} reads ${path}, which ${from} does not write`,
          );
        return [name, hash];
      }),
    );
  }

  status(stage: Stage): Status {
    const status = statusOf(stage, this.prepared.folder, this.inputs(stage));
    return status.state === "recorded" && this.kept.has(stage.id)
      ? { state: "done", note: status.note }
      : status;
  }

  private baseHash(path: string): string {
    const known =
      this.base.get(path) ??
      hashPath(join(this.prepared.studyFolder, path)) ??
      // A plan of a study whose base is not here: no note fits this.
      "absent";
    this.base.set(path, known);
    return known;
  }
}

/** A stage and what a run would do with it. */
export interface PlannedStage {
  stage: Stage;
  /** As `Status`; "waiting" for a stage whose inputs are not made yet. */
  state: "done" | "recorded" | "open" | "waiting";
  /** Why it is not done: the changed option or input, the missing file, or the stage it waits for. */
  reason: string;
}

/**
 * Stages that are only recorded and may stay so: no stage that is left reads what is not here of theirs.
 *
 * What is made again is found from the end: a stage that is left needs its inputs, and so does whoever makes those.
 *
 * @returns their ids
 */
export function keptRecords(prepared: Prepared): Set<string> {
  const all = planned(prepared, { believe: true });
  const isLost = (path: string): boolean =>
    hashPath(join(prepared.folder, path)) === null;
  const states = new Map(
    all.map(({ stage, state }) => [
      stage.id,
      state === "recorded" &&
      stage.outputs.some((path) => !isWeights(path) && isLost(path))
        ? "open"
        : state,
    ]),
  );
  for (const { stage } of [...all].reverse()) {
    const state = states.get(stage.id);
    if (state === "done" || state === "recorded") continue;
    for (const { stage: from, path } of Object.values(stage.inputs)) {
      if (from === null || states.get(from) !== "recorded") continue;
      if (isLost(path)) states.set(from, "open");
    }
  }
  return new Set(
    all.flatMap(({ stage: { id } }) =>
      states.get(id) === "recorded" ? [id] : [],
    ),
  );
}

/**
 * What is done of a prepared study.
 *
 * @param believe  whether a stage that is only recorded counts as made for those that need it: what a reader of a record asks, not
 *   what a run must know
 * @param kept  ids of stages whose record is enough (`keptRecords`): they are done
 */
export function planned(
  prepared: Prepared,
  {
    believe = false,
    kept = new Set(),
  }: { believe?: boolean; kept?: ReadonlySet<string> },
): PlannedStage[] {
  const known = new KnownOutputs(prepared, kept);
  return prepared.stages.map((stage) => {
    const [first] = known.waiting(stage);
    if (first !== undefined)
      return { stage, state: "waiting", reason: `after ${first}` };
    const status = known.status(stage);
    if (status.state === "done" || (believe && status.state === "recorded"))
      known.settle(stage, status.note.outputs);
    return {
      stage,
      state: status.state,
      reason: status.state === "done" ? "" : status.reason,
    };
  });
}

/**
 * Ask whether this machine can make what is left, before any work is done.
 *
 * @throws M2rlError what a stage needs is missing, such as the Python of a trainer
 */
export async function preflight(
  { study }: Pick<Prepared, "study">,
  left: readonly Stage[],
): Promise<void> {
  for (const { kind, model } of left) {
    const made = operationOrNull(kind);
    if (made?.preflight) await made.preflight(modelNamed(study, model).options);
  }
}

/**
 * What `run` would do, without doing it.
 *
 * A stage that waits for another one may turn out to be done after all, when the other one makes the same bytes again.
 *
 * @param options  believe: see `planned`; default true
 * @throws StudyError as `run`
 */
export function inspect(
  path: string,
  { believe = true, ...choice }: Choice & { believe?: boolean } = {},
): PlannedStage[] {
  const prepared = prepare(path, choice);
  return planned(prepared, {
    believe,
    kept: choice.keepRecord ? keptRecords(prepared) : new Set(),
  });
}
