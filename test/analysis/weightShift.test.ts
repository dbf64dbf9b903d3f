/** Comparisons of whole models: what is refused before any work, what is skipped, files, threads and rows. */
import { mkdtempSync, rmSync, writeFileSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  correspondingLayer,
  type CurveRow,
  meaningOf,
  type OverlapRow,
  placeOf,
  readWeightShiftRows,
  type ShiftProgress,
  weightShift,
  weightShiftOfFiles,
  type WeightShiftOptions,
  type WeightShiftRow,
  weightShiftRows,
} from "../../src/analysis/index.js";
import {
  castParams,
  type Params,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { CheckpointError, ShapeError, StudyError } from "../../src/error.js";
import { model, normals } from "./planted.js";

const LAYERS = 4;
const SHAPES: Record<string, number[]> = {
  "model.embed_tokens.weight": [30, 12],
  "model.norm.weight": [12],
};
for (let layer = 0; layer < LAYERS; layer++) {
  for (const name of ["q", "k", "v", "o"])
    SHAPES[`model.layers.${layer}.self_attn.${name}_proj.weight`] = [12, 12];
  for (const name of ["up", "gate"])
    SHAPES[`model.layers.${layer}.mlp.${name}_proj.weight`] = [20, 12];
  SHAPES[`model.layers.${layer}.mlp.down_proj.weight`] = [12, 20];
}

function random(seed: number, scale: number): Params {
  return model(
    Object.fromEntries(
      Object.entries(SHAPES).map(([name, shape], i) => [
        name,
        {
          shape,
          data: normals(
            shape.reduce((a, b) => a * b, 1),
            seed * 1000 + i,
            scale,
          ),
        },
      ]),
    ),
  );
}

function trained(base: Params, seed: number): Params {
  const step = random(seed, 0.0008);
  return new Map(
    [...base].map(([name, param]) => [
      name,
      {
        ...param,
        data: param.data.map((w, i) => w + step.get(name)!.data[i]!),
      },
    ]),
  );
}

const base = random(1, 0.05);
const math = trained(base, 2);
const coding = trained(base, 3);

/** The same model with one tensor changed, or removed. */
function but(
  params: Params,
  name: string,
  tensor?: Params extends Map<string, infer P> ? Partial<P> : never,
): Params {
  const out = new Map(params);
  if (tensor === undefined) out.delete(name);
  else out.set(name, { ...params.get(name)!, ...tensor });
  return out;
}

const Q = "model.layers.1.self_attn.q_proj.weight";

describe("weightShift(base, experts) refuses", () => {
  const cases: [
    string,
    Params,
    Record<string, Params>,
    WeightShiftOptions,
    Error,
  ][] = [
    [
      "a missing tensor",
      base,
      { math: but(math, Q) },
      {},
      new ShapeError(
        `weightShift: tensor "${Q}" must be in math as in the base, got no such tensor; skip it to compare the rest`,
      ),
    ],
    [
      "a tensor that the base lacks",
      but(base, Q),
      { math },
      {},
      new ShapeError(
        `weightShift: tensor "${Q}" of math must be in the base, got no such tensor; skip it to compare the rest`,
      ),
    ],
    [
      "another shape",
      base,
      { math, coding: but(coding, Q, { shape: [6, 24] }) },
      {},
      new ShapeError(
        `weightShift: tensor "${Q}" must have shape (12, 12) as in the base, got (6, 24) in coding`,
      ),
    ],
    [
      "integers against real numbers",
      base,
      { math: but(math, Q, { dtype: "I32" }) },
      {},
      new ShapeError(
        `weightShift: tensor "${Q}" must hold real numbers as in the base, got I32 in math`,
      ),
    ],
    [
      "no expert",
      base,
      {},
      {},
      new RangeError("weightShift: experts must be 1 to 8, got 0"),
    ],
    [
      "an η of 1",
      base,
      { math },
      { eta: 1 },
      new RangeError("weightShift: eta must be in [0, 1), got 1"),
    ],
    [
      "a layer that is not there",
      base,
      { math },
      { layers: [0, 4] },
      new RangeError("weightShift: layers must be in [0, 4), got 4"),
    ],
    [
      "a chunk that cuts blocks",
      base,
      { math },
      { chunk: 10_000 },
      new RangeError(
        "weightShift: chunk must be a multiple of 8192, got 10000",
      ),
    ],
    [
      "a rank of 0",
      base,
      { math },
      { rank: 0 },
      new RangeError(
        "weightShift: rank must be an integer of at least 1, got 0",
      ),
    ],
    [
      "to skip what is not there",
      base,
      { math },
      { skip: ["lm_head"] },
      new RangeError(
        'weightShift: skip must name tensors of the models, got "lm_head"',
      ),
    ],
    [
      "models without real numbers",
      new Map([
        ["steps", { dtype: "I32", shape: [1], data: Float32Array.of(1) }],
      ]),
      {
        math: new Map([
          ["steps", { dtype: "I32", shape: [1], data: Float32Array.of(2) }],
        ]),
      },
      {},
      new RangeError(
        "weightShift: models must hold a tensor of real numbers to compare, got none",
      ),
    ],
  ];
  test.each(cases)("%s", (_, from, experts, options, error) => {
    const run = (): unknown => weightShift(from, experts, options);
    expect(run).toThrow(error);
    expect(run).toThrow(error.constructor as new () => Error);
  });

  test("real numbers of 8 bits, which it cannot read", () => {
    const tensors = new Map([
      ["w", { dtype: "F8_E4M3", shape: [4], elements: 4 }],
    ]);
    const never = (): never => {
      throw new Error("nothing is read");
    };
    const weights = { tensors, readBytes: never, read: never, close: never };
    expect(() => weightShift(weights, { math: weights })).toThrow(
      new CheckpointError(
        "weightShift: tensors must be F16, BF16, F32 or F64, got F8_E4M3",
      ),
    );
  });
});

describe("weightShift(base, experts)", () => {
  test("measures spectra in the layer that corresponds to the paper's, or in all, or in none", () => {
    const measured = (spectra: "corresponding" | "all" | "none"): number =>
      weightShift(base, { math }, { spectra }).tensors.filter(
        (tensor) => tensor.spectra !== null,
      ).length;
    expect([
      measured("corresponding"),
      measured("all"),
      measured("none"),
    ]).toEqual([7, 28, 0]);
  });

  test("keeps to the layers that are asked for", () => {
    const { tensors } = weightShift(base, { math }, { layers: [2, 0] });
    expect(tensors).toHaveLength(14);
    expect(new Set(tensors.map(({ layer }) => layer))).toEqual(new Set([0, 2]));
  });

  test("lists integers and tensors that were left out", () => {
    const steps = {
      dtype: "I64" as const,
      shape: [1],
      data: Float32Array.of(3),
    };
    const { skipped, tensors } = weightShift(
      new Map(base).set("steps", steps),
      { math: but(new Map(math).set("steps", steps), Q) },
      { skip: [Q] },
    );
    expect(skipped).toEqual([Q, "steps"]);
    expect(tensors).toHaveLength(base.size - 1);
  });

  test("takes an empty tensor and a single number", () => {
    const tiny = (value: number): Params =>
      model({
        none: { shape: [0, 4], data: new Float32Array(0) },
        one: { shape: [], data: Float32Array.of(value) },
      });
    const { tensors } = weightShift(tiny(1), { a: tiny(2), b: tiny(1) });
    expect(tensors.map(({ sums }) => sums.entries)).toEqual([0, 1]);
    expect(tensors[1]!.sums.ways).toEqual([0, 1, 0]);
  });

  test("has no spectra for a matrix with NaN, and says how many entries it has", () => {
    const data = math.get(Q)!.data.slice();
    data[5] = NaN;
    const { tensors } = weightShift(base, { math: but(math, Q, { data }) });
    const tensor = tensors.find(({ name }) => name === Q)!;
    expect(tensor.spectra).toBeNull();
    expect(tensor.sums.experts[0]!.nonfinite).toBe(1);
  });

  test("reports work that only grows, and ends at all of it", () => {
    const heard: ShiftProgress[] = [];
    weightShift(base, { math }, { onProgress: (each) => heard.push(each) });
    const shares = heard.map(({ share }) => share);
    expect(shares).toEqual([...shares].sort((a, b) => a - b));
    expect(shares.at(-1)).toBeCloseTo(1, 12);
    expect(heard.at(-1)!.bytes).toBe(heard.at(-1)!.totalBytes);
  });
});

describe("weightShiftOfFiles(base, experts, { threads })", () => {
  let folder: string;
  let paths: Record<string, string>;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "m2rl-shift-"));
    paths = {};
    const models = { base, math, coding };
    for (const [name, params] of Object.entries(models)) {
      paths[name] = join(folder, `${name}.safetensors`);
      writeSafetensors(paths[name], castParams(params, "BF16"));
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  test("gives the same bytes as one thread and as models in memory", async () => {
    const experts = { math: paths["math"]!, coding: paths["coding"]! };
    const one = await weightShiftOfFiles(paths["base"]!, experts, {
      threads: 1,
    });
    const three = await weightShiftOfFiles(paths["base"]!, experts, {
      threads: 3,
    });
    const inMemory = weightShift(castParams(base, "BF16"), {
      math: castParams(math, "BF16"),
      coding: castParams(coding, "BF16"),
    });
    const sorted = (shift: typeof one): string =>
      JSON.stringify(
        [...shift.tensors].sort((a, b) => (a.name < b.name ? -1 : 1)),
      );
    expect(JSON.stringify(three)).toBe(JSON.stringify(one));
    expect(sorted(one)).toBe(sorted(inMemory));
  });

  test("refuses a broken file before any work, with a CheckpointError", async () => {
    const broken = join(folder, "broken.safetensors");
    writeFileSync(broken, "no header");
    await expect(
      weightShiftOfFiles(paths["base"]!, { math: broken }),
    ).rejects.toThrow(CheckpointError);
    await expect(
      weightShiftOfFiles(paths["base"]!, { math: join(folder, "gone") }),
    ).rejects.toThrow(CheckpointError);
  });

  test("refuses a model that is changed while it is read", async () => {
    const moving = join(folder, "moving.safetensors");
    writeSafetensors(moving, castParams(math, "BF16"));
    await expect(
      weightShiftOfFiles(
        paths["base"]!,
        { math: moving },
        // Equal bytes at another time: its one file is open by then, so only the check at the end sees it.
        { threads: 1, onProgress: () => utimesSync(moving, 1, 1) },
      ),
    ).rejects.toThrow(CheckpointError);
  });

  test("refuses no thread", async () => {
    await expect(
      weightShiftOfFiles(
        paths["base"]!,
        { math: paths["math"]! },
        { threads: 0 },
      ),
    ).rejects.toThrow(
      new RangeError(
        "weightShiftOfFiles: threads must be an integer of at least 1, got 0",
      ),
    );
  });
});

