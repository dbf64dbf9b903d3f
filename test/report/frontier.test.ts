/** The chart of the compute frontier: drawn from small fixed rows it must be the committed SVG. */
import { describe, expect, test } from "vitest";
import * as report from "../../src/report/index.js";

const dot = (
  road: string,
  cost: number,
  score: number,
  reference: number | null = null,
  half = 2,
): report.FrontierDot => {
  const d = reference === null ? null : score - reference;
  return {
    road,
    cost,
    score,
    reference,
    difference: d === null ? null : { low: d - half, high: d + half },
    verdict:
      d === null
        ? null
        : d > half
          ? "better"
          : d < -half
            ? "worse"
            : "no difference shown",
  };
};

const rows = [
  ...[0.06, 0.12, 0.25, 0.5, 1].map((cost, i) =>
    dot("multi", cost, [38, 47, 54, 58, 60][i]!),
  ),
  dot("ties", 0.2, 45, 51.8),
  dot("ties", 0.5, 57, 58),
  dot("ties", 1, 63.5, 60),
  dot("cascade", 0.5, 52, 58, 3),
  dot("polish", 1.4, 66),
  dot("ties", 0, 63.5),
];
const caption =
  "Bars are paired 95 % intervals of the difference to the mixed run at the same cost; a filled dot is surely better or worse.";
const draw = () => report.frontier(rows, { caption });

describe("frontier(rows)", () => {
  test("draws the committed SVG", async () => {
    await expect(
      draw().svg.replaceAll("><", ">\n<") + "\n",
    ).toMatchFileSnapshot("snapshots/frontier.svg");
  });
  test("is one static document of width 640 without NaN, script or style sheet", () => {
    expect(draw().svg).toMatch(/^<svg [^>]*width="640"/);
    expect(draw().svg).not.toMatch(/NaN|undefined|<script|<style|<image/);
  });
  test("puts what is free at a place of its own, and has none where nothing is", () => {
    const ticks = (svg: string) =>
      [...svg.matchAll(/>([\d.e-]+)<\/text>/g)].map(([, text]) => text);
    expect(ticks(draw().svg)).toContain("0");
    const paid = report.frontier(rows.slice(0, 5)).svg;
    expect(ticks(paid)).not.toContain("0");
    expect(ticks(paid)).toEqual(
      expect.arrayContaining(["0.1", "0.2", "0.5", "1"]),
    );
  });
  test("throws RangeError without rows and for a negative cost", () => {
    expect(() => report.frontier([])).toThrow(
      "frontier: rows must not be empty, got 0 rows",
    );
    expect(() => report.frontier([dot("multi", -1, 0)])).toThrow(
      "frontier: cost must be at least 0, got -1",
    );
  });
});
