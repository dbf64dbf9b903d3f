/** Measure `consistency`: whose gains are the experts' gains (Figure 5)? Made from scores; it has no stages of its own. */
import { consistencyClaims } from "../../claims/consistency.js";
import { missingClaims, paperName } from "../../claims/paperModels.js";
import { refText, type Ref } from "../../graph/model.js";
import {
  consistencyRows,
  type ConsistencyRow,
} from "../../rows/consistency.js";
import { manyModels, object, oneModel } from "../../spec/field.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoresIn } from "./scores.js";

/** Options of `consistency`. */
export interface ConsistencyOptions {
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
  }),
  rowFiles: ["consistency"],
  claimIds: IDS,
  uses: ["scores"],
  reads: ({ from, experts, models }) => [from, ...experts, ...models],
  rows({ options }, results) {
    const { benchmarks, samples } = scoresIn(results.study);
    return {
      consistency: consistencyRows(
        {
          sft: results.scores(options.from, benchmarks),
          experts: options.experts.map((ref) =>
            results.scores(ref, benchmarks),
          ),
          shown: results.scored(options.models, benchmarks),
          against: refText(options.against),
        },
        samples,
      ),
    };
  },
  claims(_, results, paper) {
    if (paper.sft === null)
      return missingClaims(IDS, "the study names no SFT model of the paper");
    const { models, benchmarks, samples } = scoresIn(results.study);
    const rows = consistencyClaims(
      results
        .scored(models, benchmarks)
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
