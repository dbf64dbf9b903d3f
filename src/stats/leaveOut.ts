/** Linear prediction of what was left out: what a fit is worth on points that it has not seen. */
import { mean } from "./mean.js";

/**
 * Fit y ≈ a + Σ b_k x_k by least squares.
 *
 * Features are made orthogonal one after the other; one that follows from those before it, or does not vary, gets no weight.
 *
 * @param features  one list of K numbers a point
 * @returns the prediction for a point
 * @throws RangeError no point, or unequal numbers of points
 * @example
 * fitLine([[0], [1], [2]], [1, 3, 5])([10]) // 21
 */
export function fitLine(
  features: readonly (readonly number[])[],
  y: readonly number[],
): (point: readonly number[]) => number {
  if (features.length === 0 || features.length !== y.length)
    throw new RangeError(
      `fitLine: features and y must be as many, at least one, got ${features.length} and ${y.length}`,
    );
  const count = features[0]!.length;
  const centres = Array.from({ length: count }, (_, k) =>
    mean(features.map((point) => point[k]!)),
  );
  const centred = (point: readonly number[]): number[] =>
    point.map((value, k) => value - centres[k]!);
  const rows = features.map(centred);
  const height = mean(y);
  // q_k = x_k − Σ_{j<k} r_jk q_j, column by column; the slope along each q_k is found on its own.
  const columns: number[][] = [];
  const along: number[][] = [];
  const slopes: number[] = [];
  for (let k = 0; k < count; k++) {
    const column = rows.map((row) => row[k]!);
    const size = dot(column, column);
    const own = columns.map((other) => {
      const length = dot(other, other);
      return length === 0 ? 0 : dot(column, other) / length;
    });
    own.forEach((share, j) =>
      column.forEach((_, i) => (column[i]! -= share * columns[j]![i]!)),
    );
    const left = dot(column, column);
    const isFree = left > 1e-12 * size;
    columns.push(isFree ? column : column.map(() => 0));
    along.push(own);
    slopes.push(
      isFree
        ? dot(
            column,
            y.map((value) => value - height),
          ) / left
        : 0,
    );
  }
  return (point) => {
    const own = centred(point);
    const free: number[] = [];
    own.forEach((value, k) =>
      free.push(
        value - along[k]!.reduce((sum, share, j) => sum + share * free[j]!, 0),
      ),
    );
    return free.reduce((sum, value, k) => sum + slopes[k]! * value, height);
  };
}

function dot(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/**
 * Each point predicted by a fit to the points of all other groups.
 *
 * @param features  one list of K numbers a point; K = 0 predicts by the mean of the others
 * @param groups    which points are left out together
 * @throws RangeError fewer than two groups, or unequal numbers of points
 * @example
 * leaveOut([[0], [1], [2]], [1, 3, 5], ["a", "b", "c"]) // [1, 3, 5]
 */
export function leaveOut(
  features: readonly (readonly number[])[],
  y: readonly number[],
  groups: readonly (string | number)[],
): number[] {
  if (new Set(groups).size < 2 || groups.length !== y.length)
    throw new RangeError(
      `leaveOut: groups must be at least 2, one a point, got ${new Set(groups).size} of ${groups.length} points for ${y.length}`,
    );
  const predictions: number[] = new Array<number>(y.length);
  for (const group of new Set(groups)) {
    const kept = groups.flatMap((each, i) => (each === group ? [] : [i]));
    const predict = fitLine(
      kept.map((i) => features[i]!),
      kept.map((i) => y[i]!),
    );
    groups.forEach((each, i) => {
      if (each === group) predictions[i] = predict(features[i]!);
    });
  }
  return predictions;
}
