import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { createHash } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import {
  Checkpoint,
  CheckpointWriter,
  type CheckpointWriterOptions,
  hashFile,
  readSafetensors,
  TensorWriter,
  type TensorSpec,
  writeSafetensors,
} from "../../../src/checkpoint/index.js";
import { key } from "../../../src/random.js";
import { refusal, testFolder } from "../files.js";

const root = testFolder();
const folder = join(root, "model");
beforeEach(() => rmSync(folder, { recursive: true, force: true }));

const SPECS: TensorSpec[] = ["a", "b", "c", "d"].map((name) => ({
  name,
  dtype: "BF16",
  shape: [4],
}));
const OPTIONS: CheckpointWriterOptions = { shardSize: 16, identity: "merge 1" };
const FIRST = "model-00001-of-00002.safetensors";
const SECOND = "model-00002-of-00002.safetensors";
const INDEX = "model.safetensors.index.json";

const valuesOf = (name: string): Float32Array =>
  Float32Array.from({ length: 4 }, (_, i) => name.charCodeAt(0) + i);

function begin(options: CheckpointWriterOptions = {}): CheckpointWriter {
  return CheckpointWriter.create(folder, SPECS, { ...OPTIONS, ...options });
}

function fill(writer: CheckpointWriter, ...names: string[]): void {
  for (const name of names) writer.write(name, 0, valuesOf(name));
}

/** Names and contents of a folder. */
function contents(path: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(path).map((name) => [name, hashFile(join(path, name))]),
  );
}

/** What an undisturbed writer leaves. */
function undisturbed(): Record<string, string> {
  const writer = begin();
  fill(writer, "a", "b", "c", "d");
  writer.finish();
  const found = contents(folder);
  rmSync(folder, { recursive: true });
  return found;
}

