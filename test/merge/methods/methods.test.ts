import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { Params } from "../../../src/checkpoint/index.js";
import { ShapeError } from "../../../src/error.js";
import {
  type Emit,
  type MergeContext,
  type MergeMethodName,
  type MergeOptions,
  type Source,
  type TensorInput,
  type TensorOptions,
  method,
  methods,
  optionsOf,
} from "../../../src/merge/index.js";
import { resolveOptions } from "../../../src/merge/options.js";
import { Random } from "../../../src/random.js";
import {
  copy,
  difference,
  entries,
  randomModel,
  single,
  tensor,
  tuned,
} from "../fixture.js";

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
const names = Object.keys(methods) as MergeMethodName[];

/** Options that a method cannot do without. */
const REQUIRED: MergeOptions = { t: 0.05 };
const required = (name: MergeMethodName): MergeOptions =>
  Object.fromEntries(
    Object.entries(optionsOf(methods[name], "paper"))
      .filter(([, { default: initial }]) => initial === undefined)
      .map(([option]) => [option, REQUIRED[option as keyof MergeOptions]]),
  );

/** As many experts as a method takes, four at most. */
const fit = (name: MergeMethodName, models: readonly Params[]): Params[] =>
  models.slice(0, methods[name].models.max);

/** Options under which a method drops nothing and scales nothing. */
const WHOLE: Partial<Record<MergeMethodName, MergeOptions>> = {
  ties: { density: 1 },
  dareAverage: { dareDensity: 1 },
  dareTaskArithmetic: { dareDensity: 1 },
  dareTies: { density: 1, dareDensity: 1 },
  dareSce: { dareDensity: 1 },
  breadcrumbs: { density: 1 },
  breadcrumbsTies: { density: 1 },
  della: { density: 1 },
  dellaLinear: { density: 1 },
  slerp: { t: 1 },
  nearswap: { t: 100 },
  ram: { epsilon: 0 },
  ramPlusTl: { epsilon: 0 },
  ramGlobal: { epsilon: 0 },
  magMax: { lambda: 1 },
  consensusTaskArithmetic: { consensus: 1 },
};
/** Methods that change even a single expert: they equalise singular values, weigh heads, or leave small changes out. */
const NEVER_WHOLE: MergeMethodName[] = ["isoC", "resMerge", "arceeFusion"];
/** Methods that add up what experts have in common, so that copies of a model give more than the model. */
const SUMS: MergeMethodName[] = [
  "taskArithmetic",
  "dareTaskArithmetic",
  "breadcrumbs",
  "breadcrumbsTies",
  "dellaLinear",
  "consensusTaskArithmetic",
];
/** Methods that turn whole tensors, entries that nobody changed included. */
const TURNING: MergeMethodName[] = ["slerp", "karcher"];
/** Methods whose factors come from inner products or singular directions: equal up to rounding. */
const ROUNDED: MergeMethodName[] = [
  ...TURNING,
  "nuslerp",
  "multislerp",
  "modelStock",
  "tsvM",
  "isoC",
  "resMerge",
  "linear",
];

/** Merge one tensor as a stream, survey and all. */
function mergeOne(
  name: MergeMethodName,
  input: TensorInput,
  options: TensorOptions,
  chunk: number,
  emit: Emit,
): void {
  const row = methods[name];
  let context: MergeContext = { seed: 0, dialect: "paper", chunk };
  const plan = row.survey("paper");
  for (let again = plan !== undefined; again;) {
    const count = plan!.tensor(input, options, context);
    const round = plan!.finish(count, context);
    context = { ...context, survey: round.found };
    again = round.again;
  }
  row.tensor(input, options, context, emit);
}

function expectSame(
  name: MergeMethodName,
  actual: Params,
  expected: Params,
): void {
  if (!ROUNDED.includes(name)) {
    expect(actual).toEqual(expected);
    return;
  }
  for (const [key, { data }] of expected) {
    const worst = difference(actual.get(key)!.data, data, () => 1);
    expect(worst, key).toBeLessThan(2e-6);
  }
}

