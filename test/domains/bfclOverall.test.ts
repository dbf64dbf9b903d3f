/** The overall score of BFCL v3; expected values are worked out by hand. */
import { describe, expect, it } from "vitest";
import {
  BFCL_CATEGORIES,
  bfclOverall,
  type BfclCategory,
  type BfclScore,
} from "../../src/domains/agent/bfcl/overall.js";

const all = (share: number): Record<BfclCategory, BfclScore> =>
  Object.fromEntries(
    Object.entries(BFCL_CATEGORIES).map(([name, total]) => [
      name,
      { right: total * share, total },
    ]),
  ) as Record<BfclCategory, BfclScore>;

describe("bfclOverall(scores)", () => {
  it("gives 1 for all right, and one half for half of each", () => {
    expect(bfclOverall(all(1))).toEqual({
      overall: 1,
      nonLive: 1,
      live: 1,
      multiTurn: 1,
      missing: [],
    });
    expect(bfclOverall(all(0.5)).overall).toBeCloseTo(0.5, 12);
  });

  it("weighs the three languages of simple together as one of five", () => {
    const scores = { ...all(0), java: { right: 100, total: 100 } };
    expect(bfclOverall(scores).nonLive).toBeCloseTo(1 / 15, 12);
    expect(bfclOverall(scores).overall).toBeCloseTo(1 / 45, 12);
  });

  it("counts irrelevance in the means, live ones by the number of tasks", () => {
    const scores = {
      ...all(0),
      irrelevance: { right: 240, total: 240 },
      live_irrelevance: { right: 882, total: 882 },
    };
    expect(bfclOverall(scores).nonLive).toBeCloseTo(1 / 5, 12);
    expect(bfclOverall(scores).live).toBeCloseTo(882 / 2251, 12);
  });

  it("counts a missing category as 0 and names it", () => {
    const { live, missing, multiTurn } = bfclOverall({
      live_relevance: { right: 9, total: 18 },
      multi_turn_base: { right: 50, total: 100 },
    });
    expect(live).toBeCloseTo(9 / 2251, 12);
    expect(multiTurn).toBeCloseTo(1 / 8, 12);
    expect(missing).toHaveLength(15);
  });

  it("throws RangeError on impossible numbers and unknown categories", () => {
    expect(() => bfclOverall({ simple: { right: 2, total: 1 } })).toThrow(
      "bfclOverall: simple must have 0 ≤ right ≤ total and total ≥ 1, got 2 of 1",
    );
    expect(() =>
      bfclOverall({ nope: { right: 0, total: 1 } } as never),
    ).toThrow("bfclOverall: unknown category nope");
  });
});
