/** Each chart, drawn from small fixed rows, must be the committed SVG (numbers rounded to 3 decimals). */
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import * as report from "../../src/report/index.js";
import {
  gainRows,
  judgeAverageRows,
  judgeRows,
  mergeSizeRows,
  mixOrMergeRows,
  references,
  rewardRows,
  scoreRows,
  trajectoryRows,
} from "./rows.js";

const caption = "n = 100 tasks × 4 samples, 3 seeds; bars are 95 % intervals.";

const charts: Record<string, () => report.Figure> = {
  rewardCurves: () => report.rewardCurves(rewardRows, { caption }),
  accuracyTrajectories: () =>
    report.accuracyTrajectories(trajectoryRows, { caption }),
  scoreDots: () => report.scoreDots(scoreRows, { caption }),
  crossDomain: () => report.crossDomain(gainRows, { caption }),
  mixOrMerge: () => report.mixOrMerge(mixOrMergeRows, { caption, references }),
  mergeSize: () => report.mergeSize(mergeSizeRows, { caption, references }),
  judgeCorrelation: () =>
    report.judgeCorrelation(judgeAverageRows, { caption, without: "multi" }),
  judgeByDomain: () => report.judgeByDomain(judgeRows, { caption }),
  judgeTradeOff: () => report.judgeTradeOff(judgeAverageRows, { caption }),
};

const empty: Record<string, () => report.Figure> = {
  rewardCurves: () => report.rewardCurves([]),
  accuracyTrajectories: () => report.accuracyTrajectories([]),
  scoreDots: () => report.scoreDots([]),
  crossDomain: () => report.crossDomain([]),
  mixOrMerge: () => report.mixOrMerge([]),
  mergeSize: () => report.mergeSize([]),
  judgeCorrelation: () => report.judgeCorrelation([]),
  judgeByDomain: () => report.judgeByDomain([]),
  judgeTradeOff: () => report.judgeTradeOff([]),
};

describe.each(Object.keys(charts))("%s(rows)", (name) => {
  test("draws the committed SVG", async () => {
    await expect(
      charts[name]!().svg.replaceAll("><", ">\n<") + "\n",
    ).toMatchFileSnapshot(`snapshots/${name}.svg`);
  });

  test("draws the same bytes twice", () => {
    expect(charts[name]!().svg).toBe(charts[name]!().svg);
  });

  test("is one static document of width 640 without NaN, script or style sheet", () => {
    const { svg } = charts[name]!();
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" width="640" height="\d+"/,
    );
    expect(svg.match(/<svg/g)).toHaveLength(1);
    expect(svg).not.toMatch(/NaN|undefined|<script|<style|<image/);
    expect(svg.length).toBeLessThan(100_000);
  });

  test("throws RangeError when there is no row", () => {
    expect(empty[name]!).toThrow(
      new RangeError(`${name}: rows must not be empty, got 0 rows`),
    );
  });
});

describe("paradigms()", () => {
  const drawn = (): report.Figure =>
    report.paradigms({
      mixedCost: "10,050.6 GPU hours",
      expertsCost: "15,778.5 GPU hours",
      mergeCost: "minutes",
      caption,
    });

  test("draws the committed SVG", async () => {
    await expect(
      drawn().svg.replaceAll("><", ">\n<") + "\n",
    ).toMatchFileSnapshot("snapshots/paradigms.svg");
  });

  test("is one static document of width 640 without NaN", () => {
    expect(drawn().width).toBe(640);
    expect(drawn().svg).not.toMatch(/NaN|undefined|<style/);
  });
});

describe("rewardCurves(rows)", () => {
  test("draws a run of one step and an unknown name", () => {
    const { svg } = report.rewardCurves([
      { run: "a <b> & c", seed: 1, step: 0, reward: 0.5 },
    ]);
    expect(svg).toContain("a &lt;b&gt; &amp; c");
  });
});

