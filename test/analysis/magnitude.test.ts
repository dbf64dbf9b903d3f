import { expect, test } from "vitest";
import { STRATA, strataOf } from "../../src/analysis/weights/magnitude.js";
import { Random } from "../../src/random.js";

/** By definition: the entries of smaller size, in nine significant bits, counted one by one. */
function counted(values: Float32Array): number[] {
  const bits = new Uint32Array(values.buffer);
  const sizes = Array.from(bits, (each) => (each & 0x7fffffff) >>> 15);
  return sizes.map((size) => {
    const smaller = sizes.filter((other) => other < size).length;
    return Math.floor((smaller * STRATA) / values.length);
  });
}

test.each([0, 1, 2, 32, 999, 8191, 8192, 9000])(
  "strataOf(values) counts the smaller entries of %i, however it finds them",
  (length) => {
    const random = new Random(3, `strata/${length}`);
    const values = Float32Array.from({ length }, (_, i) =>
      i % 5 === 0 ? 0 : random.normal() * 10 ** random.int(-3, 3),
    );
    expect([...strataOf(values)]).toEqual(counted(values));
  },
);
