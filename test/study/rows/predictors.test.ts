/** Predictors of merging: planted worlds in which one tells and in which none does, and a tiny study from weights to rows. */
import { describe, expect, it, test } from "vitest";
import { PREDICTORS, type PredictorName } from "../../../src/analysis/index.js";
import { Random } from "../../../src/random.js";
import { leaveOut } from "../../../src/stats/index.js";
import { parseStudy, plan } from "../../../src/study/index.js";
import {
  predictorRows,
  predictorTestRows,
  type PredictorEvidence,
  type PredictorTestRow,
} from "../../../src/study/rows/predictors.js";
import { signalRows } from "../../../src/study/rows/signal.js";
import { subsets } from "../../../src/study/spec/entry.js";
import { PICO_STUDY, picoWith } from "../pico.js";

const NAMES = Object.keys(PREDICTORS) as PredictorName[];
const MEMBERS = subsets([0, 1, 2, 3, 4], [2, 3, 4, 5]);
const ITEMS = 30;

/** A world of five experts: what a merge gains over the anchor and its experts, from the predictors and chance. */
function world(
  gain: (values: Record<PredictorName, number>, members: number[]) => number,
  { seeds = 2, noise = 0.02, seed = 1, members = MEMBERS } = {},
): PredictorEvidence {
  const random = new Random(seed, "predictors");
  const scores = (share: (s: number) => number) =>
    new Map([
      [
        "aime24" as const,
        Array.from({ length: ITEMS }, () =>
          Array.from(
            { length: seeds },
            (_, s) => share(s) + noise * random.normal(),
          ),
        ),
      ],
    ]);
  const pair = Object.fromEntries(
    NAMES.map((name) => [
      name,
      Array.from({ length: 25 }, () => random.next()),
    ]),
  );
  const merges = members.map((own, u) => {
    const values = Array.from(
      { length: seeds },
      () =>
        Object.fromEntries(
          NAMES.map((name) => {
            const all = own.flatMap((a, i) =>
              own.slice(i + 1).map((b) => pair[name]![5 * a + b]!),
            );
            return [name, all.reduce((x, y) => x + y) / all.length];
          }),
        ) as Record<PredictorName, number>,
    );
    return {
      model: `merge${u}`,
      members: own,
      values,
      scores: scores((s) => 0.4 + gain(values[s]!, own)),
    };
  });
  return {
    experts: Array.from({ length: 5 }, (_, m) => ({
      model: `e${m}`,
      scores: scores(() => 0.4),
    })),
    anchor: scores(() => 0.2),
    merges,
    seeds: Array.from({ length: seeds }, (_, s) => s + 1),
  };
}

const of = (rows: PredictorTestRow[], predictor: string, target = "experts") =>
  rows.find((row) => row.predictor === predictor && row.target === target)!;

describe("predictorTestRows(evidence)", () => {
  const told = predictorTestRows(world(({ cosine }) => 0.3 * cosine));
  it("finds the predictor that makes the gains, and its line in points", () => {
    const row = of(told, "cosine");
    expect(row).toMatchObject({
      merges: 26,
      seeds: 2,
      verdict: "predicts",
      p: 0.00833333,
    });
    expect(row.slope).toBeCloseTo(30, 0);
    expect(row.intercept).toBeCloseTo(0, 0);
    expect(row.r2!.mean).toBeGreaterThan(0.9);
    expect(row.r2Seeds).toBeGreaterThan(0.9);
    expect(row.rho!.mean).toBeGreaterThan(0.9);
    expect(row.adjusted).toBeCloseTo(5 / 120, 6);
    // Over the anchor the same, from 20 points on.
    expect(of(told, "cosine", "anchor").intercept).toBeCloseTo(20, 0);
  });
  it("says so of none where gains have nothing to do with task vectors", () => {
    const rows = predictorTestRows(
      world(
        (_, members) =>
          0.1 * Math.sin(7 * members.reduce((a, b) => a + b * b, 0)),
      ),
    );
    for (const name of NAMES)
      expect(of(rows, name).verdict).toBe("no prediction shown");
  });
  it("gives the number of experts its own row, and no predictor credit for it", () => {
    const rows = predictorTestRows(
      world((_, members) => -0.05 * members.length),
    );
    expect(of(rows, "count")).toMatchObject({ verdict: null, p: null });
    expect(of(rows, "count").r2!.mean).toBeGreaterThan(0.9);
    for (const name of NAMES) expect(of(rows, name).added!).toBeLessThan(0.2);
  });
  it("has no permutation test where merges are not all subsets of their sizes, and no verdict without one", () => {
    const rows = predictorTestRows(
      world(({ cosine }) => 0.3 * cosine, { members: MEMBERS.slice(3) }),
    );
    expect(of(rows, "cosine")).toMatchObject({
      p: null,
      adjusted: null,
      verdict: "no prediction shown",
    });
  });
  it("leaves merges out as refitting without them does", () => {
    const evidence = world(({ cosine }) => 0.3 * cosine, { noise: 0.1 });
    const rows = predictorRows(evidence);
    const mean = (values: number[]): number =>
      values.reduce((a, b) => a + b) / values.length;
    const [x, y] = (["cosine", "overExperts"] as const).map((key) =>
      evidence.merges.map(({ model }) =>
        mean(rows.filter((row) => row.model === model).map((row) => row[key])),
      ),
    ) as [number[], number[]];
    const left = leaveOut(
      x.map((value) => [value]),
      y,
      x.map((_, i) => i),
    );
    const constant = leaveOut(
      x.map(() => []),
      y,
      x.map((_, i) => i),
    );
    const error = (predicted: number[]): number =>
      mean(predicted.map((value, i) => (value - y[i]!) ** 2));
    const { r2, error: root } = of(predictorTestRows(evidence), "cosine");
    expect(r2!.mean).toBeCloseTo(1 - error(left) / error(constant), 3);
    expect(root).toBeCloseTo(Math.sqrt(error(left)), 2);
  });
  it("cannot leave a seed out of one", () => {
    const rows = predictorTestRows(world(({ cosine }) => cosine, { seeds: 1 }));
    expect(of(rows, "cosine").r2Seeds).toBeNull();
  });
});

