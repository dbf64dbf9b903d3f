/** Charts that compare conditions: temperatures, styles and modes of judging, each the committed SVG. */
import { describe, expect, test } from "vitest";
import * as report from "../../src/report/index.js";

const caption = "n = 100 tasks × 4 samples, 3 seeds; bars are 95 % intervals.";

const MODELS = ["math", "coding", "multi", "ties", "math-random"];
const gains = ["Avg.", "AIME'24 → nano", "BFCL v3 → nano"].flatMap((title, b) =>
  [1, 0].flatMap((temperature) =>
    MODELS.map((a, i): report.TemperatureGain => {
      const difference = (temperature === 0 ? 6 : 18) - 4 * i - 5 * b;
      const half = 2 + b;
      return {
        ...{ a, title, temperature, difference },
        ...{ low: difference - half, high: difference + half },
      };
    }),
  ),
);
const at = (mean: number) => ({ mean, low: mean - 6, high: mean + 6 });
const judges = MODELS.flatMap((model, i): report.PoolJudgeRow[] => [
  {
    ...{ model, mode: "outcome" },
    ...{ balancedAccuracy: at(62 + 3 * i), planted: at(30 - i) },
  },
  {
    ...{ model, mode: "process" },
    balancedAccuracy: i === 4 ? null : at(70 - 2 * i),
    planted: at(75 - 6 * i),
  },
]);

const charts: Record<string, () => report.Figure> = {
  temperatureGains: () => report.temperatureGains(gains, { caption }),
  poolJudges: () => report.poolJudges(judges, { caption }),
};
const empty: Record<string, () => report.Figure> = {
  temperatureGains: () => report.temperatureGains([]),
  poolJudges: () => report.poolJudges([]),
};

describe.each(Object.keys(charts))("%s(rows)", (name) => {
  test("draws the committed SVG, the same bytes twice", async () => {
    expect(charts[name]!().svg).toBe(charts[name]!().svg);
    await expect(
      charts[name]!().svg.replaceAll("><", ">\n<") + "\n",
    ).toMatchFileSnapshot(`snapshots/${name}.svg`);
  });
  test("is one static document of width 640 without NaN, script or style sheet", () => {
    const { svg } = charts[name]!();
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="640" height="\d+"/,
    );
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg).not.toMatch(/NaN|undefined|<script|<style|<image/);
  });
  test("throws RangeError when there is no row", () => {
    expect(empty[name]!).toThrow(
      new RangeError(`${name}: rows must not be empty, got 0 rows`),
    );
  });
});

test("temperatureGains(rows) needs a temperature in every row, and at most three", () => {
  const [row] = gains;
  expect(() =>
    report.temperatureGains([{ ...row!, temperature: undefined }]),
  ).toThrow(
    "temperatureGains: every row must have a temperature, got none for math",
  );
  expect(() =>
    report.temperatureGains(
      [0, 0.3, 0.6, 1].map((temperature) => ({ ...row!, temperature })),
    ),
  ).toThrow(
    "temperatureGains: rows must have at most 3 temperatures, got 0, 0.3, 0.6, 1",
  );
});
