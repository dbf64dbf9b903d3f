import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  BENCHMARK_NAMES,
  BENCHMARKS,
  benchmark,
  evaluate,
  readRecords,
  summarize,
} from "../../src/evaluate/index.js";
import { loadPolicy, type Policy } from "../../src/model/index.js";
import type { Tokenizer } from "../../src/tokenizer/index.js";
import { splitOf } from "../../src/world/index.js";
import { picoStudy } from "../study/pico.js";

let policy: Policy;
let tokenizer: Tokenizer;
let folder: string;
beforeAll(() => {
  folder = picoStudy();
  ({ policy, tokenizer } = loadPolicy(join(folder, "base")));
});
afterAll(() => policy.dispose());

describe("benchmark(name)", () => {
  it.each(BENCHMARK_NAMES)(
    "%s has 100 different tasks of the benchmark split",
    (name) => {
      const tasks = benchmark(name);
      expect(new Set(tasks.map(({ id }) => id)).size).toBe(100);
      expect(tasks.every(({ id }) => splitOf(id) === "benchmark")).toBe(true);
      expect(new Set(tasks.map(({ domain }) => domain))).toEqual(
        new Set([BENCHMARKS.find((b) => b.name === name)!.domain]),
      );
    },
  );
  it("is the beginning of the longer one when fewer items are asked for", () => {
    expect(benchmark("lcbV5", { items: 7 })).toEqual(
      benchmark("lcbV5").slice(0, 7),
    );
  });
  it("has held-out constraint types only in ifbench", () => {
    expect(new Set(benchmark("ifbench").map(({ kind }) => kind))).toEqual(
      new Set(["heldOut"]),
    );
    expect(benchmark("ifeval").some(({ kind }) => kind === "heldOut")).toBe(
      false,
    );
  });
  it("has multiple choice in gpqa and nowhere else", () => {
    const isChoice = (name: string): boolean[] =>
      benchmark(name).map(({ kind }) => kind.endsWith("Choice"));
    expect(isChoice("gpqa").every(Boolean)).toBe(true);
    expect(isChoice("hle").some(Boolean)).toBe(false);
  });
  it("throws TaskError for an unknown name", () => {
    expect(() => benchmark("aime23")).toThrow(
      'benchmark: unknown benchmark "aime23"; known: aime24, aime25, lcbV5, lcbV6, hle, gpqa, ifeval, ifbench, bfcl, followEnglish, followNewEnglish, sumsEnglish, choiceEnglish',
    );
    expect(() => benchmark("aime24", { items: 0 })).toThrow(
      "benchmark: items must be a positive integer, got 0",
    );
  });
});

describe("evaluate(policy, tokenizer, name)", () => {
  const options = { items: 60, samples: 2, seed: 3 };

  it("writes the same bytes after it was interrupted anywhere", async () => {
    const whole = join(folder, "whole.jsonl");
    const first = await evaluate(policy, tokenizer, "gpqa", {
      ...options,
      recordsPath: whole,
    });
    const bytes = readFileSync(whole);
    for (const kept of [
      30,
      400,
      Math.floor(bytes.length * 0.85),
      bytes.length - 3,
    ]) {
      const cut = join(mkdtempSync(join(tmpdir(), "m2rl-cut-")), "cut.jsonl");
      copyFileSync(whole, cut);
      truncateSync(cut, kept);
      const again = await evaluate(policy, tokenizer, "gpqa", {
        ...options,
        recordsPath: cut,
      });
      expect(readFileSync(cut).equals(bytes)).toBe(true);
      expect(again).toEqual(first);
    }
  });
  it("does not sample again what is on disk", async () => {
    const path = join(folder, "counted.jsonl");
    await evaluate(policy, tokenizer, "hle", { ...options, recordsPath: path });
    const seen: number[] = [];
    await evaluate(policy, tokenizer, "hle", {
      ...options,
      recordsPath: path,
      onProgress: (done) => seen.push(done),
    });
    expect(seen).toEqual([120]);
  });
  it("refuses records of another model, and replaces them where the caller says so", async () => {
    const path = join(folder, "model.jsonl");
    const few = { items: 2, samples: 1, recordsPath: path };
    await evaluate(policy, tokenizer, "hle", { ...few, model: "a" });
    await expect(
      evaluate(policy, tokenizer, "hle", { ...few, model: "b" }),
    ).rejects.toThrow('got model "a" where "b" is evaluated');
    expect(readRecords(path).header.model).toBe("a");
    await evaluate(policy, tokenizer, "hle", {
      ...few,
      model: "b",
      replaceRecords: true,
    });
    expect(readRecords(path).header.model).toBe("b");
  });
  it("keeps tokens with their log-probabilities where it is asked to, and the same records otherwise", async () => {
    const options = { items: 2, samples: 2, seed: 1, keep: 1 };
    const plain = await evaluate(policy, tokenizer, "bfcl", options);
    const kept = await evaluate(policy, tokenizer, "bfcl", {
      ...options,
      keepTokens: true,
    });
    const { pieces, ...rest } = kept.records[0]!;
    expect([rest, ...kept.records.slice(1)]).toEqual(plain.records);
    const sampled = pieces!.filter(([, logprob]) => logprob !== null);
    expect(sampled).toHaveLength(rest.tokens);
    expect(sampled.every(([, logprob]) => logprob! <= 0)).toBe(true);
    const text = pieces!.map(([piece]) => piece).join("");
    expect(text).toContain(rest.completion!.slice(0, 10));
  });

  it("keeps the text of the first sample of few items", async () => {
    const { records } = await evaluate(policy, tokenizer, "aime24", {
      items: 4,
      samples: 2,
      keep: 2,
    });
    expect(records.map(({ completion }) => completion !== undefined)).toEqual([
      ...[true, false, true, false],
      ...[false, false, false, false],
    ]);
  });
  it("summarises to what its records say", async () => {
    const path = join(folder, "summary.jsonl");
    const result = await evaluate(policy, tokenizer, "bfcl", {
      items: 3,
      samples: 2,
      recordsPath: path,
    });
    expect(summarize("bfcl", readRecords(path).records)).toEqual(result);
    const shares = Object.values(result.outcomes).reduce((a, b) => a + b, 0);
    expect(shares).toBeCloseTo(1, 12);
    expect(result.items).toBe(3);
  });
  it("throws TaskError when a record is not where the benchmark has it", async () => {
    const path = join(folder, "moved.jsonl");
    await evaluate(policy, tokenizer, "hle", {
      items: 2,
      samples: 1,
      recordsPath: path,
    });
    const [header, a, b] = readFileSync(path, "utf8").split("\n");
    writeFileSync(path, `${header}\n${b}\n${a}\n`);
    await expect(
      evaluate(policy, tokenizer, "hle", {
        items: 2,
        samples: 1,
        recordsPath: path,
      }),
    ).rejects.toThrow("line 2 must be sample 0 of");
  });
  it("refuses options out of range before anything is sampled", async () => {
    await expect(
      evaluate(policy, tokenizer, "hle", { samples: 0 }),
    ).rejects.toThrow("evaluate: samples must be a positive integer, got 0");
    const path = join(folder, "never.jsonl");
    await expect(
      evaluate(policy, tokenizer, "hle2", { recordsPath: path }),
    ).rejects.toThrow("unknown benchmark");
    expect(existsSync(path)).toBe(false);
  });
});
