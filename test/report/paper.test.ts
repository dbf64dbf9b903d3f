import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mean, sampleCorrelation, sum } from "simple-statistics";
import { describe, expect, test } from "vitest";
import {
  codeDifferences,
  differenceOf,
  PAPER_BENCHMARKS,
  paperNumber,
  paperNumbers,
  paperScores,
  paperTable,
  paperText,
} from "../../src/report/index.js";

const numbers = (table: number, column: string): number[] =>
  paperTable(table).rows.map((row) => Number(row[column]));

const COMPARED: Readonly<Record<string, string>> = {
  1: "1836a86d7f3097ff",
  2: "0eab86acb98194ca",
  3: "3f382101cd13f6fe",
  4: "9ec6c62ff5a9433e",
  5: "8ead6f40d41243fc",
  6: "081bce92750c206b",
  7: "65d5556d96d53126",
  8: "275aef55dcc4fa78",
};

describe("paperTable(number)", () => {
  test("reads all eight tables with their columns and row counts", () => {
    const sizes = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => [
      paperTable(n).rows.length,
      paperTable(n).columns.length,
    ]);
    expect(sizes).toEqual([
      [7, 5],
      [7, 5],
      [9, 10],
      [7, 11],
      [11, 8],
      [10, 9],
      [9, 16],
      [2, 11],
    ]);
  });

  // Every cell of these bytes was compared with the text of arXiv 2602.12566v3; a changed cell must be compared again.
  test.each(Object.entries(COMPARED))(
    "table %s is the one that was compared with the paper",
    (number, digest) => {
      const bytes = readFileSync(
        new URL(`../../data/paper/table${number}.csv`, import.meta.url),
      );
      expect(
        createHash("sha256").update(bytes).digest("hex").slice(0, 16),
      ).toBe(digest);
    },
  );

  test("Table 1: samples sum to 14,121,873 and proportions are rows over total", () => {
    const { rows } = paperTable(1);
    const parts = rows.filter((row) => row["type"] !== "Total");
    expect(sum(parts.map((row) => Number(row["samples"])))).toBe(14_121_873);
    expect(rows.at(-1)!["samples"]).toBe(14_121_873);
    for (const row of parts) {
      // The paper prints 16.04 for science; the exact share is 16.027.
      expect(
        Math.abs(
          (100 * Number(row["samples"])) / 14_121_873 -
            Number(row["proportion"]),
        ),
      ).toBeLessThan(0.015);
    }
  });

  test("Table 2: the mixed run costs 63.7 % of the five experts", () => {
    const hours = numbers(2, "gpuHours");
    expect(sum(hours.slice(0, 5))).toBeCloseTo(15_778.5, 6);
    expect((100 * hours[5]!) / sum(hours.slice(0, 5))).toBeCloseTo(63.7, 1);
  });

  test.each([4, 8])(
    "Table %i: printed averages are the means of the nine benchmarks",
    (n) => {
      for (const row of paperTable(n).rows) {
        const scores = PAPER_BENCHMARKS.map((benchmark) =>
          Number(row[benchmark.label]),
        );
        expect(Math.abs(mean(scores) - Number(row["Avg."]))).toBeLessThan(
          0.006,
        );
      }
    },
  );

  test("Table 3: means of the columns", () => {
    const means = paperTable(3)
      .columns.slice(1)
      .map((column) => mean(numbers(3, column)).toFixed(2));
    expect(means).toEqual([
      "16.82",
      "47.96",
      "55.35",
      "51.33",
      "51.17",
      "55.55",
      "51.43",
      "61.00",
      "61.18",
    ]);
  });

  test("Table 6: single experts have the scores of Table 3", () => {
    const single = (domains: string): Record<string, unknown> =>
      paperTable(6).rows.find((row) => row["domains"] === domains)!;
    const score = (model: string, benchmark: string): number =>
      paperScores(3).find(
        (row) => row.model === model && row.benchmark === benchmark,
      )!.score;
    expect([single("Math")["AIME'24"], single("Math")["AIME'25"]]).toEqual([
      score("math", "aime24"),
      score("math", "aime25"),
    ]);
    expect([single("Coding")["LCB v5"], single("Coding")["LCB v6"]]).toEqual([
      score("coding", "lcbV5"),
      score("coding", "lcbV6"),
    ]);
    expect(single("Math")["LCB v5"]).toBeNull();
  });

  test("Table 6: printed changes are the differences to the single expert", () => {
    const changes = paperNumbers(6).filter(({ column }) =>
      column.endsWith(" change"),
    );
    expect(changes).toHaveLength(16);
    for (const { row, column, low, high } of changes) {
      const benchmark = column.replace(" change", "");
      const expected = differenceOf(
        paperNumber(6, row, benchmark),
        paperNumber(6, row.split(" + ")[0]!, benchmark),
      );
      expect(low).toBeLessThan(expected.high + 1e-9);
      expect(high).toBeGreaterThan(expected.low - 1e-9);
    }
  });

  test("Table 7: averages recompute, and process judging falls with generation (r = -0.53)", () => {
    for (const kind of ["Gen", "Out", "Proc"]) {
      for (const row of paperTable(7).rows) {
        const scores = ["AIME'24", "IFEval", "LCB v5", "GPQA-D"].map((name) =>
          Number(row[`${name} ${kind}`]),
        );
        expect(
          Math.abs(mean(scores) - Number(row[`Avg. ${kind}`])),
        ).toBeLessThan(0.06);
      }
    }
    expect(
      sampleCorrelation(numbers(7, "Avg. Gen"), numbers(7, "Avg. Proc")),
    ).toBeCloseTo(-0.53, 2);
  });

  test.each([0, 9, 1.5, NaN])("throws RangeError for table %d", (n) => {
    expect(() => paperTable(n)).toThrow(
      new RangeError(`paperTable: number must be in 1 … 8, got ${n}`),
    );
  });
});

