/** The numbers that decide the paper's claims on behaviour, from data in which the answer was planted. */
import { describe, expect, it } from "vitest";
import type {
  DivergenceSample,
  ExpertSamples,
} from "../../src/analysis/index.js";
import type { Domain } from "../../src/domains/index.js";
import type { BenchmarkName } from "../../src/evaluate/index.js";
import { readClaims } from "../../src/report/index.js";
import type { ClaimRow } from "../../src/study/claims/claimRow.js";
import { consistencyClaims } from "../../src/study/claims/consistency.js";
import { judgeClaims } from "../../src/study/claims/judging.js";
import { neighborClaims } from "../../src/study/claims/neighborhoods.js";
import type { JudgingLine, Role } from "../../src/study/index.js";
import type { JudgeSource } from "../../src/study/rows/judging.js";
import type { Scored } from "../../src/study/rows/modelScores.js";

const SEEDS = 2;
const ITEMS = 20;
const of = (rows: readonly ClaimRow[], claim: string, measure = "as stated") =>
  rows.find((row) => row.claim === claim && row.measure === measure)!;

/** A model whose accuracy on item i of a benchmark is given; both seeds are alike. */
function scored(
  model: string,
  role: Role,
  accuracy: (benchmark: BenchmarkName, item: number) => number,
  benchmarks: readonly BenchmarkName[],
): Scored {
  const scores = benchmarks.map((name): [BenchmarkName, number[][]] => [
    name,
    Array.from({ length: ITEMS }, (_, i) =>
      Array.from({ length: SEEDS }, () => accuracy(name, i)),
    ),
  ]);
  return { model, role, scores: new Map(scores) };
}

it("every claim that is decided is one of the paper's", () => {
  const rows = [
    ...neighborClaims({
      runs: [],
      models: [],
      pairs: [],
      reference: null,
      factor: 2,
    }),
    ...consistencyClaims([scored("sft", "sft", () => 0, ["aime24"])]),
    ...judgeClaims([]),
  ];
  const known = readClaims().map(({ id }) => id);
  for (const { claim, value, why } of rows) {
    expect(known).toContain(claim);
    expect(value).toBeNull();
    expect(why).toMatch(/\w/);
  }
  expect(new Set(rows.map(({ claim }) => claim)).size).toBe(19);
});