const withDare = names.filter((name) => name.startsWith("dare"));
const base = randomModel(1);
const four = [2, 3, 4, 5].map((seed) => tuned(base, seed));

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
  const { defaults, models, random } = methods[name];
  const experts = fit(name, four);
  const merge = (
    start: Params,
    tunedModels: readonly Params[],
    options: MergeOptions = {},
  ): Params =>
    methods[name].merge(start, fit(name, tunedModels), {
      ...required(name),
      ...options,
    });

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
    expectSame(name, merge(base, [base, base, base]), base);
  });

  if (models.min === 1 && !NEVER_WHOLE.includes(name))
    test("returns the expert when there is one expert, kept whole", () => {
      const one = merge(base, [four[0]!], WHOLE[name]);
      expectSame(name, one, four[0]!);
    });

  if (![...SUMS, ...NEVER_WHOLE, "tsvM"].includes(name))
    test("returns the model when all experts are copies of it, kept whole", () => {
      const copies = [four[1]!, four[1]!, four[1]!];
      expectSame(name, merge(base, copies, WHOLE[name]), four[1]!);
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

  if (!random && models.max > 1)
    test("does not depend on the order of experts", () => {
      const reversed = merge(base, [...fit(name, four)].reverse());
      expectSame(name, reversed, merge(base, experts));
    });

  if (!TURNING.includes(name))
    test("leaves an entry that no expert changed", () => {
      const start = single(1, 2, 3, 4);
      const result = entries(
        merge(start, [single(1, 2.5, 3, 4.5), single(1, 2.25, 3, 4)], {
          ...("density" in defaults && { density: 1 }),
        }),
      );
      expect([result[0], result[2]]).toEqual([1, 3]);
    });

  test("does not depend on how much is read at a time", () => {
    const source = (seed: number): Source => {
      const draw = new Random(seed, "entries");
      const data = Float32Array.from({ length: 270 * 280 }, () =>
        draw.normal(),
      );
      return {
        length: data.length,
        read: (start, out) => out.set(data.subarray(start, start + out.length)),
      };
    };
    const sources = [2, 3, 4].map(source).slice(0, models.max);
    const input: TensorInput = {
      name: "layers.0.weight",
      shape: [270, 280],
      length: 270 * 280,
      base: source(1),
      experts: sources,
      ids: sources.map((_, m) => `${m}`),
    };
    const options = resolveOptions(
      methods[name],
      "paper",
      { ...required(name) },
      sources.length,
      name,
    );
    const bytes = [2 ** 16, 2 ** 17].map((chunk) => {
      const out = new Float32Array(input.length);
      mergeOne(name, input, options, chunk, (start, values) =>
        out.set(values, start),
      );
      return out;
    });
    expect(bytes[0]).toEqual(bytes[1]);
    expect(bytes[0]!.some((value) => value !== 0)).toBe(true);
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

  test("throws RangeError for too few or too many experts", () => {
    expect(() => merge(base, [])).toThrow(RangeError);
    expect(() => merge(base, [])).toThrow(
      /: experts must not be empty, got 0 models$/,
    );
    const { merge: call } = methods[name];
    if (models.min > 1)
      expect(() => call(base, [base])).toThrow(
        /: number of experts must be (?:at least )?2, got 1$/,
      );
    if (models.max < 4)
      expect(() => call(base, four)).toThrow(
        new RegExp(`: number of experts must be ${models.max}, got 4$`),
      );
  });

  test("throws ShapeError when a tensor is missing, differs in shape, or is one too many", () => {
    const last = experts.length - 1;
    const broken = (change: (params: Params) => void): Params[] => {
      const params = copy(experts[last]!);
      change(params);
      return [...experts.slice(0, last), params];
    };
    const missing = broken((params) => params.delete("model.norm.weight"));
    expect(() => merge(base, missing)).toThrow(ShapeError);
    expect(() => merge(base, missing)).toThrow(
      `: tensor "model.norm.weight" must be in every model as in base, got none in experts[${last}]`,
    );
    const reshaped = broken((params) => {
      params.get("model.layers.0.mlp.up_proj.weight")!.shape = [12, 24];
    });
    expect(() => merge(base, reshaped)).toThrow(
      `: tensor "model.layers.0.mlp.up_proj.weight" must have shape (24, 12) as in base, got (12, 24) in experts[${last}]`,
    );
    const extra = broken((params) => params.set("lm_head.weight", tensor([1])));
    expect(() => merge(base, extra)).toThrow(
      `: tensors must be those of base, got an extra one, "lm_head.weight", in experts[${last}]`,
    );
  });

  test.each([NaN, Infinity, -Infinity])(
    "throws RangeError for a weight of %d",
    (bad) => {
      const broken = copy(base);
      broken.get("model.norm.weight")!.data[3] = bad;
      const last = experts.length - 1;
      expect(() => merge(base, [...experts.slice(0, last), broken])).toThrow(
        new RegExp(
          `: tensor "model\\.norm\\.weight" must be finite, got ${bad} at entry 3 in experts\\[${last}\\]$`,
        ),
      );
      expect(() => merge(broken, experts)).toThrow(/ in base$/);
    },
  );

  test("names tensor, entry and model of a value that is not finite, also in a stream", () => {
    const values = (bad?: number): Source => {
      const data = new Float32Array(12).fill(0.5);
      if (bad !== undefined) data[7] = bad;
      return {
        length: 12,
        read: (start, out) => out.set(data.subarray(start, start + out.length)),
      };
    };
    const last = experts.length - 1;
    const input: TensorInput = {
      name: "w",
      shape: [3, 4],
      length: 12,
      base: values(),
      experts: experts.map((_, m) =>
        values(m === last ? -Infinity : undefined),
      ),
      ids: experts.map((_, m) => `model-${m}`),
    };
    const options = resolveOptions(
      methods[name],
      "paper",
      { ...required(name) },
      experts.length,
      name,
    );
    expect(() => mergeOne(name, input, options, 2 ** 16, () => {})).toThrow(
      new RangeError(
        `${name}: tensor "w" must be finite, got -Infinity at entry 7 in expert model-${last}`,
      ),
    );
  });

  test("throws RangeError for an unknown option and for one of another dialect", () => {
    const known = [
      ...Object.keys(optionsOf(methods[name], "paper")),
      ...(random ? ["seed"] : []),
    ];
    expect(() => merge(base, experts, { lamda: 1 } as MergeOptions)).toThrow(
      new RangeError(
        `${name}: options must be known, got "lamda"; known: ${known.join(", ") || "none"}`,
      ),
    );
    for (const [option, { dialects }] of Object.entries(
      methods[name].options,
    )) {
      if (dialects === undefined || dialects.includes("paper")) continue;
      expect(() => merge(base, experts, { [option]: 1 })).toThrow(
        new RangeError(
          `${name}: options must be known, got "${option}"; not available in dialect paper, only in ${dialects.join(", ")}`,
        ),
      );
    }
  });

  test("throws RangeError for a dialect that does not define it", () => {
    const { dialects } = methods[name];
    const wrong = { dialect: "fusechat" } as unknown as MergeOptions;
    expect(() => merge(base, experts, wrong)).toThrow(
      new RangeError(
        `${name}: dialect must be one of ${dialects.join(", ")}, got fusechat`,
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
  const experts = four;

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
    for (const name of names) expect(method(name)).toBe(methods[name]);
  });

  test("throws RangeError for an unknown name, own properties of objects included", () => {
    for (const name of ["tie", "__proto__", "constructor"]) {
      expect(() => method(name)).toThrow(
        new RangeError(
          `methods: unknown method "${name}"; known: ${names.join(", ")}`,
        ),
      );
    }
  });
});