describe("paperScores(number)", () => {
  test("names every model and benchmark of Tables 3, 4 and 8", () => {
    expect(paperScores(3)).toHaveLength(81);
    expect(paperScores(4)).toHaveLength(63);
    expect(paperScores(8)).toHaveLength(18);
    for (const row of [3, 4, 8].flatMap(paperScores)) {
      expect(row.model).toMatch(/^[\w-]+$/);
      expect(Number.isFinite(row.score)).toBe(true);
    }
  });

  test("Merging of Table 3 and Ties of Table 4 are the same model with the same scores", () => {
    const ties = (n: number): unknown[] =>
      paperScores(n)
        .filter((row) => row.model === "ties")
        .map(({ benchmark, score }) => ({ benchmark, score }));
    expect(ties(3)).toEqual(ties(4));
  });

  test("throws RangeError for a table without benchmark scores", () => {
    expect(() => paperScores(1)).toThrow(
      new RangeError("paperScores: number must be 3, 4 or 8, got 1"),
    );
  });
});

describe("paperNumbers(table)", () => {
  test("gives each number its row, its column and the decimals it was printed with", () => {
    expect(paperNumbers(6)[0]).toEqual({
      table: 6,
      row: "Math",
      column: "AIME'24",
      value: 77.66,
      low: 77.66 - 0.005,
      high: 77.66 + 0.005,
      digits: 2,
    });
  });

  test("gives as many numbers as the tables print", () => {
    const counts = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => paperNumbers(n).length);
    expect(counts).toEqual([14, 28, 81, 70, 77, 36, 135, 20]);
  });

  test("keeps the zeros at the end of a number", () => {
    expect(paperNumber(1, "Total", "proportion").digits).toBe(2);
    expect(paperNumber(2, "IF", "gpuHours").digits).toBe(1);
  });
});

describe("paperNumber(table, row, column)", () => {
  test("throws RangeError when there is no such number", () => {
    expect(() => paperNumber(6, "Math", "LCB v5")).toThrow(
      new RangeError(
        'paperNumber: one number must be at row "Math", column "LCB v5" of table 6, got 0',
      ),
    );
  });
});

describe("paperText(id)", () => {
  test("gives numbers of the text with their section and unit", () => {
    expect(paperText("gpuRatio")).toMatchObject({
      section: "§1, §3.2",
      value: 63.7,
      unit: "%",
      digits: 1,
    });
    expect(paperText("changeThreshold").value).toBe(0.001);
  });

  test("throws RangeError for an unknown id, and names the known ones", () => {
    expect(() => paperText("gpu")).toThrow(
      /^paperText: unknown id "gpu"; known: gpuRatio, sftMillions, /,
    );
  });
});

describe("codeDifferences()", () => {
  test("says for each point what, where and which file", () => {
    const rows = codeDifferences();
    expect(rows.length).toBeGreaterThan(10);
    for (const row of rows) {
      expect(Object.keys(row)).toEqual([
        "what",
        "paper",
        "section",
        "code",
        "file",
      ]);
      for (const cell of Object.values(row)) expect(cell).toMatch(/\S/);
    }
  });
});
