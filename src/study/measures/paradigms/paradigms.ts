/** Measure `paradigms`: experts of the same domains trained in several ways, merged and measured alike: why do RL experts merge? */
import type { Domain } from "../../../domains/index.js";
import type { BenchmarkName } from "../../../evaluate/index.js";
import type { StepMetrics } from "../../../train/index.js";
import {
  modelNamed,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../../graph/model.js";
import {
  addWork,
  lineStage,
  times,
  type Input,
  type Place,
  type Stage,
} from "../../graph/stage.js";
import { READING, SAMPLE } from "../../graph/work.js";
import { mergeSpec, type MergeSpec } from "../../operations/merge.js";
import type {
  ParadigmRow,
  ParadigmRun,
  ParadigmScores,
  ParadigmShape,
} from "../../rows/paradigms/paradigmRow.js";
import { benchmarksOf } from "../../rows/modelScores.js";
import { paradigmRows } from "../../rows/paradigms/paradigms.js";
import type { Results } from "../../rows/results.js";
import type { Job } from "../../run/job.js";
import {
  checked,
  integer,
  list,
  manyModels,
  map,
  number,
  object,
  oneModel,
  optional,
} from "../../spec/field.js";
import { NAME, positive } from "../../spec/values.js";
import { byDomain, expertInputs, someBenchmarksOf } from "../experts.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoreParadigm, type ParadigmScoresSpec } from "./paradigmScores.js";
import {
  ALPHAS,
  measureShape,
  type ParadigmShapeSpec,
} from "./paradigmShape.js";
import { samplingAt } from "../behaviour/sampling.js";
import { scoresIn } from "../behaviour/scores.js";

/** Options of `paradigms`. */
export interface ParadigmsOptions {
  /** Model that all experts start from. */
  anchor: Ref;
  /** Experts by the name of their paradigm, one a domain each; each is compared with all before it. */
  experts: Partial<Record<string, Ref[]>>;
  /** Merges that are made of each paradigm. */
  merges: Partial<Record<string, MergeSpec>>;
  /** Task arithmetic is made at these λ too: longer or more parallel task vectors have another best one. */
  lambdas?: number[];
  /** Held-out texts per domain on which losses are measured. */
  texts: number;
  /** Points per side of the plane between two task vectors: 4 k + 1, so that both experts and their average lie on it. */
  grid: number;
}

/** Name of the merge by task arithmetic at a λ of the measure; no model of a study has an @ in its name. */
function scaledMerge(lambda: number): string {
  return `taskArithmetic@${lambda}`;
}

function entriesOf({ experts }: ParadigmsOptions): [string, Ref[]][] {
  return Object.entries(experts).map(([name, refs]) => [name, refs!]);
}

/** Domains of the measure: those of its first paradigm, which all must have. */
function domainsOf(
  { name, options }: MeasureEntry<ParadigmsOptions>,
  study: StudySpec,
): Domain[] {
  const where = (paradigm: string): string =>
    `measures.${name}.experts.${paradigm}`;
  const [first, ...others] = entriesOf(options).map(
    ([paradigm, refs]) =>
      [paradigm, [...byDomain(refs, study, where(paradigm)).keys()]] as [
        string,
        Domain[],
      ],
  );
  for (const [paradigm, domains] of others)
    if (domains.join() !== first![1].join())
      throw new RangeError(
        `${where(paradigm)} must be of the domains ${first![1].join(", ")}, got ${domains.join(", ")}`,
      );
  return first![1];
}

function scoresStage(
  entry: MeasureEntry<ParadigmsOptions>,
  paradigm: string,
  inputs: Record<string, Input>,
  { seed }: Place,
  study: StudySpec,
): Stage<ParadigmScoresSpec> {
  const { name, options } = entry;
  const scored = scoresIn(study);
  const sampling = samplingAt(scored, scored.temperature);
  const benchmarks = domainsOf(entry, study).map(
    (domain): [Domain, BenchmarkName[]] => [
      domain,
      someBenchmarksOf(scored.benchmarks, domain, `measures.${name}.experts`),
    ],
  );
  const merges = {
    ...options.merges,
    ...Object.fromEntries(
      (options.lambdas ?? []).map((lambda): [string, MergeSpec] => [
        scaledMerge(lambda),
        { method: "taskArithmetic", options: { lambda } },
      ]),
    ),
  };
  const asked = benchmarks.flatMap(([, names]) => names).length;
  const count =
    (Object.keys(merges).length + 1) *
    asked *
    sampling.items *
    sampling.samples;
  return lineStage("paradigms", seed, `${name}/${paradigm}/scores`, {
    model: paradigm,
    spec: {
      seed,
      merges,
      benchmarks: Object.fromEntries(benchmarks),
      ...sampling,
    },
    inputs,
    work: times(count, SAMPLE),
  });
}

function shapeStage(
  { name, options }: MeasureEntry<ParadigmsOptions>,
  paradigm: string,
  inputs: Record<string, Input>,
  { seed }: Place,
): Stage<ParadigmShapeSpec> {
  const { texts, grid } = options;
  const points = ALPHAS.length * Object.keys(inputs).length + grid * grid * 2;
  return lineStage("paradigms", seed, `${name}/${paradigm}/shape`, {
    model: paradigm,
    spec: { seed, texts, grid },
    inputs,
    work: addWork(
      times(points * texts, READING),
      times(Object.keys(inputs).length * texts * 4, SAMPLE),
    ),
  });
}

function rowsOf(
  entry: MeasureEntry<ParadigmsOptions>,
  results: Results,
): ParadigmRow[] {
  const { name, options } = entry;
  const { study } = results;
  const scored = scoresIn(study);
  const domains = domainsOf(entry, study);
  const runOf = (paradigm: string, refs: Ref[], seed: number): ParadigmRun => ({
    scores: results.lines<ParadigmScores>(
      seed,
      `${name}/${paradigm}/scores.jsonl`,
    ),
    shape: results.lines<ParadigmShape>(
      seed,
      `${name}/${paradigm}/shape.jsonl`,
    ),
    logs: new Map(
      [...byDomain(refs, study, name)].map(([domain, { model, step }]) => [
        domain,
        results
          .log<StepMetrics>(model, seed)
          .slice(0, step ?? modelNamed(study, model).steps!),
      ]),
    ),
  });
  return paradigmRows(
    entriesOf(options).map(([paradigm, refs]) => ({
      paradigm,
      runs: study.seeds.map((seed) => runOf(paradigm, refs, seed)),
    })),
    results.scores(options.anchor, scored.benchmarks),
    new Map(
      domains.map((domain) => [
        domain,
        benchmarksOf(scored.benchmarks, domain),
      ]),
    ),
  );
}

/** The measure. */
export const paradigms: Measure<ParadigmsOptions, { paradigms: ParadigmRow }> =
  {
    ...NOTHING,
    key: "paradigms",
    about: "experts of several training paradigms, merged and measured alike",
    version: 1,
    options: checked(
      object<ParadigmsOptions>({
        anchor: oneModel,
        experts: map(manyModels, { pattern: NAME }),
        merges: map(mergeSpec, { pattern: NAME }),
        lambdas: optional(list(number({ above: 0 }))),
        texts: positive,
        grid: integer({ min: 5 }),
      }),
      ({ experts, grid }) =>
        Object.keys(experts).length === 0
          ? { key: "experts", text: "must hold a paradigm, got none" }
          : grid % 4 !== 1
            ? {
                key: "grid",
                text: `must be 5, 9, 13, …, so that the experts lie on it, got ${grid}`,
              }
            : null,
    ),
    rowFiles: ["paradigms"],
    uses: () => ["scores"],
    reads: (options) => [
      options.anchor,
      ...entriesOf(options).flatMap(([, refs]) => refs),
    ],
    logs: (options) =>
      entriesOf(options).flatMap(([, refs]) => refs.map(({ model }) => model)),
    stages(entry, place, study) {
      domainsOf(entry, study);
      const anchor = place.input(entry.options.anchor);
      return entriesOf(entry.options).flatMap(([paradigm, refs]) => {
        const experts = byDomain(refs, study, paradigm);
        const inputs = { anchor, ...expertInputs(experts, place) };
        return [
          scoresStage(entry, paradigm, inputs, place, study),
          shapeStage(entry, paradigm, inputs, place),
        ];
      });
    },
    run: (job: Job<ParadigmScoresSpec | ParadigmShapeSpec>, report) =>
      "grid" in job.stage.spec
        ? measureShape(job as Job<ParadigmShapeSpec>, report)
        : scoreParadigm(job as Job<ParadigmScoresSpec>, report),
    rows: (entry, results) => ({ paradigms: rowsOf(entry, results) }),
  };
