/** Shuffled updates, strata by size, and what rounding leaves. */
import { describe, expect, test } from "vitest";
import {
  countMasks,
  enrichment,
  expectedJaccard,
  jaccard,
  overlapGivenMagnitude,
  patternOf,
  shuffleUpdate,
  strataOf,
  stratify,
  survival,
} from "../../src/analysis/index.js";
import { Random } from "../../src/random.js";
import { normals } from "./planted.js";

const N = 40_000;
const base = normals(N, 1, 0.05);

describe("shuffleUpdate(base, expert, dtype, seed, stream)", () => {
  const expert = base.map((w, i) => w + (i % 10 === 0 ? 0.001 * (i + 1) : 0));

  test("puts the same differences at other entries", () => {
    const shuffled = shuffleUpdate(
      new Float32Array(N),
      expert.map((w, i) => w - base[i]!),
      "F32",
      1,
      "math/w",
    );
    const sorted = (values: Float32Array): number[] => [
      ...values.slice().sort(),
    ];
    expect(sorted(shuffled)).toEqual(
      sorted(expert.map((w, i) => w - base[i]!)),
    );
    const kept = shuffled.filter((d, i) => d !== 0 && i % 10 === 0).length;
    expect(kept / (N / 10)).toBeCloseTo(0.1, 1);
  });

  test("draws another permutation for another expert, and the same for the same", () => {
    const draw = (stream: string): number[] => [
      ...shuffleUpdate(base, expert, "F32", 1, stream),
    ];
    expect(draw("math/w")).toEqual(draw("math/w"));
    expect(draw("math/w")).not.toEqual(draw("coding/w"));
  });

  test("rounds to the stored format", () => {
    const out = shuffleUpdate(base, expert, "BF16", 1, "math/w");
    const bits = new Uint32Array(out.buffer);
    expect(bits.every((word) => (word & 0xffff) === 0)).toBe(true);
  });
});

describe("an overlap that only the relative threshold makes", () => {
  // Two independent updates of one size everywhere: whoever trains, small weights pass the threshold.
  const experts = [2, 3].map((seed) => {
    const step = normals(N, seed, 0.0004);
    return base.map((w, i) => w + step[i]!);
  });
  const pattern = patternOf(base, experts, 0.03);
  const masks = countMasks(pattern, 2);
  const real = jaccard(masks.changed[0]!, masks.changed[1]!, masks.both[0]!);
  const random = expectedJaccard(masks.changed[0]! / N, masks.changed[1]! / N);

  test("is far above that of random masks", () => {
    expect(real / random).toBeGreaterThan(2);
  });

  test("tends to √2 − 1 for normal updates when few weights count, whatever η", () => {
    // Near 0 the weights are spread evenly, so masks are as large as the updates: E min(|x|, |y|) / E max(|x|, |y|).
    for (const eta of [0.2, 0.4]) {
      const { changed, both } = countMasks(patternOf(base, experts, eta), 2);
      const found = jaccard(changed[0]!, changed[1]!, both[0]!);
      expect(Math.abs(found - (Math.SQRT2 - 1))).toBeLessThan(0.05);
    }
  });

  test("survives the shuffle", () => {
    const shuffled = experts.map((expert, i) =>
      shuffleUpdate(base, expert, "F32", 1, `${i}`),
    );
    const { changed, both } = countMasks(patternOf(base, shuffled, 0.03), 2);
    expect(
      Math.abs(jaccard(changed[0]!, changed[1]!, both[0]!) - real),
    ).toBeLessThan(0.02);
  });

  test("is explained by the size of the weights", () => {
    const [given] = overlapGivenMagnitude(stratify(strataOf(base), pattern, 2));
    expect(Math.abs(given!.both / given!.either - real)).toBeLessThan(0.03);
  });
});

describe("an overlap at planted places", () => {
  const random = new Random(4, "places");
  const places = Uint8Array.from({ length: N }, () =>
    random.chance(0.2) ? 1 : 0,
  );
  const experts = [0.1, -0.2].map((step) =>
    base.map((w, i) => w * (1 + step * places[i]!)),
  );

  test("is not: shuffling and size leave the overlap of independent masks", () => {
    const pattern = patternOf(base, experts, 0.03);
    const { changed, both } = countMasks(pattern, 2);
    expect(jaccard(changed[0]!, changed[1]!, both[0]!)).toBe(1);
    const [given] = overlapGivenMagnitude(stratify(strataOf(base), pattern, 2));
    expect(given!.both / given!.either).toBeCloseTo(
      expectedJaccard(0.2, 0.2),
      1,
    );
  });
});

describe("strataOf(values)", () => {
  test("cuts into 20 nearly equal parts by size", () => {
    const counts = new Array<number>(20).fill(0);
    const strata = strataOf(base);
    strata.forEach((s) => (counts[s]! += 1));
    for (const count of counts)
      expect(Math.abs(count / (N / 20) - 1)).toBeLessThan(0.1);
    const bySize = [...base.keys()].sort(
      (i, j) => Math.abs(base[i]!) - Math.abs(base[j]!),
    );
    const inOrder = bySize.map((i) => strata[i]!);
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
  });

  test("keeps equal sizes together", () => {
    expect(new Set(strataOf(new Float32Array(100).fill(-2))).size).toBe(1);
  });
});

test("enrichment({ entries, changed }, overall) is a ratio of rates, null where nothing is changed", () => {
  const overall = { entries: 100, changed: 30 };
  expect(enrichment({ entries: 10, changed: 6 }, overall)).toBeCloseTo(2, 12);
  expect(enrichment({ entries: 0, changed: 0 }, overall)).toBeNull();
  expect(
    enrichment({ entries: 10, changed: 0 }, { entries: 100, changed: 0 }),
  ).toBeNull();
});

describe("survival(base, change)", () => {
  test("loses a change below half a step of bfloat16 and keeps one above", () => {
    // Neighbours of 1 in bfloat16 are 1/128 above and 1/256 below.
    const sums = survival(
      Float32Array.of(1, 1, 1, 1),
      Float64Array.of(0.003, 0.005, -0.001, 0),
    );
    expect(sums.moved).toBe(3);
    expect(sums.survived).toBe(1);
    expect(sums.squares).toBeCloseTo(0.003 ** 2 + 0.005 ** 2 + 0.001 ** 2, 15);
    expect(sums.errorSquares).toBeCloseTo(
      0.003 ** 2 + (1 / 128 - 0.005) ** 2 + 0.001 ** 2,
      15,
    );
  });

  test("of a change that bfloat16 holds is whole", () => {
    expect(survival(Float32Array.of(1, -2), Float64Array.of(1, 0.5))).toEqual({
      moved: 2,
      survived: 2,
      squares: 1.25,
      errorSquares: 0,
    });
  });
});
