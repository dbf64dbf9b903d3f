/** Measure `scores`: models on benchmarks, Avg@K with its interval, and paired differences. */
import {
  evaluateWith,
  MEASURED_SPLITS,
  type BenchmarkName,
  type EvaluateTasksOptions,
  type MeasuredSplit,
} from "../../../evaluate/index.js";
import type { Sampler, Think } from "../../../rollout/index.js";
import { statedRows, type ClaimRow } from "../../claims/claimRow.js";
import { interferenceClaims, INTERFERENCE } from "../../claims/interference.js";
import { mergingClaims, MERGING } from "../../claims/merging.js";
import { mixingClaims, MIXING } from "../../claims/mixing.js";
import {
  expertDomains,
  missingClaims,
  paperName,
  type PaperModels,
} from "../../claims/paperModels.js";
import { refText, type Ref, type StudySpec } from "../../graph/model.js";
import { times, type Place, type Stage } from "../../graph/stage.js";
import { SAMPLE } from "../../graph/work.js";
import { recordsPath, type Results } from "../../rows/results.js";
import {
  differenceRows,
  scoreRows,
  type DifferenceRow,
  type ScoreRow,
} from "../../rows/scores.js";
import type { Job } from "../../run/job.js";
import {
  checked,
  choice,
  list,
  manyModels,
  number,
  object,
  optional,
  withDefault,
} from "../../spec/field.js";
import { benchmarks, positive, rate } from "../../spec/values.js";
import { scoreModel } from "./scoreModel.js";
import { serverPlace, type ServerPlace } from "./server.js";
import { NOTHING, type Measure } from "../measure.js";
import {
  placeAt,
  samplingAt,
  samplingOf,
  temperaturesOf,
  type Sampling,
  type SamplingOptions,
} from "./sampling.js";

/** Options of `scores`. */
export interface ScoresOptions extends SamplingOptions {
  models: Ref[];
  benchmarks: BenchmarkName[];
  /** Who answers; absent: our decoder. */
  server?: ServerPlace;
  /** "development": what a choice rests on, such as that of a merge method; default the study's. */
  split?: MeasuredSplit;
  /** Models that the others are compared with on each benchmark, and not on the average alone; default SFT and mixed runs. */
  against?: Ref[];
}

/**
 * The options of a study's measure `scores`, which other measures rest on.
 *
 * @throws RangeError the study has none
 */
export function scoresIn({
  measures,
}: Pick<StudySpec, "measures">): ScoresOptions {
  const found = measures.find(({ name }) => name === "scores");
  if (!found) throw new RangeError("measures must hold scores, got none");
  return found.options as ScoresOptions;
}

/** Claims that scores decide. */
const IDS = [...MIXING, ...MERGING, ...INTERFERENCE];

/** What a scoring stage depends on. */
export interface ScoresSpec extends Sampling {
  seed: number;
  benchmarks: BenchmarkName[];
  /** Answered by the server that the study names; where that is, no key holds. */
  served?: true;
  split?: MeasuredSplit;
}

/** The stage that scores one model on some benchmarks. */
export function scoreStage(
  measure: string,
  ref: Ref,
  place: Place,
  { benchmarks: names, split }: Pick<ScoresOptions, "benchmarks" | "split">,
  sampling: Sampling,
): Stage<ScoresSpec> {
  const { seed } = place;
  const model = refText(ref);
  return {
    id: `seed${seed}/${measure}/${model}`,
    kind: "scores",
    seed,
    model,
    spec: {
      ...{ seed, benchmarks: names, ...samplingOf(sampling) },
      ...(split !== undefined && { split }),
    },
    inputs: { model: place.input(ref) },
    outputs: names.map((name) => recordsPath(seed, measure, model, name)),
    work: times(names.length * sampling.items * sampling.samples, SAMPLE),
  };
}

/** The measure. */
export const scores: Measure<
  ScoresOptions,
  { scores: ScoreRow; differences: DifferenceRow }