describe("weightShiftRows({ models })", () => {
  let folder: string;
  let rows: WeightShiftRow[];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "m2rl-rows-"));
    const save = (name: string, params: Params): string => {
      const path = join(folder, `${name}.safetensors`);
      writeSafetensors(path, params);
      return path;
    };
    const models = [1, 2].map((seed) => ({
      base: save(`base${seed}`, base),
      experts: {
        math: save(`math${seed}`, trained(base, 10 * seed)),
        coding: save(`coding${seed}`, trained(base, 10 * seed + 1)),
        agent: save(`agent${seed}`, trained(base, 10 * seed + 2)),
      },
    }));
    const stored = [
      {
        base: save("base-bf16", castParams(base, "BF16")),
        experts: { math: save("math-bf16", castParams(math, "BF16")) },
      },
    ];
    rows = weightShiftRows({ models, stored });
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const overlaps = (): OverlapRow[] =>
    rows.filter((row): row is OverlapRow => row.table === "overlap");

  test("have Table 5 at the paper's η and at the η of its rate: seven matrices, every pair", () => {
    const etas = [...new Set(overlaps().map(({ eta }) => eta))];
    expect(etas).toHaveLength(2);
    expect(etas[0]).toBe(1e-3);
    for (const eta of etas) {
      const own = overlaps().filter((row) => row.eta === eta);
      expect(own).toHaveLength(7 * 3);
      expect(own[0]).toMatchObject({
        storage: "fp32",
        seeds: 2,
        layer: 1,
        kind: "q",
        a: "math",
        b: "coding",
      });
    }
  });

  test("match the paper's rate of change by their second η", () => {
    const rates = rows.flatMap((row) =>
      row.table === "layer" && row.storage === "fp32" && row.eta !== 1e-3
        ? [row.rate]
        : [],
    );
    const mean = rates.reduce((sum, rate) => sum + rate, 0) / rates.length;
    expect(mean).toBeGreaterThan(0.25);
    expect(mean).toBeLessThan(0.35);
  });

  test("lie between the smallest and the largest of the seeds", () => {
    for (const { jaccard, low, high } of overlaps()) {
      expect(low).toBeLessThanOrEqual(jaccard);
      expect(high).toBeGreaterThanOrEqual(jaccard);
    }
    expect(overlaps().some(({ low, high }) => low < high)).toBe(true);
  });

  test("have the curve over η for every storage", () => {
    const curve = rows.filter((row): row is CurveRow => row.table === "curve");
    for (const storage of ["fp32", "bf16-saved", "bf16-stored"]) {
      const own = curve.filter((row) => row.storage === storage);
      expect(own.length).toBeGreaterThan(8);
      const rates = own.map(({ rate }) => rate);
      expect(rates).toEqual([...rates].sort((a, b) => b - a));
    }
  });

  test("measure what was trained in bfloat16 from the rounded base: rounding it is no change", () => {
    const stored = [
      {
        base: join(folder, "base1.safetensors"),
        experts: { math: join(folder, "base-bf16.safetensors") },
      },
    ];
    const own = weightShiftRows({ models: stored, stored }).filter(
      (row): row is CurveRow => row.table === "curve" && row.eta === 1e-3,
    );
    const rates = Object.fromEntries(
      own.map(({ storage, rate }) => [storage, rate]),
    );
    expect(rates["fp32"]).toBeGreaterThan(0.5);
    expect(rates["bf16-saved"]).toBe(0);
    expect(rates["bf16-stored"]).toBe(0);
  });

  test("come back from a file as they were", () => {
    const path = join(folder, "rows.json");
    writeFileSync(path, JSON.stringify(rows));
    expect(readWeightShiftRows(path)).toEqual(rows);
    writeFileSync(path, '[{"table":"scores"}]');
    expect(() => readWeightShiftRows(path)).toThrow(
      new StudyError(
        `readWeightShiftRows: "${path}" must hold rows of overlap, layer, curve, cosine, expert, joint, survival, magnitude, spectrum, got [{"table":"scores"}]`,
      ),
    );
    expect(() => readWeightShiftRows(join(folder, "none"))).toThrow(StudyError);
  });

  test("are a few tens of kilobytes", () => {
    expect(JSON.stringify(rows).length).toBeLessThan(60_000);
  });
});

