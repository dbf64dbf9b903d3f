import { describe, expect, test } from "vitest";
import { liveHandles, tf } from "../../../src/engine/index.js";
import {
  generate,
  initParams,
  Policy,
  scoreSequences,
  type GenerateOptions,
} from "../../../src/model/index.js";
import { PICO } from "../pico.js";

const policy = Policy.fromParams(initParams(PICO, 3), PICO);
const prompts = [[1, 2, 3], [4], [5, 6, 7, 8, 9, 10], [1, 2, 3]];
const base: GenerateOptions = {
  maxNewTokens: 40,
  stop: 0,
  seed: 1,
  streams: ["a", "b", "c", "d"],
};

describe("generate", () => {
  test("log-probabilities of the cached decoder equal those of the full forward pass", () => {
    const completions = generate(policy, prompts, base);
    const scored = scoreSequences(
      policy,
      completions.map((c, i) => [...prompts[i]!, ...c.tokens]),
    );
    completions.forEach((c, i) => {
      const expected = scored[i]!.slice(prompts[i]!.length);
      c.logprobs.forEach((value, t) =>
        expect(value).toBeCloseTo(expected[t]!, 4),
      );
    });
  });

  test("a row depends on its seed and stream, not on its neighbours or their number", () => {
    const together = generate(policy, prompts, base);
    const alone = generate(policy, [prompts[2]!], { ...base, streams: ["c"] });
    expect(alone[0]!.tokens).toEqual(together[2]!.tokens);
    expect(together[3]!.tokens).not.toEqual(together[0]!.tokens); // same prompt, other stream
    expect(
      generate(policy, prompts, { ...base, batchSize: 2 }).map((c) => c.tokens),
    ).toEqual(together.map((c) => c.tokens));
    expect(
      generate(policy, prompts, { ...base, seed: 2 })[0]!.tokens,
    ).not.toEqual(together[0]!.tokens);
  });

  test("rows stop at their stop token or at their own limit", () => {
    const completions = generate(policy, prompts, {
      ...base,
      maxNewTokens: [3, 5, 40, 40],
      stop: 11,
    });
    for (const [i, { tokens, finish }] of completions.entries()) {
      const at = tokens.indexOf(11);
      expect(finish).toBe(at >= 0 ? "stop" : "length");
      expect(tokens.length).toBe(at >= 0 ? at + 1 : [3, 5, 40, 40][i]);
    }
  });

  test("appended tokens are seen exactly as if the whole history had been the prompt", () => {
    const appended = [20, 21, 22];
    const [completion] = generate(policy, [[1, 2, 3]], {
      ...base,
      maxNewTokens: 4,
      stop: -1,
      streams: ["x"],
      onTurn: (() => {
        let turns = 0;
        return () => (turns++ < 2 ? appended : null);
      })(),
    });
    expect(completion!.turns).toBe(3);
    expect(completion!.tokens.length).toBe(3 * 4 + 2 * 3);
    expect(completion!.sampled.map(Number).join("")).toBe("111100011110001111");
    expect(completion!.tokens.slice(4, 7)).toEqual(appended);
    const scored = scoreSequences(policy, [
      [1, 2, 3, ...completion!.tokens],
    ])[0]!.slice(3);
    completion!.logprobs.forEach((value, t) => {
      if (completion!.sampled[t]) expect(value).toBeCloseTo(scored[t]!, 4);
    });
  });

  test("a sequence never outgrows the model's positions", () => {
    const [completion] = generate(policy, [[1, 2, 3]], {
      ...base,
      maxNewTokens: 1000,
      stop: -1,
      streams: ["long"],
    });
    expect(completion!.tokens.length).toBe(PICO.maxPositions - 3);
    expect(completion!.finish).toBe("length");
  });

  test("sampled tokens follow the model's distribution", () => {
    const rows = 2000;
    const completions = generate(
      policy,
      Array.from({ length: rows }, () => [1, 2, 3]),
      {
        ...base,
        maxNewTokens: 1,
        streams: Array.from({ length: rows }, (_, i) => `row${i}`),
      },
    );
    const expected = Array.from({ length: PICO.vocabSize }, (_, v) =>
      Math.exp(scoreSequences(policy, [[1, 2, 3, v]])[0]![3]!),
    );
    const counts = new Array<number>(PICO.vocabSize).fill(0);
    for (const c of completions) counts[c.tokens[0]!]!++;
    const chi2 = counts.reduce(
      (sum, n, v) =>
        sum + (n - rows * expected[v]!) ** 2 / (rows * expected[v]!),
      0,
    );
    expect(chi2).toBeLessThan(110); // 63 degrees of freedom: above 110 once in 4,000 seeds
  });

  test("no tensor and no handle outlives a call, one that throws included", () => {
    const before = tf.memory().numTensors;
    generate(policy, prompts, base);
    const onTurn = (): never => {
      throw new Error("the environment broke");
    };
    expect(() => generate(policy, prompts, { ...base, onTurn })).toThrow(
      "the environment broke",
    );
    expect(tf.memory().numTensors).toBe(before);
    expect(liveHandles()).toBe(0);
  });

  test.each([
    [{ temperature: -1 }, "generate: temperature must be at least 0, got -1"],
    [{ topP: 0 }, "generate: topP must be in (0, 1], got 0"],
    [
      { streams: ["a"] },
      "generate: streams must have one name for each of 4 prompts, got 1",
    ],
    [
      { maxNewTokens: 0 },
      "generate: maxNewTokens must be a positive integer for every row, got 0 for row 0",
    ],
  ])("bad option %o is refused", (options, message) => {
    expect(() => generate(policy, prompts, { ...base, ...options })).toThrow(
      message,
    );
  });

  test("an empty prompt is refused", () => {
    expect(() => generate(policy, [[]], { ...base, streams: ["a"] })).toThrow(
      "generate: prompt 0 must have 1 to 127 tokens, got 0",
    );
  });

  test("no turn begins with a token of notFirst; the likeliest of the others is taken when greedy", () => {
    const notFirst = Array.from(
      { length: PICO.vocabSize },
      (_, id) => id,
    ).filter((id) => id % 2 === 0);
    const turns = (temperature: number) => {
      const first: number[] = [];
      const best: number[] = [];
      const isFirst = prompts.map(() => true);
      const completions = generate(policy, prompts, {
        ...{ ...base, maxNewTokens: 3, stop: 0, temperature, notFirst },
        onToken(row, token, probabilities) {
          if (isFirst[row]) {
            first.push(token);
            const odd = [...probabilities].map((p, id) => (id % 2 ? p : 0));
            best.push(odd.indexOf(Math.max(...odd)));
          }
          isFirst[row] = false;
          return false;
        },
        onTurn(row, { tokens }) {
          isFirst[row] = true;
          return first.length < 2 * prompts.length && tokens.length > 0
            ? [9]
            : null;
        },
      });
      return { first, best, completions };
    };
    for (const temperature of [0, 1]) {
      const { first, best, completions } = turns(temperature);
      expect(first.length).toBeGreaterThan(prompts.length);
      expect(first.every((token) => token % 2 === 1)).toBe(true);
      if (temperature === 0) expect(first).toEqual(best);
      // the log-probability is that of the whole distribution, as under a nucleus
      const scored = scoreSequences(
        policy,
        completions.map((c, i) => [...prompts[i]!, ...c.tokens]),
      );
      completions.forEach((c, i) =>
        expect(c.logprobs[0]).toBeCloseTo(scored[i]![prompts[i]!.length]!, 4),
      );
    }
  });
});
