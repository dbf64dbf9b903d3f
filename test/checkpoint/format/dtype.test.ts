import { describe, expect, test } from "vitest";
import {
  decodeInto,
  type Dtype,
  encodeInto,
} from "../../../src/checkpoint/index.js";
import {
  narrowBf16,
  narrowF16,
  widenF16,
} from "../../../src/checkpoint/format/halfFloat.js";
import { key, threefry } from "../../../src/random.js";

/** Float32 numbers with all kinds of bits. */
const bits = Uint32Array.from(
  { length: 50_001 },
  (_, i) => threefry(key(1), i, 0)[0],
);
const values = new Float32Array(bits.buffer);

describe("16-bit floats, two at a time", () => {
  test.each([
    ["BF16", narrowBf16],
    ["F16", narrowF16],
  ] as const)(
    "encodeInto(%j, values, out) rounds as one at a time, at any place",
    (dtype, narrow) => {
      for (const [offset, first, length] of [
        [0, 0, 50_001],
        [2, 1, 50_000],
        [1, 0, 4999],
        [4, 3, 2],
        [0, 0, 1],
        [0, 0, 0],
      ] as const) {
        const part = values.subarray(first, first + length);
        const out = new Uint8Array(offset + 2 * length + 1).fill(7);
        encodeInto(dtype, part, out.subarray(offset, offset + 2 * length));
        const stored = new Uint16Array(
          out.slice(offset, offset + 2 * length).buffer,
        );
        expect(
          stored.findIndex(
            (half, i) => half !== (narrow(bits[first + i]!) & 0xffff),
          ),
        ).toBe(-1);
        expect([...out.subarray(0, offset), out.at(-1)]).toEqual(
          new Array(offset + 1).fill(7),
        );
      }
    },
  );

  test.each([
    ["BF16", (half: number) => half << 16],
    ["F16", widenF16],
  ] as const)(
    "decodeInto(%j, bytes, out) widens as one at a time, at any place",
    (dtype, widen) => {
      const halves = Uint16Array.from({ length: 65_536 }, (_, i) => i);
      const bytes = new Uint8Array(halves.buffer);
      for (const [offset, first, length] of [
        [0, 0, 65_536],
        [0, 1, 65_535],
        [1, 0, 65_536],
        [2, 3, 5],
        [0, 0, 0],
      ] as const) {
        const moved = new Uint8Array(offset + 2 * length);
        moved.set(bytes.subarray(2 * first, 2 * (first + length)), offset);
        const out = new Float32Array(length);
        decodeInto(dtype, moved.subarray(offset), out);
        const got = new Uint32Array(out.buffer);
        expect(
          got.findIndex((word, i) => word !== widen(first + i) >>> 0),
        ).toBe(-1);
      }
    },
  );
});

describe("decodeInto and encodeInto", () => {
  test.each<[Dtype, number[]]>([
    ["BOOL", [0, 1]],
    ["U8", [0, 255]],
    ["I8", [-128, 127]],
    ["U16", [0, 65_535]],
    ["I16", [-32_768, 32_767]],
    ["U32", [0, 4_294_967_040]],
    ["I32", [-(2 ** 31), 2 ** 31 - 128]],
    ["U64", [0, 2 ** 64 - 2 ** 40]],
    ["I64", [-(2 ** 63), 2 ** 63 - 2 ** 39]],
    ["F32", [-0, 3.4e38, NaN].map(Math.fround)],
    ["F64", [-0, 3.4e38, -Infinity].map(Math.fround)],
  ])("%s takes its extremes and gives them back", (dtype, extremes) => {
    const data = new Float32Array(extremes);
    const width = { U8: 1, I8: 1, OL: 1, "16": 2, "32": 4, "64": 8 }[
      dtype.slice(-2)
    ]!;
    const bytes = new Uint8Array(width * data.length);
    encodeInto(dtype, data, bytes);
    const back = new Float32Array(data.length);
    decodeInto(dtype, bytes, back);
    expect([...back]).toEqual([...data]);
    encodeInto(dtype, back, bytes);
    decodeInto(dtype, bytes, back);
    expect([...back]).toEqual([...data]);
  });

  test.each<[Dtype, number, string]>([
    ["BOOL", 2, "values must be integers in [0, 1], got 2"],
    ["U8", -1, "values must be integers in [0, 255], got -1"],
    ["I16", 0.5, "values must be integers in [-32768, 32767], got 0.5"],
    [
      "I64",
      NaN,
      "values must be integers in [-9223372036854776000, 9223371487098962000], got NaN",
    ],
  ])("encodeInto(%j, [%d], out) throws RangeError", (dtype, value, message) => {
    const width = { U8: 1, OL: 1, "16": 2, "64": 8 }[dtype.slice(-2)]!;
    expect(() =>
      encodeInto(dtype, new Float32Array([value]), new Uint8Array(width)),
    ).toThrow(new RangeError(message));
  });

  test("decodeInto(dtype, bytes, out) throws RangeError for an integer that float32 does not hold", () => {
    const bytes = new Uint8Array(new Int32Array([2 ** 24 + 1]).buffer);
    expect(() => decodeInto("I32", bytes, new Float32Array(1))).toThrow(
      new RangeError("integers must be exact in float32, got 16777217"),
    );
  });

  test("decodeInto and encodeInto throw RangeError for sizes that do not fit and for other dtypes", () => {
    expect(() =>
      decodeInto("BF16", new Uint8Array(4), new Float32Array(1)),
    ).toThrow(
      new RangeError("decodeInto: 1 values of BF16 must have 2 bytes, got 4"),
    );
    expect(() =>
      encodeInto("F8_E4M3" as Dtype, new Float32Array(1), new Uint8Array(1)),
    ).toThrow(/^encodeInto: dtype must be BOOL, .*, F64, got F8_E4M3$/);
  });
});
