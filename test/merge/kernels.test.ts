import { describe, expect, test } from "vitest";
import { decode, type Dtype } from "../../src/checkpoint/format/dtype.js";
import { bytes, floats, words } from "../../src/merge/kernels/arena.js";
import { kernels } from "../../src/merge/kernels/kernels.js";
import {
  dropMasked,
  fillMasks,
} from "../../src/merge/parts/sparsify/bernoulli.js";
import { combination } from "../../src/merge/parts/combine.js";
import { drop } from "../../src/merge/parts/dare.js";
import { sumSquares } from "../../src/merge/parts/energies.js";
import { firstNonFinite } from "../../src/merge/parts/finite.js";
import { dropOutside } from "../../src/merge/parts/sparsify/keepLargest.js";
import { taskVectorStep } from "../../src/merge/parts/mergeTaskVectors.js";
import { sumMagnitudes } from "../../src/merge/parts/normFactors.js";
import { pruneByRank } from "../../src/merge/parts/sparsify/pruneByRank.js";
import { remembered } from "../../src/merge/parts/sparsify/remember.js";
import { countWindow } from "../../src/merge/parts/sparsify/select.js";
import { dropBelow } from "../../src/merge/parts/sparsify/sparsify.js";
import {
  countNonZero,
  keepWhere,
  variance,
} from "../../src/merge/parts/sparsify/variance.js";
import { subtract } from "../../src/merge/parts/walk.js";
import { storedSource } from "../../src/merge/stream/storedSource.js";
import { fillWords, key, Random } from "../../src/random.js";

// Every loop is run twice: on arrays of the kernels' memory, and on arrays elsewhere, where the slow clear TypeScript works.

/** Lengths with and without a rest of whole vectors. */
const LENGTHS = [1, 3, 4, 31, 4096, 4093];

/** Changes as experts have them: zeros of both signs, few distinct values with ties, some of other scales. */
function changes(length: number, seed: number): Float32Array {
  const random = new Random(seed, "kernels");
  return Float32Array.from({ length }, () =>
    random.chance(0.4)
      ? random.pick([0, -0])
      : random.chance(0.1)
        ? random.normal() * 10 ** random.int(-44, 30)
        : random.int(-6, 6) * 2 ** random.int(-12, -9),
  );
}

function inKernels(values: Float32Array): Float32Array {
  const own = floats(values.length);
  own.set(values);
  return own;
}

/** The numbers of an array, zeros without their sign: what is dropped may be a zero of either. */
const plain = (values: ArrayLike<number>): number[] =>
  Array.from(values, (value) => value + 0);

/** What a change in place leaves, by kernel and without. */
function both(
  length: number,
  action: (values: Float32Array, other: Float32Array) => unknown,
): [unknown, unknown] {
  const values = changes(length, 1);
  const other = changes(length, 2);
  const [own, ownOther] = [inKernels(values), inKernels(other)];
  const fast = action(own, ownOther);
  const slow = action(values, other);
  return [
    { result: fast, values: plain(own) },
    { result: slow, values: plain(values) },
  ];
}

