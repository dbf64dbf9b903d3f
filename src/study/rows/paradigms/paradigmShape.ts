/** Directions of four paradigms' task vectors, and the loss around them. */
import { meanOrNull } from "../../../stats/index.js";
import { brief, share } from "../interval.js";
import type {
  Loss,
  LossLine,
  LossPlane,
  ParadigmData,
  ParadigmPairRow,
  ParadigmRow,
  ParadigmRun,
  TaskVectorSizes,
} from "./paradigmRow.js";

/** How a paradigm's task vectors stand to each other, and the loss around them: means over seeds. */
export function paradigmShapeRows({
  paradigm,
  runs,
}: ParadigmData): ParadigmRow[] {
  const weights = runs.map(weightsOf);
  const pairs = weights[0]!.pairs.map(({ a, b }, k): ParadigmPairRow => ({
    what: "pair",
    paradigm,
    a,
    b,
    cosine: meanShare(weights.map((own) => own.pairs[k]!.cosine)),
  }));
  return [
    {
      what: "conflict",
      paradigm,
      minorityMass: meanShare(weights.map((own) => own.minorityMass))!,
      opposed: meanShare(weights.map((own) => own.opposed)),
      cosine: meanShare(pairs.map((pair) => pair.cosine)),
    },
    ...pairs,
    ...meanLosses(runs).map((line) => ({ paradigm, ...line })),
  ];
}

function meanShare(values: readonly (number | null)[]): number | null {
  const found = meanOrNull(values);
  return found === null ? null : share(found);
}

/** The line of a paradigm's sizes and directions. */
export function weightsOf({ shape }: ParadigmRun): TaskVectorSizes {
  const weights = shape.find(({ what }) => what === "weights");
  if (weights?.what !== "weights") throw new Error("internal: no weights");
  return weights;
}

/** Losses at every place that the runs measured, in the order of the first, each the mean over the runs. */
function meanLosses(runs: readonly ParadigmRun[]): Loss[] {
  const losses = runs.map(({ shape }) =>
    shape.filter((line): line is Loss => line.what !== "weights"),
  );
  return losses[0]!.map((first, k): Loss => {
    const over = <Line extends Loss>(pick: (line: Line) => number | null) =>
      meanOrNull(losses.map((lines) => pick(lines[k] as Line)));
    if (first.what === "plane") {
      return {
        ...first,
        lossA: brief(over<LossPlane>(({ lossA }) => lossA)!),
        lossB: brief(over<LossPlane>(({ lossB }) => lossB)!),
      };
    }
    const answers = over<LossLine>((line) => line.answers);
    return {
      ...first,
      demonstrations: brief(over<LossLine>((line) => line.demonstrations)!),
      answers: answers && brief(answers),
    };
  });
}
