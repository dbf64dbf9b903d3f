/** Dialect "mergekit" against what mergekit itself makes of a small Qwen3-shaped checkpoint (scripts/golden/mergeByMergekit.py). */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Params } from "../../../src/checkpoint/index.js";
import {
  method,
  methods,
  type MergeOptions,
} from "../../../src/merge/index.js";
import { difference, fromBase64, type Base64Params } from "../fixture.js";

interface Golden {
  versions: { mergekit: string };
  base: Base64Params;
  experts: Base64Params[];
  merged: {
    method: string;
    options: MergeOptions;
    experts: number;
    params: Base64Params;
  }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/merge/mergekit.json", "utf8"),
) as Golden;
const base = fromBase64(golden.base);
const experts = golden.experts.map(fromBase64);

describe(`mergekit ${golden.versions.mergekit}`, () => {
  test.each(golden.merged)(
    "$method(base, $experts experts, $options) gives what mergekit gives",
    ({ method: name, options, experts: count, params }) => {
      const used = experts.slice(0, count);
      const merged = method(name).merge(base, used, {
        ...options,
        dialect: "mergekit",
      });
      expect([...merged.keys()].sort()).toEqual(Object.keys(params).sort());
      const expected: Params = fromBase64(params);
      for (const [tensor, { data }] of merged) {
        // mergekit computes in float32: a few roundings of the size of the models, or of changes that it has scaled up.
        const worst = difference(data, expected.get(tensor)!.data, (i) =>
          used.reduce(
            (sum, expert) => sum + Math.abs(expert.get(tensor)!.data[i]!),
            Math.abs(base.get(tensor)!.data[i]!),
          ),
        );
        expect(worst, tensor).toBeLessThanOrEqual(16 * 2 ** -24);
      }
    },
  );

  test("every method of mergekit is in the table, by its name there and by ours", () => {
    const names = Object.values(methods).flatMap(({ mergekitName }) =>
      mergekitName === undefined ? [] : [mergekitName],
    );
    expect(names.sort()).toEqual(MERGEKIT_NAMES);
    for (const name of names) expect(method(name).mergekitName).toBe(name);
  });

  test("every method of mergekit is compared with it", () => {
    const compared = new Set(golden.merged.map(({ method: name }) => name));
    const ours = MERGEKIT_NAMES.map((name) => method(name).name);
    expect(ours.filter((name) => !compared.has(name))).toEqual([]);
  });
});

const MERGEKIT_NAMES = [
  "arcee_fusion",
  "breadcrumbs",
  "breadcrumbs_ties",
  "dare_linear",
  "dare_ties",
  "della",
  "della_linear",
  "karcher",
  "linear",
  "model_stock",
  "multislerp",
  "nearswap",
  "nuslerp",
  "passthrough",
  "ram",
  "ramplus_tl",
  "sce",
  "slerp",
  "task_arithmetic",
  "ties",
];
