import { describe, expect, test } from "vitest";
import {
  divergences,
  generate,
  initParams,
  Policy,
  scoreSequences,
  type ModelConfig,
} from "../../../src/model/index.js";
import { PICO } from "../pico.js";

const config: ModelConfig = { ...PICO, vocabSize: 6 };
const policyOf = (seed: number): Policy =>
  Policy.fromParams(initParams(config, seed), config);
const [p, q] = [policyOf(1), policyOf(2)];
const PROMPT = [3, 1];

/** All continuations of `length` tokens over the whole vocabulary. */
function continuations(length: number): number[][] {
  if (length === 0) return [[]];
  return continuations(length - 1).flatMap((head) =>
    Array.from({ length: config.vocabSize }, (_, v) => [...head, v]),
  );
}

const marked = (completion: readonly number[]) => ({
  tokens: [...PROMPT, ...completion],
  mask: [...PROMPT.map(() => false), ...completion.map(() => true)],
});
const sum = (values: ArrayLike<number>): number =>
  Array.from(values).reduce((a, b) => a + b, 0);

describe("divergences(policy, others, sequences)", () => {
  test("finds the divergence that enumerating every completion gives, by both estimators", () => {
    const all = continuations(3); // 216 completions: the whole distribution
    const found = divergences(p, [q], all.map(marked));
    const lnP = scoreSequences(
      p,
      all.map((c) => [...PROMPT, ...c]),
    ).map((values) => sum(values.subarray(PROMPT.length)));
    const lnQ = scoreSequences(
      q,
      all.map((c) => [...PROMPT, ...c]),
    ).map((values) => sum(values.subarray(PROMPT.length)));
    expect(sum(lnP.map(Math.exp))).toBeCloseTo(1, 5);
    const exact = sum(lnP.map((ln, i) => Math.exp(ln) * (ln - lnQ[i]!)));
    const mean = (of: (i: number) => number): number =>
      sum(lnP.map((ln, i) => Math.exp(ln) * of(i)));
    expect(exact).toBeGreaterThan(0.01);
    expect(mean((i) => sum(found[i]!.others[0]!.logRatio))).toBeCloseTo(
      exact,
      5,
    );
    expect(mean((i) => sum(found[i]!.others[0]!.kl))).toBeCloseTo(exact, 5);
    found.forEach(({ logprobs }, i) =>
      expect(sum(logprobs)).toBeCloseTo(lnP[i]!, 4),
    );
  });

  test("varies less by the exact form than by the sampled one, around the same mean", () => {
    const n = 400;
    const sampled = generate(
      p,
      Array.from({ length: n }, () => PROMPT),
      {
        maxNewTokens: 4,
        stop: 0,
        seed: 1,
        streams: Array.from({ length: n }, (_, i) => `y${i}`),
      },
    ).map(({ tokens }) => tokens);
    const found = divergences(p, [q], sampled.map(marked));
    const spread = (of: "kl" | "logRatio") => {
      const values = found.map(({ others }) => sum(others[0]![of]));
      const mean = sum(values) / n;
      return {
        mean,
        sd: Math.sqrt(sum(values.map((v) => (v - mean) ** 2)) / n),
      };
    };
    const [exact, drawn] = [spread("kl"), spread("logRatio")];
    expect(exact.sd).toBeLessThan(drawn.sd);
    expect(Math.abs(exact.mean - drawn.mean)).toBeLessThan(
      4 * (drawn.sd / Math.sqrt(n)),
    );
  });

  test("is exactly 0 for the policy itself, and the same alone as among others", () => {
    const rows = [marked([1, 2, 3, 4]), marked([5]), marked([0, 0])];
    const together = divergences(p, [p, q], rows);
    for (const { others } of together) {
      expect(sum(others[0]!.kl)).toBe(0);
      expect(sum(others[0]!.logRatio)).toBe(0);
    }
    rows.forEach((row, i) => {
      const [alone] = divergences(p, [q], [row], { maxTokens: 8 });
      expect(sum(alone!.others[0]!.kl)).toBeCloseTo(
        sum(together[i]!.others[1]!.kl),
        5,
      );
    });
  });

  test("resolves a divergence far below the rounding of one log-probability, and never has a negative one", () => {
    const rows = continuations(3).map(marked);
    const params = p.toParams();
    const nudged = (size: number): number => {
      const near = new Map(
        [...params].map(([name, param]) => [
          name,
          {
            ...param,
            data: param.data.map((w, i) => w * (1 + size * Math.sin(i + 1))),
          },
        ]),
      );
      const other = Policy.fromParams(near, config);
      const found = divergences(p, [other], rows).flatMap(({ others }) => [
        ...others[0]!.kl,
      ]);
      other.dispose();
      expect(Math.min(...found)).toBeGreaterThanOrEqual(0);
      return sum(found) / found.length;
    };
    // KL is quadratic in a small change: ten times the change, a hundred times the divergence.
    const [small, large] = [nudged(3e-4), nudged(3e-3)];
    expect(small).toBeLessThan(1e-7);
    expect(large / small).toBeGreaterThan(80);
    expect(large / small).toBeLessThan(120);
  });

  test("compares token under the masks only", () => {
    const [all] = divergences(p, [q], [marked([1, 2, 3])]);
    const [some] = divergences(
      p,
      [q],
      [
        {
          tokens: [...PROMPT, 1, 2, 3],
          mask: [true, false, true, false, true],
        },
      ],
    );
    const { kl } = all!.others[0]!;
    expect([...some!.others[0]!.kl]).toEqual([kl[0], kl[2]]);
    expect(divergences(p, [q], [])).toEqual([]);
    expect(
      divergences(p, [q], [{ tokens: [1], mask: [true] }])[0]!.logprobs,
    ).toHaveLength(0);
  });

  test("throws RangeError when mask and tokens differ in number", () => {
    expect(() =>
      divergences(p, [q], [{ tokens: [1, 2], mask: [true] }]),
    ).toThrow(
      "divergences: mask must be as long as tokens, got 1 for 2 in sequence 0",
    );
  });
});
