/** Geometry of task vectors: against plain sums and closed forms, whatever the size of the chunks. */
import { describe, expect, test } from "vitest";
import {
  mergePredictors,
  signalShare,
  taskVectorGeometry,
  type GroupGeometry,
} from "../../src/analysis/index.js";
import type { Params } from "../../src/checkpoint/index.js";
import { Random } from "../../src/random.js";

const SIZES = {
  "model.embed_tokens.weight": [50, 40],
  "model.layers.0.self_attn.q_proj.weight": [30, 40],
  "model.layers.1.self_attn.q_proj.weight": [30, 40],
  "model.norm.weight": [40],
} as const;

/** Parameters whose entries are drawn by a function of the tensor's name. */
function params(draw: (name: string) => number): Params {
  return new Map(
    Object.entries(SIZES).map(([name, shape]) => [
      name,
      {
        dtype: "F32" as const,
        shape: [...shape],
        data: Float32Array.from(
          { length: shape.reduce((a: number, b) => a * b, 1) },
          () => draw(name),
        ),
      },
    ]),
  );
}

function plus(base: Params, change: Params): Params {
  return new Map(
    [...base].map(([name, tensor]) => [
      name,
      {
        ...tensor,
        data: tensor.data.map((value, i) => value + change.get(name)!.data[i]!),
      },
    ]),
  );
}

const random = new Random(3, "geometry");
const zero = params(() => 0);
const drawn = (scale: number): Params => params(() => scale * random.normal());
const changes = [drawn(1), drawn(2), drawn(0.5)];
const experts = Object.fromEntries(
  changes.map((change, m) => [`e${m}`, change]),
);
/** All entries of a model, of tensors whose name holds a text. */
const flat = (change: Params, part = ""): number[] =>
  [...change].flatMap(([name, { data }]) =>
    name.includes(part) ? [...data] : [],
  );

function naive(
  vectors: number[][],
  whole: number[][],
): Omit<GroupGeometry, "group" | "baseSquares"> {
  const top = vectors.map((vector, m) => {
    const sorted = whole[m]!.map(Math.abs).sort((a, b) => b - a);
    const least = sorted[Math.ceil(0.2 * sorted.length) - 1]!;
    return vector.map((value) => Math.abs(value) >= least);
  });
  const sum = (of: (i: number) => number): number =>
    vectors[0]!.reduce((total, _, i) => total + of(i), 0);
  const pairs = [
    [0, 1],
    [0, 2],
    [1, 2],
  ] as const;
  return {
    entries: vectors[0]!.length,
    squares: vectors.map((vector) => sum((i) => vector[i]! ** 2)),
    kept: top.map((mask) => mask.filter(Boolean).length),
    pairs: pairs.map(([a, b]) => {
      const least = (i: number, same: boolean): number =>
        vectors[a]![i]! * vectors[b]![i]! > 0 === same
          ? Math.min(Math.abs(vectors[a]![i]!), Math.abs(vectors[b]![i]!))
          : 0;
      return {
        dot: sum((i) => vectors[a]![i]! * vectors[b]![i]!),
        agreed: sum((i) => least(i, true)),
        opposed: sum((i) => least(i, false)),
        top: sum((i) => (top[a]![i]! && top[b]![i]! ? 1 : 0)),
      };
    }),
  };
}

