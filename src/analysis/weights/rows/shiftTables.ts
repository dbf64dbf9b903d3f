/** The tables of `weightShiftRows`, each from the comparison of one seed. */
import { cellsOf, matricesOf } from "../shift/cells.js";
import { combine } from "../shift/combine.js";
import {
  type CurveShift,
  describeShift,
  type Description,
} from "../shift/describe.js";
import { GROUPS } from "../place.js";
import type { ShiftRowBase, WeightShiftRow } from "./shiftRow.js";
import type { WeightShift } from "../shift/weightShift.js";
import { meanOrNull } from "../../../stats/index.js";

/** Rows of one seed. */
export type RowsOf = (
  shift: WeightShift,
) => Omit<WeightShiftRow, keyof ShiftRowBase>[];

function describeAll(
  { experts, eta }: WeightShift,
  tensors: WeightShift["tensors"],
): Description {
  return describeShift(combine(tensors), experts, eta);
}

/** `OverlapRow`s of one seed. */
export const overlapRows: RowsOf = (shift) =>
  cellsOf(shift)
    .filter(({ layer }) => layer === shift.layer)
    .flatMap(({ layer, kind, description }) =>
      description.pairs.map(
        ({ a, b, jaccard, random, givenMagnitude, shuffled }) => ({
          table: "overlap" as const,
          layer,
          kind,
          a,
          b,
          jaccard,
          low: jaccard,
          high: jaccard,
          random,
          givenMagnitude,
          shuffled,
        }),
      ),
    );

/** `LayerRow`s of one seed. */
export const layerRows: RowsOf = (shift) =>
  cellsOf(shift).map(({ layer, kind, description: { experts, pairs } }) => {
    const mean = (of: (pair: (typeof pairs)[0]) => number | null): number =>
      meanOrNull(pairs.map(of)) ?? 0;
    return {
      table: "layer" as const,
      layer,
      kind,
      rate: meanOrNull(experts.map(({ rate }) => rate))!,
      jaccard: mean(({ jaccard }) => jaccard),
      random: mean(({ random }) => random),
      givenMagnitude: mean(({ givenMagnitude }) => givenMagnitude),
      shuffled: mean(({ shuffled }) => shuffled),
      sameSign: meanOrNull(pairs.map(({ sameSign }) => sameSign)),
    };
  });

/** `CosineRow`s of one seed. */
export const cosineRows: RowsOf = (shift) =>
  (["attention", "ffn"] as const).flatMap((group) => {
    const members = cellsOf(shift).filter(
      ({ layer, kind }) =>
        layer === shift.layer && GROUPS[group].includes(kind),
    );
    const each = members.map(({ description }) => description.pairs);
    return (each[0] ?? []).map(({ a, b }, i) => {
      const pairs = each.map((list) => list[i]!);
      const overlapCosine = meanOrNull(pairs.map((pair) => pair.overlapCosine));
      const errors = pairs.map((pair) => pair.projectedError ?? 0);
      return {
        table: "cosine" as const,
        layer: shift.layer!,
        group,
        a,
        b,
        cosine: meanOrNull(pairs.map((pair) => pair.cosine)),
        overlapCosine,
        low: overlapCosine,
        high: overlapCosine,
        projected: meanOrNull(pairs.map((pair) => pair.projected)),
        // Each matrix has its own map: the errors are independent.
        projectedError: Math.hypot(...errors) / errors.length,
        unprojected: overlapCosine,
      };
    });
  });

/** `CurveRow`s of one seed: as stored, or after rounding to bfloat16. */
export const curveRows =
  (storage: CurveShift["storage"]): RowsOf =>
  (shift) => {
    const all = matricesOf(shift).map(
      (tensor) => describeAll(shift, [tensor]).curve,
    );
    return (all[0] ?? [])
      .filter((point) => point.storage === storage)
      .map(({ eta }) => {
        const points = all.map((curve) =>
          curve.find(
            (point) => point.storage === storage && point.eta === eta,
          )!,
        );
        const mean = (
          of: (point: CurveShift) => number | null,
        ): number | null => meanOrNull(points.map(of));
        return {
          table: "curve" as const,
          eta,
          rate: mean(({ rate }) => rate)!,
          jaccard: mean(({ jaccard }) => jaccard),
          random: mean(({ random }) => random),
          givenMagnitude: mean(({ givenMagnitude }) => givenMagnitude),
          shuffled: mean(({ shuffled }) => shuffled),
          shuffledRate: mean(({ shuffledRate }) => shuffledRate)!,
        };
      });
  };

/** `ExpertRow`s of one seed. */
export const expertRows: RowsOf = (shift) =>
  describeAll(shift, shift.tensors).experts.map(
    ({ expert, rate, nonfinite, relativeNorm }) => ({
      table: "expert" as const,
      expert,
      rate,
      nonfinite,
      relativeNorm,
    }),
  );

/** The `JointRow` of one seed. */
export const jointRows: RowsOf = (shift) => {
  const { ways, opposed, minorityMass } = describeAll(
    shift,
    shift.tensors,
  ).joint;
  return [{ table: "joint" as const, ways, opposed, minorityMass }];
};

/** `SurvivalRow`s of one seed. */
export const survivalRows: RowsOf = (shift) =>
  describeAll(shift, shift.tensors).survival.map((row) => ({
    table: "survival" as const,
    ...row,
  }));

/** `MagnitudeRow`s of one seed. */
export const magnitudeRows: RowsOf = (shift) =>
  describeAll(shift, matricesOf(shift)).strata.map((row) => ({
    table: "magnitude" as const,
    ...row,
  }));

/** `SpectrumRow`s of one seed; none where no spectrum was measured. */
export const spectrumRows: RowsOf = (shift) => {
  const measured = matricesOf(shift).flatMap(({ spectra }) =>
    spectra === null ? [] : [spectra],
  );
  if (measured.length === 0) return [];
  return shift.experts.map((expert, i) => {
    const own = measured.map((spectra) => spectra[i]!);
    const { expert: _, residual: __, ...numbers } = own[0]!;
    const names = Object.keys(numbers) as (keyof typeof numbers)[];
    return {
      table: "spectrum" as const,
      expert,
      layer: shift.layer!,
      ...(Object.fromEntries(
        names.map((name) => [name, meanOrNull(own.map((row) => row[name]))]),
      ) as typeof numbers),
    };
  });
};
