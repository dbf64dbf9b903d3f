/** From the models and measures of a study to stages: what each reads, what it writes, and everything its result depends on. */
import { paperModels, claimPath } from "../measures/claims.js";
import { measure } from "../measures/index.js";
import { operation, OPERATIONS } from "../operations/index.js";
import type { Operation } from "../operations/operation.js";
import {
  modelNamed,
  type MeasureEntry,
  type Model,
  type Ref,
  type StudySpec,
} from "./model.js";
import {
  checkpointPath,
  logPath,
  modelPath,
  type GivenInput,
  type Input,
  type Place,
  tasksOf,
  type Stage,
  type TasksOfStage,
} from "./stage.js";
import { ROWS } from "./work.js";

/** Kind of the stages that make the rows of a measure. */
export const ROWS_KIND = "rows";

/** What the rows of a measure depend on, beside the lines that it reads. */
export interface RowsSpec {
  measure: MeasureEntry;
  /** The other measures whose lines it reads. */
  uses: MeasureEntry[];
  /** Role and domains of each model. */
  models: Record<string, object>;
  seeds: readonly number[];
  /** Which models stand for the paper's; only where the measure decides claims. */
  paper: object | null;
}

/** Version of the code behind a kind of stage; part of every stage's key. */
export function stageVersion(kind: string): number {
  if (kind === ROWS_KIND) return 1;
  const made = operationOrNull(kind);
  return made ? made.version : measure(kind).version;
}

/** The operation behind a kind of stage; null where a measure is. */
export function operationOrNull(kind: string): Operation | null {
  return OPERATIONS.find(({ key }) => key === kind) ?? null;
}

/** Name of a row file: that of the measure's own, with the entry's name before it where a measure stands under another name. */
export function rowFile({ name, by }: MeasureEntry, file: string): string {
  return name === by ? file : `${name}.${file}`;
}

/**
 * All stages of a study, each after those it depends on.
 *
 * @throws RangeError two sections do not fit each other
 * @example
 * study.plan(study.parseStudy(readFileSync("data/hard/study.yml", "utf8"), "quick"))[0].id // "seed1/models/sft"
 */
export function plan(study: StudySpec): Stage[] {
  const checkpoints = checkpointsOf(study);
  const places = study.seeds.map((seed) => placeOf(study, seed));
  const models = places.flatMap((place) =>
    study.models
      .filter(({ by }) => by !== "base")
      .map((model) => modelStage(model, place, study, checkpoints)),
  );
  const measured = new Map<MeasureEntry, Stage[]>(
    study.measures.map((entry) => [
      entry,
      measureStages(entry, places, study).map((stage) =>
        drawing(stage, { ...study, tasks: "nano" }),
      ),
    ]),
  );
  const all = [...models, ...[...measured.values()].flat()];
  const rows: Stage[] = [];
  // The claims' table reads the numbers of all other measures.
  const isLast = ({ by }: MeasureEntry): boolean => by === "claims";
  for (const entry of [
    ...study.measures.filter((each) => !isLast(each)),
    ...study.measures.filter(isLast),
  ])
    rows.push(...rowsStage(entry, measured, rows, study));
  return [...all, ...rows];
}

/** The stage with which tasks it draws among what its result depends on; the easy world and its benchmarks go without saying. */
function drawing(
  stage: Stage,
  {
    difficulty,
    split,
    tasks,
    answerForm,
  }: Pick<StudySpec, "difficulty" | "split" | "tasks" | "answerForm">,
): Stage {
  const own = tasksOf(stage).split;
  const drawn: TasksOfStage = {
    ...(difficulty === "easy" ? {} : { difficulty }),
    ...(own !== undefined || split === "benchmark" ? {} : { split }),
    ...(tasks === "nano" ? {} : { tasks }),
    ...(Object.keys(answerForm).length === 0 ? {} : { answerForm }),
  };
  return { ...stage, spec: { ...stage.spec, ...drawn } };
}

/** Steps at which each run's checkpoint is kept, since a model or a measure refers to it. */
function checkpointsOf(study: StudySpec): Map<string, number[]> {
  const refs = [
    ...study.models.flatMap(({ parents }) => Object.values(parents).flat()),
    ...study.measures.flatMap(({ by, options }) =>
      measure(by).reads(options, study),
    ),
  ];
  const steps = new Map<string, Set<number>>();
  for (const { model, step } of refs) {
    if (step === null) continue;
    const own = steps.get(model) ?? new Set();
    steps.set(model, own.add(step));
  }
  return new Map(
    [...steps].map(([model, own]) => [model, [...own].sort((a, b) => a - b)]),
  );
}