describe("taskVectorGeometry(base, experts)", () => {
  const found = taskVectorGeometry(zero, experts);
  test("counts the whole model and each kind of tensor as plain sums do", () => {
    expect(found.groups.map(({ group }) => group)).toEqual([
      "all",
      "embed",
      "q",
      "norm",
    ]);
    const whole = changes.map((change) => flat(change));
    for (const [group, part] of [
      ["all", ""],
      ["embed", "embed"],
      ["q", "q_proj"],
      ["norm", "norm"],
    ] as const) {
      const own = found.groups.find((each) => each.group === group)!;
      const wanted = naive(
        changes.map((change) => flat(change, part)),
        whole,
      );
      expect(own.entries).toBe(wanted.entries);
      own.squares.forEach((value, m) =>
        expect(value).toBeCloseTo(wanted.squares[m]!, 6),
      );
      own.pairs.forEach((pair, p) => {
        expect(pair.dot).toBeCloseTo(wanted.pairs[p]!.dot, 6);
        expect(pair.agreed).toBeCloseTo(wanted.pairs[p]!.agreed, 6);
        expect(pair.opposed).toBeCloseTo(wanted.pairs[p]!.opposed, 6);
        // The threshold is known to 0.05 %.
        expect(Math.abs(pair.top - wanted.pairs[p]!.top)).toBeLessThan(4);
      });
      own.kept.forEach((value, m) =>
        expect(Math.abs(value - wanted.kept[m]!)).toBeLessThan(6),
      );
    }
  });
  test("has the same numbers to the last bit for any size of chunk", () => {
    const base = drawn(3);
    const moved = Object.fromEntries(
      changes.map((change, m) => [`e${m}`, plus(base, change)]),
    );
    const big = new Map([
      [
        "w",
        {
          dtype: "F32" as const,
          shape: [40_000],
          data: Float32Array.from({ length: 40_000 }, () => random.normal()),
        },
      ],
    ]);
    const bigger = {
      a: new Map([
        [
          "w",
          {
            ...big.get("w")!,
            data: big.get("w")!.data.map((value) => value + random.normal()),
          },
        ],
      ]),
    };
    expect(taskVectorGeometry(base, moved, { chunk: 8192 })).toEqual(
      taskVectorGeometry(base, moved),
    );
    expect(taskVectorGeometry(big, bigger, { chunk: 8192 })).toEqual(
      taskVectorGeometry(big, bigger),
    );
  });
  test("leaves out what is not finite, and never counts what did not move as large", () => {
    const broken = plus(zero, changes[0]!);
    broken.get("model.norm.weight")!.data[0] = NaN;
    const { groups } = taskVectorGeometry(
      zero,
      { a: broken, b: zero },
      { top: 1 },
    );
    expect(groups[0]!.squares[1]).toBe(0);
    expect(groups[0]!.kept).toEqual([groups[0]!.entries - 1, 0]);
    expect(groups[0]!.pairs[0]).toEqual({
      dot: 0,
      agreed: 0,
      opposed: 0,
      top: 0,
    });
  });
  test("throws RangeError for a share outside (0, 1]", () => {
    expect(() => taskVectorGeometry(zero, experts, { top: 0 })).toThrow(
      "taskVectorGeometry: top must be in (0, 1], got 0",
    );
  });
});

describe("mergePredictors(geometry, names)", () => {
  const scaled = (factor: number): Params =>
    new Map(
      [...changes[0]!].map(([name, tensor]) => [
        name,
        { ...tensor, data: tensor.data.map((v) => factor * v) },
      ]),
    );
  test("has closed forms for parallel, opposite and orthogonal task vectors", () => {
    const sides = (side: boolean): Params =>
      new Map(
        [...changes[0]!].map(([name, tensor]) => [
          name,
          {
            ...tensor,
            data: tensor.data.map((v, i) => ((i % 2 === 0) === side ? v : 0)),
          },
        ]),
      );
    const of = (...models: Params[]) =>
      mergePredictors(
        taskVectorGeometry(
          zero,
          Object.fromEntries(models.map((model, m) => [`m${m}`, model])),
        ),
      );
    const parallel = of(scaled(1), scaled(4), scaled(2));
    expect(parallel.cosine).toBeCloseTo(1, 12);
    expect(parallel).toMatchObject({ signConflict: 0, topOverlap: 1 });
    expect(parallel.normRatio).toBeCloseTo(4, 12);
    expect(parallel.effectiveRank).toBeCloseTo(1 / 3, 12);
    const near = (found: object, wanted: Record<string, number>) => {
      for (const [name, value] of Object.entries(wanted))
        expect(found).toHaveProperty(name, expect.closeTo(value, 12));
    };
    near(of(scaled(1), scaled(-1)), {
      cosine: -1,
      signConflict: 1,
      effectiveRank: 0.5,
    });
    near(of(sides(true), sides(false)), {
      cosine: 0,
      signConflict: 0,
      topOverlap: 0,
      effectiveRank: 1,
    });
  });
  test("of a subset is that of these experts alone", () => {
    const all = taskVectorGeometry(zero, experts);
    const two = taskVectorGeometry(zero, {
      e0: experts["e0"]!,
      e2: experts["e2"]!,
    });
    expect(mergePredictors(all, ["e2", "e0"])).toEqual(mergePredictors(two));
  });
  test("of independent random vectors is what chance gives", () => {
    const { cosine, signConflict, topOverlap } = mergePredictors(
      taskVectorGeometry(zero, experts),
    );
    expect(Math.abs(cosine!)).toBeLessThan(0.03);
    expect(signConflict).toBeCloseTo(0.5, 1);
    expect(topOverlap).toBeCloseTo(0.2, 1);
  });
  test("is null where an expert did not move, and throws RangeError for fewer than two", () => {
    const geometry = taskVectorGeometry(zero, { ...experts, still: zero });
    expect(mergePredictors(geometry).cosine).toBeNull();
    expect(() => mergePredictors(geometry, ["e0"])).toThrow(
      "mergePredictors: names must be at least 2 of e0, e1, e2, still, got e0",
    );
  });
});

