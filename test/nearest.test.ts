/** The nearest known name: slips are found, and no name takes long. */
import { describe, expect, test } from "vitest";
import { hint, nearest } from "../src/nearest.js";

describe("nearest(name, known)", () => {
  test.each([
    ["grupSize", "groupSize"],
    ["groupsize", "groupSize"],
    ["tise", "ties"],
    ["t", null],
    ["", null],
    ["step", "steps"],
    ["something", null],
  ])("of %j is %j", (name, wanted) => {
    expect(nearest(name, ["groupSize", "steps", "ties"])).toBe(wanted);
  });

  test("takes the first of several that are equally near", () => {
    expect(nearest("bat", ["cat", "hat"])).toBe("cat");
  });

  test("finds a name of a hundred letters with some wrong, and none for a longer one", () => {
    const long = "abcde".repeat(20);
    expect(nearest(`x${long.slice(1)}`, [long])).toBe(long);
    expect(nearest(`${long}x`, [long])).toBeNull();
  });

  test("looks at a megabyte, and among names of that length, within a tenth of a second of processor time", () => {
    const huge = "x".repeat(1e6);
    const start = process.cpuUsage();
    expect(hint(huge, ["ties", huge])).toBe(`known: ties, ${huge}`);
    expect(nearest("ties", [huge])).toBeNull();
    const { user, system } = process.cpuUsage(start);
    expect((user + system) / 1000).toBeLessThan(100);
  });
});
