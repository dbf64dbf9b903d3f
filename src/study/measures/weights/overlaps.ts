/** Measure `overlaps`: what each pair of experts changed in each matrix, counted as the claims on weights count it. */
import {
  combine,
  describeShift,
  etaAtRate,
  MATRICES,
  weightShift,
  type Kind,
  type WeightShift,
} from "../../../analysis/index.js";
import { statedRows } from "../../claims/claimRow.js";
import { weightClaims, WEIGHTS as IDS } from "../../claims/weights.js";
import type { Ref } from "../../graph/model.js";
import { lineStage } from "../../graph/stage.js";
import { WEIGHTS } from "../../graph/work.js";
import type {
  OverlapLine,
  OverlapRule,
  Overlaps,
} from "../../rows/overlaps.js";
import type { Results } from "../../rows/results.js";
import { brief } from "../../rows/interval.js";
import type { Facts, Job, Report } from "../../run/job.js";
import { writeLines } from "../../run/jsonLines.js";
import { inputPath, outputPath } from "../../run/paths.js";
import { manyModels, object, oneModel } from "../../spec/field.js";
import { rate } from "../../spec/values.js";
import { expertNames } from "../expertModels.js";
import { byDomain, expertInputs } from "../experts.js";
import { NOTHING, type Measure } from "../measure.js";

/** Options of `overlaps`. */
export interface OverlapsOptions {
  /** Model that training started from. */
  anchor: Ref;
  experts: Ref[];
  /** Share of the weights that count as changed, (0, 1]; the tolerance follows from it. Paper: 0.3. */
  rate: number;
}

interface OverlapsSpec {
  seed: number;
  rate: number;
}

function matrices({ tensors }: WeightShift): WeightShift["tensors"] {
  return tensors.filter(({ kind }) =>
    (MATRICES as readonly Kind[]).includes(kind),
  );
}

/** Mean Jaccard overlap over pairs and matrices ÷ the mean of what chance gives. */
function overlapRatio(shift: WeightShift): number {
  const pairs = matrices(shift).flatMap(
    (tensor) =>
      describeShift(combine([tensor]), shift.experts, shift.eta).pairs,
  );
  const sum = (of: "jaccard" | "random"): number =>
    pairs.reduce((total, pair) => total + pair[of], 0);
  return sum("jaccard") / sum("random");
}

/** The overlaps of all seeds. */
function overlapsOf(measure: string, results: Results): Overlaps {
  const files = results.study.seeds.map((seed) => {
    const [rule, ...lines] = results.lines<OverlapRule | OverlapLine>(
      seed,
      `${measure}.jsonl`,
    );
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

/** Measure the seed's experts at the η where as many weights count as changed as the study asks for. */
async function measureOverlaps(
  job: Job<OverlapsSpec>,
  report: Report,
): Promise<Facts> {
  const { rate } = job.stage.spec;
  const base = inputPath(job, "anchor");
  const experts = Object.fromEntries(
    expertNames(job).map((name) => [name, inputPath(job, name)]),
  );
  const asPublished = weightShift(base, experts, { spectra: "none" });
  const whole = describeShift(
    combine(matrices(asPublished)),
    asPublished.experts,
    asPublished.eta,
  );
  report({ done: 1, total: 2 });
  const eta = etaAtRate(
    whole.curve.filter(({ storage }) => storage === "stored"),
    rate,
  );
  const shift = weightShift(base, experts, { eta, spectra: "none" });
  const rule: OverlapRule = {
    eta,
    ratioAsPublished: brief(overlapRatio(asPublished)),
    changed: Object.fromEntries(
      whole.experts.map(({ expert, rate: own }) => [expert, brief(own)]),
    ),
  };
  const lines = matrices(shift).flatMap((tensor): OverlapLine[] =>
    describeShift(combine([tensor]), shift.experts, eta).pairs.map(
      ({ a, b, jaccard, random, shuffled, overlapCosine }) => ({
        layer: tensor.layer!,
        kind: tensor.kind,
        a,
        b,
        jaccard: brief(jaccard),
        random: brief(random),
        shuffled: brief(shuffled),
        overlapCosine: overlapCosine === null ? null : brief(overlapCosine),
      }),
    ),
  );
  writeLines(outputPath(job), [rule, ...lines]);
  report({ done: 2, total: 2 });
  return { eta };
}

/** The measure. */
export const overlaps: Measure<OverlapsOptions, Record<never, object>> = {
  ...NOTHING,
  key: "overlaps",
  about: "which weights pairs of experts both changed, and in which direction",
  version: 1,
  options: object<OverlapsOptions>({
    anchor: oneModel,
    experts: manyModels,
    rate,
  }),
  rowFiles: [],
  claimIds: IDS,
  reads: ({ anchor, experts }) => [anchor, ...experts],
  stages({ name, options }, place, study) {
    const { seed } = place;
    const experts = byDomain(
      options.experts,
      study,
      `measures.${name}.experts`,
    );
    if (experts.size < 2)
      throw new RangeError(
        `measures.${name}.experts must be at least 2, got ${experts.size}`,
      );
    return [
      lineStage("overlaps", seed, name, {
        model: "",
        spec: { seed, rate: options.rate },
        inputs: {
          anchor: place.input(options.anchor),
          ...expertInputs(experts, place),
        },
        work: WEIGHTS,
      }),
    ];
  },
  run: (job: Job<OverlapsSpec>, report) => measureOverlaps(job, report),
  rows: () => ({}),
  claims: ({ name }, results) =>
    statedRows(weightClaims(overlapsOf(name, results))),
};