describe("signalShare(geometry)", () => {
  const replicas = (signal: number, noise: number, count: number) => {
    const common = drawn(signal);
    return taskVectorGeometry(
      zero,
      Object.fromEntries(
        Array.from({ length: count }, (_, r) => [
          `r${r}`,
          plus(common, drawn(noise)),
        ]),
      ),
    ).groups;
  };
  test("is the common part of the squared length, of the whole and of each kind of tensor", () => {
    // 0.36 of common variance, 0.64 of each replica's own.
    const groups = replicas(0.6, 0.8, 4);
    const whole = signalShare(groups[0]!);
    expect(whole.share).toBeCloseTo(0.36, 1);
    expect(whole.low!).toBeLessThan(0.36);
    expect(whole.high!).toBeGreaterThan(0.36);
    expect(
      signalShare(groups.find(({ group }) => group === "q")!).share,
    ).toBeCloseTo(0.36, 1);
  });
  test("is 1 for equal replicas and about 0 for independent ones", () => {
    expect(signalShare(replicas(1, 0, 3)[0]!)).toMatchObject({ replicas: 3 });
    expect(signalShare(replicas(1, 0, 3)[0]!).share).toBeCloseTo(1, 10);
    const { share, low, high } = signalShare(replicas(0, 1, 3)[0]!);
    expect(Math.abs(share)).toBeLessThan(0.05);
    expect(low!).toBeLessThan(share);
    expect(high!).toBeGreaterThan(share);
  });
  test("covers the truth in about 95 % of repetitions", () => {
    // Few entries, so that inner products scatter: vectors of length 60 with share 0.5.
    let covered = 0;
    for (let i = 0; i < 400; i++) {
      const common = Array.from({ length: 60 }, () => random.normal());
      const scale = Math.sqrt(60 / common.reduce((sum, v) => sum + v * v, 0));
      const runs = Array.from({ length: 5 }, () =>
        common.map((v) => scale * v + random.normal()),
      );
      const dot = (a: number[], b: number[]): number =>
        a.reduce((sum, v, k) => sum + v * b[k]!, 0);
      const pairs = runs.flatMap((a, q) =>
        runs
          .slice(q + 1)
          .map((b) => ({ dot: dot(a, b), agreed: 0, opposed: 0, top: 0 })),
      );
      const { low, high } = signalShare({
        squares: runs.map((run) => dot(run, run)),
        pairs,
      });
      if (low! <= 0.5 && high! >= 0.5) covered++;
    }
    expect(covered / 400).toBeGreaterThan(0.88);
    expect(covered / 400).toBeLessThan(0.995);
  });
  test("has no interval for two replicas, and throws RangeError for fewer or for none that moved", () => {
    expect(signalShare(replicas(1, 1, 2)[0]!)).toMatchObject({
      low: null,
      high: null,
    });
    expect(() => signalShare({ squares: [1], pairs: [] })).toThrow(
      "signalShare: replicas must be at least 2, got 1",
    );
    expect(() =>
      signalShare(taskVectorGeometry(zero, { a: zero, b: zero }).groups[0]!),
    ).toThrow("signalShare: replicas must have moved, got none");
  });
});