function baseInput({ base }: StudySpec): GivenInput {
  return {
    ...{ stage: null, path: base, key: "base" },
    is: "a model folder with weights",
  };
}

function placeOf(study: StudySpec, seed: number): Place {
  return {
    seed,
    input({ model, step }: Ref): Input {
      if (modelNamed(study, model).by === "base") return baseInput(study);
      const path = modelPath(seed, model);
      return {
        stage: path,
        path: step === null ? path : checkpointPath(seed, model, step),
      };
    },
  };
}

function modelStage(
  model: Model,
  place: Place,
  study: StudySpec,
  checkpoints: ReadonlyMap<string, readonly number[]>,
): Stage {
  const { seed } = place;
  const { name, by, options } = model;
  const made = operation(by);
  const kept = checkpoints.get(name) ?? [];
  const stage: Stage = {
    id: modelPath(seed, name),
    kind: by,
    seed,
    model: name,
    spec: made.spec(model, model.seed ?? seed, study),
    inputs: made.inputs(model, place, study),
    outputs: [
      modelPath(seed, name),
      ...(model.steps === null ? [] : [logPath(seed, name)]),
      ...kept.map((step) => checkpointPath(seed, name, step)),
    ],
    work: made.work(options),
  };
  // A merge sees no task, and training is not measured.
  return model.steps === null
    ? stage
    : drawing(stage, { ...study, split: "benchmark" });
}

function measureStages(
  entry: MeasureEntry,
  places: readonly Place[],
  study: StudySpec,
): Stage[] {
  const own = measure(entry.by);
  const needs =
    entry.by !== "claims" && own.uses(entry.options).includes("scores");
  if (needs && !study.measures.some(({ name }) => name === "scores"))
    throw new RangeError(
      `measures.${entry.name} needs the measure scores, got none`,
    );
  return [
    ...places.flatMap((place) => own.stages(entry, place, study)),
    ...(own.stagesOfAll?.(entry, places, study) ?? []),
  ];
}

/** The stage that makes the rows of a measure, and the numbers of the claims that it decides; none where it has neither. */
function rowsStage(
  entry: MeasureEntry,
  measured: ReadonlyMap<MeasureEntry, readonly Stage[]>,
  before: readonly Stage[],
  study: StudySpec,
): Stage<RowsSpec>[] {
  const own = measure(entry.by);
  const paper = own.claimIds.length > 0 ? paperModels(study) : null;
  const outputs = [
    ...own.rowFiles.map((file) => `analysis/${rowFile(entry, file)}.json`),
    ...(paper === null ? [] : [claimPath(entry.name)]),
  ];
  if (outputs.length === 0) return [];
  const used = own.uses(entry.options);
  const uses = study.measures.filter(({ by }) => used.includes(by));
  const stages = [entry, ...uses].flatMap((each) => measured.get(each) ?? []);
  const names = uses.map(({ name }) => claimPath(name));
  const claims = before.filter(
    ({ outputs: written }) =>
      entry.by === "claims" && written.some((path) => names.includes(path)),
  );
  const lines = [...stages, ...claims].flatMap(({ id, outputs: written }) =>
    written
      .filter((path) => path.endsWith(".jsonl"))
      .map((path): [string, Input] => [path, { stage: id, path }]),
  );
  const logged = own.logs(entry.options, study);
  const logs = study.seeds.flatMap((seed) =>
    logged.map((model): [string, Input] => [
      logPath(seed, model),
      { stage: modelPath(seed, model), path: logPath(seed, model) },
    ]),
  );
  const base: [string, Input][] =
    logged.length > 0 ? [["base", baseInput(study)]] : [];
  const read = [entry, ...uses].flatMap(({ by, options }) =>
    measure(by).reads(options, study),
  );
  const models = Object.fromEntries(
    read.map(({ model }) => {
      const { role, domains } = modelNamed(study, model);
      return [model, { role, domains }];
    }),
  );
  return [
    {
      id: `analysis/${entry.name}`,
      kind: ROWS_KIND,
      seed: 0,
      model: "",
      spec: { measure: entry, uses, models, seeds: study.seeds, paper },
      inputs: Object.fromEntries([...base, ...lines, ...logs]),
      outputs,
      work: ROWS,
    },
  ];
}