> = {
  ...NOTHING,
  key: "scores",
  about: "scores on benchmarks, with their intervals and paired differences",
  version: 1,
  options: checked(
    object<ScoresOptions>({
      models: manyModels,
      benchmarks,
      items: positive,
      samples: positive,
      temperature: withDefault(number({ min: 0 }), 1),
      temperatures: optional(list(number({ min: 0 }), 1)),
      topP: withDefault(rate, 1),
      server: optional(serverPlace),
      think: optional(choice<Think>(["free", "forced"])),
      split: optional(choice(MEASURED_SPLITS)),
      against: optional(manyModels),
    }),
    samplingRule,
  ),
  rowFiles: ["scores", "differences"],
  claimIds: IDS,
  reads: ({ models }) => models,
  stages: ({ name, options }, place) =>
    temperaturesOf(options).flatMap((temperature) => {
      const own = placeAt(name, options, temperature);
      const sampling = samplingAt(options, temperature);
      return options.models.map((ref) => {
        const stage = scoreStage(own, ref, place, options, sampling);
        return options.server === undefined
          ? stage
          : { ...stage, spec: { ...stage.spec, served: true as const } };
      });
    }),
  run(job: Job<ScoresSpec>, report) {
    const { benchmarks: names, served, ...sampling } = job.stage.spec;
    const parts = names.map((name) => ({
      name,
      samples: sampling.items * sampling.samples,
      score: (sampler: Sampler, options: EvaluateTasksOptions) =>
        evaluateWith(sampler, name, { ...sampling, ...options }),
    }));
    return scoreModel(job, served === true, parts, report);
  },
  rows({ name, options }, results) {
    const found = temperaturesOf(options).map((temperature) => {
      const place = placeAt(name, options, temperature);
      const models = results.scored(options.models, options.benchmarks, place);
      const at = options.temperatures === undefined ? {} : { temperature };
      return {
        scores: scoreRows(models, { ...samplingAt(options, temperature), at }),
        differences: differenceRows(models, at, options.against?.map(refText)),
      };
    });
    return {
      scores: found.flatMap((each) => each.scores),
      differences: found.flatMap((each) => each.differences),
    };
  },
  claims: ({ name, options }, results, paper) =>
    temperaturesOf(options).flatMap((temperature) => {
      const place = placeAt(name, options, temperature);
      const rows = scoreClaims(place, options, results, paper);
      // What a claim says at another temperature stands beside its number, and does not decide it.
      return temperature === options.temperature
        ? rows
        : rows.map((row) => ({ ...row, measure: `at T = ${temperature}` }));
    }),
};

/** Comparisons must be with models that are scored, the main temperature must be one of all, and only a model in this process can be made to think. */
function samplingRule({
  temperature,
  temperatures,
  think,
  server,
  models,
  against = [],
}: ScoresOptions): { key: string; text: string } | null {
  const known = models.map(refText);
  const other = against.map(refText).find((name) => !known.includes(name));
  if (other !== undefined)
    return {
      key: "against",
      text: `must be of its models (${known.join(", ")}), got ${other}`,
    };
  if (think === "forced" && server !== undefined)
    return {
      key: "think",
      text: "must be free where a server samples, got forced",
    };
  if (temperatures === undefined || temperatures.includes(temperature))
    return null;
  return {
    key: "temperatures",
    text: `must hold the temperature ${temperature} that claims and other measures rest on, got ${temperatures.join(", ")}; say another with temperature`,
  };
}

function scoreClaims(
  measure: string,
  { models, benchmarks: names }: ScoresOptions,
  results: Results,
  paper: PaperModels,
): ClaimRow[] {
  const scored = results
    .scored(models, names, measure)
    .map(({ model, scores: own }) => [paperName(paper, model), own] as const);
  const known = new Map(scored);
  const domains = expertDomains(paper).filter((domain) => known.has(domain));
  const lacking = ["sft", "multi"].filter((part) => !known.has(part));
  if (domains.length === 0) lacking.push("experts");
  if (lacking.length > 0)
    return missingClaims(
      IDS,
      `the study does not score the paper's ${lacking.join(", ")}`,
    );
  const data = {
    domains,
    benchmarks: names,
    seeds: results.study.seeds,
    scores: known,
  };
  return statedRows({
    ...mixingClaims(data),
    ...mergingClaims(data),
    ...interferenceClaims(data),
  });
}
