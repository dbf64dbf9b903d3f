import { describe, expect, test } from "vitest";
import { decodeInto, encodeInto } from "../../../src/checkpoint/index.js";
import { roundStochastically } from "../../../src/checkpoint/writer/stochasticRounding.js";
import { key, threefry } from "../../../src/random.js";

const KEY = key(3, "round/w");

function round(
  dtype: "BF16" | "F16",
  values: Float32Array,
  start = 0,
): Float32Array {
  const bytes = new Uint8Array(2 * values.length);
  roundStochastically(dtype, values, bytes, KEY, start);
  const out = new Float32Array(values.length);
  decodeInto(dtype, bytes, out);
  return out;
}

describe.each(["BF16", "F16"] as const)(
  "roundStochastically(%j, …)",
  (dtype) => {
    test.each([1.001, -3.14159, 1e-3, 5e-6, -0.3 * 2 ** -24, 100.3, 1 / 3])(
      "has %d as its mean, and gives only its two neighbours",
      (value) => {
        const x = Math.fround(value);
        const count = 400_000;
        const out = round(dtype, new Float32Array(count).fill(x));
        const [down, up] = [...new Set(out)].sort((a, b) => a - b);
        expect(new Set(out).size).toBe(2);
        expect(down! < x && x < up!).toBe(true);
        // Neighbours: nothing of the format lies between.
        const middle = new Uint8Array(2);
        const nearest = new Float32Array(1);
        encodeInto(dtype, new Float32Array([(down! + up!) / 2]), middle);
        decodeInto(dtype, middle, nearest);
        expect([down, up]).toContain(nearest[0]);
        const mean = out.reduce((sum, y) => sum + y, 0) / count;
        // Five standard errors of a Bernoulli mean.
        const p = (x - down!) / (up! - down!);
        const error = (up! - down!) * Math.sqrt((p * (1 - p)) / count);
        expect(Math.abs(mean - x)).toBeLessThan(5 * error);
      },
    );

    test("keeps what the format holds, zeros, infinities and NaN, and rounds to nearest where there is no larger number", () => {
      const bits = Uint16Array.from({ length: 65_536 }, (_, i) => i);
      const held = new Float32Array(65_536);
      decodeInto(dtype, new Uint8Array(bits.buffer), held);
      const same = round(dtype, held);
      expect(held.findIndex((x, i) => !Object.is(x, same[i]))).toBe(-1);
      const largest = dtype === "BF16" ? 3.3895313892515355e38 : 65504;
      const beyond = new Float32Array(1000).fill(largest * (1 + 2 ** -12));
      expect(new Set(round(dtype, beyond))).toEqual(new Set([largest]));
      const far = new Float32Array(1000).fill(largest * (1 + 2 ** -7));
      if (dtype === "F16")
        expect(new Set(round(dtype, far))).toEqual(new Set([Infinity]));
    });

    test("draws by the index of the element, whatever the pieces", () => {
      const values = Float32Array.from({ length: 20_000 }, (_, i) =>
        Math.sin(i),
      );
      const whole = round(dtype, values, 5);
      for (const size of [1, 3, 4, 4096, 8191, 8192, 19_999]) {
        const pieces = new Float32Array(values.length);
        for (let at = 0; at < values.length; at += size)
          pieces.set(round(dtype, values.subarray(at, at + size), 5 + at), at);
        expect(pieces).toEqual(whole);
        if (size === 1) break;
      }
      expect(round(dtype, values, 6)).not.toEqual(whole);
    });

    test("takes its bits from the words of the key's blocks in order", () => {
      // One above a number with a zero lower part: up only for the largest draw, so that the fraction shows the draw.
      const start = 2 ** 33 + 1;
      const words = Array.from({ length: 8 }, (_, i) => {
        const perBlock = dtype === "BF16" ? 4 : 2;
        const block = Math.floor((start + i) / perBlock);
        const lane = (start + i) % perBlock;
        const pair = threefry(KEY, block >>> 0, Math.floor(block / 2 ** 32));
        if (dtype === "F16") return pair[lane]! / 2 ** 32;
        return ((pair[lane >> 1]! >>> (16 * (lane & 1))) & 0xffff) / 2 ** 16;
      });
      // Between 1 and its upper neighbour, at a fraction f: up where draw + f ≥ 1.
      const step = dtype === "BF16" ? 2 ** -7 : 2 ** -10;
      for (const f of [1 / 8, 1 / 4, 1 / 2, 3 / 4, 7 / 8]) {
        const values = new Float32Array(8).fill(1 + f * step);
        expect([...round(dtype, values, start)]).toEqual(
          words.map((draw) => (draw + f >= 1 ? 1 + step : 1)),
        );
      }
    });
  },
);
