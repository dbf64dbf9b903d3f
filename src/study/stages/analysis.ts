/** The last stage: all records and logs of a run → the row files that tables and figures are made of. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readRecords, type BenchmarkName } from "../../evaluate/index.js";
import { configFromJson, parameterShapes } from "../../model/index.js";
import type { GrpoMetrics, StepMetrics } from "../../train/index.js";
import type { DivergenceSample } from "../../analysis/index.js";
import { readLines } from "../jsonLines.js";
import { benchmarksOf, pairsOf } from "../behaviour.js";
import {
  consistencyRows,
  neighborhoodRows,
  pairRows,
  verificationRows,
} from "../behaviourRows.js";
import type { ClaimRow } from "../claimRow.js";
import type { ClaimData, Overlaps } from "../claims/data.js";
import { verdictRows } from "../claims/verdictRows.js";
import { costRows } from "../costRows.js";
import { gainClaims } from "../gainClaims.js";
import { judgeClaims } from "../judgeClaims.js";
import { neighborClaims } from "../neighborClaims.js";
import {
  differenceRows,
  mergeSizeRows,
  rewardRows,
  scoreRows,
  trajectoryRows,
  transpose,
  type ModelScores,
  type Role,
} from "../rows.js";
import type { StudySpec } from "../spec.js";
import { storageRows, type StorageRow } from "../storageRows.js";
import { sizeSeeds, storageSeeds, whySeeds } from "../seeds.js";
import { storedName } from "../weights.js";
import { writeRows } from "../writeRows.js";
import { FAMILIES, whyDomains, whyModel, type Family } from "../why.js";
import type { FamilyRun, WhyRow } from "../whyRow.js";
import { whyRows } from "../whyRows.js";
import type { TrajectoryLine } from "./evaluate.js";
import type { PairLine, VerificationLine } from "./behaviour.js";
import type { Job, Report, Result } from "./job.js";
import type { OverlapLine, OverlapRule } from "./overlap.js";
import type { SizeLine } from "./merge.js";
import type { FamilyScores } from "./familyScores.js";
import type { FamilyShape } from "./familyShape.js";

/** Models of a study in the order of the tables. */
export function modelsOf(spec: StudySpec): { model: string; role: Role }[] {
  const role = (name: Role) => (model: string) => ({ model, role: name });
  return [
    role("base")("base"),
    role("sft")("sft"),
    ...spec.domains.map(role("expert")),
    role("multi")("multi"),
    ...Object.keys(spec.merges).map(role("merged")),
    ...Object.keys(spec.distill).map(role("student")),
  ];
}

/** Item means of a model, from its records: scores[benchmark][item][seed]. */
export function readScores(
  runFolder: string,
  spec: StudySpec,
  model: string,
  seeds: readonly number[] = spec.seeds,
  benchmarks: readonly BenchmarkName[] = spec.evaluate.benchmarks,
): ModelScores {
  const entries = benchmarks.map((name): [BenchmarkName, number[][]] => {
    const columns = seeds.map((seed) => {
      const { records } = readRecords(
        join(runFolder, `seed${seed}`, "evaluate", model, `${name}.jsonl`),
      );
      const items = new Map<string, number[]>();
      for (const { task, reward } of records)
        items.set(task, [...(items.get(task) ?? []), reward]);
      return [...items.values()].map(
        (rewards) =>
          rewards.reduce((a: number, b) => a + b, 0) / rewards.length,
      );
    });
    return [name, transpose(columns)];
  });
  return new Map(entries);
}

function countParameters(folder: string): number {
  const config = configFromJson(
    JSON.parse(readFileSync(join(folder, "config.json"), "utf8")) as Record<
      string,
      unknown
    >,
  );
  let count = 0;
  for (const shape of parameterShapes(config).values())
    count += shape.reduce((a, b) => a * b, 1);
  return count;
}