describe("figure({ panels })", () => {
  test("throws RangeError when there is no panel", () => {
    expect(() => report.figure({ panels: [] })).toThrow(
      new RangeError("figure: panels must not be empty, got 0 panels"),
    );
  });

  test("save(path) makes the folder and leaves no temporary file", () => {
    const folder = mkdtempSync(join(tmpdir(), "m2rl-figure-"));
    const path = join(folder, "deep", "a.svg");
    const drawn = charts.crossDomain!();
    drawn.save(path);
    expect(readFileSync(path, "utf8")).toBe(drawn.svg + "\n");
    expect(existsSync(`${path}.tmp-${process.pid}`)).toBe(false);
    rmSync(folder, { recursive: true });
  });
});

describe("show(figure, path, display)", () => {
  test("shows and saves the same SVG", () => {
    const folder = mkdtempSync(join(tmpdir(), "m2rl-show-"));
    const shown: string[] = [];
    const drawn = charts.mergeSize!();
    const path = join(folder, "merge-size.svg");
    report.show(drawn, path, { svg: (svg) => shown.push(svg) });
    expect(shown).toEqual([drawn.svg]);
    expect(readFileSync(path, "utf8")).toBe(drawn.svg + "\n");
    rmSync(folder, { recursive: true });
  });
});

describe("livePlot(display)", () => {
  test("draws while steps arrive and leaves one line behind", () => {
    const calls: string[] = [];
    const live = report.livePlot(
      { svg: () => calls.push("svg"), text: (text) => calls.push(text) },
      { everyMilliseconds: 0 },
    );
    live.status("0 of 2 steps");
    live.add({ run: "math", seed: 1, step: 0, reward: 0.2 });
    live.add({ run: "math", seed: 1, step: 1, reward: 0.4 });
    live.done("math: 2 steps");
    expect(calls).toEqual(["0 of 2 steps", "svg", "svg", "math: 2 steps"]);
  });
});

describe("seriesStyle(name)", () => {
  test("gives the five domains colours of clearly different lightness", () => {
    const lightness = ["math", "coding", "science", "instruction", "agent"]
      .map((domain) => luminance(report.seriesStyle(domain).color))
      .sort((a, b) => a - b);
    for (let i = 1; i < lightness.length; i++)
      expect(lightness[i]! - lightness[i - 1]!).toBeGreaterThan(4);
  });

  test("gives the five domains different dashes and markers", () => {
    const styles = ["math", "coding", "science", "instruction", "agent"].map(
      (domain) => report.seriesStyle(domain),
    );
    expect(new Set(styles.map((style) => style.dash)).size).toBe(5);
    expect(new Set(styles.map((style) => style.symbol)).size).toBe(5);
  });

  test("gives two unknown names different styles", () => {
    const names = ["first", "math", "second"];
    expect(report.seriesStyle("first", names).color).not.toBe(
      report.seriesStyle("second", names).color,
    );
    expect(report.seriesStyle("second", names).label).toBe("second");
  });
});

describe("roundSvg(svg)", () => {
  test("rounds numbers in attributes and leaves text alone", () => {
    expect(
      report.roundSvg('<text x="1.23456" y="-.00001">0.123456</text>'),
    ).toBe('<text x="1.235" y="0">0.123456</text>');
  });

  test("leaves colours, names and whole numbers alone", () => {
    const svg = '<path class="a-1.b" fill="#1f3f94" d="M10,20L30,40"/>';
    expect(report.roundSvg(svg)).toBe(svg);
  });

  test("understands exponents", () => {
    expect(report.roundSvg('<path d="M1.5e-7,2.25e1"/>')).toBe(
      '<path d="M0,22.5"/>',
    );
  });
});

/** CIE L*, 0 to 100. */
function luminance(color: string): number {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const value = parseInt(color.slice(i, i + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
  const y = 0.2126 * r! + 0.7152 * g! + 0.0722 * b!;
  return 116 * Math.cbrt(y) - 16;
}