describe("placeOf(name)", () => {
  test.each([
    ["model.layers.3.self_attn.q_proj.weight", 3, "q"],
    ["model.layers.35.mlp.down_proj.weight", 35, "down"],
    ["model.layers.2.mlp.experts.7.gate_proj.weight", 2, "gate"],
    ["model.layers.2.self_attn.q_norm.weight", 2, "norm"],
    ["model.layers.2.self_attn.q_proj.bias", 2, "bias"],
    ["model.embed_tokens.weight", null, "embed"],
    ["lm_head.weight", null, "head"],
    ["model.norm.weight", null, "norm"],
    ["model.rotary", null, "other"],
  ])("%s is of layer %s and kind %s", (name, layer, kind) => {
    expect(placeOf(name)).toEqual({ layer, kind });
  });
});

test("correspondingLayer(36) is the paper's 17th; other depths have theirs at 17/36", () => {
  expect([36, 28, 4, 1].map(correspondingLayer)).toEqual([16, 12, 1, 0]);
});

test("meaningOf(dtype, eta) says what a change is, in each format", () => {
  expect(meaningOf("BF16", 1e-3)).toBe(
    "stored as another number (bfloat16 has no two neighbours closer than 0.39 %)",
  );
  expect(meaningOf("BF16", 0.01)).toBe("moved by more than 0.01 of its size");
  expect(meaningOf("F16", 1e-3)).toContain("0.05 to 0.1 %");
  expect(meaningOf("F32", 1e-3)).toBe("moved by more than 0.001 of its size");
});
