/** Times as people read them. */
import { expect, test } from "vitest";
import { duration } from "../../src/io/index.js";

test.each([
  [0.4, "0 s"],
  [59.4, "59 s"],
  [59.6, "1 min 00 s"],
  [185, "3 min 05 s"],
  [3720, "1 h 02 min"],
  [null, "an unknown time"],
])("duration(%s) is %s", (seconds, text) => {
  expect(duration(seconds)).toBe(text);
});
