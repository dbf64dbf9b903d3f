/** The common pool of answers, and an untrained model as its judge. */
import { describe, expect, test } from "vitest";
import { TaskError } from "../../src/error.js";
import {
  benchmark,
  commonPool,
  judgePool,
  reviewableBenchmarks,
} from "../../src/evaluate/index.js";
import { initParams, Policy, type ModelConfig } from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { Tokenizer, trainBpe } from "../../src/tokenizer/index.js";
import { pretrainDocument } from "../../src/world/index.js";
import { PICO } from "../model/pico.js";

describe("commonPool(benchmark)", () => {
  test("has answers of math, coding, science and instruction", () => {
    const names = reviewableBenchmarks();
    for (const name of ["aime24", "lcbV5", "hle", "ifeval"] as const)
      expect(names).toContain(name);
    expect(names).not.toContain("bfcl");
  });
  test.each(["aime24", "lcbV5", "hle", "ifeval"])(
    "of %s: half right, half wrong, and one with a planted line for each task",
    (name) => {
      const pool = commonPool(name, { items: 6, answers: 4 });
      expect(pool).toHaveLength(6 * 5);
      const known = benchmark(name).map(({ id }) => id);
      expect(new Set(pool.map(({ task }) => task)).size).toBe(6);
      for (const { task, fault, sample, reviews } of pool) {
        const { outcome, process } = reviews;
        expect(known).toContain(task);
        expect(fault).toBe(["none", "slip", "none", "slip", "planted"][sample]);
        expect(process.right).toBe(fault !== "slip");
        expect(outcome).toMatchObject({ claim: process.claim, shown: [] });
        expect(process.shown.length).toBeGreaterThan(0);
        if (fault === "none") expect(process.wrongLine).toBeNull();
        if (fault === "planted") expect(process.wrongLine).not.toBeNull();
      }
    },
  );
  test("is the same every time, and its beginning that of a larger one", () => {
    const small = commonPool("hle", { items: 3 });
    expect(commonPool("hle", { items: 3 })).toEqual(small);
    expect(commonPool("hle", { items: 5 }).slice(0, small.length)).toEqual(
      small,
    );
  });
  test("throws on an odd number of answers, and where no answer can be reviewed", () => {
    expect(() => commonPool("hle", { answers: 3 })).toThrow(
      new RangeError(
        "commonPool: answers must be an even positive integer, got 3",
      ),
    );
    expect(() => commonPool("bfcl", { items: 2 })).toThrow(
      new TaskError(
        "commonPool: benchmark must have 2 tasks whose answers can be reviewed, got 0 of 16 in bfcl",
      ),
    );
  });
});

test("judgePool lets a model say something of every answer in both modes, the same for the same seed", () => {
  const random = new Random(1, "corpus");
  const tokenizer = Tokenizer.fromJson(
    trainBpe(
      Array.from({ length: 200 }, () => pretrainDocument(random)),
      { vocabSize: 320 },
    ),
  );
  const config: ModelConfig = {
    ...PICO,
    vocabSize: tokenizer.size,
    maxPositions: 512,
  };
  const policy = Policy.fromParams(initParams(config, 1), config);
  const judge = (seed: number) =>
    judgePool(policy, tokenizer, "aime24", { items: 2, answers: 2, seed });
  const lines = judge(1);
  expect(lines.map(({ fault }) => fault)).toEqual([
    ...["none", "slip", "planted"],
    ...["none", "slip", "planted"],
  ]);
  for (const { judgements } of lines)
    for (const { verdict, line, tokens } of Object.values(judgements)) {
      expect([verdict, line]).toEqual([null, null]); // it knows no words
      expect(tokens).toBeGreaterThan(0);
    }
  expect(judge(1)).toEqual(lines);
  expect(judge(2)).not.toEqual(lines);
});
