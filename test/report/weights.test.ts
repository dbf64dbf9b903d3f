/** Charts of weights, and the page of `m2rl diff`. */
import { describe, expect, test } from "vitest";
import * as report from "../../src/report/index.js";

const caption = "n = 2 experts, 1 seed.";

const cells: report.HeatRow[] = ["masks", "shuffled"].flatMap((panel, p) =>
  ["Q", "K"].flatMap((x, i) =>
    ["layer 0", "layer 1"].map((y, j) => ({
      panel,
      x,
      y,
      value: 0.2 + 0.1 * i + 0.3 * j - 0.05 * p,
    })),
  ),
);

const points: report.CurvePointRow[] = [1e-3, 1e-2, 0.1].flatMap((x, i) => [
  {
    series: "overlap",
    x,
    y: 0.9 - 0.2 * i,
    low: 0.8 - 0.2 * i,
    high: 0.95 - 0.2 * i,
  },
  { series: "independent", x, y: 0.9 - 0.4 * i },
]);

const charts: Record<string, () => report.Figure> = {
  heatMap: () =>
    report.heatMap(cells, {
      title: "Overlap",
      caption,
      domain: [0, 1],
      xLabel: "matrix",
    }),
  heatMapDiverging: () =>
    report.heatMap(
      [
        { x: "math", y: "coding", value: 0.3 },
        { x: "coding", y: "math", value: -0.2 },
      ],
      { scale: "diverging", order: ["math", "coding"] },
    ),
  overlapCurves: () =>
    report.overlapCurves(
      [1e-3, 1e-2].map((eta, i) => ({
        eta,
        rate: 0.9 - 0.4 * i,
        jaccard: 0.8 - 0.2 * i,
        givenMagnitude: 0.79 - 0.2 * i,
        shuffled: 0.78 - 0.2 * i,
        random: 0.8 - 0.5 * i,
      })),
      { title: "By tolerance", caption },
    ),
  shiftCosines: () =>
    report.shiftCosines(
      ["attention", "feed-forward"].flatMap((panel, p) =>
        ["math – coding", "math – agent"].map((pair, i) => ({
          panel,
          pair,
          exact: 0.12 - 0.1 * i + 0.02 * p,
          projected: 0.08 - 0.15 * i + 0.05 * p,
          error: 0.06,
        })),
      ),
      { title: "Exact and projected", caption },
    ),
  curves: () =>
    report.curves(points, {
      title: "By tolerance",
      caption,
      xScale: "log",
      xLabel: "η",
      yLabel: "overlap",
      marks: [{ x: 0.001, label: "paper" }],
    }),
  mergeEffects: () =>
    report.mergeEffects(
      [
        { method: "average", label: "Average", carried: 0.8, dropped: 0 },
        { method: "ties", label: "TIES", carried: 0.6, dropped: 0.25 },
      ].flatMap((row, i) =>
        [1, 2].map((seed) => ({
          ...row,
          seed,
          overruled: 1 - row.carried - row.dropped,
          length: 0.6 + i + 0.05 * seed,
          cosine: 1 - 0.3 * i,
          taken: { math: 0.3 + 0.3 * i, coding: 0.25 + 0.3 * i },
        })),
      ),
      { caption },
    ),
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

test("heatMap keeps the given order of names, for columns and rows", () => {
  const { svg } = charts["heatMapDiverging"]!();
  const names = [...svg.matchAll(/>(math|coding)</g)].map(([, name]) => name);
  expect(names).toEqual(["math", "coding", "math", "coding"]);
});

test("overlapCurves leaves out what a single expert has not", () => {
  const { svg } = report.overlapCurves(
    [1e-3, 1e-2].map((eta) => ({
      eta,
      rate: 0.5,
      jaccard: null,
      givenMagnitude: null,
      shuffled: null,
      random: null,
    })),
  );
  expect(svg).toContain("share changed");
  expect(svg).not.toMatch(/experts|independent/);
});

test("shiftCosines spans its axis over every interval and zero", () => {
  const { svg } = report.shiftCosines([
    { panel: "a", pair: "x – y", exact: 0.6, projected: 0.5, error: 0.3 },
  ]);
  const ticks = [...svg.matchAll(/>([−\d.]+)<\/text>/g)].map(([, tick]) =>
    Number(tick!.replace("−", "-")),
  );
  expect(Math.min(...ticks)).toBe(0);
  expect(Math.max(...ticks)).toBeGreaterThanOrEqual(0.8);
});

test("mergeEffects draws the mean over seeds as bars that fill the line", () => {
  const { svg } = charts["mergeEffects"]!();
  const bars = [...svg.matchAll(/>(\d+)<\/text>/g)].map(([, text]) => text);
  for (const share of ["80", "20", "60", "15", "25"])
    expect(bars).toContain(share);
});

test("heatMap, shiftCosines, curves and mergeEffects throw RangeError when there is no row", () => {
  expect(() => report.shiftCosines([])).toThrow(
    new RangeError("shiftCosines: rows must not be empty, got 0 rows"),
  );
  expect(() => report.heatMap([])).toThrow(
    new RangeError("heatMap: rows must not be empty, got 0 rows"),
  );
  expect(() => report.curves([])).toThrow(
    new RangeError("curves: rows must not be empty, got 0 rows"),
  );
  expect(() => report.mergeEffects([])).toThrow(
    new RangeError("mergeEffects: rows must not be empty, got 0 rows"),
  );
});

describe("page(options)", () => {
  const html = report.page({
    title: "a < b & c",
    lead: ["lead"],
    sections: [
      {
        title: "Rates",
        text: ["<script>alert(1)</script>"],
        tables: [
          {
            columns: ["model", "rate"],
            rows: [
              ["x<y", 0.30449],
              ["none", null],
            ],
          },
        ],
        figures: [charts["curves"]!()],
      },
    ],
  });

  test("holds titles, paragraphs, tables with rounded numbers, and figures", () => {
    expect(html).toContain("<title>a &lt; b &amp; c</title>");
    expect(html).toContain("<td>x&lt;y</td><td>0.304</td>");
    expect(html).toContain("<td>none</td><td>–</td>");
    expect(html.match(/<svg /g)).toHaveLength(1);
  });

  test("fetches nothing and runs nothing", () => {
    expect(html).not.toMatch(/<script|<link|<img|@import|url\(|src=|href=/);
    expect(html.match(/https?:\/\/[^"]+/g)).toEqual([
      "http://www.w3.org/2000/svg",
    ]);
  });
});
