/** Charts of paradigms of experts: each, drawn from small fixed rows, must be the committed SVG. */
import { describe, expect, test } from "vitest";
import * as report from "../../src/report/index.js";

const caption = "n = 100 tasks × 2 samples, 1 seed; bars are 95 % intervals.";

const AXIS = [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, 1.25, 1.5];

const bowls: report.LandscapeRow[] = ["RL", "SFT"].flatMap((panel, p) =>
  AXIS.flatMap((y) =>
    AXIS.map((x) => ({
      panel,
      x,
      y,
      loss: 0.1 + (x - 1) ** 2 + (1 + p) * (y - 0.5) ** 2,
    })),
  ),
);

const kept: report.RetentionDot[] = ["Average", "TIES"].flatMap((merge, m) =>
  ["rl", "positive", "rollouts", "demonstrations"].map((paradigm, f) => ({
    paradigm,
    merge,
    kept: 90 - 20 * f + 5 * m,
    low: 80 - 22 * f,
    high: 105 - 18 * f,
  })),
);

const charts: Record<string, () => report.Figure> = {
  landscape: () =>
    report.landscape(bowls, { title: "Loss", caption, xLabel: "x", most: 2 }),
  retentionDots: () => report.retentionDots(kept, { caption }),
};

describe.each(Object.keys(charts))("%s(rows)", (name) => {
  test("draws the committed SVG", async () => {
    await expect(
      charts[name]!().svg.replaceAll("><", ">\n<") + "\n",
    ).toMatchFileSnapshot(`snapshots/${name}.svg`);
  });

  test("is one static document of width 640 without NaN, script or style sheet", () => {
    const { svg } = charts[name]!();
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="640"/,
    );
    expect(svg).not.toMatch(/NaN|undefined|<script|<style|<image/);
  });
});

describe("landscape(rows)", () => {
  test("says which losses its bands are", () => {
    const { svg } = report.landscape(bowls, { most: 10 });
    // From 0.1 to 4.6 … in eight equal steps of log loss.
    expect(svg).toContain("the loss rises through 0.16,");
  });

  test("throws RangeError without rows, for a loss of 0 and for a grid with holes", () => {
    expect(() => report.landscape([])).toThrow(
      "landscape: rows must not be empty, got 0 rows",
    );
    expect(() => report.landscape([{ x: 0, y: 0, loss: 0 }])).toThrow(
      "landscape: loss must be above 0, got 0",
    );
    expect(() =>
      report.landscape(
        bowls.slice(0, 80).map((row) => ({ ...row, panel: "" })),
      ),
    ).toThrow(
      "landscape: rows must be a full grid of at least 3 × 3, got 80 points at 9 × 9 places",
    );
  });
});

test("retentionDots(rows) throws RangeError without rows", () => {
  expect(() => report.retentionDots([])).toThrow(
    "retentionDots: rows must not be empty, got 0 rows",
  );
});
