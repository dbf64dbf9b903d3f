/** The penalty on length. */
import { describe, expect, test } from "vitest";
import { overlongPenalty } from "../../../src/train/index.js";

describe("overlongPenalty(length, limit, buffer)", () => {
  test("is 0 up to the buffer, falls linearly to −1 at the limit and stays there", () => {
    expect(
      [0, 80, 85, 90, 100, 130].map((n) => overlongPenalty(n, 100, 0.2)),
    ).toEqual([0, 0, -0.25, -0.5, -1, -1]);
    expect(overlongPenalty(50, 100, 1)).toBe(-0.5);
  });
  test("throws RangeError on a number that is not finite, or a buffer outside (0, 1]", () => {
    expect(() => overlongPenalty(NaN, 100, 0.2)).toThrow(
      new RangeError(
        "overlongPenalty: length and limit must be finite numbers, got NaN at 0",
      ),
    );
    for (const buffer of [0, 1.5])
      expect(() => overlongPenalty(90, 100, buffer)).toThrow(
        new RangeError(
          `overlongPenalty: buffer must be in (0, 1], got ${buffer}`,
        ),
      );
  });
});
