/** Planted masks, signs and cosines are recovered, whatever the chunk. */
import { describe, expect, test } from "vitest";
import {
  type Description,
  describeShift,
  type ModelSource,
  savedAs,
  openWeights,
  weightShift,
  type WeightShiftOptions,
} from "../../src/analysis/index.js";
import { castParams, type Params } from "../../src/checkpoint/index.js";
import { Random } from "../../src/random.js";
import { pairsOf, Tally } from "../../src/analysis/weights/shift/tally.js";
import { model, normals } from "./planted.js";

const NAME = "model.layers.0.mlp.up_proj.weight";

function only(data: Float32Array, dtype: "F32" | "BF16" = "F32"): Params {
  return model({ [NAME]: { shape: [data.length], data } }, dtype);
}

function described(
  base: ModelSource,
  experts: Record<string, ModelSource>,
  options: WeightShiftOptions = {},
): Description {
  const shift = weightShift(base, experts, options);
  return describeShift(shift.tensors[0]!, shift.experts, shift.eta);
}

const N = 20_000;
const base = normals(N, 1).map((x) => 1 + Math.abs(x));

/** An expert that moves the entries of a mask by `step` times their size. */
function moved(
  mask: (i: number) => boolean,
  step: (i: number) => number,
): Float32Array {
  return base.map((w, i) => (mask(i) ? w * (1 + step(i)) : w));
}

describe("masks", () => {
  const a = only(
    moved(
      (i) => i % 4 === 0,
      () => 0.01,
    ),
  );
  const b = only(
    moved(
      (i) => i % 6 === 0,
      () => 0.01,
    ),
  );
  const [pair] = described(only(base), { a, b }).pairs;

  test("planted at every 4th and 6th entry overlap at every 12th", () => {
    const both = Math.ceil(N / 12);
    const either = Math.ceil(N / 4) + Math.ceil(N / 6) - both;
    expect(pair!.both).toBe(both);
    expect(pair!.jaccard).toBe(both / either);
  });

  test("have the overlap of independent masks beside them, and the lift over it", () => {
    const [p, q] = [5000 / N, Math.ceil(N / 6) / N];
    expect(pair!.random).toBeCloseTo((p * q) / (p + q - p * q), 12);
    expect(pair!.lift).toBeCloseTo(Math.ceil(N / 12) / N / (p * q), 12);
  });

  test("of the same kind by chance have a lift near 1", () => {
    const random = new Random(5, "masks");
    const masks = [0, 1].map(() =>
      Array.from({ length: N }, () => random.chance(0.3)),
    );
    const [x, y] = masks.map((mask) =>
      only(
        moved(
          (i) => mask[i]!,
          () => 0.01,
        ),
      ),
    );
    const [chance] = described(only(base), { x: x!, y: y! }).pairs;
    expect(chance!.lift!).toBeGreaterThan(0.95);
    expect(chance!.lift!).toBeLessThan(1.05);
    expect(chance!.jaccard).toBeCloseTo(chance!.random, 2);
  });

  test("follow η: a step of 1 % is a change at 0.9 %, not at 1.1 %", () => {
    const rate = (eta: number): number =>
      described(only(base), { a }, { eta }).experts[0]!.rate;
    expect([rate(0.009), rate(0.011)]).toEqual([0.25, 0]);
  });

  test("of a model against itself are empty, without a division by zero", () => {
    const { experts, pairs, joint } = described(only(base), {
      a: only(base),
      b: only(base),
    });
    expect(experts[0]).toMatchObject({
      changed: 0,
      norm: 0,
      smallEnrichment: null,
    });
    expect(pairs[0]).toMatchObject({
      jaccard: 0,
      lift: null,
      sameSign: null,
      cosine: null,
      projected: null,
      projectedError: null,
    });
    expect(joint).toMatchObject({
      ways: [1, 0, 0],
      opposed: null,
      minorityMass: 0,
    });
  });
});

