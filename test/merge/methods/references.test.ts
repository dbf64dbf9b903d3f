/** Every method and dialect against float64 references written from the formulas (scripts/golden/mergeReferences.py). */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  type MergeOptions,
  method,
  methods,
} from "../../../src/merge/index.js";
import { type Base64Params, difference, fromBase64 } from "../fixture.js";

interface Result {
  method: string;
  dialect: "paper" | "m2rl-code" | "mergekit";
  options: MergeOptions;
  experts: number;
  params: Record<string, string>;
}
interface Golden {
  cases: {
    about: string;
    base: Base64Params;
    experts: Base64Params[];
    merged: Result[];
  }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/merge/references.json", "utf8"),
) as Golden;

const float64 = (text: string): Float64Array =>
  new Float64Array(Uint8Array.from(Buffer.from(text, "base64")).buffer);

const largest = (value: number | readonly number[] | undefined): number =>
  Math.max(1, ...[value ?? 1].flat().map(Math.abs));

/** How much larger than a task vector its part of the merge can be: by λ, weights, and what makes good for dropped entries. */
function gain({ lambda, weights, density, dareDensity }: MergeOptions): number {
  const kept = Math.min(...[density ?? 0.2, dareDensity ?? 0.2].flat());
  return (largest(lambda) * largest(weights)) / Math.min(1, kept);
}

describe.each(golden.cases)("$about", ({ base: start, experts, merged }) => {
  const base = fromBase64(start);
  const models = experts.map(fromBase64);

  test.each(merged)(
    "$method(base, $experts experts, $options) in dialect $dialect is within eight roundings of its formula",
    ({ method: name, dialect, options, experts: count, params }) => {
      const used = models.slice(0, count);
      const result = method(name).merge(base, used, { ...options, dialect });
      const factor = gain(options);
      for (const [tensor, { data }] of result) {
        const origin = base.get(tensor)!.data;
        // 8 · 2⁻²⁴ · (|θ₀| + λ Σ |w τ|), with subnormals as exact as float32 can hold them.
        const worst = difference(data, float64(params[tensor]!), (i) =>
          used.reduce(
            (sum, expert) =>
              sum +
              factor * Math.abs(expert.get(tensor)!.data[i]! - origin[i]!),
            Math.abs(origin[i]!) + 2 ** -126,
          ),
        );
        expect(worst, tensor).toBeLessThanOrEqual(8 * 2 ** -24);
      }
    },
  );
});

test("every method has a reference in every dialect that it knows", () => {
  const known = Object.values(methods).flatMap(({ name, dialects }) =>
    dialects.map((dialect) => `${name} ${dialect}`),
  );
  const covered = new Set(
    golden.cases.flatMap(({ merged }) =>
      merged.map(({ method: name, dialect }) => `${name} ${dialect}`),
    ),
  );
  expect(known.filter((row) => !covered.has(row))).toEqual([]);
});
