/** The rule of change, and that the comparison of bfloat16 bits is the same rule. */
import { describe, expect, test } from "vitest";
import {
  BF16_GAP,
  isChanged,
  markChanged,
  markChangedBf16,
  PAPER_ETA,
} from "../../src/analysis/index.js";
import { decodeInto, type Dtype } from "../../src/checkpoint/index.js";
import { Random } from "../../src/random.js";

/** The numbers that 16 bits mean. */
function values(bits: Uint16Array, dtype: Dtype): Float32Array {
  const out = new Float32Array(bits.length);
  decodeInto(dtype, new Uint8Array(bits.buffer), out);
  return out;
}

const ALL = Uint16Array.from({ length: 2 ** 16 }, (_, i) => i);

/** Every number of 16 bits against one other each. */
const PARTNERS: Record<string, (bits: number, random: Random) => number> = {
  itself: (bits) => bits,
  "the next one": (bits) => (bits + 1) & 0xffff,
  "the same with another sign": (bits) => bits ^ 0x8000,
  "any other": (_, random) => random.int(0, 0xffff),
  "one that is near": (bits, random) => bits ^ random.int(0, 7),
  infinity: () => 0x7f80,
  NaN: () => 0x7fc1,
};

describe("markChangedBf16(base, expert)", () => {
  test.each(Object.keys(PARTNERS))(
    "marks what the rule marks for every bfloat16 against %s",
    (name) => {
      const random = new Random(1, name);
      const partner = ALL.map((bits) => PARTNERS[name]!(bits, random));
      for (const eta of [PAPER_ETA, BF16_GAP * (1 - 1e-9)]) {
        const fast = new Uint8Array(ALL.length);
        const slow = new Uint8Array(ALL.length);
        const [a, b] = [values(ALL, "BF16"), values(partner, "BF16")];
        expect(markChangedBf16(ALL, partner, 4, fast)).toEqual(
          markChanged(a, b, eta, 4, slow),
        );
        const rule = Uint8Array.from(a, (x, i) =>
          isChanged(x, b[i]!, eta) ? 4 : 0,
        );
        expect(Buffer.compare(fast, rule)).toBe(0);
        expect(Buffer.compare(slow, rule)).toBe(0);
      }
    },
  );

  test("differs from the rule from η = 2⁻⁸ on: 2⁻⁸ is the smallest gap", () => {
    const a = values(Uint16Array.of(0x3f7f), "BF16")[0]!;
    expect([a, 1]).toEqual([0.99609375, 1]);
    expect(isChanged(a, 1, BF16_GAP)).toBe(false);
    expect(isChanged(a, 1, BF16_GAP * (1 - 1e-9))).toBe(true);
  });

  test("counts NaN and infinities on either side, and never as changed", () => {
    const base = Uint16Array.of(0x7f80, 0x3f80, 0x7fc0, 0x3f80, 0x3f80);
    const expert = Uint16Array.of(0x3f80, 0xff80, 0x7fc0, 0x3f80, 0x3f81);
    const pattern = new Uint8Array(5);
    expect(markChangedBf16(base, expert, 1, pattern)).toEqual({
      changed: 1,
      nonfinite: 3,
    });
    expect([...pattern]).toEqual([0, 0, 0, 0, 1]);
  });
});

describe("isChanged(a, b, eta)", () => {
  test("is a relative tolerance in float32", () => {
    expect(isChanged(1, 1.0009)).toBe(false);
    expect(isChanged(1, 1.0011)).toBe(true);
    expect(isChanged(1e-20, 1.0011e-20)).toBe(true);
    expect(isChanged(0, 1e-30)).toBe(true);
    expect(isChanged(0, -0)).toBe(false);
    expect(isChanged(-1, 1)).toBe(true);
  });

  test("calls 30,744 of the 31,743 steps between neighbours in float16 unchanged at the paper's η", () => {
    const halves = values(ALL.slice(0, 0x7c00), "F16");
    let unchanged = 0;
    for (let i = 1; i < halves.length; i++)
      if (!isChanged(halves[i - 1]!, halves[i]!)) unchanged++;
    expect([halves.length - 1, unchanged]).toEqual([31_743, 30_744]);
  });

  test("is false for NaN, and between an infinity and anything", () => {
    for (const other of [0, 1, NaN, Infinity, -Infinity]) {
      expect(isChanged(NaN, other)).toBe(false);
      expect(isChanged(Infinity, other)).toBe(false);
      expect(isChanged(other, -Infinity)).toBe(false);
    }
  });
});

describe("markChanged(base, expert, eta)", () => {
  test("sets one bit and keeps the others", () => {
    const pattern = Uint8Array.of(1, 1, 1);
    const base = Float32Array.of(1, 2, NaN);
    const expert = Float32Array.of(1, 3, 1);
    expect(markChanged(base, expert, 1e-3, 8, pattern)).toEqual({
      changed: 1,
      nonfinite: 1,
    });
    expect([...pattern]).toEqual([1, 9, 1]);
  });
});
