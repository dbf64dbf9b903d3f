/** The charts of Figures 4 and 5, drawn from small made-up rows, must be the committed SVG. */
import { describe, expect, test } from "vitest";
import * as report from "../../src/report/index.js";
import { BENCHMARKS, EXPERTS } from "./rows.js";

const caption = "n = 32 prompts × 2 completions a domain, 3 seeds.";

const klRows: report.KlRow[] = ["multi", "ties", "average"].flatMap(
  (model, m) =>
    EXPERTS.flatMap((data, d) =>
      EXPERTS.map((expert, e) => ({
        model,
        expert,
        data,
        kl: (0.02 + 0.4 * Math.abs(d - e) ** 2) * (m + 1) * (d === 4 ? 9 : 1),
        neighbor: Math.abs(d - e) <= 1,
        change: { mean: m - d, low: m - d - 1.5, high: m - d + 1.5 },
      })),
    ),
);

const dots: report.ConsistencyDot[] = BENCHMARKS.slice(0, 5).flatMap(
  ([benchmark], b) =>
    ["multi", "ties", "opd"].map((model, m) => ({
      model,
      benchmark,
      cosine: {
        mean: 0.9 - 0.05 * b - 0.03 * m,
        low: 0.85 - 0.05 * b - 0.03 * m,
        high: 0.94 - 0.05 * b - 0.03 * m,
      },
      chance: { mean: 0.45 + 0.02 * m },
      chanceGivenSft: { high: 0.55 + 0.02 * m },
      retrained: b === 0 ? null : 0.8,
    })),
);

const charts: Record<string, [() => report.Figure, () => report.Figure]> = {
  klMap: [() => report.klMap(klRows, { caption }), () => report.klMap([])],
  consistencyDots: [
    () => report.consistencyDots(dots, { caption }),
    () => report.consistencyDots([]),
  ],
};

describe.each(Object.keys(charts))("%s(rows)", (name) => {
  const [draw, empty] = charts[name]!;
  test("draws the committed SVG", async () => {
    await expect(
      draw().svg.replaceAll("><", ">\n<") + "\n",
    ).toMatchFileSnapshot(`snapshots/${name}.svg`);
  });

  test("is one static document of width 640 without NaN, script or style sheet", () => {
    const { svg } = draw();
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="640" height="\d+"/,
    );
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg).not.toMatch(/NaN|undefined|<script|<style|<image/);
    expect(svg.length).toBeLessThan(100_000);
  });

  test("throws RangeError when there is no row", () => {
    expect(empty).toThrow(
      new RangeError(`${name}: rows must not be empty, got 0 rows`),
    );
  });
});

describe("klMap(rows)", () => {
  test("draws a single divergence, and one of 0", () => {
    for (const kl of [0, 0.5, 120])
      expect(report.klMap([{ ...klRows[0]!, kl }]).svg).not.toContain("NaN");
  });

  test("throws RangeError for a negative divergence, which no exact one is", () => {
    expect(() => report.klMap([{ ...klRows[0]!, kl: -0.1 }])).toThrow(
      "klMap: kl must be at least 0, got -0.1",
    );
  });

  test("prints ΔPerf once a column, with its sign", () => {
    const { svg } = report.klMap(
      klRows.filter(({ model }) => model === "multi"),
    );
    expect(svg.match(/>−4.0</g)).toHaveLength(1);
  });
});

describe("claimLine(claim, number)", () => {
  const ledger = report.readClaims().find(({ id }) => id === "process-falls")!;
  test("says verdict, measure, number and the paper's own", () => {
    expect(
      report.claimLine(ledger, {
        measure: "as stated",
        value: -0.6,
        low: -0.9,
        high: -0.1,
        why: null,
      }),
    ).toBe(
      "reproduced: models that answer better judge worse by process (as stated: -0.6 [-0.9, -0.1] r lies below 0; paper -0.5341)",
    );
  });
  test("says why there is no number", () => {
    expect(
      report.claimLine(
        { ...ledger, paper: null },
        {
          measure: "as stated",
          value: null,
          low: null,
          high: null,
          why: "no judges",
        },
      ),
    ).toBe(
      "not testable: models that answer better judge worse by process (as stated: no judges)",
    );
  });
});
