/** The stages about weights: what is planned, what a small study really writes, and that scores by storage are paired. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  readWeightShiftRows,
  type WeightShiftRow,
} from "../../src/analysis/index.js";
import { Checkpoint } from "../../src/checkpoint/index.js";
import {
  inspect,
  open,
  parseStudy,
  plan,
  rows,
  run,
  select,
} from "../../src/study/index.js";
import { storageRows } from "../../src/study/rows/storage.js";
import { PICO_STUDY, picoStudy, picoWith } from "./pico.js";

const WITH_STORAGE = picoWith({
  models:
    '  bfloat16: { like: experts, as: "{domain}-bf16", store: bfloat16 }\n',
  measures: `  storage: { from: sft, float32: experts, bfloat16: bfloat16 }
  weightShift: { anchor: sft, experts: experts, stored: bfloat16, rate: 0.3 }
`,
});

describe("plan of a study with storage", () => {
  const study = parseStudy(WITH_STORAGE, "full");
  const stages = plan(study);
  const find = (id: string): (typeof stages)[number] =>
    stages.find((stage) => stage.id === id)!;

  it("trains each expert once more, with nothing changed but the storage", () => {
    const { spec, inputs } = find("seed1/models/math");
    expect(find("seed1/models/math-bf16")).toMatchObject({
      kind: "rl",
      inputs,
      spec: { ...spec, store: "bfloat16" },
      outputs: ["seed1/models/math-bf16", "seed1/train/math-bf16.jsonl"],
    });
  });

  it("scores them on the benchmarks of their own domain alone", () => {
    expect(find("seed1/storage/instruction-bf16")).toMatchObject({
      spec: { ...find("seed1/scores/math").spec, benchmarks: ["ifeval"] },
      outputs: ["seed1/storage/instruction-bf16/ifeval.jsonl"],
    });
  });

  it("reads the weights of all seeds in one stage, which brings its experts and nothing else", () => {
    expect(Object.keys(find("weightShift").inputs)).toEqual([
      "seed1/sft",
      "seed1/math",
      "seed1/instruction",
      "seed1/math-bf16",
      "seed1/instruction-bf16",
      "seed2/sft",
      "seed2/math",
      "seed2/instruction",
      "seed2/math-bf16",
      "seed2/instruction-bf16",
    ]);
    const kinds = select(stages, "weightShift", study).map(({ kind }) => kind);
    expect([...new Set(kinds)]).toEqual(["sft", "rl", "weightShift"]);
  });

  it("leaves every other stage as it is without the measures", () => {
    const others = stages.filter(
      ({ id }) => !/storage|-bf16|weightShift/.test(id),
    );
    expect(others).toEqual(plan(parseStudy(PICO_STUDY, "full")));
  });
});

describe("run of a study with storage", () => {
  let folder: string;
  let shift: WeightShiftRow[];
  const at = (...parts: string[]): string =>
    join(folder, "runs", "quick", ...parts);
  beforeAll(async () => {
    folder = picoStudy(WITH_STORAGE);
    await run(folder, { jobs: 2 });
    shift = readWeightShiftRows(at("analysis", "weightShift.json"));
  });

  it("keeps weights in bfloat16 where it says so", () => {
    const dtypes = (model: string): string[] => {
      const weights = Checkpoint.open(at("seed1", "models", model));
      const found = [...weights.tensors.values()].map(({ dtype }) => dtype);
      weights.close();
      return [...new Set(found)];
    };
    expect(dtypes("math-bf16")).toEqual(["BF16"]);
    expect(dtypes("math")).toEqual(["F32"]);
  });

  it("writes the curve over η for each storage, and the tolerance of the wanted rate", () => {
    const curve = shift.filter((row) => row.table === "curve");
    expect([...new Set(curve.map(({ storage }) => storage))]).toEqual([
      "fp32",
      "bf16-saved",
      "bf16-stored",
    ]);
    const etas = shift.flatMap((row) =>
      row.table === "overlap" && row.storage === "fp32" ? [row.eta] : [],
    );
    expect(new Set(etas).size).toBe(2);
  });

  it("writes scores by storage, and does nothing the second time", () => {
    expect(rows(open(folder), "storage")).toMatchObject([
      { domain: "math", benchmark: "aime24", seeds: 1 },
      { domain: "instruction", benchmark: "ifeval", seeds: 1 },
    ]);
    expect(inspect(folder).filter(({ state }) => state !== "done")).toEqual([]);
    expect(existsSync(at("seed1", "storage", "math-bf16"))).toBe(true);
  });
});

describe("storageRows(models)", () => {
  const scores = (...items: number[]): Map<"aime24", number[][]> =>
    new Map([["aime24", items.map((item) => [item])]]);

  it("compares item by item, in points", () => {
    const [row] = storageRows({
      domain: "math",
      sft: scores(0, 0, 0, 0),
      float32: scores(0, 1, 1, 0.5),
      bfloat16: scores(0, 1, 0.5, 0),
    });
    expect(row).toMatchObject({
      domain: "math",
      benchmark: "aime24",
      sft: 0,
      float32: 62.5,
      bfloat16: 37.5,
      difference: -25,
      seeds: 1,
    });
    expect(row!.low).toBeLessThan(-25);
    expect(row!.high).toBeGreaterThan(-25);
  });

  it("has no difference between a model and itself", () => {
    const same = scores(0, 1, 0.5);
    expect(
      storageRows({ domain: "math", sft: same, float32: same, bfloat16: same }),
    ).toMatchObject([{ difference: 0, low: 0, high: 0 }]);
  });
});
