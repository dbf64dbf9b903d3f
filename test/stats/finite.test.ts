/** What is no finite number is refused by every estimate, and a text is never added up. */
import { expect, test } from "vitest";
import {
  averageOverSeeds,
  bootstrap,
  correlation,
  mean,
  overSeeds,
  pairedDifference,
  total,
  variance,
} from "../../src/stats/index.js";

const ESTIMATES: Record<string, (values: number[]) => unknown> = {
  bootstrap: (values) => bootstrap(values),
  overSeeds: (values) => overSeeds([[1, 0, 1, 0], values]),
  averageOverSeeds: (values) => averageOverSeeds([[values]]),
  pairedDifference: (values) =>
    pairedDifference([{ a: [values], b: [values] }]),
  "correlation x": (values) => correlation(values, [1, 2, 3, 5]),
  "correlation y": (values) => correlation([1, 2, 3, 5], values),
};
const BROKEN: unknown[] = [NaN, Infinity, null, undefined, "1", true, {}];

test.each(Object.entries(ESTIMATES))(
  "%s throws RangeError for what is no finite number, and says where",
  (_, estimate) => {
    estimate([0, 1, 0.5, 0.25]);
    for (const value of BROKEN)
      expect(() => estimate([0, 1, value as number, 0.5])).toThrow(
        /must be finite numbers, got .* at 2$/,
      );
  },
);

test("sums, means and variances throw RangeError for texts, and are NaN where a number is", () => {
  const texts = ["1", "2"] as unknown as number[];
  for (const of of [total, mean, variance])
    expect(() => of(texts)).toThrow('values must be numbers, got "1"');
  expect(mean([1, NaN])).toBeNaN();
});
