/** The stage behind the ledger's numbers on weights: what each pair of experts changed in each matrix of one seed. */
import {
  combine,
  describeShift,
  etaAtRate,
  MATRICES,
  weightShift,
  type Kind,
  type WeightShift,
} from "../../analysis/index.js";
import { brief } from "../brief.js";
import { writeLines } from "../jsonLines.js";
import type { OverlapsSpec } from "../spec.js";
import type { Job, Report, Result } from "./job.js";
import { inputPath, outputPath } from "./paths.js";

/** First line of an overlap file. */
export interface OverlapRule {
  /** A weight counts as changed from this relative change on. */
  eta: number;
  /** Mean Jaccard over its mean expectation for independent masks, at the paper's 1e-3 instead. */
  ratioAsPublished: number;
  /** Share of the weights that each expert changed by more than the paper's 1e-3, [0, 1]. */
  changed: Record<string, number>;
}

/** Any other line: two experts in one matrix. */
export interface OverlapLine {
  layer: number;
  kind: string;
  a: string;
  b: string;
  /** Of the masks of changed weights: measured, expected of independent masks of the same rates, and of shuffled updates. */
  jaccard: number;
  random: number;
  shuffled: number;
  /** Exact cosine of the two task vectors where both changed; null where they do not meet. */
  overlapCosine: number | null;
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

/** Measure the seed's experts at the η where as many weights count as changed as the study asks for. */
export async function overlapStage(job: Job, report: Report): Promise<Result> {
  const { rate } = job.stage.spec as unknown as OverlapsSpec;
  const base = inputPath(job, "anchor");
  const experts = Object.fromEntries(
    Object.keys(job.stage.inputs)
      .filter((name) => name !== "anchor")
      .map((name) => [name, inputPath(job, name)]),
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
  return { facts: { eta } };
}
