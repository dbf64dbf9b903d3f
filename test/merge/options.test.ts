import { describe, expect, test } from "vitest";
import { DIALECTS, methods, optionsOf } from "../../src/merge/index.js";
import { resolveOptions } from "../../src/merge/options.js";

const resolve = (
  given: Record<string, unknown>,
  dialect: "paper" | "mergekit" = "paper",
  models = 3,
): unknown => resolveOptions(methods.ties, dialect, given, models, "call");

describe("resolveOptions", () => {
  test("resolveOptions completes options with the dialect's defaults, one number per expert where it says so", () => {
    expect(resolve({})).toEqual({ density: [0.2, 0.2, 0.2], lambda: 1 });
    expect(resolve({ weights: 1 }, "mergekit")).toEqual({
      density: [1, 1, 1],
      lambda: 1,
      weights: [1, 1, 1],
      normalize: true,
      rescale: false,
    });
    expect(resolve({ density: [0.1, 0.2, 0.3], lambda: 2 })).toEqual({
      density: [0.1, 0.2, 0.3],
      lambda: 2,
    });
  });

  test.each<[string, Record<string, unknown>, "paper" | "mergekit", string]>([
    [
      "an unknown name",
      { lamda: 1 },
      "paper",
      'call: options must be known, got "lamda"; known: density, lambda',
    ],
    [
      "an option of another dialect",
      { weights: 1 },
      "paper",
      'call: options must be known, got "weights"; not available in dialect paper, only in mergekit',
    ],
    [
      "a missing one",
      {},
      "mergekit",
      "call: weights must be given, got nothing",
    ],
    [
      "a list of another length",
      { density: [0.1] },
      "paper",
      "call: density must have one number per expert (3), got 1",
    ],
    [
      "a list where one number is meant",
      { lambda: [1, 2, 3] },
      "paper",
      "call: lambda must be finite, got 1,2,3",
    ],
    [
      "a number out of range in a list",
      { density: [0.1, 0, 1] },
      "paper",
      "call: density must be in (0, 1], got 0",
    ],
    [
      "text for a boolean",
      { weights: 1, normalize: "yes" },
      "mergekit",
      "call: normalize must be a boolean, got yes",
    ],
    [
      "text for a number",
      { lambda: "1" },
      "paper",
      "call: lambda must be finite, got 1",
    ],
  ])(
    "resolveOptions throws RangeError for %s",
    (_, given, dialect, message) => {
      expect(() => resolve(given, dialect)).toThrow(new RangeError(message));
    },
  );

  test("resolveOptions throws RangeError for a fraction where an integer is meant", () => {
    expect(() =>
      resolveOptions(methods.karcher, "paper", { maxIter: 1.5 }, 2, "karcher"),
    ).toThrow(new RangeError("karcher: maxIter must be an integer, got 1.5"));
  });
});

describe("optionsOf", () => {
  test.each(Object.values(methods))(
    "$name: every option says what it means, and its defaults are valid",
    (row) => {
      for (const dialect of DIALECTS.filter((one) =>
        row.dialects.includes(one),
      )) {
        for (const [name, spec] of Object.entries(optionsOf(row, dialect))) {
          expect(spec.doc, name).not.toBe("");
          expect(spec.dialects ?? row.dialects).toContain(dialect);
          if (spec.default === undefined) continue;
          expect(typeof spec.default).toBe(
            spec.type === "boolean" ? "boolean" : "number",
          );
          if (typeof spec.default === "number" && spec.range !== undefined)
            expect(spec.range.holds(spec.default), name).toBe(true);
        }
      }
    },
  );

  test("optionsOf gives an option's spelling in mergekit's files where it is another one", () => {
    const { mergekitName } = optionsOf(methods.ties, "mergekit").weights!;
    expect(mergekitName).toBe("weight");
  });
});
