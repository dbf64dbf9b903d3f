import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  Checkpoint,
  CheckpointWriter,
  planShards,
  type TensorSpec,
} from "../../../src/checkpoint/index.js";
import { golden, refusal, testFolder } from "../files.js";

const root = testFolder();

/** A folder with files that are given as base64. */
function folderOf(name: string, files: Record<string, string>): string {
  const folder = join(root, name);
  mkdirSync(folder);
  for (const [file, text] of Object.entries(files))
    writeFileSync(join(folder, file), Buffer.from(text, "base64"));
  return folder;
}

/** Write a copy of a checkpoint with tensors in the given order. */
function copy(
  from: Checkpoint,
  to: string,
  tensors: readonly TensorSpec[],
  options: { shardSize?: number; metadata?: Record<string, string> },
): void {
  const writer = CheckpointWriter.create(to, tensors, options);
  // Last tensor first, in two pieces, the second piece first: the bytes must not depend on it.
  for (const { name } of [...tensors].reverse()) {
    const bytes = new Uint8Array(from.tensor(name).bytes);
    from.readBytes(name, 0, bytes);
    const half = bytes.length >> 1;
    writer.writeBytes(name, half, bytes.subarray(half));
    writer.writeBytes(name, 0, bytes.subarray(0, half));
  }
  writer.finish();
}

describe("the files of other writers", () => {
  interface Sharded {
    about: string;
    shardSize: number;
    tensors: TensorSpec[];
    files: Record<string, string>;
  }
  test.each(golden<{ shards: Sharded[] }>("shards").shards)(
    "CheckpointWriter writes the shards of $about, byte for byte",
    ({ about, shardSize, tensors, files }) => {
      const folder = folderOf(`${about} theirs`, files);
      const theirs = Checkpoint.open(folder);
      expect([...theirs.tensors.keys()].sort()).toEqual(
        tensors.map(({ name }) => name).sort(),
      );
      const ours = join(root, `${about} ours`);
      copy(theirs, ours, tensors, { shardSize });
      theirs.close();
      expect(readdirSync(ours).sort()).toEqual(Object.keys(files).sort());
      for (const [name, text] of Object.entries(files)) {
        const got = readFileSync(join(ours, name));
        expect(got.toString("base64"), name).toBe(text);
      }
    },
  );

  test("CheckpointWriter writes the exotic dtypes as the reference library does", () => {
    const { raw } = golden<{ raw: string }>("raw");
    const theirs = Checkpoint.open(
      join(folderOf("raw", { "model.safetensors": raw }), "model.safetensors"),
    );
    const tensors = [...theirs.tensors.values()].reverse();
    const ours = join(root, "raw.safetensors");
    copy(theirs, ours, tensors, { metadata: {} });
    theirs.close();
    expect(readFileSync(ours).toString("base64")).toBe(raw);
  });

  test("CheckpointWriter writes single files as the reference library does", () => {
    const { files } = golden<{
      files: {
        about: string;
        metadata: Record<string, string>;
        file: string;
      }[];
    }>("files");
    for (const { about, metadata, file } of files) {
      if (about === "no tensors") continue;
      const folder = folderOf(about, { "model.safetensors": file });
      const theirs = Checkpoint.open(folder);
      const ours = join(root, `${about}.safetensors`);
      copy(theirs, ours, [...theirs.tensors.values()], { metadata });
      theirs.close();
      expect(readFileSync(ours).toString("base64"), about).toBe(file);
    }
  });
});