describe("signs", () => {
  test("planted in conflict at a third of the overlap are found there", () => {
    const step = (i: number): number => (i % 3 === 0 ? -0.01 : 0.01);
    const a = moved(
      () => true,
      () => 0.01,
    );
    const b = moved(() => true, step);
    const { pairs, joint } = described(only(base), { a: only(a), b: only(b) });
    const conflicts = Math.ceil(N / 3) / N;
    expect(pairs[0]!.sameSign).toBeCloseTo(1 - conflicts, 12);
    expect(joint.opposed).toBeCloseTo(conflicts, 12);
    // At a conflict one of two equal movements is on the weaker side: half of the movement there.
    const sizes = [...base].reduce(
      (sum, w, i) => sum + (i % 3 === 0 ? w : 0),
      0,
    );
    const all = [...base].reduce((sum, w) => sum + w, 0);
    expect(joint.minorityMass).toBeCloseTo(sizes / all / 2, 4);
  });

  test("of eight experts are told apart entry by entry", () => {
    const experts = Object.fromEntries(
      [0, 1, 2, 3, 4, 5, 6, 7].map((m) => [
        `e${m}`,
        only(
          moved(
            (i) => (i >> m) % 2 === 1,
            () => (m === 7 ? -0.01 : 0.01),
          ),
        ),
      ]),
    );
    const shift = weightShift(only(base), experts);
    const { ways, opposed } = shift.tensors[0]!.sums;
    const counts = new Array<number>(9).fill(0);
    let conflicts = 0;
    for (let i = 0; i < N; i++) {
      const bits = (i & 255).toString(2).replaceAll("0", "").length;
      counts[bits]! += 1;
      if ((i & 255) > 128) conflicts++;
    }
    expect(ways).toEqual(counts);
    expect(opposed).toBe(conflicts);
  });
});

describe("a small tensor of eight experts", () => {
  const SMALL = 64;
  const random = new Random(4, "small");
  const blocks = Array.from({ length: 9 }, () =>
    Float32Array.from({ length: SMALL }, () => random.int(1, 3)),
  );
  const [first, ...others] = blocks;
  const tallied = (): Tally => {
    const options = { eta: 1e-3, seed: 1, entries: SMALL };
    const tally = new Tally("w", 8, options);
    tally.add(first!, others);
    return tally;
  };

  test("has the sums of every pair", () => {
    const { pairs, ways } = tallied().sums();
    const delta = others.map((own) => own.map((x, i) => x - first![i]!));
    const sum = (of: (i: number) => number): number =>
      first!.reduce((total, _, i) => total + of(i), 0);
    pairsOf(8).forEach(([a, b], i) => {
      const [x, y] = [delta[a]!, delta[b]!];
      expect(pairs[i]).toMatchObject({
        both: sum((j) => +(x[j] !== 0 && y[j] !== 0)),
        sameSign: sum((j) => +(x[j]! * y[j]! > 0)),
        dot: sum((j) => x[j]! * y[j]!),
        overlapSquares: [
          sum((j) => +(y[j] !== 0) * x[j]! ** 2),
          sum((j) => +(x[j] !== 0) * y[j]! ** 2),
        ],
      });
    });
    ways.forEach((entries, count) =>
      expect(entries).toBe(
        sum((j) => +(delta.filter((own) => own[j] !== 0).length === count)),
      ),
    );
  });

  test("takes memory for who changed its entries, not for all who could have", () => {
    const before = process.memoryUsage().arrayBuffers;
    const held = Array.from({ length: 20 }, tallied);
    // Of all 256 sets of experts each would have 4.8 MB.
    const each = (process.memoryUsage().arrayBuffers - before) / held.length;
    expect(each).toBeLessThan(2.4e6);
  });
});