describe("neighborClaims(evidence)", () => {
  const DOMAINS = ["math", "coding", "science", "agent"] as const;
  /** KL(expert ‖ ties) on the data's prompts. Coding is math's neighbour and not the other way round; nobody else is. */
  const kl = (expert: string, data: string): number => {
    if (expert === data) return 0.1 * (1 + DOMAINS.indexOf(data as "math"));
    return expert === "coding" && data === "math" ? 0.15 : 5;
  };
  const runs: ExpertSamples[] = [1, 2].flatMap((seed) =>
    DOMAINS.map((expert) => ({
      expert,
      seed,
      samples: DOMAINS.flatMap((data) =>
        Array.from({ length: 8 }, (_, i): DivergenceSample => {
          const value = kl(expert, data);
          return {
            data,
            task: `${data} ${i}`,
            sample: 0,
            reward: 1,
            finish: "stop",
            tokens: 10,
            self: 0,
            models: {
              ties: { kl: value, logRatio: value },
              multi: { kl: 2 * value, logRatio: value },
            },
          };
        }),
      ),
    })),
  );
  const benchmarks = ["aime24", "lcbV5", "hle", "bfcl"] as const;
  const home: Record<string, Domain> = {
    aime24: "math",
    lcbV5: "coding",
    hle: "science",
    bfcl: "agent",
  };
  // The farther a domain's own expert is, the more the multi-domain models lose there.
  const models = [
    ...DOMAINS.map((domain) => scored(domain, "expert", () => 0.8, benchmarks)),
    ...(["multi", "ties"] as const).map((name) =>
      scored(
        name,
        name === "multi" ? "multi" : "merged",
        (b) => 0.8 - kl(home[b]!, home[b]!) * (name === "multi" ? 2 : 1),
        benchmarks,
      ),
    ),
  ];
  const pair = (partner: Domain | null, score: number) => ({
    domain: "math" as const,
    partner,
    lines: [1, 2].map(() => [
      {
        benchmark: "aime24" as const,
        scores: Array.from({ length: ITEMS }, () => score),
      },
    ]),
  });
  const evidence = {
    runs,
    models,
    pairs: [
      pair(null, 0.78),
      pair("coding", 0.9),
      pair("science", 0.7),
      pair("agent", 0.75),
    ],
    reference: "ties",
    factor: 2,
  };
  const rows = neighborClaims(evidence);

  it("finds what merging with the one neighbour gives, and with the others", () => {
    expect(of(rows, "neighbours-help")).toMatchObject({
      value: 10,
      low: 10,
      high: 10,
    });
    // +10 with the neighbour; −10 and −5 with the others.
    expect(of(rows, "neighbours-help-more").value).toBeCloseTo(17.5, 6);
    // Merging the expert alone by the same method has cost 2 points already.
    const control = "against the expert alone, merged by the same method";
    expect(of(rows, "neighbours-help", control).value).toBeCloseTo(12, 6);
    expect(of(rows, "neighbours-help-more", control).value).toBeCloseTo(
      17.5,
      6,
    );
  });
  it("counts the domain pairs of which one is the other's neighbour", () => {
    expect(of(rows, "neighbourhood-asymmetric")).toMatchObject({
      value: Number((1 / 6).toFixed(6)),
      low: Number((1 / 6).toFixed(6)),
    });
  });
  it("finds a planted correlation of distance and change", () => {
    const { value, high } = of(rows, "kl-does-not-predict");
    expect(value).toBeCloseTo(-1, 6);
    expect(high).toBeLessThan(-0.5);
  });
  it("says why there is no number when nobody or everybody is a neighbour", () => {
    const none = neighborClaims({ ...evidence, factor: 1.1 });
    expect(of(none, "neighbours-help").why).toBe(
      "no partner is a neighbour by Eq. 1",
    );
    const all = neighborClaims({ ...evidence, factor: 1000 });
    expect(of(all, "neighbours-help-more").why).toBe(
      "every partner is a neighbour by Eq. 1",
    );
    expect(of(all, "neighbours-help").value).toBeCloseTo(-5 / 3, 5);
    expect(
      of(neighborClaims({ ...evidence, pairs: [] }), "neighbours-help").why,
    ).toBe("the study has no measure pairs");
    const alone = neighborClaims({
      ...evidence,
      runs: runs
        .filter(({ expert }) => expert === "math")
        .map((run) => ({
          ...run,
          samples: run.samples.filter(({ data }) => data === "math"),
        })),
      pairs: [pair(null, 0.78)],
    });
    for (const claim of ["neighbours-help", "neighbourhood-asymmetric"])
      expect(of(alone, claim).why).toBe("there is one domain only");
    expect(of(alone, "kl-does-not-predict").value).toBeNull();
  });
});

describe("consistencyClaims(models)", () => {
  const benchmarks = ["aime24", "lcbV5", "gpqa", "ifeval", "bfcl"] as const;
  const none = () => 0;
  /** The experts learn the first half of the items; math's are learnt by all, of the others TIES learns 8 of 10 and multi 6. */
  const learned = (upTo: number) => (name: BenchmarkName, i: number) =>
    i < (name === "aime24" ? 10 : upTo) ? 1 : 0;
  const models = [
    scored("sft", "sft", none, benchmarks),
    scored("math", "expert", learned(10), benchmarks),
    scored("coding", "expert", none, benchmarks),
    scored("multi", "multi", learned(6), benchmarks),
    scored("ties", "merged", learned(8), benchmarks),
    scored("opd", "student", learned(6), benchmarks),
  ];
  const rows = consistencyClaims(models);
  const cosine = (k: number): number => Math.sqrt(k / 10);

  it("finds planted differences of consistency", () => {
    const difference = (4 * (cosine(8) - cosine(6))) / 5;
    expect(of(rows, "merging-inherits-more-than-mixing").value).toBeCloseTo(
      difference,
      5,
    );
    expect(
      of(rows, "merging-inherits-more-than-distillation").value,
    ).toBeCloseTo(difference, 5);
    expect(of(rows, "math-gains-most-consistent").value).toBeCloseTo(
      1 - (cosine(8) + 2 * cosine(6)) / 3,
      5,
    );
  });
  it("takes chance off, in both forms", () => {
    // With 0 as SFT's score everywhere, equal SFT scores are no restriction; chance of k of 10 of 20 is k·10/20 / √(10 k).
    const above = (k: number): number =>
      cosine(k) - (k * 10) / ITEMS / Math.sqrt(10 * k);
    const mean = (3 * above(10) + 4 * (above(8) + 2 * above(6))) / 15;
    expect(of(rows, "gains-shared").value).toBeCloseTo(mean, 5);
    expect(
      of(rows, "gains-shared", "beyond equal SFT scores").value,
    ).toBeCloseTo(mean, 5);
  });
  it("says which model is missing", () => {
    const without = consistencyClaims(
      models.filter(({ model }) => model !== "opd"),
    );
    expect(of(without, "merging-inherits-more-than-distillation").why).toBe(
      "the study has no model opd",
    );
  });
});

