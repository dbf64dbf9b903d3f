/** Measure `storage`: what an expert's score owes to the format in which its weights are kept between steps. */
import type { Domain } from "../../../domains/index.js";
import type { MeasureEntry, Ref } from "../../graph/model.js";
import { benchmarksOf } from "../../rows/modelScores.js";
import type { Results } from "../../rows/results.js";
import { storageRows, type StorageRow } from "../../rows/storage.js";
import { manyModels, object, oneModel } from "../../spec/field.js";
import { byDomain, someBenchmarksOf } from "../experts.js";
import { NOTHING, type Measure } from "../measure.js";
import { scoresIn, scoreStage } from "../behaviour/scores.js";

/** Options of `storage`. */
export interface StorageOptions {
  /** Model that training started from. */
  from: Ref;
  /** Experts as the study scores them. */
  float32: Ref[];
  /** The same experts, their weights kept in bfloat16 at every step, as the paper keeps them. */
  bfloat16: Ref[];
}

function rowsOf(
  { name, options }: MeasureEntry<StorageOptions>,
  results: Results,
): StorageRow[] {
  const { study } = results;
  const known = scoresIn(study).benchmarks;
  const float32 = byDomain(options.float32, study, name);
  const stored = byDomain(options.bfloat16, study, name);
  const rows = (domain: Domain, ref: Ref): StorageRow[] => {
    const own = benchmarksOf(known, domain);
    return storageRows({
      domain,
      sft: results.scores(options.from, own),
      float32: results.scores(float32.get(domain)!, own),
      bfloat16: results.scores(ref, own, name),
    });
  };
  return [...stored].flatMap(([domain, ref]) => rows(domain, ref));
}

/** The measure. */
export const storage: Measure<StorageOptions, { storage: StorageRow }> = {
  ...NOTHING,
  key: "storage",
  about: "experts kept in bfloat16 against the same experts in float32",
  version: 1,
  options: object<StorageOptions>({
    from: oneModel,
    float32: manyModels,
    bfloat16: manyModels,
  }),
  rowFiles: ["storage"],
  uses: () => ["scores"],
  reads: ({ from, float32, bfloat16 }) => [from, ...float32, ...bfloat16],
  stages({ name, options }, place, study) {
    const scored = scoresIn(study);
    const where = `measures.${name}.bfloat16`;
    const float32 = byDomain(
      options.float32,
      study,
      `measures.${name}.float32`,
    );
    return [...byDomain(options.bfloat16, study, where)].map(
      ([domain, ref]) => {
        if (!float32.has(domain))
          throw new RangeError(
            `${where} must have its counterpart in float32, got ${ref.model}`,
          );
        const own = someBenchmarksOf(scored.benchmarks, domain, where);
        return scoreStage(
          name,
          ref,
          place,
          { ...scored, benchmarks: own },
          scored,
        );
      },
    );
  },
  rows: (entry, results) => ({ storage: rowsOf(entry, results) }),
};
