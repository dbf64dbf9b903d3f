import { describe, expect, test } from "vitest";
import {
  benchmarkLabel,
  claim,
  htmlTable,
  markdownTable,
  modelLabel,
  pivot,
  showEstimate,
} from "../../src/report/index.js";

const rows = [
  {
    benchmark: "AIME'24",
    sft: 34.5,
    math: { mean: 82, low: 76, high: 88 },
    multi: 76,
  },
  {
    benchmark: "BFCL v3",
    sft: 33.5,
    math: 24,
    multi: { mean: 62, low: 55, high: 69 },
  },
];

describe("markdownTable(rows)", () => {
  test("marks the best of a row bold and the second underlined", () => {
    expect(markdownTable(rows, { rank: "row" })).toBe(
      [
        "| benchmark | sft | math | multi |",
        "| --- | ---: | ---: | ---: |",
        "| AIME'24 | 34.5 | **82.0 ± 6.0** | <u>76.0</u> |",
        "| BFCL v3 | <u>33.5</u> | 24.0 | **62.0 ± 7.0** |",
      ].join("\n"),
    );
  });

  test("marks the best of a column", () => {
    expect(
      markdownTable(rows, { rank: "column", columns: ["benchmark", "sft"] }),
    ).toBe(
      [
        "| benchmark | sft |",
        "| --- | ---: |",
        "| AIME'24 | **34.5** |",
        "| BFCL v3 | <u>33.5</u> |",
      ].join("\n"),
    );
  });

  test("marks all that tie as shown, and the next value as second", () => {
    const tied = [
      { m: "a", s: 61.04 },
      { m: "b", s: 60.96 },
      { m: "c", s: 50 },
      { m: "d", s: 50.04 },
      { m: "e", s: 1 },
    ];
    expect(
      markdownTable(tied, { rank: "column" }).split("\n").slice(2),
    ).toEqual([
      "| a | **61.0** |",
      "| b | **61.0** |",
      "| c | <u>50.0</u> |",
      "| d | <u>50.0</u> |",
      "| e | 1.0 |",
    ]);
  });

  test("does not compare what is unranked", () => {
    expect(
      markdownTable([{ m: "a", s: 1, t: 2, paper: 3 }], {
        rank: "row",
        unranked: ["paper"],
      }),
    ).toContain("| a | <u>1.0</u> | **2.0** | 3.0 |");
    const column = [
      { m: "a", s: 1 },
      { m: "paper", s: 3 },
    ];
    expect(
      markdownTable(column, { rank: "column", unranked: ["paper"] }),
    ).toContain("| a | **1.0** |\n| paper | 3.0 |");
  });

  test("shows null as an empty cell and escapes bars and line breaks", () => {
    expect(markdownTable([{ a: "x|y\nz", b: null }])).toContain(
      "| x\\|y z |  |",
    );
  });

  test("prints a plus before positive differences when signed", () => {
    const rows = [
      { m: "a", d: { mean: 3.25, low: 1, high: 5.5 } },
      { m: "b", d: -1 },
      { m: "c", d: 0 },
    ];
    expect(markdownTable(rows, { signed: true }).split("\n").slice(2)).toEqual([
      "| a | +3.3 ± 2.3 |",
      "| b | -1.0 |",
      "| c | 0.0 |",
    ]);
  });

  test("throws RangeError when there is no row", () => {
    expect(() => markdownTable([])).toThrow(
      new RangeError("markdownTable: rows must not be empty, got 0 rows"),
    );
  });

  test("throws TypeError when a number is not finite", () => {
    expect(() => markdownTable([{ m: "a", s: NaN }])).toThrow(
      new TypeError(
        'markdownTable: numbers must be finite, got NaN in column "s"',
      ),
    );
  });
});

describe("showEstimate(estimate)", () => {
  test("gives the half width of the interval", () => {
    expect(showEstimate({ mean: 65.4, low: 63.1, high: 67.7 })).toBe(
      "65.4 ± 2.3",
    );
    expect(showEstimate({ mean: 65.44 }, { digits: 2 })).toBe("65.44");
  });
});

describe("showEstimate({ mean, low, high }) of a lopsided interval", () => {
  test("gives both sides", () => {
    expect(showEstimate({ mean: 98, low: 94.8, high: 99.1 })).toBe(
      "98.0 +1.1 −3.2",
    );
    expect(showEstimate({ mean: 0, low: 0, high: 3.7 })).toBe("0.0 +3.7 −0.0");
    expect(showEstimate({ mean: 50, low: 46, high: 53 })).toBe("50.0 ± 3.5");
    expect(showEstimate({ mean: 0, low: 0, high: 0 })).toBe("0.0 ± 0.0");
  });
});