describe("judgeClaims(judges)", () => {
  /** Eight of ten answers of each item are right; of them `tp` are called correct, of the two others `tn` incorrect. */
  const judge = (
    model: string,
    role: Role,
    outcome: [tp: number, tn: number],
    process: [tp: number, tn: number],
  ): JudgeSource => {
    const verdict = (
      right: boolean,
      place: number,
      [tp, tn]: [number, number],
    ) => (place < (right ? tp : tn) === right ? "correct" : "incorrect");
    const lines = (["aime24", "hle"] as const).flatMap((benchmark) =>
      Array.from({ length: 60 }, (_, i): JudgingLine => {
        const place = i % 10;
        const right = place < 8;
        const judgement = (rates: [number, number]) => ({
          verdict: verdict(
            right,
            right ? place : place - 8,
            rates,
          ) as "correct",
          sound: false,
          tokens: 9,
        });
        return {
          benchmark,
          task: `${benchmark} ${Math.floor(i / 10)}`,
          sample: place,
          reward: right ? 1 : 0,
          outcome: right ? "correct" : "wrong",
          claimed: 1,
          judgements: {
            outcome: judgement(outcome),
            process: judgement(process),
          },
        };
      }),
    );
    return { model, role, lines: [lines, lines] };
  };
  const rows = judgeClaims([
    judge("sft", "sft", [4, 1], [6, 1]),
    judge("math", "expert", [4, 1], [7, 2]),
    judge("science", "expert", [4, 1], [6, 1]),
    judge("agent", "expert", [4, 1], [8, 1]),
    judge("multi", "multi", [4, 1], [2, 1]),
  ]);

  it("finds planted differences, in the paper's number and in balanced accuracy", () => {
    // Agreement (tp + tn) / 10, balanced accuracy (tp / 8 + tn / 2) / 2.
    expect(of(rows, "mixed-collapses")).toMatchObject({
      value: -40,
      low: -40,
      high: -40,
    });
    expect(of(rows, "mixed-collapses", "balanced accuracy").value).toBeCloseTo(
      -25,
      6,
    );
    expect(of(rows, "agent-best-process-judge").value).toBeCloseTo(0, 6);
    expect(
      of(rows, "agent-best-process-judge", "balanced accuracy").value,
    ).toBeCloseTo(-18.75, 6);
    expect(of(rows, "process-better-in-reasoning").value).toBeCloseTo(
      (20 + 40 + 20 + 40 - 20) / 5,
      6,
    );
    // Math's expert is 20 points above SFT on AIME, science's as good as SFT on HLE.
    expect(of(rows, "training-sharpens-judging").value).toBeCloseTo(10, 6);
  });
  it("asks of reasoning where reasoning is judged, and of instructions where they are", () => {
    const mixed = ["sft", "math"].map((model): JudgeSource => {
      const source = judge(
        model,
        model === "sft" ? "sft" : "expert",
        [4, 1],
        [6, 1],
      );
      // On instructions the two modes change places.
      const swapped = source.lines[0]!.filter(
        ({ benchmark }) => benchmark === "hle",
      ).map((line): JudgingLine => ({
        ...line,
        benchmark: "ifeval",
        judgements: {
          outcome: line.judgements!.process,
          process: line.judgements!.outcome,
        },
      }));
      return {
        ...source,
        lines: source.lines.map((own) => [...own, ...swapped]),
      };
    });
    const found = judgeClaims(mixed);
    expect(of(found, "process-better-in-reasoning").value).toBeCloseTo(20, 6);
    expect(of(found, "outcome-better-in-instruction").value).toBeCloseTo(20, 6);
  });
  it("says why a claim has no number", () => {
    expect(of(rows, "merge-keeps-process").why).toBe(
      "ties did not judge in this study",
    );
    expect(of(rows, "outcome-better-in-instruction").why).toContain(
      "no such benchmark",
    );
    // All judges here generate equally well: there is no correlation to speak of.
    expect(of(rows, "process-falls").value).toBeNull();
  });
});