describe.each(LENGTHS)("on %d entries the kernels give the numbers of", (n) => {
  test.each<[string, (values: Float32Array, other: Float32Array) => unknown]>([
    ["subtract", subtract],
    ["dropBelow", (values) => dropBelow(values, 2 ** -9)],
    ["sumMagnitudes", sumMagnitudes],
    ["sumSquares", sumSquares],
    ["firstNonFinite", firstNonFinite],
    [
      "firstNonFinite at a NaN",
      (values) => {
        values[n - 1] = NaN;
        const at = firstNonFinite(values);
        values[n - 1] = 0;
        return at;
      },
    ],
    [
      "dropMasked",
      (values) => {
        const masks = new Uint32Array(Math.ceil(n / 32));
        fillMasks(key(1, "masks"), 0.3, 5, masks);
        dropMasked(values, masks);
      },
    ],
    ...[
      [1e-18, 1],
      [0.2, 1],
      [0.2, 5],
      [0.5, 2],
      [1 - 2 ** -53, 1 / 0.9],
    ].map(
      ([density, scale]) =>
        [
          `drop to the base, density ${density}, scale ${scale}`,
          (values: Float32Array, other: Float32Array) =>
            // Counters pass 2³² within the block.
            drop(values, other, 2 ** 32 - 2, key(1, "d"), density!, scale!),
        ] as [string, (values: Float32Array, other: Float32Array) => unknown],
    ),
    ["countNonZero", countNonZero],
    ["keepWhere", keepWhere],
    [
      "dropOutside",
      (values) => {
        const left = [];
        for (const quota of [0, 1, 7, n]) {
          const copy =
            values.byteOffset > 0 ? inKernels(values) : values.slice();
          const quotas = { low: quota, high: quota };
          dropOutside(copy, 2 ** -10, 2 ** -8, quotas);
          left.push(
            plain(copy),
            Math.max(0, quotas.low),
            Math.max(0, quotas.high),
          );
        }
        return left;
      },
    ],
    [
      "remembered",
      (values) => {
        const begin = remembered(
          () =>
            (_start, [block]) =>
              dropBelow(block!, 2 ** -10),
          n,
          1,
        );
        const copy = values.byteOffset > 0 ? inKernels(values) : values.slice();
        begin()(0, [copy]);
        begin()(0, [values]);
        return plain(copy);
      },
    ],
  ])("%s", (_, action) => {
    const [fast, slow] = both(n, action);
    expect(fast).toEqual(slow);
  });

  test.each([
    ["one by one", { low: 0x3a000000, coarse: false }, 2 ** 23],
    ["from zero on", { low: 0, coarse: false }, 2 ** 15],
    ["in buckets", { low: 0x3a000000, coarse: true }, 2 ** 9],
    ["in buckets, everything", { low: 0, coarse: true }, 2 ** 17],
  ])("countWindow, %s", (_, window, places) => {
    const values = changes(n, 1);
    const slow = { ...window, below: 0, counts: new Uint32Array(places) };
    const fast = { ...window, below: 0, counts: words(places).fill(0) };
    countWindow(slow, values);
    countWindow(fast, inKernels(values));
    expect(fast.below).toBe(slow.below);
    expect(Buffer.from(fast.counts).equals(Buffer.from(slow.counts))).toBe(
      true,
    );
  });

  test.each([1, 2, 3, 5])("variance of %d models", (count) => {
    const models = Array.from({ length: count }, (_, m) => changes(n, m + 1));
    const slow = variance(models, new Float32Array(n));
    const fast = variance(models.map(inKernels), floats(n));
    expect([...fast]).toEqual([...slow]);
  });

  test.each([
    ["combination", combination(0.5, [0.3, -1, 2], 3)],
    [
      "a weighted sum",
      taskVectorStep({ weights: [0.3, 1, 2], normalize: false, lambda: 0.7 }),
    ],
    [
      "a normalised sum",
      taskVectorStep({ weights: [1, 1, 1], normalize: true, lambda: 1 }),
    ],
    ...[-1, 0, 1].flatMap((onZero) =>
      [true, false].map(
        (normalize) =>
          [
            `an election, zero sums ${onZero}, normalize ${normalize}`,
            taskVectorStep({
              weights: [1, -0.5, 1],
              factors: [1, 2, 0.3],
              onZero,
              normalize,
              lambda: 1.3,
            }),
          ] as const,
      ),
    ),
    [
      "an election with equal votes and a least divisor",
      taskVectorStep({
        weights: [1e-7, 1e-7, 0.5],
        voteWeights: [1, 1, 1],
        onZero: 1,
        normalize: true,
        leastDivisor: 1e-6,
        lambda: 1,
      }),
    ],
  ] as const)("%s", (_, step) => {
    const base = changes(n, 9);
    const models = [1, 2, 3].map((seed) => changes(n, seed));
    const [slow, fast] = [new Float32Array(n), floats(n)];
    step(slow, base, models, 0);
    step(fast, inKernels(base), models.map(inKernels), 0);
    expect(plain(fast)).toEqual(plain(slow));
  });

  test.each([true, false])("pruneByRank, rescale %s", (rescale) => {
    const rows = 3;
    const values = changes(rows * n, 4);
    // A row of many scales, which a first guess sorts badly.
    values.set(
      Float32Array.from({ length: n }, (_, i) => 2 ** (-40 - (i % 80))),
    );
    const own = inKernels(values);
    const drop = pruneByRank(
      {
        name: "w",
        shape: [rows, n],
        length: rows * n,
        base: null,
        experts: [],
        ids: ["a"],
      },
      n,
      [{ lowest: 0.2, slope: 0.6 / n }],
      rescale,
      { seed: 3, dialect: "paper", chunk: 65_536 },
    )();
    drop(5 * n, [values]);
    drop(5 * n, [own]);
    expect(plain(own)).toEqual(plain(values));
  });
});

test.each(["BF16", "F16"] as Dtype[])(
  "storedSource widens every %s in place, as decode does",
  (dtype) => {
    const halves = Uint16Array.from({ length: 65_536 + 3 }, (_, i) => i);
    const stored = new Uint8Array(halves.buffer);
    const source = storedSource({
      dtype,
      length: halves.length,
      readBytes: (start, out) =>
        out.set(stored.subarray(start, start + out.length)),
      read: () => expect.unreachable(),
    });
    const out = floats(halves.length);
    source.read(0, out);
    const wanted = decode(dtype, stored);
    expect(
      Buffer.from(out.slice().buffer).equals(Buffer.from(wanted.buffer)),
    ).toBe(true);
    const part = floats(7);
    source.read(3, part);
    expect([...part]).toEqual([...wanted.subarray(3, 10)]);
  },
);

test.each([0, 3, 2 ** 32 - 2, 2 ** 40 + 1])(
  "fillWords and fillMasks from block %d on are those of the slow generator",
  (first) => {
    const k = key(7, "words");
    const slow = new Uint32Array(48);
    const fast = words(48);
    fillWords(k, first, slow);
    kernels.fillWords(k.k0, k.k1, first, fast.byteOffset, 24);
    expect([...fast]).toEqual([...slow]);
    for (const density of [0.2, 0.5, 1 / 3, 2 ** -40, 1]) {
      const masks = new Uint32Array(9);
      const own = words(9);
      fillMasks(k, density, first, masks);
      fillMasks(k, density, first, own);
      expect([...own]).toEqual([...masks]);
    }
  },
);

test("arrays of the kernels' memory stay when it grows", () => {
  const early = floats(3);
  early.set([1, 2, 3]);
  const late = bytes(2 ** 26);
  late[late.length - 1] = 1;
  subtract(early, early);
  expect([...early]).toEqual([0, 0, 0]);
});
