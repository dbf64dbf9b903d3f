/** Open what a study has written: logs, records and rows, as notebooks read them. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { StudyError } from "../error.js";
import { readRecords, summarize, type Evaluation } from "../evaluate/index.js";
import { hint } from "../nearest.js";
import type {
  ConsistencyRow,
  NeighborhoodRow,
  PairRow,
  VerificationRow,
} from "./behaviourRows.js";
import type { ClaimRow } from "./claimRow.js";
import type { VerdictRow } from "./claims/verdictRows.js";
import type { CostRow } from "./costRows.js";
import { readStudy } from "./parse.js";
import { ANALYSES, type Analysis } from "./plan.js";
import type {
  DifferenceRow,
  MergeSizeRow,
  RewardRow,
  ScoreRow,
  TrajectoryRow,
} from "./rows.js";
import { runFolder } from "./run.js";
import type { Profile, StudySpec } from "./spec.js";
import type { StorageRow } from "./storageRows.js";
import { modelsOf } from "./stages/analysis.js";
import type { WhyRow } from "./whyRow.js";

/** A study on disk, opened for one profile. */
export interface Study {
  /** Folder of `study.yml`. */
  folder: string;
  profile: Profile;
  spec: StudySpec;
  /** Folder of the profile's artefacts. */
  runFolder: string;
  /** Names of all models, in the order of the tables. */
  models: string[];
}

/** Type of the rows in each row file. */
export interface RowTypes {
  scores: ScoreRow;
  differences: DifferenceRow;
  cost: CostRow;
  rewards: RewardRow;
  trajectories: TrajectoryRow;
  mergeSize: MergeSizeRow;
  neighborhoods: NeighborhoodRow;
  pairs: PairRow;
  gains: ConsistencyRow;
  verification: VerificationRow;
  storage: StorageRow;
  behaviourClaims: ClaimRow;
  claims: VerdictRow;
  why: WhyRow;
}

/**
 * Open a study.
 *
 * @param path     folder with a `study.yml`, or the file
 * @param options  profile: default "quick"
 * @throws StudyError the file is broken
 * @example
 * study.rows(study.open("data/nano", { profile: "full" }), "scores")
 */
export function open(
  path: string,
  { profile = "quick" }: { profile?: string } = {},
): Study {
  const { folder, spec, profile: chosen } = readStudy(path, profile);
  const models = modelsOf(spec).map(({ model }) => model);
  return {
    folder,
    profile: chosen,
    spec,
    runFolder: runFolder(folder, chosen),
    models,
  };
}

function need(study: Study, path: string, stage: string): string {
  const full = join(study.runFolder, path);
  if (existsSync(full)) return full;
  const command = `m2rl run ${study.folder} --profile ${study.profile} --only ${stage}`;
  throw new StudyError(
    `study: ${full} must be there, got no such file; ${command} makes it`,
  );
}

function checkModel(study: Study, model: string): void {
  if (!study.models.includes(model)) {
    throw new StudyError(
      `study: model must be known, got ${JSON.stringify(model)}; ${hint(model, study.models)}`,
    );
  }
}

function checkSeed(study: Study, seed: number): void {
  if (!study.spec.seeds.includes(seed)) {
    throw new StudyError(
      `study: seed must be one of ${study.spec.seeds.join(", ")}, got ${seed}`,
    );
  }
}

/**
 * Rows of one analysis, which tables and figures show.
 *
 * @throws StudyError unknown name, or the analysis has not been made yet
 */
export function rows<Name extends Analysis>(
  study: Study,
  name: Name,
): RowTypes[Name][] {
  if (!ANALYSES.includes(name)) {
    throw new StudyError(
      `study: analysis must be known, got ${JSON.stringify(name)}; ${hint(name, ANALYSES)}`,
    );
  }
  return JSON.parse(
    readFileSync(need(study, `analysis/${name}.json`, "analysis"), "utf8"),
  ) as RowTypes[Name][];
}

/**
 * Log of one training run, a record a step; also of a run that is still under way.
 *
 * @throws StudyError unknown model or seed, or the run has not started
 */
export function log<Metrics extends object>(
  study: Study,
  model: string,
  seed: number = study.spec.seeds[0]!,
): Metrics[] {
  checkModel(study, model);
  checkSeed(study, seed);
  const text = readFileSync(
    need(study, `seed${seed}/train/${model}.jsonl`, model),
    "utf8",
  );
  // The last line of a run under way may be half written.
  const whole = text.slice(0, text.lastIndexOf("\n") + 1).split("\n");
  return whole.slice(0, -1).map((line) => JSON.parse(line) as Metrics);
}

/**
 * Records of one model on one benchmark, with their summary.
 *
 * @throws StudyError unknown model or seed, or it has not been evaluated
 */
export function evaluation(
  study: Study,
  model: string,
  benchmark: string,
  seed: number = study.spec.seeds[0]!,
): Evaluation {
  checkModel(study, model);
  checkSeed(study, seed);
  const path = need(
    study,
    `seed${seed}/evaluate/${model}/${benchmark}.jsonl`,
    `evaluate/${model}`,
  );
  return summarize(benchmark, readRecords(path).records);
}

/**
 * Folder of a model of the study, for `model.loadPolicy`.
 *
 * @throws StudyError unknown model or seed, or it has not been made
 */
export function modelFolder(
  study: Study,
  model: string,
  seed: number = study.spec.seeds[0]!,
): string {
  checkModel(study, model);
  checkSeed(study, seed);
  if (model === "base") return join(study.folder, study.spec.base);
  return need(study, `seed${seed}/models/${model}`, model);
}
