/** TIES over a model that is merged tensor by tensor: the survey gives what the whole model in one array would. */
import { describe, expect, test } from "vitest";
import {
  type MergeContext,
  type TensorInput,
  methods,
} from "../../../src/merge/index.js";
import { arraySource } from "../../../src/merge/inMemory.js";
import type { GlobalTrim } from "../../../src/merge/parts/sparsify/globalTrim.js";
import { kthMagnitude } from "../../../src/merge/reference/kthMagnitude.js";
import { Random } from "../../../src/random.js";

/** A tensor of two experts over a base of zeros. */
function tensor(name: string, ...models: Float32Array[]): TensorInput {
  const { length } = models[0]!;
  return {
    name,
    shape: [length],
    length,
    base: arraySource(new Float32Array(length)),
    experts: models.map(arraySource),
    ids: models.map((_, m) => `${m}`),
  };
}

function survey(
  inputs: readonly TensorInput[],
  density: readonly number[],
): GlobalTrim & { rounds: string[] } {
  const plan = methods.ties.survey("paper")!;
  let context: MergeContext = { seed: 0, dialect: "paper", chunk: 2 ** 16 };
  const rounds: string[] = [];
  for (;;) {
    const total = inputs
      .map((input) => plan.tensor(input, { density, lambda: 1 }, context))
      .reduce((a, b) => plan.combine(a, b));
    const { found, again } = plan.finish(total, context);
    context = { ...context, survey: found };
    rounds.push((found as GlobalTrim).next);
    if (!again) return { ...(found as GlobalTrim), rounds };
  }
}

const LARGE = 2 ** 20 + 77;
function values(seed: number, length: number, scale = 1): Float32Array {
  const random = new Random(seed, "values");
  return Float32Array.from(
    { length },
    () => scale * (random.next() - 0.5) * (random.next() < 0.7 ? 1 : 0),
  );
}

describe("the survey of ties", () => {
  const models = [1, 2].map((m) => [
    values(m, LARGE),
    values(10 + m, 3000, 5),
    values(20 + m, 1, 9),
  ]);
  const inputs = [0, 1, 2].map((t) =>
    tensor(`t${t}`, models[0]![t]!, models[1]![t]!),
  );
  const total = LARGE + 3001;

  test.each([
    [0.2, 0.2],
    [0.65, 0.1],
    [0.9, 1],
  ])(
    "finds the thresholds of the whole model at densities %d and %d",
    (...density) => {
      const { thresholds } = survey(inputs, density);
      thresholds.forEach((threshold, m) => {
        const dropped = Math.trunc(
          total * Number((1 - density[m]!).toFixed(12)),
        );
        expect(threshold).toBe(
          dropped === 0 ? 0 : kthMagnitude(models[m]!, dropped),
        );
      });
    },
  );

  test("finds the majority of signs of what stays", () => {
    const up = [Float32Array.of(1, 2, -5, 0.1), Float32Array.of(1, 1, -5, 0)];
    // Half are dropped: 1 (threshold 1) and less go of the first, none of the second that is 1.
    expect(survey([tensor("a", ...up)], [0.5, 0.5]).majority).toBe(1);
    const down = up.map((array) => array.map((x) => -x));
    expect(survey([tensor("a", ...down)], [0.5, 0.5]).majority).toBe(-1);
    const even = [Float32Array.of(1, -1), Float32Array.of(1, -1)];
    expect(survey([tensor("a", ...even)], [1, 1]).majority).toBe(0);
  });

  test("looks at everything when the sample misleads", () => {
    // Where the sample of a large tensor does not look, values are far larger.
    const seen = new Set<number>();
    const spy = tensor("a", new Float32Array(LARGE), new Float32Array(LARGE));
    spy.experts[0]!.read = (start, out) => {
      if (out.length < 1000)
        for (let i = 0; i < out.length; i++) seen.add(start + i);
      out.fill(0);
    };
    const plan = methods.ties.survey("paper")!;
    const context: MergeContext = { seed: 0, dialect: "paper", chunk: 2 ** 16 };
    plan.tensor(spy, { density: [0.2, 0.2], lambda: 1 }, context);
    expect(seen.size).toBeGreaterThan(1000);
    expect(seen.size).toBeLessThan(LARGE / 2);

    const sly = Float32Array.from({ length: LARGE }, (_, i) =>
      seen.has(i) ? 1 : 2 + (i % 1000),
    );
    const found = survey([tensor("a", sly, sly)], [0.2, 0.2]);
    expect(found.rounds).toContain("everything");
    const dropped = Math.trunc(LARGE * 0.8);
    expect(found.thresholds[0]).toBe(kthMagnitude([sly], dropped));
  });

  test("does not depend on the order of the tensors", () => {
    const forward = survey(inputs, [0.2, 0.4]);
    const backward = survey([...inputs].reverse(), [0.2, 0.4]);
    expect(backward.thresholds).toEqual(forward.thresholds);
    expect(backward.majority).toBe(forward.majority);
  });

  test("adds tensor after tensor to one statistic, in place", () => {
    const plan = methods.ties.survey("paper")!;
    const options = { density: [0.2, 0.4], lambda: 1 };
    let context: MergeContext = { seed: 0, dialect: "paper", chunk: 2 ** 16 };
    const small = [...inputs.slice(1), ...inputs.slice(1)];
    for (const round of ["window", "balance", "nothing"]) {
      const apart = small
        .map((input) => plan.tensor(input, options, context))
        .reduce((a, b) => plan.combine(a, b));
      const [first, ...others] = small;
      const total = plan.tensor(first!, options, context);
      const { counts } = total;
      for (const input of others)
        expect(plan.tensor(input, options, context, total)).toBe(total);
      // The tables of a model's counts are made once, not for every one of its tensors.
      expect(total.counts).toBe(counts);
      expect(total).toEqual(apart);
      const { found } = plan.finish(total, context);
      expect((found as GlobalTrim).next).toBe(round);
      context = { ...context, survey: found };
    }
  });

  test("throws RangeError where the density differs between tensors", () => {
    const plan = methods.ties.survey("paper")!;
    const context: MergeContext = { seed: 0, dialect: "paper", chunk: 2 ** 16 };
    const [a, b] = [0.2, 0.3].map((density) =>
      plan.tensor(inputs[1]!, { density: [density, 0.2], lambda: 1 }, context),
    );
    const error = new RangeError(
      "ties: density must be the same for all tensors of a global trim, got 0.2, 0.2 and 0.3, 0.2",
    );
    expect(() => plan.combine(a!, b!)).toThrow(error);
    const options = { density: [0.3, 0.2], lambda: 1 };
    expect(() => plan.tensor(inputs[1]!, options, context, a)).toThrow(error);
  });
});