describe("pivot(rows)", () => {
  const long = [
    { model: "a", benchmark: "x", score: 1 },
    { model: "a", benchmark: "y", score: 2 },
    { model: "b", benchmark: "y", score: 3 },
  ];
  const options = { rows: "model", columns: "benchmark", values: "score" };

  test("makes one record a row name, in order of appearance, null where there is none", () => {
    expect(pivot(long, options)).toEqual([
      { model: "a", x: 1, y: 2 },
      { model: "b", x: null, y: 3 },
    ]);
  });

  test("keeps objects as cells", () => {
    const cells = [
      { model: "a", benchmark: "x", score: { mean: 1, low: 0, high: 2 } },
    ];
    expect(pivot(cells, options)).toEqual([
      { model: "a", x: { mean: 1, low: 0, high: 2 } },
    ]);
  });

  test("throws RangeError when two rows fill one cell", () => {
    expect(() => pivot([...long, long[0]!], options)).toThrow(
      new RangeError("pivot: one row must fill a cell, got 4 rows for 3 cells"),
    );
  });

  test("throws RangeError when there is no row", () => {
    expect(() => pivot([], options)).toThrow(
      new RangeError("pivot: rows must not be empty, got 0 rows"),
    );
  });
});

describe("claim(statement, holds, evidence)", () => {
  test("says reproduced, not reproduced or not testable, with the numbers", () => {
    expect(claim("a beats b", true, "2 against 1")).toBe(
      "reproduced: a beats b (2 against 1)",
    );
    expect(claim("a beats b", false, "1 against 2")).toBe(
      "not reproduced: a beats b (1 against 2)",
    );
    expect(claim("a beats b", null, "no b")).toBe(
      "not testable: a beats b (no b)",
    );
  });
});

describe("modelLabel(model), benchmarkLabel(benchmark)", () => {
  test("give the paper's names, and unknown names as they are", () => {
    expect(["sft", "instruction", "multi", "x"].map(modelLabel)).toEqual([
      "SFT",
      "RL-IF",
      "RL-Multi",
      "x",
    ]);
    expect(["multi@20", "ties5", "x7", "math-s11"].map(modelLabel)).toEqual([
      ...["RL-Multi 20", "TIES 5", "x7", "math-s11"],
    ]);
    expect(["gpqa", "average", "x"].map(benchmarkLabel)).toEqual([
      "GPQA-D",
      "Avg.",
      "x",
    ]);
  });
});

describe("htmlTable(rows)", () => {
  test("marks as markdownTable does, and keeps a number on one line with its interval", () => {
    expect(
      htmlTable(rows, { rank: "row", columns: ["benchmark", "sft", "math"] }),
    ).toBe(
      [
        "<table>",
        '<thead><tr><th style="text-align: left">benchmark</th><th style="text-align: right">sft</th><th style="text-align: right">math</th></tr></thead>',
        "<tbody>",
        `<tr><td style="text-align: left">AIME'24</td><td style="text-align: right; white-space: nowrap"><u>34.5</u></td><td style="text-align: right; white-space: nowrap"><strong>82.0 ± 6.0</strong></td></tr>`,
        '<tr><td style="text-align: left">BFCL v3</td><td style="text-align: right; white-space: nowrap"><strong>33.5</strong></td><td style="text-align: right; white-space: nowrap"><u>24.0</u></td></tr>',
        "</tbody>",
        "</table>",
      ].join("\n"),
    );
  });

  test("shows markup as text and backticks as code", () => {
    const [, , , line] = htmlTable([
      {
        token: "`<b>`",
        said: "a & b",
        lopsided: { mean: 98, low: 94.8, high: 99.1 },
      },
    ]).split("\n");
    expect(line).toBe(
      '<tr><td style="text-align: left"><code>&lt;b&gt;</code></td><td style="text-align: left">a &amp; b</td>' +
        '<td style="text-align: right; white-space: nowrap">98.0 +1.1 −3.2</td></tr>',
    );
  });

  test("throws RangeError when there is no row, TypeError when a number is not finite", () => {
    expect(() => htmlTable([])).toThrow(
      new RangeError("htmlTable: rows must not be empty, got 0 rows"),
    );
    expect(() => htmlTable([{ a: NaN }])).toThrow(
      new TypeError('htmlTable: numbers must be finite, got NaN in column "a"'),
    );
  });
});
