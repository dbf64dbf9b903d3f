import { sampleCorrelation } from "simple-statistics";
import { describe, expect, test } from "vitest";
import {
  check,
  checkRows,
  checkSummary,
  correlationOf,
  differenceOf,
  exactly,
  meanOf,
  printed,
  ratioOf,
  sumOf,
} from "../../src/report/index.js";

describe("printed(text)", () => {
  test.each([
    ["63.7", 63.7, 63.65, 63.75, 1],
    ["100.00", 100, 99.995, 100.005, 2],
    ["-0.53", -0.53, -0.535, -0.525, 2],
    ["+2.63", 2.63, 2.625, 2.635, 2],
    ["2263340", 2263340, 2263340, 2263340, 0],
    ["1.5e2", 150, 149.5, 150.5, 0],
    ["1e-3", 0.001, 0.001, 0.001, 3],
  ])("%s lies within half a unit of its last digit", (text, ...expected) => {
    const { value, low, high, digits } = printed(text);
    const [v, l, h, d] = expected;
    expect([value, digits]).toEqual([v, d]);
    expect(low).toBeCloseTo(l, 9);
    expect(high).toBeCloseTo(h, 9);
  });

  test.each(["", "63,7", "63.7 %", "–0.5", "1.", "NaN"])(
    "throws TypeError for %j",
    (text) => {
      expect(() => printed(text)).toThrow(
        new TypeError(`printed: text must be a number, got "${text}"`),
      );
    },
  );
});

describe("what follows from printed numbers", () => {
  const a = printed("80.29");
  const b = printed("77.66");

  test("a difference is off by both errors", () => {
    const { value, low, high } = differenceOf(a, b);
    expect(value).toBeCloseTo(2.63, 9);
    expect([low, high].map((x) => x.toFixed(3))).toEqual(["2.620", "2.640"]);
  });

  test("a sum adds errors up, a mean keeps them", () => {
    expect(sumOf([a, b]).high - sumOf([a, b]).value).toBeCloseTo(0.01, 9);
    const mean = meanOf([a, b]);
    expect(mean.value).toBeCloseTo(78.975, 9);
    expect(mean.high - mean.value).toBeCloseTo(0.005, 9);
  });

  test("a ratio divides the far ends", () => {
    const { low, value, high } = ratioOf(printed("1.0"), printed("2.0"), 100);
    expect(value).toBe(50);
    expect(low).toBeCloseTo((100 * 0.95) / 2.05, 9);
    expect(high).toBeCloseTo((100 * 1.05) / 1.95, 9);
  });

  test("ratioOf(a, b) throws RangeError when b may be zero", () => {
    expect(() => ratioOf(a, printed("0.0"))).toThrow(
      new RangeError(
        "ratioOf: numbers must be positive, got 80.28500000000001 and -0.05",
      ),
    );
  });

  test("meanOf([]) throws RangeError", () => {
    expect(() => meanOf([])).toThrow(
      new RangeError("meanOf: numbers must not be empty, got 0"),
    );
  });
});

describe("correlationOf(xs, ys)", () => {
  const xs = ["1.0", "2.5", "3.0", "4.5", "7.0"];
  const ys = ["9.0", "8.0", "8.5", "3.0", "4.0"];
  const bounds = correlationOf(xs.map(printed), ys.map(printed));

  test("is Pearson's r", () => {
    const r = sampleCorrelation(xs.map(Number), ys.map(Number));
    expect(bounds.value).toBeCloseTo(r, 12);
  });

  test("moves within its bounds, and nearly to them, when each number moves by its rounding error", () => {
    const moved = Array.from({ length: 2 ** 10 }, (_, bits) => {
      const shift = (text: string, i: number): number =>
        Number(text) + ((bits >> i) & 1 ? 0.05 : -0.05);
      return sampleCorrelation(
        xs.map(shift),
        ys.map((text, i) => shift(text, i + 5)),
      );
    });
    // The bounds are of first order: the farthest corner may lie beyond by the second.
    const slack = 0.1 * (bounds.high - bounds.value);
    expect(Math.max(...moved)).toBeLessThan(bounds.high + slack);
    expect(Math.max(...moved)).toBeGreaterThan(bounds.high - slack);
    expect(Math.min(...moved)).toBeGreaterThan(bounds.low - slack);
    expect(Math.min(...moved)).toBeLessThan(bounds.low + slack);
  });

  test("throws RangeError for two pairs or unequal lengths", () => {
    const two = xs.slice(0, 2).map(printed);
    expect(() => correlationOf(two, two)).toThrow(
      new RangeError(
        "correlationOf: at least 3 pairs are needed, got 2 and 2 numbers",
      ),
    );
    expect(() => correlationOf(xs.map(printed), two)).toThrow(RangeError);
  });
});

describe("check(what, paper, recomputed)", () => {
  test("agrees where rounding explains the difference", () => {
    expect(check("x", printed("0.18"), exactly(0.3 / 1.7)).beyond).toBe(0);
    expect(check("x", printed("2.63"), exactly(2.635)).beyond).toBe(0);
  });

  test("gives what rounding of neither explains, on both sides", () => {
    expect(check("x", printed("16.04"), exactly(16.027)).beyond).toBeCloseTo(
      0.008,
      9,
    );
    expect(
      check("x", printed("1.0"), differenceOf(printed("5.0"), printed("3.5")))
        .beyond,
    ).toBeCloseTo(1.5 - 0.1 - 1.05, 9);
  });

  test("does not mistake the error of binary numbers for a difference", () => {
    // 2.175 is stored below itself, 2.17 + 0.005 above.
    expect(check("x", printed("2.17"), exactly(2.175)).beyond).toBe(0);
  });

  test("is a row with the paper's digits and two more of ours", () => {
    const rows = checkRows([
      check("share", printed("16.04"), exactly(16.027)),
      check("ratio", printed("63.7"), exactly(63.698)),
    ]);
    expect(rows).toEqual([
      {
        check: "share",
        paper: "16.04",
        recomputed: "16.0270",
        "beyond rounding": "0.0080",
        verdict: "differs",
      },
      {
        check: "ratio",
        paper: "63.7",
        recomputed: "63.698",
        "beyond rounding": "0",
        verdict: "agrees",
      },
    ]);
  });

  test("is summed up in a line that names the worst", () => {
    const good = check("a", printed("1.0"), exactly(1));
    const bad = check("b", printed("1.0"), exactly(1.2));
    const worse = check("c", printed("1.0"), exactly(0.7));
    expect(checkSummary([good])).toBe("1 number, all agree");
    expect(checkSummary([good, bad, worse])).toBe(
      "3 numbers, 2 differ, most by 0.250 beyond rounding: c",
    );
    expect(() => checkSummary([])).toThrow(
      new RangeError("checkSummary: checks must not be empty, got 0"),
    );
  });
});
