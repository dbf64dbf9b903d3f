import { describe, expect, test } from "vitest";
import { scoreDots } from "../../src/report/index.js";
import { describeRow } from "../../src/report/figure/tooltips.js";

describe("describeRow(row)", () => {
  test("says texts, numbers to four digits and estimates with their interval, a line each", () => {
    expect(
      describeRow({
        model: "ties",
        score: 66.66667,
        change: { mean: -2, low: -5, high: 1 },
      }),
    ).toBe("model: ties\nscore: 66.67\nchange: -2 [-5, 1]");
  });

  test("leaves out colours, what is missing and what is no row", () => {
    expect(describeRow({ color: "#123456", score: NaN, low: null })).toBe("");
    expect(describeRow([1, 2])).toBe("");
    expect(describeRow(null)).toBe("");
  });
});

test("a figure's dots carry their rows as SVG titles, with markup in them escaped", () => {
  const { svg } = scoreDots([
    { model: "a<b", label: "A", benchmark: "B", score: 50, low: 40, high: 60 },
  ]);
  expect(svg).toContain(
    "<title>model: a&lt;b\nlabel: A\nbenchmark: B\nscore: 50\nlow: 40\nhigh: 60</title>",
  );
});
