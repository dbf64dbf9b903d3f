/** How sequences are put together for one pass. */
import { describe, expect, test } from "vitest";
import { microBatches } from "../../../src/model/score/microBatches.js";

describe("microBatches(lengths, maxTokens)", () => {
  test("puts every index once, sorted by length, within the budget", () => {
    const lengths = Array.from(
      { length: 200 },
      (_, i) => 20 + ((i * 37) % 150),
    );
    const batches = microBatches(lengths, 4096);
    expect([...batches.flat()].sort((a, b) => a - b)).toEqual(
      lengths.map((_, i) => i),
    );
    const sorted = batches.flat().map((i) => lengths[i]!);
    expect(sorted).toEqual([...sorted].sort((a, b) => a - b));
    for (const rows of batches) {
      expect(
        rows.length * Math.max(...rows.map((i) => lengths[i]!)),
      ).toBeLessThanOrEqual(4096);
    }
  });
  test("gives a sequence over the budget a micro-batch of its own", () => {
    expect(microBatches([5000, 3, 6000], 4096)).toEqual([[1], [0], [2]]);
  });
  test("cuts where padding costs more than another pass, and only there", () => {
    expect(microBatches([10, 11, 12], 8192)).toEqual([[0, 1, 2]]);
    expect(microBatches([3, 900, 4], 8192)).toEqual([[0, 2], [1]]);
    expect(microBatches([], 8192)).toEqual([]);
  });
  test.each([
    [[3, NaN], 100, "lengths must be finite numbers, got NaN at 1"],
    [[3], NaN, "maxTokens must be a positive number, got NaN"],
  ])("throws RangeError for %o and %d", (lengths, maxTokens, message) => {
    expect(() => microBatches(lengths, maxTokens)).toThrow(
      new RangeError(`microBatches: ${message}`),
    );
  });
});