/** Write all row files. */
export async function analysisStage(job: Job, report: Report): Promise<Result> {
  const spec = (job.stage.spec as unknown as { study: StudySpec }).study;
  const at = (seed: number, ...parts: string[]): string =>
    join(job.runFolder, `seed${seed}`, ...parts);
  const models = modelsOf(spec).map((each) => ({
    ...each,
    scores: readScores(job.runFolder, spec, each.model),
  }));
  const students = Object.keys(spec.distill);
  const trained = ["sft", ...spec.domains, "multi", ...students];
  const logs = spec.seeds.flatMap((seed) =>
    trained.map((model) => ({
      model,
      seed,
      expert: (spec.domains as string[]).includes(model),
      log: readLines<StepMetrics>(at(seed, "train", `${model}.jsonl`)),
    })),
  );
  const rl = logs.filter(
    ({ model }) => model !== "sft" && !students.includes(model),
  ) as unknown as {
    model: string;
    seed: number;
    log: GrpoMetrics[];
  }[];
  const trajectories = spec.trajectories
    ? spec.domains.map((model) => ({
        model,
        seeds: spec.seeds.map((seed) =>
          readLines<TrajectoryLine>(at(seed, "trajectories", `${model}.jsonl`)),
        ),
      }))
    : [];
  const sets = spec.size
    ? [
        ...spec.size.steps.map((step) => `step${step}`),
        ...(spec.size.learningRates ?? []).map((rate) => `lr${rate}`),
      ]
    : [];
  const cost = costRows(
    logs,
    countParameters(join(job.studyFolder, spec.base)),
  );
  const behaviour = behaviourFiles(job, spec, models);
  const files: Record<string, readonly object[]> = {
    scores: scoreRows(models, spec.evaluate),
    differences: differenceRows(models),
    cost,
    rewards: rewardRows(rl),
    trajectories: trajectoryRows(trajectories),
    mergeSize: mergeSizeRows(
      sets.map((set) =>
        sizeSeeds(spec).map((seed) =>
          readLines<SizeLine>(at(seed, "size", `${set}.jsonl`)),
        ),
      ),
    ),
    ...behaviour,
    storage: readStorage(job, spec),
    why: whyFile(job, spec, models),
    claims: verdictRows({
      ...namesOf(spec),
      cost,
      scores: new Map(models.map(({ model, scores }) => [model, scores])),
      overlaps: readOverlaps(job, spec),
      behaviour: behaviour.behaviourClaims,
    }),
  };
  for (const path of job.stage.outputs) {
    const name = /(\w+)\.json$/.exec(path)![1]!;
    writeRows(join(job.runFolder, path), files[name]!);
  }
  report({ done: 1, total: 1 });
  return { facts: {} };
}

/** Rows of the sections that ask how models behave; none where the study has no such section. */
function behaviourFiles(
  job: Job,
  spec: StudySpec,
  models: readonly { model: string; role: Role; scores: ModelScores }[],
): { behaviourClaims: ClaimRow[] } & Record<string, readonly object[]> {
  const at = (seed: number, ...parts: string[]): string =>
    join(job.runFolder, `seed${seed}`, ...parts);
  const seeds = <Line>(...parts: string[]): Line[][] =>
    spec.seeds.map((seed) => readLines<Line>(at(seed, ...parts)));
  const runs = spec.neighborhoods
    ? spec.seeds.flatMap((seed) =>
        spec.domains.map((expert) => ({
          expert,
          seed,
          samples: readLines<DivergenceSample>(
            at(seed, "neighborhoods", `${expert}.jsonl`),
          ),
        })),
      )
    : [];
  const centres = spec.pairs?.domains ?? [];
  const pairs = centres.flatMap((domain) =>
    pairsOf(spec)
      .filter((pair) => pair.includes(domain))
      .map((pair) => ({
        domain,
        partner: pair.find((other) => other !== domain) ?? null,
        lines: seeds<PairLine>("pairs", `${pair.join("-")}.jsonl`),
      })),
  );
  const judges = (spec.verification?.models ?? []).map((model) => ({
    model,
    role: models.find((each) => each.model === model)!.role,
    lines: seeds<VerificationLine>("verification", `${model}.jsonl`),
  }));
  const reference = referenceOf(spec);
  return {
    behaviourClaims: [
      ...neighborClaims({ runs, models, pairs, reference, factor: FACTOR }),
      ...gainClaims(models),
      ...judgeClaims(judges),
    ],
    neighborhoods: neighborhoodRows(runs, models),
    pairs: pairRows(pairs, models),
    gains: consistencyRows(models, spec.evaluate.samples),
    verification: verificationRows(judges),
  };
}