describe("CheckpointWriter", () => {
  test("CheckpointWriter writes tensors in any order and in pieces, and what it wrote is read back", () => {
    const writer = begin();
    expect(writer.shards).toEqual([
      {
        file: FIRST,
        tensors: ["a", "b"],
        bytes: statSync(join(folder, `.${FIRST}.partial`)).size,
        done: false,
      },
      {
        file: SECOND,
        tensors: ["c", "d"],
        bytes: statSync(join(folder, `.${SECOND}.partial`)).size,
        done: false,
      },
    ]);
    for (const name of ["d", "a", "c", "b"]) {
      const values = valuesOf(name);
      writer.write(name, 3, values.subarray(3));
      writer.write(name, 1, values.subarray(1, 2));
      writer.write(name, 2, values.subarray(2, 3));
      writer.write(name, 0, values.subarray(0, 1));
    }
    const { files } = writer.finish();
    expect(files).toEqual(
      [FIRST, SECOND, INDEX].map((name) => ({
        name,
        bytes: statSync(join(folder, name)).size,
        sha256: createHash("sha256")
          .update(readFileSync(join(folder, name)))
          .digest("hex"),
      })),
    );
    expect(readdirSync(folder).sort()).toEqual([FIRST, SECOND, INDEX]);
    for (const [name, { data, dtype }] of readSafetensors(folder)) {
      expect(dtype).toBe("BF16");
      expect(data).toEqual(valuesOf(name));
    }
  });

  test("CheckpointWriter to a .safetensors file replaces it when it finishes, and leaves the old one until then", () => {
    mkdirSync(folder);
    const path = join(folder, "x.safetensors");
    writeSafetensors(
      path,
      new Map([
        ["old", { dtype: "F32", shape: [1], data: new Float32Array(1) }],
      ]),
    );
    const before = hashFile(path);
    const writer = CheckpointWriter.create(path, SPECS, { shardSize: 8 });
    fill(writer, "a", "b", "c", "d");
    writer.finishShard("x.safetensors");
    expect(hashFile(path)).toBe(before);
    writer.finish();
    expect([...readSafetensors(path).keys()]).toEqual(["a", "b", "c", "d"]);
    expect(readdirSync(folder)).toEqual(["x.safetensors"]);
  });

  test("CheckpointWriter rounds BF16 to nearest, or at random by the key and the element's index", () => {
    const random = (pieces: number[]): Float32Array => {
      const path = join(root, "random.safetensors");
      const writer = CheckpointWriter.create(path, [
        { name: "w", dtype: "BF16", shape: [200_000] },
      ]);
      const values = new Float32Array(200_000).fill(1 + 2 ** -9);
      let start = 0;
      for (const end of [...pieces, 200_000]) {
        writer.write("w", start, values.subarray(start, end), {
          mode: "stochastic",
          key: key(1, "w"),
        });
        start = end;
      }
      writer.finish();
      return readSafetensors(path).get("w")!.data;
    };
    const whole = random([]);
    expect(random([1, 7, 131_075])).toEqual(whole);
    const up = whole.filter((x) => x === 1 + 2 ** -7).length;
    expect(whole.filter((x) => x === 1).length).toBe(200_000 - up);
    // A quarter of the step, within five standard errors.
    expect(Math.abs(up - 50_000)).toBeLessThan(
      5 * Math.sqrt(200_000 * 0.25 * 0.75),
    );
  });

  test("CheckpointWriter.write refuses what is not planned, not convertible, out of range, or written twice", () => {
    const writer = CheckpointWriter.create(folder, [
      { name: "w", dtype: "BF16", shape: [4] },
      { name: "i", dtype: "U8", shape: [1] },
      { name: "f", dtype: "F8_E4M3", shape: [1] },
    ]);
    const temporary = join(folder, ".model.safetensors.partial");
    expect(
      refusal(() => writer.write("x", 0, new Float32Array(1)))?.message,
    ).toBe(`${folder}: tensor must be in the plan, got "x"`);
    expect(
      refusal(() => writer.write("f", 0, new Float32Array(1)))?.message,
    ).toBe(
      `${temporary}: tensor "f" must have dtype BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64, got F8_E4M3`,
    );
    expect(
      refusal(() => writer.write("i", 0, new Float32Array([0.5])))?.message,
    ).toBe(
      `${temporary}: tensor "i" of dtype U8: values must be integers in [0, 255], got 0.5`,
    );
    expect(() => writer.write("w", 2, new Float32Array(3))).toThrow(
      new RangeError(
        'write: elements of tensor "w" must be within [0, 4), got [2, 5)',
      ),
    );
    writer.write("w", 0, new Float32Array(2));
    writer.write("w", 3, new Float32Array(1));
    for (const [start, length] of [
      [0, 1],
      [1, 2],
      [2, 2],
    ] as const)
      expect(() => writer.write("w", start, new Float32Array(length))).toThrow(
        /^write: each byte of tensor "w" must be written once, got /,
      );
    expect(() => writer.writeBytes("w", 3, new Uint8Array(2))).toThrow(
      new RangeError(
        'write: each byte of tensor "w" must be written once, got [3, 5) after [0, 4)',
      ),
    );
    writer.write("w", 2, new Float32Array(1));
    writer.abort();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("CheckpointWriter.finishShard and finish refuse a tensor that is not whole", () => {
    const writer = begin();
    writer.write("a", 0, valuesOf("a"));
    writer.write("b", 0, valuesOf("b").subarray(0, 3));
    const missing = `${join(folder, `.${FIRST}.partial`)}: every byte of tensor "b" must be written before the shard is finished, got fewer`;
    expect(refusal(() => writer.finishShard(FIRST))?.message).toBe(missing);
    expect(refusal(() => writer.finish())?.message).toBe(missing);
    expect(refusal(() => writer.finishShard("x"))?.message).toBe(
      `${folder}: shard must be ${FIRST}, ${SECOND}, got "x"`,
    );
    writer.write("b", 3, valuesOf("b").subarray(3));
    writer.finishShard(FIRST);
    expect(writer.shards.map(({ done }) => done)).toEqual([true, false]);
    expect(() => writer.write("b", 0, valuesOf("b"))).toThrow(
      new RangeError(
        `write: tensor "b" must be in a shard that is not done, got ${FIRST}`,
      ),
    );
  });

  test("CheckpointWriter counts tensors that other writers of the plan have written", () => {
    const expected = undisturbed();
    const writer = begin();
    const plan = structuredClone(writer.plan);
    const others = [
      new TensorWriter(folder, plan),
      new TensorWriter(folder, plan),
    ];
    ["a", "b", "c", "d"].forEach((name, i) => {
      others[i % 2]!.write(name, 0, valuesOf(name));
      expect(others[i % 2]!.isWhole(name)).toBe(true);
      expect(others[1 - (i % 2)]!.isWhole(name)).toBe(false);
      writer.markWritten(name);
    });
    for (const other of others) other.close();
    writer.finish();
    expect(contents(folder)).toEqual(expected);
  });

  test.each([FIRST, INDEX, "model.safetensors", "other.safetensors"])(
    "CheckpointWriter.create(folder) refuses a folder with %s, and leaves it alone",
    (name) => {
      mkdirSync(folder);
      writeFileSync(join(folder, name), "x");
      expect(refusal(() => begin())?.message).toBe(
        `${folder}: folder must hold no weights, got ${name}`,
      );
      expect(refusal(() => begin({ resume: true }))?.message).toBe(
        `${folder}: folder must hold no weights, got ${name}`,
      );
      expect(readdirSync(folder)).toEqual([name]);
    },
  );

  test("CheckpointWriter.create(path) throws CheckpointError where it cannot write", () => {
    writeFileSync(join(root, "file"), "");
    expect(
      refusal(() => CheckpointWriter.create(join(root, "file", "x"), SPECS))
        ?.message,
    ).toMatch(/file.x: file must be writable, got ENOTDIR/);
    rmSync(join(root, "file"));
  });
});

describe("a writer that was killed", () => {
  /** What it leaves: the first shard done, half of the second. */
  function killed(): void {
    const writer = begin();
    fill(writer, "a", "b", "c");
    writer.finishShard(FIRST);
    // The process is gone: nothing is closed, removed or renamed.
  }
  const temporary = (name: string): string => join(folder, `.${name}.partial`);

  test("leaves nothing that a reader takes for a checkpoint", () => {
    killed();
    expect(refusal(() => Checkpoint.open(folder))?.message).toContain(
      "got neither",
    );
    expect(readdirSync(folder).every((name) => name.startsWith("."))).toBe(
      true,
    );
  });

  test("is resumed with its finished shards, and ends with the same bytes", () => {
    const expected = undisturbed();
    killed();
    const kept = statSync(temporary(FIRST)).ino;
    const writer = begin({ resume: true });
    expect(writer.shards.map(({ done }) => done)).toEqual([true, false]);
    fill(writer, "c", "d");
    writer.finish();
    expect(statSync(join(folder, FIRST)).ino).toBe(kept);
    expect(contents(folder)).toEqual(expected);
  });

  test.each<[string, () => void]>([
    [
      "has a flipped bit",
      () => {
        const bytes = readFileSync(temporary(FIRST));
        bytes[bytes.length - 1]! ^= 1;
        writeFileSync(temporary(FIRST), bytes);
      },
    ],
    ["has another size", () => appendFileSync(temporary(FIRST), "x")],
    [
      "has another header, and a record that says so",
      () => {
        const record = join(folder, ".model.partial.json");
        const before = hashFile(temporary(FIRST));
        const bytes = readFileSync(temporary(FIRST));
        bytes[20]! ^= 1;
        writeFileSync(temporary(FIRST), bytes);
        const text = readFileSync(record, "utf8");
        const after = hashFile(temporary(FIRST));
        writeFileSync(record, text.replace(before, after));
      },
    ],
    ["is gone", () => rmSync(temporary(FIRST))],
    ["has no record", () => rmSync(join(folder, ".model.partial.json"))],
    [
      "has a record that is cut off",
      () => writeFileSync(join(folder, ".model.partial.json"), '{"plan":"'),
    ],
    [
      "has a record of something else",
      () => writeFileSync(join(folder, ".model.partial.json"), "null"),
    ],
  ])("is not trusted where a shard %s", (_, harm) => {
    const expected = undisturbed();
    killed();
    harm();
    const writer = begin({ resume: true });
    expect(writer.shards.map(({ done }) => done)).toEqual([false, false]);
    fill(writer, "a", "b", "c", "d");
    writer.finish();
    expect(contents(folder)).toEqual(expected);
  });

  test.each<[string, CheckpointWriterOptions]>([
    ["another identity", { resume: true, identity: "merge 2" }],
    ["other metadata", { resume: true, metadata: {} }],
    ["another shard size", { resume: true, shardSize: 8 }],
    ["one shard", { resume: true, shardSize: 1e9 }],
    ["resume: false", {}],
  ])("is not resumed with %s; what it left is removed", (_, options) => {
    killed();
    const writer = begin(options);
    expect(writer.shards.some(({ done }) => done)).toBe(false);
    expect(readdirSync(folder).sort()).toEqual(
      [
        ...writer.plan.shards.map((shard) => shard.temporary),
        ".model.partial.json",
      ].sort(),
    );
    fill(writer, "a", "b", "c", "d");
    writer.finish();
    expect(readSafetensors(folder).size).toBe(4);
    expect(readdirSync(folder).some((name) => name.startsWith("."))).toBe(
      false,
    );
  });

  test("while it finished is resumed from any moment of it", () => {
    const expected = undisturbed();
    for (const moment of ["no name", "one name", "all names", "index"]) {
      const writer = begin();
      fill(writer, "a", "b", "c", "d");
      writer.finishShard(FIRST);
      writer.finishShard(SECOND);
      if (moment !== "no name")
        renameSync(temporary(FIRST), join(folder, FIRST));
      if (!moment.endsWith("name"))
        renameSync(temporary(SECOND), join(folder, SECOND));
      if (moment === "index")
        writeFileSync(join(folder, INDEX), writer.plan.index!);
      const resumed = begin({ resume: true });
      expect(resumed.shards.every(({ done }) => done)).toBe(true);
      resumed.finish();
      expect(contents(folder), moment).toEqual(expected);
      rmSync(folder, { recursive: true });
    }
  });

  test("while it finished is removed by other work, but never a finished checkpoint", () => {
    const writer = begin();
    fill(writer, "a", "b", "c", "d");
    writer.finishShard(FIRST);
    renameSync(temporary(FIRST), join(folder, FIRST));
    writer.finishShard(SECOND);
    begin({ identity: "merge 2" }).abort();
    expect(readdirSync(folder)).toEqual([]);
    const again = begin();
    fill(again, "a", "b", "c", "d");
    again.finishShard(FIRST);
    again.finishShard(SECOND);
    const record = readFileSync(join(folder, ".model.partial.json"));
    again.finish();
    const expected = contents(folder);
    writeFileSync(join(folder, ".model.partial.json"), record);
    expect(
      refusal(() => begin({ identity: "merge 2", resume: true }))?.message,
    ).toContain("folder must hold no weights, got ");
    rmSync(join(folder, ".model.partial.json"));
    expect(contents(folder)).toEqual(expected);
  });

  test("does not make another remove files outside its folder", () => {
    killed();
    writeFileSync(join(root, "precious"), "");
    writeFileSync(
      join(folder, ".model.partial.json"),
      '{"plan":"x","shards":{"../precious":"0","/precious":"0"}}',
    );
    begin().abort();
    expect(existsSync(join(root, "precious"))).toBe(true);
  });

  test("cannot be resumed without an identity", () => {
    expect(() =>
      CheckpointWriter.create(folder, SPECS, { resume: true }),
    ).toThrow(
      new RangeError(
        "CheckpointWriter: identity must be given to resume, got none",
      ),
    );
    expect(existsSync(folder)).toBe(false);
  });

  test("by abort keeps finished shards only", () => {
    const writer = begin();
    fill(writer, "a", "b", "c");
    writer.finishShard(FIRST);
    writer.abort();
    expect(readdirSync(folder).sort()).toEqual(
      [`.${FIRST}.partial`, ".model.partial.json"].sort(),
    );
    const resumed = begin({ resume: true });
    expect(resumed.shards.map(({ done }) => done)).toEqual([true, false]);
    resumed.abort();
  });
});
