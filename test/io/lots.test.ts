import { describe, expect, it } from "vitest";
import { lotsOf } from "../../src/io/index.js";

describe("lotsOf(tensors, elementsOf)", () => {
  it("has every tensor once, in order", () => {
    const sizes = [5e6, 2e6, 1e6, 9e5, 3e5, 64, 64, 1, 0];
    const tensors = [...sizes.keys()];
    const lots = lotsOf(tensors, (i) => sizes[i]!);
    expect(lots.flat()).toEqual(tensors);
    expect(lots).toEqual([[0], [1], [2, 3], [4, 5, 6, 7, 8]]);
  });

  it("makes few jobs of 126,000 small tensors, and still enough for many threads", () => {
    const lots = lotsOf([...Array(126_000).keys()], () => 64);
    expect(lots.length).toBeLessThan(1000);
    expect(lots.length).toBeGreaterThan(100);
  });

  it("gives a large tensor a job of its own", () => {
    expect(lotsOf([1, 2, 3], () => 2 ** 21)).toEqual([[1], [2], [3]]);
  });
});
