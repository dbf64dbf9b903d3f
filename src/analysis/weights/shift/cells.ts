/** Matrices of the decoder layers by layer and kind, as Table 5 and heat maps show them. */
import { combine } from "./combine.js";
import { describeShift, type Description } from "./describe.js";
import { MATRICES, type MatrixKind } from "../place.js";
import type { TensorShift } from "./tensorShift.js";
import type { WeightShift } from "./weightShift.js";

/** One kind of matrix in one layer. */
export interface ShiftCell {
  /** Counted from 0. */
  layer: number;
  kind: MatrixKind;
  description: Description;
}

/** Matrices of the decoder layers. */
export function matricesOf({ tensors }: WeightShift): TensorShift[] {
  return tensors.filter(({ kind }) =>
    (MATRICES as readonly string[]).includes(kind),
  );
}

/**
 * What was changed in each kind of matrix of each layer, in the order of layers and of Table 5; the experts of a mixture share a cell.
 *
 * @example
 * cellsOf(shift).filter(({ layer }) => layer === shift.layer)
 */
export function cellsOf(shift: WeightShift): ShiftCell[] {
  const matrices = matricesOf(shift);
  const layers = [...new Set(matrices.map(({ layer }) => layer!))];
  return layers
    .sort((a, b) => a - b)
    .flatMap((layer) =>
      MATRICES.flatMap((kind) => {
        const own = matrices.filter(
          (tensor) => tensor.layer === layer && tensor.kind === kind,
        );
        if (own.length === 0) return [];
        const { experts, eta } = shift;
        return [
          {
            layer,
            kind,
            description: describeShift(combine(own), experts, eta),
          },
        ];
      }),
    );
}
