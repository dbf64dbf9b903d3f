/** Known spectra, rotations and energies are recovered. */
import { describe, expect, test } from "vitest";
import {
  principalEnergy,
  rotation,
  spectralDrift,
} from "../../src/analysis/index.js";
import { leadingSpectrum, matrixOf } from "../../src/linalg/index.js";
import { normals, orthonormal, product } from "./planted.js";

describe("leadingSpectrum(matrix, options)", () => {
  const planted = [9, 7, 5, 4, 2, 1];
  const left = orthonormal(70, 6, 1);
  const right = orthonormal(90, 6, 2);
  const data = product(left, planted, right);

  test("finds planted singular values and subspaces, and knows when it has them all", () => {
    const found = leadingSpectrum(matrixOf(data, 70, 90), { rank: 6, seed: 1 });
    found.values.forEach((value, i) =>
      expect(value).toBeCloseTo(planted[i]!, 5),
    );
    expect(rotation(found.left, left, 6).angle).toBeLessThan(1e-3);
    expect(rotation(found.right, right, 6).angle).toBeLessThan(1e-3);
    expect(found.squares).toBeCloseTo(176, 3);
    expect(found.residual).toBeLessThan(1e-6);
  });

  test("gives zeros beyond the rank of the matrix", () => {
    const { values, whole } = leadingSpectrum(
      matrixOf(new Float32Array(12), 3, 4),
      { rank: 2, seed: 1 },
    );
    expect([...values, whole]).toEqual([0, 0, true]);
  });

  test("finds the leading part of a matrix that is too large to be solved whole", () => {
    const rows = 400;
    const columns = 300;
    const noise = normals(rows * columns, 4, 0.01);
    const spikes = product(
      orthonormal(rows, 4, 5),
      [8, 6, 5, 4],
      orthonormal(columns, 4, 6),
    );
    const matrix = noise.map((value, i) => value + spikes[i]!);
    const found = leadingSpectrum(matrixOf(matrix, rows, columns), {
      rank: 4,
      seed: 1,
      passes: 4,
    });
    expect(found.whole).toBe(false);
    expect(found.residual).toBeLessThan(1e-8);
    // The noise adds about 0.01² (400 + 300) / σ to each.
    [8, 6, 5, 4].forEach((value, i) =>
      expect(Math.abs(found.values[i]! - value)).toBeLessThan(0.03),
    );
  });

  test("estimates the effective rank of a large random matrix, rows · columns / (rows + columns)", () => {
    const noise = matrixOf(normals(400 * 300, 4), 400, 300);
    const { squares, fourths, whole } = leadingSpectrum(noise, {
      rank: 1,
      seed: 1,
      passes: 2,
    });
    expect(whole).toBe(false);
    expect(squares ** 2 / fourths / (120_000 / 700)).toBeGreaterThan(0.9);
    expect(squares ** 2 / fourths / (120_000 / 700)).toBeLessThan(1.1);
  });

  test("throws RangeError for a rank that the matrix cannot have", () => {
    expect(() =>
      leadingSpectrum(matrixOf(data, 70, 90), { rank: 71, seed: 1 }),
    ).toThrow(
      new RangeError(
        "leadingSpectrum: rank must be an integer in [1, 70], got 71",
      ),
    );
  });
});

describe("rotation(a, b, k)", () => {
  test.each([0, 0.5, 30, 90])(
    "recovers a planted angle of %s degrees",
    (degrees) => {
      const axes = orthonormal(50, 4, 7);
      const phi = (degrees * Math.PI) / 180;
      const a = new Float64Array(50 * 3);
      const b = new Float64Array(50 * 3);
      for (let r = 0; r < 50; r++) {
        const [x, y, z, w] = axes.subarray(
          r * 4,
          r * 4 + 4,
        ) as unknown as number[];
        a.set([x!, y!, z!], r * 3);
        // The same plane, its third axis turned towards a new one.
        b.set([y!, -x!, Math.cos(phi) * z! + Math.sin(phi) * w!], r * 3);
      }
      const found = rotation(a, b, 3);
      expect(found.angle).toBeCloseTo(degrees, 5);
      expect(found.shared).toBeCloseTo((2 + Math.cos(phi) ** 2) / 3, 10);
    },
  );
});

test("spectralDrift(base, expert) is the relative movement of singular values", () => {
  expect(
    spectralDrift(Float64Array.of(4, 3), Float64Array.of(4, 3.5)),
  ).toBeCloseTo(0.1, 12);
});

describe("principalEnergy(update, base)", () => {
  const left = orthonormal(60, 5, 8);
  const right = orthonormal(40, 5, 9);
  const base = leadingSpectrum(
    matrixOf(product(left, [5, 4, 3, 2, 1], right), 60, 40),
    { rank: 3, seed: 1 },
  );

  test("is the planted share of an update that lies partly inside", () => {
    // Directions 1 and 2 are among the three principal ones, direction 5 is not: (0.6² + 0.48²) of 1.
    const update = product(left, [0.6, 0.48, 0, 0, 0.64], right);
    expect(principalEnergy(matrixOf(update, 60, 40), base)).toBeCloseTo(
      0.36 + 0.2304,
      5,
    );
  });

  test("is near k² / (rows · columns) for a random update", () => {
    const shares = [1, 2, 3, 4, 5, 6, 7, 8].map((seed) =>
      principalEnergy(matrixOf(normals(2400, seed), 60, 40), base),
    );
    const mean = shares.reduce((a, b) => a + b, 0) / shares.length;
    // The standard error of the mean of 8 is about √(2 / 9 / 8) = 17 %.
    expect(mean / (9 / 2400)).toBeGreaterThan(0.5);
    expect(mean / (9 / 2400)).toBeLessThan(1.5);
  });
});
