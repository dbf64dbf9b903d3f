import { describe, expect, test } from "vitest";
import { Random } from "../../src/random.js";
import {
  gramOf,
  inverseRoot,
  type Matrix,
  product,
  rightOf,
  leftSvd,
  symmetricEigen,
  transpose,
} from "../../src/linalg/index.js";

function random(rows: number, columns: number, seed = 1): Matrix {
  const draw = new Random(seed, "matrix");
  const data = Float64Array.from({ length: rows * columns }, () =>
    draw.normal(),
  );
  return { rows, columns, data };
}

/** A B, one entry after the other. */
function plainProduct(a: Matrix, b: Matrix): Float64Array {
  const out = new Float64Array(a.rows * b.columns);
  for (let i = 0; i < a.rows; i++)
    for (let j = 0; j < b.columns; j++)
      for (let k = 0; k < a.columns; k++)
        out[i * b.columns + j]! +=
          a.data[i * a.columns + k]! * b.data[k * b.columns + j]!;
  return out;
}

function expectClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
): void {
  expect(actual).toHaveLength(expected.length);
  for (let i = 0; i < expected.length; i++)
    expect(Math.abs(actual[i]! - expected[i]!)).toBeLessThan(tolerance);
}

const identity = (n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, i) => +(i % (n + 1) === 0));

describe("gramOf and product", () => {
  // Panels are 1024 columns wide, tiles 2 × 4: sizes around both.
  test.each([
    [1, 1],
    [3, 5],
    [4, 1024],
    [7, 1030],
    [9, 2],
  ])("gramOf a %d × %d matrix is A Aᵀ", (rows, columns) => {
    const a = random(rows, columns);
    expectClose(gramOf(a), plainProduct(a, transpose(a)), 1e-9);
  });

  test.each([
    [1, 1, 1],
    [3, 5, 2],
    [6, 9, 1027],
    [2, 3, 1024],
  ])("product of %d × %d and × %d is A B", (rows, inner, columns) => {
    const [a, b] = [random(rows, inner), random(inner, columns, 2)];
    expectClose(product(a, b).data, plainProduct(a, b), 1e-9);
  });
});

describe("symmetricEigen", () => {
  const check = (matrix: Float64Array, n: number): void => {
    const { values, vectors } = symmetricEigen(matrix.slice(), n);
    const rows: Matrix = { rows: n, columns: n, data: vectors };
    expectClose(gramOf(rows), identity(n), 1e-12 * n);
    const scaled = transpose(rows);
    scaled.data = scaled.data.map((x, i) => x * values[i % n]!) as Float64Array;
    const size = Math.max(1, ...matrix.map(Math.abs));
    expectClose(product(scaled, rows).data, matrix, 1e-13 * n * size);
    expect([...values]).toEqual([...values].sort((a, b) => b - a));
  };

  test.each([1, 2, 3, 10, 65])(
    "symmetricEigen takes a random matrix of size %d apart, with orthonormal vectors",
    (n) => {
      const { data } = random(n, n);
      const matrix = new Float64Array(n * n);
      for (let i = 0; i < n * n; i++)
        matrix[i] = data[i]! + data[(i % n) * n + Math.trunc(i / n)]!;
      check(matrix, n);
    },
  );

  test.each<[string, (i: number, j: number) => number]>([
    ["zero", () => 0],
    ["one", () => 1],
    ["the identity", (i, j) => +(i === j)],
    ["a diagonal with repeated entries", (i, j) => (i === j ? i % 3 : 0)],
    ["tridiagonal", (i, j) => (Math.abs(i - j) === 1 ? -1 : +(i === j) * 2)],
    ["of numbers from 1e-9 to 1e9", (i, j) => 10 ** (i + j - 9)],
    ["of tiny numbers", (i, j) => 1e-200 * (1 + i + j)],
  ])("symmetricEigen takes a matrix that is %s apart", (_, entry) => {
    const n = 10;
    check(
      Float64Array.from({ length: n * n }, (_, i) =>
        entry(Math.trunc(i / n), i % n),
      ),
      n,
    );
  });

  test("symmetricEigen of a matrix without rows has no values", () => {
    expect(symmetricEigen(new Float64Array(0), 0).values).toHaveLength(0);
  });
});

describe("leftSvd", () => {
  test("leftSvd(A) and rightOf give A back as Σ σ u vᵀ", () => {
    const a = random(6, 40);
    const { values, left } = leftSvd(a);
    const right = rightOf(a, left, values);
    const scaled = transpose(left);
    scaled.data = scaled.data.map((x, i) => x * values[i % 6]!) as Float64Array;
    expectClose(product(scaled, right).data, a.data, 1e-6);
    expectClose(gramOf(right), identity(6), 1e-6);
  });

  test("leftSvd(A) leaves out the directions that A does not have", () => {
    const one = random(1, 20);
    const data = new Float64Array(60);
    data.set(one.data);
    data.set(
      one.data.map((x) => 2 * x),
      20,
    );
    const { values, left } = leftSvd({ rows: 3, columns: 20, data });
    expect([...values].filter((value) => value > 0)).toHaveLength(1);
    expect(left.data.subarray(3).every((x) => x === 0)).toBe(true);
  });

  test("inverseRoot(S) times itself times S is the identity where S has directions", () => {
    const square = gramOf(random(5, 12));
    const root = inverseRoot(square.slice(), 5);
    const s: Matrix = { rows: 5, columns: 5, data: square };
    expectClose(product(product(root, root), s).data, identity(5), 1e-10);
    const flat = inverseRoot(Float64Array.of(4, 0, 0, 0), 2);
    expectClose(flat.data, [0.5, 0, 0, 0], 1e-12);
  });
});
