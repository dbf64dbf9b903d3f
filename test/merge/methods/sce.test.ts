import { describe, expect, test } from "vitest";
import {
  average,
  energyWeights,
  sce,
  taskArithmetic,
} from "../../../src/merge/index.js";
import { entries, randomModel, single, tuned } from "../fixture.js";

describe("sce", () => {
  test("sce(base, experts) weighs agreeing changes by their tensor's mean square", () => {
    // Energies 10 and 20 → weights 1/3 and 2/3; signs (+, +): the −3 is erased.
    const result = entries(sce(single(0, 0), [single(1, -3), single(2, 4)]));
    expect(result[0]).toBeCloseTo((1 * 10 + 2 * 20) / 30, 6);
    expect(result[1]).toBe(4);
  });

  test("sce(base, experts) counts a zero sum as positive", () => {
    expect(entries(sce(single(0, 0), [single(2, 1), single(-2, 1)]))).toEqual([
      2, 1,
    ]);
  });

  test("sce(base, experts) is a per-tensor method: scaling one expert's other tensor changes nothing here", () => {
    const base = randomModel(1);
    const [a, b] = [tuned(base, 2), tuned(base, 3)];
    const before = sce(base, [a, b]).get("model.norm.weight");
    a.get("model.embed_tokens.weight")!.data.forEach(
      (_, i, data) => (data[i]! *= 3),
    );
    expect(sce(base, [a, b]).get("model.norm.weight")).toEqual(before);
  });

  test("sce(base, experts) weighs tiny updates too", () => {
    const [a, b] = [single(1e-6, 1e-6), single(3e-6, 3e-6)];
    expect(entries(sce(single(0, 0), [a, b]))[0]).toBeCloseTo(
      (1 * 1 + 3 * 9) * 1e-7,
      10,
    );
  });

  test("energyWeights(deltas) sum to 1, and are equal when nothing changed", () => {
    expect(
      energyWeights([new Float32Array([3, 0]), new Float32Array([0, 4])]),
    ).toEqual([0.36, 0.64]);
    expect(energyWeights([new Float32Array(2), new Float32Array(2)])).toEqual([
      0.5, 0.5,
    ]);
  });
});

describe("average and taskArithmetic", () => {
  test("average(base, experts) is the mean of the experts, whatever the base", () => {
    expect(
      entries(average(single(100, 7), [single(1, 2), single(2, 4)])),
    ).toEqual([1.5, 3]);
  });

  test("average(base, copies) returns the model, bit for bit", () => {
    const model = randomModel(9);
    expect(average(randomModel(1), [model, model, model])).toEqual(model);
  });

  test("taskArithmetic(base, experts) adds the task vectors, not their mean", () => {
    expect(
      entries(taskArithmetic(single(1, 1), [single(2, 1), single(3, 0)])),
    ).toEqual([4, 0]);
  });

  test("taskArithmetic at lambda 1/M is the average", () => {
    const base = randomModel(1);
    const experts = [2, 3].map((seed) => tuned(base, seed));
    const [sum, mean] = [
      taskArithmetic(base, experts, { lambda: 0.5 }),
      average(base, experts),
    ];
    for (const [name, { data }] of sum) {
      data.forEach((value, i) =>
        expect(value).toBeCloseTo(mean.get(name)!.data[i]!, 6),
      );
    }
  });
});