/** Rows of experts trained in four ways; none where the study has no such section. */
function whyFile(
  { runFolder }: Job,
  spec: StudySpec,
  models: readonly { model: string; scores: ModelScores }[],
): WhyRow[] {
  const seeds = whySeeds(spec);
  if (seeds.length === 0) return [];
  const domains = whyDomains(spec);
  const sft = models.find(({ model }) => model === "sft")!.scores;
  const columns = seeds.map((seed) => spec.seeds.indexOf(seed));
  const runOf = (family: Family, seed: number): FamilyRun => {
    const at = (...parts: string[]): string =>
      join(runFolder, `seed${seed}`, ...parts);
    return {
      scores: readLines<FamilyScores>(at("why", `${family}-scores.jsonl`)),
      shape: readLines<FamilyShape>(at("why", `${family}-shape.jsonl`)),
      logs: new Map(
        domains.map((domain) => [
          domain,
          readLines<StepMetrics>(
            at("train", `${whyModel(family, domain)}.jsonl`),
          ).slice(0, spec.why!.steps[domain]),
        ]),
      ),
    };
  };
  return whyRows(
    FAMILIES.map((family) => ({
      family,
      runs: seeds.map((seed) => runOf(family, seed)),
    })),
    new Map(
      [...sft].map(([name, items]) => [
        name,
        items.map((row) => columns.map((column) => row[column]!)),
      ]),
    ),
    new Map(domains.map((domain) => [domain, benchmarksOf(spec, domain)])),
  );
}

// ε of Eq. 1 in units of the own expert's divergence; the default of `analysis.neighborhoods`, which the rows use.
const FACTOR = 2;

/** The measured model that merges all experts by the method of the pairs (TIES without pairs): by it neighbours are found. */
function referenceOf({
  domains,
  merges,
  neighborhoods,
  pairs,
}: StudySpec): string | null {
  const all = neighborhoods?.models.find((name) => {
    const merge = merges[name];
    return (
      merge !== undefined &&
      merge.method === (pairs?.method ?? "ties") &&
      (merge.experts ?? domains).length === domains.length
    );
  });
  return all ?? null;
}

/** What the ledger must know of a study's models. */
function namesOf({
  domains,
  seeds,
  evaluate,
  merges,
  distill,
  verification,
}: StudySpec): Pick<
  ClaimData,
  "domains" | "benchmarks" | "seeds" | "ties" | "student" | "judged"
> {
  const ties = Object.entries(merges).find(
    ([, { method, experts, options = {} }]) =>
      method === "ties" &&
      (experts === undefined || experts.length === domains.length) &&
      Object.keys(options).length === 0,
  );
  const student = Object.entries(distill).find(
    ([, { method = "onPolicy" }]) => method === "onPolicy",
  );
  return {
    domains,
    benchmarks: evaluate.benchmarks,
    seeds,
    ties: ties?.[0] ?? null,
    student: student?.[0] ?? null,
    judged: verification?.benchmarks ?? [],
  };
}

/** Overlaps of all seeds; null where the study measures none. */
function readOverlaps(
  { runFolder }: Job,
  { overlaps, domains, seeds }: StudySpec,
): Overlaps | null {
  if (!overlaps || domains.length < 2) return null;
  const files = seeds.map((seed) => {
    const path = join(runFolder, `seed${seed}`, "overlaps.jsonl");
    const [rule, ...lines] = readLines<OverlapRule | OverlapLine>(path);
    return {
      rule: rule as OverlapRule,
      lines: (lines as OverlapLine[]).map((line) => ({ seed, ...line })),
    };
  });
  return {
    etas: files.map(({ rule }) => rule.eta),
    asPublished: files.map(({ rule }) => rule.ratioAsPublished),
    changed: files.flatMap(({ rule }) => Object.values(rule.changed)),
    matrices: files.flatMap(({ lines }) => lines),
  };
}

/** Experts as they are and trained once more in bfloat16, on their own benchmarks; none where the study trains none. */
function readStorage({ runFolder }: Job, spec: StudySpec): StorageRow[] {
  const seeds = storageSeeds(spec);
  if (seeds.length === 0) return [];
  return spec.domains.flatMap((domain) => {
    const scores = (model: string): ModelScores =>
      readScores(runFolder, spec, model, seeds, benchmarksOf(spec, domain));
    return storageRows({
      domain,
      sft: scores("sft"),
      float32: scores(domain),
      bfloat16: scores(storedName(domain)),
    });
  });
}
