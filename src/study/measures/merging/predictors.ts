/** Measure `predictors`: can one tell from task vectors alone what a merge of them will be worth? */
import {
  mergePredictors,
  PREDICTORS,
  taskVectorGeometry,
  type PredictorName,
  type TaskVectorGeometry,
} from "../../../analysis/index.js";
import {
  modelNamed,
  refText,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../../graph/model.js";
import { lineStage } from "../../graph/stage.js";
import { WEIGHTS } from "../../graph/work.js";
import {
  predictorRows,
  predictorTestRows,
  type PredictedMerge,
  type PredictorRow,
  type PredictorTestRow,
} from "../../rows/predictors.js";
import type { Results } from "../../rows/results.js";
import type { Facts, Job } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { manyModels, object, oneModel, withDefault } from "../../spec/field.js";
import { rate } from "../../spec/values.js";
import { expertNames } from "../expertModels.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoredBy, scoresBehind, type ScoredBy } from "../scoredBy.js";

/** Options of `predictors`. */
export interface PredictorsOptions extends ScoredBy {
  /** Model that the task vectors start at. */
  anchor: Ref;
  experts: Ref[];
  /** Merges of these experts, all by one method: every subset of two and more, for a test that can be sure. */
  merges: Ref[];
  /** Share of a task vector's entries that count as its largest. */
  top: number;
}

interface PredictorsSpec {
  seed: number;
  top: number;
}

/** Fewest merges that a line is tested on. */
const FEWEST = 5;

/** Places of a merge's experts among those of the measure. */
function membersOf(
  merge: Ref,
  { name, options }: MeasureEntry<PredictorsOptions>,
  study: StudySpec,
): number[] {
  const { parents } = modelNamed(study, merge.model);
  const known = options.experts.map(refText);
  const own = (parents.of ?? []).map(refText);
  const members = own.map((each) => known.indexOf(each));
  const from = (parents.anchor ?? []).map(refText).join();
  if (
    own.length < 2 ||
    members.includes(-1) ||
    from !== refText(options.anchor)
  )
    throw new RangeError(
      `measures.${name}.merges must be merges of ${known.join(", ")} on ${refText(options.anchor)}, got ${refText(merge)} of ${own.join(", ") || "none"}${from === "" ? "" : ` on ${from}`}`,
    );
  return members;
}

function check(entry: MeasureEntry<PredictorsOptions>, study: StudySpec): void {
  const { name, options } = entry;
  const { anchor, experts, merges } = options;
  scoresBehind(entry, [anchor, ...experts, ...merges], study);
  const made = merges.map((merge) => {
    membersOf(merge, entry, study);
    return JSON.stringify(modelNamed(study, merge.model).options);
  });
  if (new Set(made).size > 1)
    throw new RangeError(
      `measures.${name}.merges must be made by one method, got ${[...new Set(made)].join(" and ")}`,
    );
  if (merges.length < FEWEST)
    throw new RangeError(
      `measures.${name}.merges must be at least ${FEWEST}, got ${merges.length}`,
    );
}

/** Measure the geometry of one seed's task vectors. */
function measureGeometry(job: Job<PredictorsSpec>): Facts {
  const geometry = taskVectorGeometry(
    inputPath(job, "anchor"),
    Object.fromEntries(
      expertNames(job).map((name) => [name, inputPath(job, name)]),
    ),
    { top: job.stage.spec.top },
  );
  writeLines(outputPath(job), [geometry]);
  return {};
}

function rowsOf(
  entry: MeasureEntry<PredictorsOptions>,
  results: Results,
): { predictors: PredictorRow[]; predictorTests: PredictorTestRow[] } {
  const { name, options } = entry;
  const { study } = results;
  const { benchmarks, place } = scoresBehind(entry, [], study);
  const geometries = results
    .ofSeeds<TaskVectorGeometry>(`${name}.jsonl`)
    .map(([geometry]) => geometry!);
  const scores = (ref: Ref) => results.scores(ref, benchmarks, place);
  const names = options.experts.map(refText);
  const merges = options.merges.map((merge): PredictedMerge => {
    const members = membersOf(merge, entry, study);
    const values = geometries.map((geometry, s) => {
      const found = mergePredictors(
        geometry,
        members.map((m) => names[m]!),
      );
      const still = Object.values(found).includes(null);
      if (still)
        throw new RangeError(
          `measures.${name}.experts must have moved, got one that is ${refText(options.anchor)} in seed ${study.seeds[s]}`,
        );
      return found as Record<PredictorName, number>;
    });
    return { model: refText(merge), members, scores: scores(merge), values };
  });
  const evidence = {
    experts: options.experts.map((ref) => ({
      model: refText(ref),
      scores: scores(ref),
    })),
    anchor: scores(options.anchor),
    merges,
    seeds: study.seeds,
  };
  return {
    predictors: predictorRows(evidence),
    predictorTests: predictorTestRows(evidence),
  };
}

/** The measure. */
export const predictors: Measure<
  PredictorsOptions,
  { predictors: PredictorRow; predictorTests: PredictorTestRow }
> = {
  ...NOTHING,
  key: "predictors",
  about: `whether task vectors alone tell what a merge gains: ${Object.keys(PREDICTORS).join(", ")}`,
  version: 1,
  options: object<PredictorsOptions>({
    anchor: oneModel,
    experts: manyModels,
    merges: manyModels,
    top: withDefault(rate, 0.2),
    ...scoredBy,
  }),
  rowFiles: ["predictors", "predictorTests"],
  uses: () => ["scores"],
  reads: ({ anchor, experts, merges }) => [anchor, ...experts, ...merges],
  stages(entry, place, study) {
    check(entry, study);
    const { name, options } = entry;
    const { seed } = place;
    return [
      lineStage<PredictorsSpec>("predictors", seed, name, {
        model: "",
        spec: { seed, top: options.top },
        inputs: {
          anchor: place.input(options.anchor),
          ...Object.fromEntries(
            options.experts.map((ref) => [refText(ref), place.input(ref)]),
          ),
        },
        work: WEIGHTS,
      }),
    ];
  },
  run: (job: Job<PredictorsSpec>) => Promise.resolve(measureGeometry(job)),
  rows: rowsOf,
};
