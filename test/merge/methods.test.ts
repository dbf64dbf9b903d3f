import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Params } from "../../src/checkpoint/index.js";
import { ShapeError } from "../../src/error.js";
import {
  type MergeMethodName,
  type MergeOptions,
  method,
  methods,
} from "../../src/merge/index.js";
import {
  copy,
  entries,
  randomModel,
  single,
  tensor,
  tuned,
} from "./fixture.js";

type JsonParams = Record<string, { shape: number[]; data: number[] }>;
interface Golden {
  cases: {
    about: string;
    base: JsonParams;
    experts: JsonParams[];
    merged: {
      method: MergeMethodName;
      options: MergeOptions;
      params: JsonParams;
    }[];
  }[];
}
const golden = JSON.parse(
  readFileSync("test/golden/merge/methods.json", "utf8"),
) as Golden;
const fromJson = (json: JsonParams): Params =>
  new Map(
    Object.entries(json).map(([name, { shape, data }]) => [
      name,
      tensor(data, shape),
    ]),
  );

const lowerCase = (start: string): string => start.at(-1)!.toLowerCase();
const all = Object.keys(methods) as MergeMethodName[];
/** Those of the paper's Table 4 and their kin, which take any number of experts and no required option. */
const names = all.filter((name) =>
  /^(dare)?(average|taskArithmetic|ties|sce)$/i.test(name),
);
const withDare = names.filter((name) => name.startsWith("dare"));
const base = randomModel(1);
const experts = [2, 3, 4, 5].map((seed) => tuned(base, seed));

describe.each(golden.cases)(
  "reference values, $about",
  ({ base: start, experts: tunedModels, merged }) => {
    test.each(merged)(
      "$method(base, experts, $options) equals NumPy and PyTorch",
      ({ method: name, options, params }) => {
        const result = methods[name].merge(
          fromJson(start),
          tunedModels.map(fromJson),
          options,
        );
        expect([...result.keys()]).toEqual(Object.keys(start));
        for (const [key, { data }] of Object.entries(params)) {
          // One float32 rounding of the merged task vector may differ, since NumPy sums pairwise: 2⁻²⁴ of a value below 1.
          const error = Math.max(
            ...data.map((value, i) =>
              Math.abs(value - result.get(key)!.data[i]!),
            ),
          );
          expect(error, key).toBeLessThanOrEqual(2 ** -24);
        }
      },
    );
  },
);

