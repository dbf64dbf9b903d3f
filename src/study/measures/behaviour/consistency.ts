/** Measure `consistency`: whose gains are the experts' gains (Figure 5)? Made from scores; it has no stages of its own. */
import { consistencyClaims } from "../../claims/consistency.js";
import { missingClaims, paperName } from "../../claims/paperModels.js";
import {
  refText,
  type MeasureEntry,
  type Ref,
  type StudySpec,
} from "../../graph/model.js";
import {
  consistencyRows,
  type ConsistencyRow,
} from "../../rows/consistency.js";
import type { ModelScores } from "../../rows/modelScores.js";
import { manyModels, object, oneModel, optional } from "../../spec/field.js";
import { NOTHING, type Measure } from "../measure.js";
import {
  scoredBy,
  scoresBehind,
  type FoundScores,
  type ScoredBy,
} from "../scoredBy.js";

/** Options of `consistency`. */
export interface ConsistencyOptions extends Partial<ScoredBy> {
  /** Model that gains are counted from. */
  from: Ref;
  experts: Ref[];
  /** Models whose gains are compared with the union of the experts'. */
  models: Ref[];
  /** The one of them against which the others are compared too. */
  against: Ref;
}

/** With fewer samples a task most gains are all or nothing, and the cosine follows from how many tasks are saturated. */
const FEWEST_SAMPLES = 8;

const IDS = [
  "gains-shared",
  "merging-inherits-more-than-mixing",
  "merging-inherits-more-than-distillation",
  "math-gains-most-consistent",
] as const;

/** The scores that gains are counted in; by default those of the measure `scores`. */
function scoresOf(
  entry: MeasureEntry<ConsistencyOptions>,
  study: StudySpec,
): FoundScores {
  const options = { scores: "scores", ...entry.options };
  return scoresBehind({ ...entry, options }, readBy(entry.options), study);
}

function readBy({ from, experts, models }: ConsistencyOptions): Ref[] {
  return [from, ...experts, ...models];
}

/** The measure. */
export const consistency: Measure<
  ConsistencyOptions,
  { consistency: ConsistencyRow }
> = {
  ...NOTHING,
  key: "consistency",
  about: "whether a model gains on the items on which the experts gained",
  version: 1,
  options: object<ConsistencyOptions>({
    from: oneModel,
    experts: manyModels,
    models: manyModels,
    against: oneModel,
    // Without a default, so that what was made before there was a choice keeps its key.
    scores: optional(scoredBy.scores),
    temperature: scoredBy.temperature,
  }),
  rowFiles: ["consistency"],
  claimIds: IDS,
  uses: () => ["scores"],
  reads: readBy,
  stages(entry, _, study) {
    scoresOf(entry, study);
    return [];
  },
  rows(entry, results) {
    const { from, experts, models, against } = entry.options;
    const { benchmarks, samples, place } = scoresOf(entry, results.study);
    const scores = (ref: Ref): ModelScores =>
      results.scores(ref, benchmarks, place);
    return {
      consistency: consistencyRows(
        {
          sft: scores(from),
          experts: experts.map(scores),
          shown: results.scored(models, benchmarks, place),
          against: refText(against),
        },
        samples,
      ),
    };
  },
  claims(entry, results, paper) {
    if (paper.sft === null)
      return missingClaims(IDS, "the study names no SFT model of the paper");
    const { models, benchmarks, samples, place } = scoresOf(
      entry,
      results.study,
    );
    const rows = consistencyClaims(
      results
        .scored(models, benchmarks, place)
        .map((each) => ({ ...each, model: paperName(paper, each.model) })),
    );
    if (samples >= FEWEST_SAMPLES) return rows;
    const coarse = "math-gains-most-consistent";
    return [
      ...rows.filter(({ claim }) => claim !== coarse),
      ...missingClaims(
        [coarse],
        `gains of ${samples} samples a task are too coarse, at least ${FEWEST_SAMPLES} are needed`,
      ),
    ];
  },
};
