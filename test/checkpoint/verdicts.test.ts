import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { Checkpoint, FormatError } from "../../src/checkpoint/index.js";
import { golden, refusal, testFolder } from "./files.js";

const { verdicts } = golden<{
  verdicts: { about: string; file: string; verdict: string }[];
}>("verdicts");
const path = join(testFolder(), "model.safetensors");

/** Accepted by the reference library, refused by strict mode: the table of `parseHeader`. */
const STRICT = new Map([
  ["a leading space", "header must begin with {, got white space"],
  ["a leading newline", "header must begin with {, got white space"],
  [
    "NUL in a name",
    'tensor names must be non-empty and without NUL, got "a\\u0000b"',
  ],
  ["an empty name", 'tensor names must be non-empty and without NUL, got ""'],
  [
    "a name twice with equal offsets",
    'header must name each tensor once, got "a" twice',
  ],
  [
    "a name twice with another dtype",
    'header must name each tensor once, got "a" twice',
  ],
  [
    "a key twice in __metadata__",
    '__metadata__ must name each key once, got "x" twice',
  ],
  [
    "an extra field",
    'tensor "a" must have dtype, shape and data_offsets once each, got "x"',
  ],
  ["metadata null", "__metadata__ must be an object, got null"],
  [
    "zero times a shape that overflows",
    'tensor "a" must have integers below 2^53, got 18446744073709551615',
  ],
  ["a tensor as array", 'tensor "a" must be an object, got an array'],
]);

function judge(
  file: string,
  mode: "strict" | "reference",
): FormatError | undefined {
  writeFileSync(path, Buffer.from(file, "base64"));
  const error = refusal(() => Checkpoint.open(path, { mode }).close());
  if (error !== undefined) expect(error).toBeInstanceOf(FormatError);
  return error as FormatError | undefined;
}

describe("the 78 vectors of the reference library", () => {
  test("are all there, and each rule that is stricter has its vector", () => {
    expect(verdicts).toHaveLength(78);
    const accepted = verdicts.filter(({ verdict }) => verdict === "accept");
    const names = accepted.map(({ about }) => about);
    expect(names).toEqual(expect.arrayContaining([...STRICT.keys()]));
  });

  test.each(verdicts)(
    "Checkpoint.open(path, { mode: 'reference' }) judges $about: $verdict",
    ({ file, verdict }) => {
      expect(judge(file, "reference")?.fault ?? "accept").toBe(verdict);
    },
  );

  test.each(verdicts)(
    "Checkpoint.open(path) judges $about, too",
    ({ about, file, verdict }) => {
      const error = judge(file, "strict");
      const stricter = STRICT.get(about);
      if (stricter !== undefined) {
        expect(error?.fault).toBe("strict");
        expect(error?.message).toBe(`${path}: ${stricter}`);
      } else {
        // Strict mode looks at integers first, so it may name another rule, but it never lets a file pass.
        expect(error === undefined).toBe(verdict === "accept");
        if (error !== undefined)
          expect(error.message).toMatch(/model\.safetensors: .+, got .+$/);
      }
    },
  );
});