describe.each(names)("%s", (name) => {
  const { merge, defaults } = methods[name];

  test("gives the names, shapes and dtypes of base, in its order", () => {
    const half = new Map(
      [...base].map(([key, param]) => [
        key,
        { ...param, dtype: "BF16" as const },
      ]),
    );
    const result = merge(half, experts);
    expect([...result.keys()]).toEqual([...base.keys()]);
    for (const [key, { shape, dtype, data }] of result) {
      expect(shape).toEqual(base.get(key)!.shape);
      expect(dtype).toBe("BF16");
      expect(data).toHaveLength(base.get(key)!.data.length);
    }
  });

  test("changes no input, and shares no memory with one", () => {
    const inputs = [base, ...experts].map(copy);
    const result = merge(inputs[0]!, inputs.slice(1));
    for (const param of result.values()) {
      param.data.fill(7);
      param.shape[0] = 7;
    }
    expect(inputs).toEqual([base, ...experts]);
  });

  test("gives the same bytes again", () => {
    expect(merge(base, experts)).toEqual(merge(base, experts));
  });

  test("returns the base when no expert differs from it", () => {
    expect(merge(base, [base, base, base])).toEqual(base);
  });

  test("returns the expert when there is one expert, kept whole", () => {
    const options = {
      ...("density" in defaults && { density: 1 }),
      ...("dareDensity" in defaults && { dareDensity: 1 }),
    };
    expect(merge(base, [experts[0]!], options)).toEqual(experts[0]);
  });

  if ("lambda" in defaults)
    test("returns the base at lambda 0", () => {
      expect(merge(base, experts, { lambda: 0 })).toEqual(base);
    });

  if ("lambda" in defaults)
    test("moves along a line as lambda grows", () => {
      const [half, full] = [
        merge(base, experts, { lambda: 0.5 }),
        merge(base, experts, { lambda: 1 }),
      ];
      for (const [key, { data }] of base) {
        data.forEach((start, i) => {
          const step = full.get(key)!.data[i]! - start;
          expect(half.get(key)!.data[i]! - start).toBeCloseTo(step / 2, 5);
        });
      }
    });

  if (!withDare.includes(name))
    test("does not depend on the order of experts", () => {
      expect(merge(base, [...experts].reverse())).toEqual(merge(base, experts));
    });

  test("leaves an entry that no expert changed", () => {
    const start = single(1, 2, 3, 4);
    const result = entries(
      merge(start, [single(1, 2.5, 3, 4.5), single(1, 2.25, 3, 4)], {
        ...("density" in defaults && { density: 1 }),
      }),
    );
    expect([result[0], result[2]]).toEqual([1, 3]);
  });

  test("keeps a tied output head tied, and merges the rest as if it were not there", () => {
    const withHead = (params: Params): Params => {
      const out = copy(params);
      out.set(
        "lm_head.weight",
        structuredClone(params.get("model.embed_tokens.weight")!),
      );
      return out;
    };
    const result = merge(withHead(base), experts.map(withHead));
    expect(result).toEqual(withHead(merge(base, experts)));
    expect([...result.keys()]).toEqual([...withHead(base).keys()]);
  });

  test("throws RangeError without experts", () => {
    expect(() => merge(base, [])).toThrow(RangeError);
    expect(() => merge(base, [])).toThrow(
      /: experts must not be empty, got 0 models$/,
    );
  });

  test("throws ShapeError when a tensor is missing, differs in shape, or is one too many", () => {
    const missing = copy(experts[1]!);
    missing.delete("model.norm.weight");
    expect(() => merge(base, [experts[0]!, missing])).toThrow(ShapeError);
    expect(() => merge(base, [experts[0]!, missing])).toThrow(
      /: tensor "model\.norm\.weight" must be in every model as in base, got none in experts\[1\]$/,
    );
    const reshaped = copy(experts[1]!);
    reshaped.get("model.layers.0.mlp.up_proj.weight")!.shape = [12, 24];
    expect(() => merge(base, [reshaped])).toThrow(
      /: tensor "model\.layers\.0\.mlp\.up_proj\.weight" must have shape \(24, 12\) as in base, got \(12, 24\) in experts\[0\]$/,
    );
    const extra = copy(experts[1]!);
    extra.set("lm_head.weight", tensor([1]));
    expect(() => merge(base, [extra])).toThrow(
      /: tensors must be those of base, got another one, "lm_head\.weight", in experts\[0\]$/,
    );
  });

  test.each([NaN, Infinity, -Infinity])(
    "throws RangeError for a weight of %d",
    (bad) => {
      const broken = copy(experts[1]!);
      broken.get("model.norm.weight")!.data[3] = bad;
      expect(() => merge(base, [experts[0]!, broken])).toThrow(
        new RegExp(
          `: tensor "model\\.norm\\.weight" must be finite, got ${bad} at entry 3 in experts\\[1\\]$`,
        ),
      );
      expect(() => merge(broken, experts)).toThrow(/ in base$/);
    },
  );

  test("throws RangeError for an unknown option", () => {
    const known = Object.keys(defaults).join(", ") || "none";
    expect(() => merge(base, experts, { lamda: 1 } as MergeOptions)).toThrow(
      new RangeError(
        `${name}: options must be known, got "lamda"; known: ${known}`,
      ),
    );
  });

  test.each(["density", "dareDensity", "lambda"] as const)(
    "throws RangeError for %s out of range",
    (option) => {
      const values =
        option === "lambda" ? [NaN, Infinity] : [0, -0.1, 1.01, NaN];
      for (const value of option in defaults ? values : []) {
        const range = option === "lambda" ? "finite" : "in (0, 1]";
        expect(() => merge(base, experts, { [option]: value })).toThrow(
          RangeError,
        );
        expect(() => merge(base, experts, { [option]: value })).toThrow(
          `: ${option} must be ${range}, got ${value}`,
        );
      }
    },
  );

  test("takes an option of undefined as its default", () => {
    const undefineds = Object.fromEntries(
      Object.keys(defaults).map((option) => [option, undefined]),
    );
    expect(merge(base, experts, undefineds)).toEqual(merge(base, experts));
  });
});

describe.each(withDare)("%s", (name) => {
  test("equals the method alone at dareDensity 1", () => {
    const alone = method(name.replace(/^dare./, lowerCase));
    expect(methods[name].merge(base, experts, { dareDensity: 1 })).toEqual(
      alone.merge(base, experts),
    );
  });

  test("depends on the seed", () => {
    const [one, two] = [1, 2].map((seed) =>
      methods[name].merge(base, experts, { seed }),
    );
    expect(one).not.toEqual(two);
  });
});

describe("method(name)", () => {
  test("gives the row of the table", () => {
    for (const name of all) expect(method(name)).toBe(methods[name]);
  });

  test("throws RangeError for an unknown name, own properties of objects included", () => {
    for (const name of ["tie", "__proto__", "constructor"]) {
      expect(() => method(name)).toThrow(
        new RangeError(
          `methods: unknown method "${name}"; known: ${all.join(", ")}`,
        ),
      );
    }
  });
});
