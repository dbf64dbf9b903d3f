import { describe, expect, test } from "vitest";
import { parseSize } from "../../../src/checkpoint/index.js";

describe("parseSize", () => {
  test.each([
    ["5GB", 5e9],
    ["1.5GB", 1.5e9],
    ["800", 800],
    ["1B", 1],
    ["2kB", 2000],
    ["2KB", 2000],
    ["512MB", 512e6],
    ["1TB", 1e12],
    ["1KiB", 1024],
    ["1.5 MiB", 1.5 * 2 ** 20],
    ["5GiB", 5 * 2 ** 30],
    ["1TiB", 2 ** 40],
    [" 3 GB ", 3e9],
    ["0.3333kB", 333],
  ])("parseSize(%j) is %d bytes", (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  test.each([
    "",
    "GB",
    "5gb",
    "5Gb",
    "5G",
    "-1GB",
    "1e9",
    "1,5GB",
    "0",
    "0.1B",
    "5 G B",
    "99999TB",
    "5constructor",
    "NaN",
  ])("parseSize(%j) throws RangeError", (text) => {
    expect(() => parseSize(text)).toThrow(
      new RangeError(
        `parseSize: size must be a number and one of B, kB, KB, MB, GB, TB, KiB, MiB, GiB, TiB, at least 1 byte, got ${JSON.stringify(text)}`,
      ),
    );
  });
});
