/** Operation `average`: the plain mean of several models' weights, for example of the checkpoints of one run. */
import { MERGE } from "../graph/work.js";
import { object } from "../spec/field.js";
import { writeMerged } from "./merge.js";
import { type Operation } from "./operation.js";
import { refText } from "../graph/model.js";

/** The operation; it has no options. Source: Wortsman et al. 2022 (arXiv 2203.05482), "uniform soup". */
export const average: Operation<object, { seed: number; of: string[] }> = {
  key: "average",
  about: "the plain mean of several models, or of checkpoints of one run",
  version: 1,
  options: object<object>({}),
  parents: { of: "many" },
  steps: () => null,
  domains: () => [],
  role: () => "merged",
  spec: ({ parents }, seed) => ({ seed, of: parents.of!.map(refText) }),
  inputs: ({ parents }, place) =>
    Object.fromEntries(
      parents.of!.flatMap((ref, i) => [
        ...(i === 0 ? [["anchor", place.input(ref)] as const] : []),
        [refText(ref), place.input(ref)] as const,
      ]),
    ),
  work: () => MERGE,
  async run(job, report) {
    const { seed, of } = job.stage.spec;
    return writeMerged(
      job,
      report,
      { method: "average", options: {}, seed },
      of,
    );
  },
};
