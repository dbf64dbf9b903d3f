/**
 * linalg: matrices on plain typed arrays, in float64 whatever they are stored in; one of each decomposition.
 *
 * Matrix, StreamedMatrix, matrixOf, forRows, transpose · products: product, multiply (panel by panel), gramOf (A Aᵀ) · symmetricEigen ·
 * singular values: leftSvd and rightOf (all, from the inner products of the rows), leadingSpectrum (the largest, of matrices of any size) ·
 * inverseRoot, sumOfSquares
 *
 * @module
 */
export {
  leadingSpectrum,
  timesRows,
  type Spectrum,
  type SpectrumOptions,
} from "./leadingSpectrum.js";
export {
  forRows,
  matrixOf,
  transpose,
  type Matrix,
  type StreamedMatrix,
} from "./matrix.js";
export { gramOf, multiply, PANEL, product } from "./product.js";
export {
  CUTOFF,
  inverseRoot,
  leading,
  leftSvd,
  rightOf,
  sumOfSquares,
  type LeftSvd,
} from "./svd.js";
export { symmetricEigen, type Eigen } from "./symmetricEigen.js";
