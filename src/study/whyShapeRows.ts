/** Directions of four families' task vectors, and the loss around them. */
import { meanOrNull } from "../analysis/index.js";
import { brief, share } from "./brief.js";
import type {
  FamilyLine,
  FamilyPlane,
  FamilyWeights,
} from "./stages/familyShape.js";
import type {
  FamilyData,
  FamilyRun,
  Loss,
  WhyPairRow,
  WhyRow,
} from "./whyRow.js";

/** How a family's task vectors stand to each other, and the loss around them: means over seeds. */
export function whyShapeRows({ family, runs }: FamilyData): WhyRow[] {
  const weights = runs.map(weightsOf);
  const pairs = weights[0]!.pairs.map(({ a, b }, k): WhyPairRow => ({
    what: "pair",
    family,
    a,
    b,
    cosine: meanShare(weights.map((own) => own.pairs[k]!.cosine)),
  }));
  return [
    {
      what: "conflict",
      family,
      minorityMass: meanShare(weights.map((own) => own.minorityMass))!,
      opposed: meanShare(weights.map((own) => own.opposed)),
      cosine: meanShare(pairs.map((pair) => pair.cosine)),
    },
    ...pairs,
    ...meanLosses(runs).map((line) => ({ family, ...line })),
  ];
}

function meanShare(values: readonly (number | null)[]): number | null {
  const found = meanOrNull(values);
  return found === null ? null : share(found);
}

/** The line of a family's sizes and directions. */
export function weightsOf({ shape }: FamilyRun): FamilyWeights {
  const weights = shape.find(({ what }) => what === "weights");
  if (weights?.what !== "weights") throw new Error("internal: no weights");
  return weights;
}

/** Losses at every place that the runs measured, in the order of the first, each the mean over the runs. */
function meanLosses(runs: readonly FamilyRun[]): Loss[] {
  const losses = runs.map(({ shape }) =>
    shape.filter((line): line is Loss => line.what !== "weights"),
  );
  return losses[0]!.map((first, k): Loss => {
    const over = <Line extends Loss>(pick: (line: Line) => number | null) =>
      meanOrNull(losses.map((lines) => pick(lines[k] as Line)));
    if (first.what === "plane") {
      return {
        ...first,
        lossA: brief(over<FamilyPlane>(({ lossA }) => lossA)!),
        lossB: brief(over<FamilyPlane>(({ lossB }) => lossB)!),
      };
    }
    const answers = over<FamilyLine>((line) => line.answers);
    return {
      ...first,
      demonstrations: brief(over<FamilyLine>((line) => line.demonstrations)!),
      answers: answers && brief(answers),
    };
  });
}