describe("planShards", () => {
  const w = (name: string, ...shape: number[]): TensorSpec => ({
    name,
    dtype: "F32",
    shape,
  });

  test("planShards(tensors) gives one model.safetensors where all fits, and the place of every tensor", () => {
    const plan = planShards([
      w("b", 2, 3),
      { name: "a", dtype: "BF16", shape: [4] },
    ]);
    expect(plan.shards).toMatchObject([
      {
        file: "model.safetensors",
        temporary: ".model.safetensors.partial",
        tensors: ["b", "a"],
      },
    ]);
    const [{ header, bytes }] = plan.shards as [(typeof plan.shards)[0]];
    expect(bytes).toBe(header.length + 32);
    expect(plan.tensors.get("a")).toEqual({
      name: "a",
      dtype: "BF16",
      shape: [4],
      elements: 4,
      bytes: 8,
      shard: 0,
      offset: header.length + 24,
    });
    expect(plan.index).toBeNull();
    expect(plan.totalSize).toBe(32);
  });

  test("planShards(tensors, { shardSize }) fills shards to the last byte, in the order of the tensors", () => {
    const files = (shardSize: number): string[][] =>
      planShards([w("c", 2), w("a", 2), w("b", 1), w("d", 0)], {
        shardSize,
      }).shards.map(({ tensors }) => tensors);
    expect(files(20)).toEqual([["a", "b", "c", "d"]]);
    expect(files(19)).toEqual([
      ["a", "c"],
      ["b", "d"],
    ]);
    expect(files(8)).toEqual([["c"], ["a"], ["b", "d"]]);
  });

  test("planShards(tensors, { shardSize }) gives a tensor above the limit a shard of its own", () => {
    const plan = planShards([w("a", 1), w("big", 9), w("b", 1)], {
      shardSize: 8,
    });
    expect(plan.shards.map(({ file, tensors }) => [file, tensors])).toEqual([
      ["model-00001-of-00002.safetensors", ["big"]],
      ["model-00002-of-00002.safetensors", ["a", "b"]],
    ]);
    expect(JSON.parse(plan.index!)).toEqual({
      metadata: { total_parameters: 11, total_size: 44 },
      weight_map: {
        a: "model-00002-of-00002.safetensors",
        b: "model-00002-of-00002.safetensors",
        big: "model-00001-of-00002.safetensors",
      },
    });
  });

  test("planShards(tensors, { file }) plans one file, whatever its size", () => {
    const plan = planShards([w("a", 9), w("b", 9)], {
      shardSize: 4,
      file: "x.safetensors",
    });
    expect(plan.shards.map(({ file }) => file)).toEqual(["x.safetensors"]);
  });

  test("planShards(tensors) gives plain data that can be sent to a thread", () => {
    const plan = planShards([w("a", 1), w("b", 1)], { shardSize: 4 });
    expect(structuredClone(plan)).toEqual(plan);
  });

  test.each<[string, TensorSpec[], string]>([
    [
      "no tensors",
      [],
      "planShards: checkpoint must have at least one tensor, got none",
    ],
    [
      "a name twice",
      [w("a", 1), w("a", 1)],
      'tensor names must be unique, got "a" twice',
    ],
    [
      "an unknown dtype",
      [{ name: "a", dtype: "F33", shape: [1] }],
      'tensor "a" must have a known dtype, got "F33"',
    ],
    [
      "a negative dimension",
      [w("a", -1)],
      'tensor "a" must have dimensions that are integers ≥ 0, got [-1]',
    ],
    [
      "half a byte",
      [{ name: "a", dtype: "F4", shape: [3] }],
      'tensor "a" must have whole bytes below 2^50, got shape [3] of F4',
    ],
    [
      "the name __metadata__",
      [w("__metadata__", 1)],
      'tensor names must be non-empty text, not __metadata__, without NUL, got "__metadata__"',
    ],
  ])(
    "planShards(tensors) throws CheckpointError for %s",
    (_, tensors, message) => {
      expect(refusal(() => planShards(tensors))?.message).toBe(message);
    },
  );

  test("planShards(tensors, { shardSize }) throws for a name in two shards, a shardSize that is none, and a file that is a path", () => {
    expect(
      refusal(() =>
        planShards([w("a", 1), w("b", 1), w("a", 1)], { shardSize: 4 }),
      )?.message,
    ).toBe('planShards: tensor names must be unique, got "a" twice');
    for (const shardSize of [0, NaN, -5])
      expect(() => planShards([w("a", 1)], { shardSize })).toThrow(
        new RangeError(
          `planShards: shardSize must be at least 1 byte, got ${shardSize}`,
        ),
      );
    expect(
      refusal(() => planShards([w("a", 1)], { file: "../a" }))?.message,
    ).toBe('planShards: file must be a plain name, got "../a"');
  });
});
