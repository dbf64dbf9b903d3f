/** Measure `signal`: which share of a task vector is common to experts that differ in the seed of their training alone. */
import {
  taskVectorGeometry,
  type GroupGeometry,
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
import { signalRows, type SignalRow } from "../../rows/signal.js";
import type { Facts, Job } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { manyModels, object, oneModel } from "../../spec/field.js";
import { expertNames } from "../expertModels.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of `signal`. */
export interface SignalOptions {
  /** Model that all replicas start from. */
  anchor: Ref;
  /** Experts of some domains, each domain with two seeds or more. */
  replicas: Ref[];
}

interface SignalSpec {
  seed: number;
}

/** Replicas by the domains that they are trained on. */
function replicated(
  { name, options }: MeasureEntry<SignalOptions>,
  study: StudySpec,
): Map<string, Ref[]> {
  const found = new Map<string, Ref[]>();
  for (const ref of options.replicas) {
    const { domains, parents } = modelNamed(study, ref.model);
    const from = (parents.from ?? []).map(refText).join();
    if (from !== refText(options.anchor))
      throw new RangeError(
        `measures.${name}.replicas must be trained from ${refText(options.anchor)}, got ${refText(ref)}${from === "" ? "" : ` from ${from}`}`,
      );
    const trained = domains.join("-");
    found.set(trained, [...(found.get(trained) ?? []), ref]);
  }
  for (const [trained, refs] of found)
    if (refs.length < 2)
      throw new RangeError(
        `measures.${name}.replicas must hold at least 2 of ${trained}, got ${refText(refs[0]!)} alone`,
      );
  return found;
}

/** Measure one domain's replicas in one seed of the study. */
function measureReplicas(job: Job<SignalSpec>): Facts {
  const { groups } = taskVectorGeometry(
    inputPath(job, "anchor"),
    Object.fromEntries(
      expertNames(job).map((name) => [name, inputPath(job, name)]),
    ),
  );
  writeLines(outputPath(job), groups);
  return {};
}

/** The measure. */
export const signal: Measure<SignalOptions, { signal: SignalRow }> = {
  ...NOTHING,
  key: "signal",
  about: "the share of a task vector that is common to replicas of its expert",
  version: 1,
  options: object<SignalOptions>({ anchor: oneModel, replicas: manyModels }),
  rowFiles: ["signal"],
  reads: ({ anchor, replicas }) => [anchor, ...replicas],
  stages(entry, place, study) {
    const { name, options } = entry;
    const { seed } = place;
    return [...replicated(entry, study)].map(([trained, refs]) =>
      lineStage<SignalSpec>("signal", seed, `${name}/${trained}`, {
        model: trained,
        spec: { seed },
        inputs: {
          anchor: place.input(options.anchor),
          ...Object.fromEntries(
            refs.map((ref) => [refText(ref), place.input(ref)]),
          ),
        },
        work: WEIGHTS,
      }),
    );
  },
  run: (job: Job<SignalSpec>) => Promise.resolve(measureReplicas(job)),
  rows: (entry, results) => ({
    signal: signalRows(
      [...replicated(entry, results.study).keys()].map((trained) => ({
        trained,
        seeds: results.ofSeeds<GroupGeometry>(`${entry.name}/${trained}.jsonl`),
      })),
      results.study.seeds,
    ),
  }),
};