describe("cosines", () => {
  /** Two updates with a planted cosine, on every entry. */
  function pairWith(cosine: number, seed: number): [Params, Params] {
    const u = normals(N, seed);
    const v = normals(N, seed + 1000);
    const mix = Math.sqrt(1 - cosine * cosine);
    return [
      only(base.map((w, i) => w + 0.02 * u[i]!)),
      only(base.map((w, i) => w + 0.02 * (cosine * u[i]! + mix * v[i]!))),
    ];
  }

  test.each([-0.8, 0, 0.3, 0.95])("planted at %s are recovered", (planted) => {
    const [a, b] = pairWith(planted, 10);
    const [pair] = described(only(base), { a, b }).pairs;
    // The planted vectors are random: their own cosine has a standard error of 1 / √20,000 = 0.007.
    expect(Math.abs(pair!.cosine! - planted)).toBeLessThan(0.025);
  });

  test("after the projection scatter about the exact one as the error bar says", () => {
    const [a, b] = pairWith(0.3, 20);
    const found = Array.from(
      { length: 60 },
      (_, seed) =>
        described(only(base), { a, b }, { seed: seed + 1 }).pairs[0]!,
    );
    const errors = found.map(
      (pair) => (pair.projected! - pair.overlapCosine!) / pair.projectedError!,
    );
    const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
    const spread = Math.sqrt(
      errors.reduce((sum, e) => sum + e * e, 0) / errors.length,
    );
    // Of 60 draws the mean has a standard error of 0.13, the spread one of 0.09.
    expect(Math.abs(mean)).toBeLessThan(0.45);
    expect(spread).toBeGreaterThan(0.7);
    expect(spread).toBeLessThan(1.3);
  });
});

describe("weightShift(base, experts, { chunk })", () => {
  const entries = 100_003;
  const from = normals(entries, 30, 0.05);
  const to = [31, 32, 33].map((seed) => {
    const step = normals(entries, seed, 0.0004);
    return from.map((w, i) => w + step[i]!);
  });

  test.each(["F32", "BF16"] as const)(
    "gives the same bytes for any chunk, %s",
    (dtype) => {
      const models = [from, ...to].map((data) => castParams(only(data), dtype));
      const bytes = (chunk: number): string =>
        JSON.stringify(
          weightShift(
            models[0]!,
            { a: models[1]!, b: models[2]!, c: models[3]! },
            { chunk },
          ),
        );
      const whole = bytes(2 ** 20);
      expect(bytes(8192)).toBe(whole);
      expect(bytes(3 * 8192)).toBe(whole);
    },
  );

  test("measures bfloat16 by its bits as it does by its values", () => {
    const [b, ...e] = [from, ...to].map((data) =>
      castParams(only(data), "BF16"),
    );
    const names = ["a", "b", "c"];
    const fast = weightShift(
      b!,
      Object.fromEntries(names.map((name, i) => [name, e[i]!])),
    ).tensors[0]!.sums;
    // The same numbers in float32 files go the other way.
    const slow = weightShift(
      castParams(b!, "F32"),
      Object.fromEntries(
        names.map((name, i) => [name, castParams(e[i]!, "F32")]),
      ),
    ).tensors[0]!.sums;
    expect(fast).toEqual(slow);
  });
});

describe("entries that are not finite", () => {
  const dirty = base.slice();
  dirty[7] = NaN;
  const a = moved(
    () => true,
    () => 0.01,
  );
  a[9] = Infinity;
  a[11] = -Infinity;
  const b = moved(
    () => true,
    () => 0.01,
  );

  test.each(["F32", "BF16"] as const)(
    "are counted, are never changed, and spoil no sum in %s",
    (dtype) => {
      const { experts, pairs } = described(castParams(only(dirty), dtype), {
        a: castParams(only(a), dtype),
        b: castParams(only(b), dtype),
      });
      expect(experts.map(({ nonfinite }) => nonfinite)).toEqual([3, 1]);
      expect(experts.map(({ changed }) => changed)).toEqual([N - 3, N - 1]);
      expect(experts[0]!.relativeNorm).toBeCloseTo(0.01, 3);
      expect(pairs[0]!.cosine).toBeGreaterThan(0.99);
    },
  );
});

describe("savedAs(weights, dtype)", () => {
  test("is the checkpoint that a cast on saving would have written", () => {
    const a = only(
      moved(
        (i) => i % 5 === 0,
        () => 0.004,
      ),
    );
    const from = only(base);
    const viewed = weightShift(savedAs(openWeights(from), "BF16"), {
      a: savedAs(openWeights(a), "BF16"),
    });
    const saved = weightShift(castParams(from, "BF16"), {
      a: castParams(a, "BF16"),
    });
    expect(viewed).toEqual(saved);
    expect(saved.tensors[0]!.sums.experts[0]!.changed).toBeLessThan(N / 5);
  });
});