test("predictorRows(evidence) says of each merge and seed what it gained, in points", () => {
  const rows = predictorRows(world(() => 0.1, { noise: 0 }));
  expect(rows).toHaveLength(52);
  expect(rows[0]).toMatchObject({
    model: "merge0",
    experts: ["e0", "e1"],
    seed: 1,
    overExperts: 10,
    overAnchor: 30,
  });
});

test("signalRows(sources) averages over domains and seeds, and leaves out tensors that did not move", () => {
  const group = (name: "all" | "norm", dot: number, squares: number) => ({
    group: name,
    entries: 1,
    baseSquares: 1,
    kept: [0, 0, 0],
    squares: [squares, squares, squares],
    pairs: [0, 1, 2].map(() => ({ dot, agreed: 0, opposed: 0, top: 0 })),
  });
  const rows = signalRows(
    [
      {
        trained: "math",
        seeds: [
          [group("all", 2, 10), group("norm", 0, 0)],
          [group("all", 4, 10)],
        ],
      },
      {
        trained: "coding",
        seeds: [[group("all", 6, 10)], [group("all", 4, 10)]],
      },
    ],
    [1, 2],
  );
  expect(
    rows.map(({ trained, seed, group: name, share }) => [
      trained,
      seed,
      name,
      share,
    ]),
  ).toEqual([
    ["math", 1, "all", 0.2],
    ["math", 2, "all", 0.4],
    ["coding", 1, "all", 0.6],
    ["coding", 2, "all", 0.4],
    ["average", null, "all", 0.4],
  ]);
  expect(rows.at(-1)!.low).toBeLessThan(0.4);
});

describe("parseStudy(text) with predictors and signal", () => {
  const MODELS = `  many: { by: rl, from: sft, each: { domain: all, seed: [1, 2] }, as: "{domain}-s{seed}", steps: 1, promptsPerStep: 1, groupSize: 2, learningRate: 0.001 }
  subset: { by: merge, method: ties, anchor: sft, subsets: many }
`;
  const study = (measures: string) =>
    parseStudy(
      picoWith({ models: MODELS, measures }).replace(
        "models: [base, sft, experts, multi, average, dareTies, opd]",
        "models: [base, sft, experts, multi, average, dareTies, opd, many, subset]",
      ),
      "quick",
    );
  it("plans one reading of the weights a seed, and one a domain", () => {
    const stages = plan(
      study(`  predictors: { anchor: sft, experts: many, merges: subset }
  signal: { anchor: sft, replicas: many }
`),
    );
    const own = stages.filter(({ kind }) =>
      ["predictors", "signal"].includes(kind),
    );
    expect(own.map(({ id }) => id)).toEqual([
      "seed1/predictors",
      "seed1/signal/math",
      "seed1/signal/instruction",
    ]);
    expect(Object.keys(own[1]!.inputs)).toEqual([
      "anchor",
      "math-s1",
      "math-s2",
    ]);
  });
  it.each([
    [
      "merges of other experts",
      "  predictors: { anchor: sft, experts: experts, merges: subset }\n",
      "measures.predictors.merges must be merges of math, instruction on sft, got subset-math-s1-math-s2 of math-s1, math-s2 on sft",
    ],
    [
      "merges by several methods",
      "  predictors: { anchor: sft, experts: experts, merges: [average, dareTies] }\n",
      'measures.predictors.merges must be made by one method, got {"method":"average","options":{}} and {"method":"dareTies","options":{"dareDensity":0.5}}',
    ],
    [
      "too few merges",
      "  predictors: { anchor: sft, experts: experts, merges: average }\n",
      "measures.predictors.merges must be at least 5, got 1",
    ],
    [
      "an expert without a replica",
      "  signal: { anchor: sft, replicas: experts }\n",
      "measures.signal.replicas must hold at least 2 of math, got math alone",
    ],
    [
      "a replica that started elsewhere",
      "  signal: { anchor: base, replicas: many }\n",
      "measures.signal.replicas must be trained from base, got math-s1 from sft",
    ],
  ])("refuses %s", (_, measures, message) => {
    expect(() => study(measures)).toThrow(message);
  });
  it("leaves a study without them as it was", () => {
    expect(
      plan(parseStudy(PICO_STUDY, "quick")).map(({ kind }) => kind),
    ).not.toContain("predictors");
  });
});
