import { describe, expect, expectTypeOf, test } from "vitest";
import { only, where } from "../../src/report/index.js";

type Row =
  | { what: "score"; model: string; score: number }
  | { what: "pair"; a: string; b: string; cosine: number | null };

const rows: Row[] = [
  { what: "score", model: "sft", score: 1 },
  { what: "pair", a: "math", b: "coding", cosine: null },
  { what: "score", model: "ties", score: 2 },
];

describe("where(rows, fields)", () => {
  test("keeps the rows that have all values, in their order", () => {
    expect(where(rows, { what: "score" })).toEqual([rows[0], rows[2]]);
    expect(where(rows, { what: "score", model: "ties" })).toEqual([rows[2]]);
    expect(where(rows, { cosine: null })).toEqual([rows[1]]);
    expect(where(rows, {})).toEqual(rows);
    expect(where([] as Row[], { what: "pair" })).toEqual([]);
  });

  test("knows which kind of row is left of a union", () => {
    expectTypeOf(where(rows, { what: "pair" })[0]!).toEqualTypeOf<
      Extract<Row, { what: "pair" }>
    >();
    expectTypeOf(where(rows, {})[0]!).toEqualTypeOf<Row>();
    const model = "ties" as string;
    expectTypeOf(where(rows, { model })[0]!.score).toEqualTypeOf<number>();
  });

  test("throws RangeError where no row has the field", () => {
    expect(() => where(rows, { modle: "sft" } as object)).toThrow(
      new RangeError(
        'where: rows must have the field "modle", got what, model, score',
      ),
    );
  });
});

describe("only(rows, fields)", () => {
  test("is the one row that has the values", () => {
    expect(only(rows, { model: "sft" }).score).toBe(1);
  });

  test("throws RangeError where there is none, or where there are several", () => {
    expect(() => only(rows, { model: "base" })).toThrow(
      new RangeError('only: one row must have {"model":"base"}, got 0'),
    );
    expect(() => only(rows, { what: "score" })).toThrow(
      new RangeError('only: one row must have {"what":"score"}, got 2'),
    );
  });
});
