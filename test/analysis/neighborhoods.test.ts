import { describe, expect, it } from "vitest";
import {
  neighborhoods,
  sampleDivergences,
  type DivergenceSample,
  type ExpertSamples,
} from "../../src/analysis/index.js";
import { type Domain } from "../../src/domains/index.js";
import { initParams, Policy, type ModelConfig } from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { Tokenizer, trainBpe } from "../../src/tokenizer/index.js";
import { drawTask, pretrainDocument } from "../../src/world/index.js";
import { PICO } from "../model/pico.js";

/** Samples of one expert whose every completion has the planted divergence of its domain, with some noise around it. */
function planted(
  expert: Domain,
  seed: number,
  kl: Partial<Record<Domain, number>>,
  noise = 0,
): ExpertSamples {
  const random = new Random(seed, expert);
  const samples = Object.entries(kl).flatMap(([data, mean]) =>
    Array.from({ length: 60 }, (_, i): DivergenceSample => {
      const value = mean + noise * (random.next() - 0.5);
      return {
        data: data as Domain,
        task: `${data} ${Math.floor(i / 2)}`,
        sample: i % 2,
        reward: 1,
        finish: "stop",
        tokens: 10,
        self: 1e-6,
        models: { ties: { kl: value, logRatio: value + (i % 2 ? 1 : -1) } },
      };
    }),
  );
  return { expert, seed, samples };
}

const KL = {
  math: { math: 0.1, coding: 0.9 },
  coding: { math: 0.15, coding: 0.2 },
  science: { math: 0.5, coding: 0.3 },
} as const;
const runs = (noise: number): ExpertSamples[] =>
  ([1, 2, 3] as const).flatMap((seed) =>
    (["math", "coding", "science"] as const).map((expert) =>
      planted(expert, seed, KL[expert], noise),
    ),
  );

describe("neighborhoods(runs)", () => {
  it("recovers planted divergences a completion and a token", () => {
    for (const cell of neighborhoods(runs(0))) {
      const { expert, data } = cell as {
        expert: keyof typeof KL;
        data: "math" | "coding";
      };
      const kl = KL[expert][data];
      expect(cell.perSequence.mean).toBeCloseTo(kl, 12);
      expect(cell.perToken.mean).toBeCloseTo(kl / 10, 12);
      expect(cell.sampledPerSequence.mean).toBeCloseTo(kl, 12);
      expect(cell.ratio!.mean).toBeCloseTo(kl / KL[data][data], 12);
      expect(cell.perSeed).toHaveLength(3);
      expect(cell).toMatchObject({
        prompts: 30,
        samples: 2,
        seeds: 3,
        tokens: 1800,
      });
      expect(cell.self).toBeCloseTo(1e-6, 12);
    }
  });

  it("names the neighbours of Eq. 1, which need not be mutual", () => {
    const cells = neighborhoods(runs(0.2), { factor: 2 });
    const verdict = (expert: string, data: string) =>
      cells.find((c) => c.expert === expert && c.data === data)!;
    expect(verdict("math", "math").verdict).toBe("own");
    expect(verdict("coding", "math")).toMatchObject({
      verdict: "inside",
      neighbor: true,
    });
    expect(verdict("math", "coding")).toMatchObject({
      verdict: "outside",
      neighbor: false,
    });
    expect(verdict("science", "math").verdict).toBe("outside");
    expect(verdict("science", "coding").verdict).toBe("inside");
    const tight = neighborhoods(runs(0.2), { factor: 1.5 });
    expect(
      tight.find((c) => c.expert === "coding" && c.data === "math")!.verdict,
    ).toBe("undecided");
  });

  it("has intervals that widen with the noise and hold the planted value", () => {
    const width = (noise: number): number => {
      const { low, high } = neighborhoods(runs(noise))[0]!.perSequence;
      expect(low).toBeLessThanOrEqual(0.1 + 1e-12);
      expect(high).toBeGreaterThanOrEqual(0.1 - 1e-12);
      return high - low;
    };
    expect(width(0.1)).toBeGreaterThan(2 * width(0.02));
  });

  it("throws RangeError without samples, with a prompt that one expert lacks, and for prompts of no expert", () => {
    expect(() => neighborhoods([])).toThrow(
      "neighborhoods: samples must not be empty, got 0",
    );
    expect(() => neighborhoods(runs(0), { factor: 0 })).toThrow(
      "neighborhoods: factor must be positive, got 0",
    );
    const lacking = runs(0);
    lacking[4] = { ...lacking[4]!, samples: lacking[4]!.samples.slice(2) };
    expect(() => neighborhoods(lacking)).toThrow(
      "neighborhoods: every expert must have completions of every prompt in every seed, got none of coding for math 0 in seed 2",
    );
    expect(() => neighborhoods([planted("math", 1, KL.coding)])).toThrow(
      "neighborhoods: every domain of prompts must have its own expert, got none for coding",
    );
  });
});

describe("sampleDivergences(policy, others, tokenizer, tasks)", () => {
  const corpus = new Random(1, "corpus");
  const tokenizer = Tokenizer.fromJson(
    trainBpe(
      Array.from({ length: 200 }, () => pretrainDocument(corpus)),
      { vocabSize: 320 },
    ),
  );
  const config: ModelConfig = {
    ...PICO,
    vocabSize: tokenizer.size,
    maxPositions: 512,
  };
  const policyOf = (seed: number): Policy =>
    Policy.fromParams(initParams(config, seed), config);
  const [expert, merged] = [policyOf(1), policyOf(2)];
  const tasks = (["math", "agent"] as const).map((domain) =>
    drawTask(domain, new Random(2, domain), { split: "train", level: 1 }),
  );
  const lines = sampleDivergences(
    expert,
    { same: expert, merged },
    tokenizer,
    tasks,
    {
      seed: 1,
      samples: 2,
      keep: 1,
    },
  );

  it("has a line a task and sample, with the domain of the prompt", () => {
    expect(lines.map(({ data, sample }) => `${data} ${sample}`)).toEqual([
      "math 0",
      "math 1",
      "agent 0",
      "agent 1",
    ]);
    expect(lines.map(({ completion }) => completion !== undefined)).toEqual([
      true,
      false,
      true,
      false,
    ]);
  });

  it("finds no divergence of the policy from itself and one from another policy", () => {
    for (const { models, self, tokens } of lines) {
      expect(models["same"]).toEqual({ kl: 0, logRatio: 0 });
      expect(models["merged"]!.kl).toBeGreaterThan(0.001);
      // Two readings of the same weights: float32 rounding only.
      expect(Math.abs(self)).toBeLessThan(1e-4 * tokens);
    }
  });

  it("gives the same lines for the same seed", () => {
    expect(
      sampleDivergences(expert, { same: expert, merged }, tokenizer, tasks, {
        seed: 1,
        samples: 2,
        keep: 1,
      }),
    ).toEqual(lines);
  });

  it("throws RangeError when samples is no positive integer", () => {
    expect(() =>
      sampleDivergences(expert, {}, tokenizer, tasks, { seed: 1, samples: 0 }),
    ).toThrow("sampleDivergences: samples must be a positive integer, got 0");
  });
});
