import {
  appendFileSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import {
  Checkpoint,
  DTYPE_BITS,
  isDtype,
  type Params,
  readSafetensors,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { craft, golden, refusal, tensorJson, testFolder } from "./files.js";

const root = realpathSync(testFolder());
const folder = join(root, "model");
const path = join(root, "one.safetensors");
const index = join(folder, "model.safetensors.index.json");
beforeEach(() => {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder);
});

const params = (name: string, ...values: number[]): Params =>
  new Map([
    [
      name,
      { dtype: "F32", shape: [values.length], data: new Float32Array(values) },
    ],
  ]);

/** Two shards, a and b, with their index; `text` replaces the index. */
function shards(text?: string): void {
  writeSafetensors(join(folder, "s1.safetensors"), params("a", 1, 2));
  writeSafetensors(join(folder, "s2.safetensors"), params("b", 3));
  writeFileSync(
    index,
    text ??
      '{"metadata":{"total_size":12},"weight_map":{"b":"s2.safetensors","a":"s1.safetensors"}}',
  );
}

const MAP = '"weight_map":{"b":"s2.safetensors","a":"s1.safetensors"}';

describe("Checkpoint.open", () => {
  test("Checkpoint.open(file) gives names, dtypes, shapes and places, in the order of the bytes", () => {
    craft(
      path,
      `{"__metadata__":{"format":"pt"},"z":${tensorJson("BF16", "[2,2]", 4, 12)},"a":${tensorJson("U8", "[]", 12, 13)},"f":${tensorJson("F8_E4M3", "[4]", 0, 4)}}`,
      new Uint8Array(13),
    );
    const checkpoint = Checkpoint.open(path);
    const start = readFileSync(path).length - 13;
    const tensor = (
      name: string,
      dtype: string,
      shape: number[],
      bytes: number,
      begin: number,
    ): object => ({
      name,
      dtype,
      shape,
      elements: shape.reduce((a, b) => a * b, 1),
      bytes,
      file: path,
      offset: start + begin,
    });
    expect([...checkpoint.tensors.values()]).toEqual([
      tensor("f", "F8_E4M3", [4], 4, 0),
      tensor("z", "BF16", [2, 2], 8, 4),
      tensor("a", "U8", [], 1, 12),
    ]);
    expect([...checkpoint.metadata]).toEqual([["format", "pt"]]);
    expect(checkpoint.files).toEqual([path]);
    expect(checkpoint.path).toBe(path);
    checkpoint.close();
  });

  test("Checkpoint.open(folder) opens model.safetensors", () => {
    writeSafetensors(join(folder, "model.safetensors"), params("w", 1));
    const checkpoint = Checkpoint.open(folder);
    expect([...checkpoint.tensors.keys()]).toEqual(["w"]);
    checkpoint.close();
  });

  test("Checkpoint.open(folder) opens shards, in the order of their names", () => {
    shards();
    const checkpoint = Checkpoint.open(folder);
    expect([...checkpoint.tensors.keys()]).toEqual(["a", "b"]);
    expect(checkpoint.files).toEqual([
      join(folder, "s1.safetensors"),
      join(folder, "s2.safetensors"),
    ]);
    const out = new Float32Array(1);
    checkpoint.read("b", 0, out);
    expect([...out]).toEqual([3]);
    checkpoint.read("a", 1, out);
    expect([...out]).toEqual([2]);
    checkpoint.close();
  });

  test("Checkpoint.open(folder) lets the metadata of an index be, a total_size that is off too", () => {
    for (const metadata of [
      '{"total_size":12.0,"x":[1]}',
      '{"total_size":1}',
      '{"total_size":12,"total_size":12}',
      "{}",
      "null",
    ]) {
      shards(`{"metadata":${metadata},${MAP},"more":{}}`);
      Checkpoint.open(folder).close();
    }
    shards(`{${MAP}}`);
    Checkpoint.open(folder).close();
  });

  test.each([
    ["../s1.safetensors", "a parent"],
    ["x/s1.safetensors", "a folder"],
    ["x\\\\s1.safetensors", "a folder of Windows"],
    ["C:s1.safetensors", "a drive"],
    ["/etc/passwd", "an absolute path"],
    ["..", "the parent itself"],
    ["", "nothing"],
    ["s1\\u0000.safetensors", "NUL"],
  ])(
    "Checkpoint.open(folder) refuses a shard %j that names %s, in both modes",
    (shard) => {
      shards(`{"weight_map":{"a":"${shard}"}}`);
      for (const mode of ["strict", "reference"] as const)
        expect(
          refusal(() => Checkpoint.open(folder, { mode }))?.message,
        ).toContain(`${index}: shards must be plain file names, got "`);
    },
  );

  test.each<[string, string, string]>([
    [
      "names a tensor twice",
      '{"weight_map":{"a":"s1.safetensors","a":"s1.safetensors"}}',
      'INDEX: weight_map must name each tensor once, got "a" twice',
    ],
    [
      "has weight_map twice",
      `{${MAP},${MAP}}`,
      'INDEX: index must name each key once, got "weight_map" twice',
    ],
    [
      "has no weight_map",
      "{}",
      "INDEX: weight_map must name at least one tensor, got none",
    ],
    [
      "has an empty weight_map",
      '{"weight_map":{}}',
      "INDEX: weight_map must name at least one tensor, got none",
    ],
    [
      "begins with a byte order mark",
      `\ufeff{${MAP}}`,
      "INDEX: index must be JSON with { at character 0, got ",
    ],
    [
      "has half a surrogate pair",
      '{"weight_map":{"\\ud800":"s1.safetensors"}}',
      "INDEX: index must be JSON with a string without lone surrogates at character 15",
    ],
    [
      "ends early",
      `{${MAP}`,
      "INDEX: index must be JSON with } at character 57, got its end",
    ],
    [
      "goes on",
      `{${MAP}}{}`,
      'INDEX: index must be JSON with nothing more at character 58, got "{}"',
    ],
    [
      "lacks a tensor of a shard",
      '{"weight_map":{"x":"s1.safetensors"}}',
      'FOLDER/s1.safetensors: tensor "a" must be in no shard by the index, got it here',
    ],
    [
      "has a tensor in the wrong shard",
      '{"weight_map":{"a":"s2.safetensors","b":"s2.safetensors"}}',
      'INDEX: tensor "a" must be in s2.safetensors, got no such tensor there',
    ],
    [
      "has a name that only JavaScript knows",
      `{"weight_map":{"__proto__":"s2.safetensors","a":"s1.safetensors"}}`,
      'FOLDER/s2.safetensors: tensor "b" must be in no shard by the index, got it here',
    ],
    [
      "names a shard that is not there",
      '{"weight_map":{"a":"none.safetensors"}}',
      "FOLDER/none.safetensors: shard not found, although model.safetensors.index.json names it",
    ],
    [
      "names a shard that is no safetensors file",
      '{"weight_map":{"a":"model.safetensors.index.json"}}',
      "INDEX: header length must be at most 100000000 bytes",
    ],
  ])(
    "Checkpoint.open(folder) refuses an index that %s",
    (_, text, expected) => {
      shards(text);
      const message = refusal(() => Checkpoint.open(folder))?.message ?? "";
      expect(
        message.replaceAll(index, "INDEX").replaceAll(folder, "FOLDER"),
      ).toContain(expected);
    },
  );

  test("Checkpoint.open(folder) refuses an index that is no UTF-8", () => {
    shards();
    appendFileSync(index, new Uint8Array([0xff]));
    expect(refusal(() => Checkpoint.open(folder))?.message).toBe(
      `${index}: index must be UTF-8, got invalid bytes`,
    );
  });

  test("Checkpoint.open(file) gives integer-like names in the order of the bytes", () => {
    craft(
      path,
      `{"10":${tensorJson("U8", "[1]", 0, 1)},"9":${tensorJson("U8", "[1]", 1, 2)},"-1":${tensorJson("U8", "[1]", 2, 3)}}`,
      new Uint8Array(3),
    );
    const checkpoint = Checkpoint.open(path);
    expect([...checkpoint.tensors.keys()]).toEqual(["10", "9", "-1"]);
    checkpoint.close();
  });

  test("Checkpoint.open(folder) follows shards that are links, wherever they lead", () => {
    shards();
    renameSync(join(folder, "s2.safetensors"), join(root, "out.safetensors"));
    symlinkSync("../out.safetensors", join(folder, "s2.safetensors"));
    for (const mode of ["strict", "reference"] as const) {
      const checkpoint = Checkpoint.open(folder, { mode });
      expect([...checkpoint.tensors.keys()]).toEqual(["a", "b"]);
      checkpoint.close();
    }
    rmSync(join(root, "out.safetensors"));
    expect(refusal(() => Checkpoint.open(folder))?.message).toBe(
      `${join(folder, "s2.safetensors")}: shard not found behind its link, although model.safetensors.index.json names it`,
    );
    rmSync(join(folder, "s2.safetensors"));
    symlinkSync("/dev/null", join(folder, "s2.safetensors"));
    expect(refusal(() => Checkpoint.open(folder))?.message).toBe(
      `${join(folder, "s2.safetensors")}: path must be a file, got a directory or device`,
    );
  });

  test("Checkpoint.open(folder) says which shard is missing", () => {
    shards();
    rmSync(join(folder, "s2.safetensors"));
    expect(refusal(() => Checkpoint.open(folder))?.message).toBe(
      `${join(folder, "s2.safetensors")}: shard not found, although model.safetensors.index.json names it`,
    );
  });

  test.each([
    [
      "pytorch_model.bin",
      "pytorch_model.bin; save the model as safetensors first",
    ],
    [
      "consolidated.safetensors",
      "consolidated.safetensors; give that file itself, or rename it",
    ],
    ["notes.txt", "neither"],
  ])("Checkpoint.open(folder) says what is there instead: %s", (name, got) => {
    writeFileSync(join(folder, name), "");
    expect(refusal(() => Checkpoint.open(folder))?.message).toBe(
      `${folder}: folder must hold either model.safetensors or model.safetensors.index.json, got ${got}`,
    );
  });

  test("Checkpoint.open(file) knows the pointer that git-lfs leaves in the place of a file", () => {
    writeFileSync(
      path,
      "version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 9\n",
    );
    expect(refusal(() => Checkpoint.open(path))?.message).toBe(
      `${path}: file must hold weights, got a pointer of git-lfs; fetch the file with git lfs pull`,
    );
  });

  test("Checkpoint.open(path) refuses what is no file, nothing, and a folder with both kinds of weights", () => {
    expect(
      refusal(() => Checkpoint.open(join(root, "none")))?.message,
    ).toContain("none: file must be readable, got ENOENT");
    expect(refusal(() => Checkpoint.open("/dev/null"))?.message).toBe(
      "/dev/null: path must be a file, got a directory or device",
    );
    shards();
    writeSafetensors(join(folder, "model.safetensors"), params("w", 1));
    expect(refusal(() => Checkpoint.open(folder))?.message).toBe(
      `${folder}: folder must hold either model.safetensors or model.safetensors.index.json, got both`,
    );
  });
});

describe("JSON of a header that JSON.parse would let pass or change", () => {
  const T = tensorJson("F32", "[2]", 0, 8);
  test.each<[string, string | Uint8Array, string]>([
    ["a number 2.0", `{"a":${T.replace("[2]", "[2.0]")}}`, "an integer ≥ 0"],
    ["a number 2e0", `{"a":${T.replace("[2]", "[2e0]")}}`, "an integer ≥ 0"],
    ["a number -0", `{"a":${T.replace("[0,", "[-0,")}}`, "an integer ≥ 0"],
    [
      "an integer above 2^64",
      `{"a":${T.replace("[2]", "[18446744073709551616]")}}`,
      "an integer below 2^64",
    ],
    [
      "half a surrogate pair",
      `{"\\ud800":${T}}`,
      "a string without lone surrogates",
    ],
    [
      "half a surrogate pair before another character",
      `{"\\ud83dx":${T}}`,
      "a string without lone surrogates",
    ],
    ["a byte order mark", `\ufeff{"a":${T}}`, "header must be JSON with {"],
    ["two equal keys", `{"a":${T},"a":${T}}`, 'got "a" twice'],
    ["__metadata__ twice", '{"__metadata__":{},"__metadata__":{}}', "twice"],
    [
      "bytes that are no UTF-8",
      Buffer.from(`{"\xff":${T}}`, "latin1"),
      "header must be UTF-8",
    ],
    [
      "values in each other without end",
      `{"a":${"[".repeat(1e6)}`,
      'tensor "a" must be an object',
    ],
  ])("Checkpoint.open(file) refuses %s", (_, header, expected) => {
    craft(path, header, new Uint8Array(8));
    expect(refusal(() => Checkpoint.open(path))?.message).toContain(expected);
  });

  test("Checkpoint.open(file, { mode: 'reference' }) refuses values in each other without end, and does not overflow the stack", () => {
    const nested = "[".repeat(1e6);
    craft(path, `{"a":${T.replace("}", `,"x":${nested}}`)}}`);
    expect(
      refusal(() => Checkpoint.open(path, { mode: "reference" }))?.message,
    ).toContain("at most 127 nested values");
  });

  test("Checkpoint.open(file, { mode: 'reference' }) allows 127 values in each other, as the reference library does", () => {
    const open = (depth: number): unknown => {
      const arrays = "[".repeat(depth - 2) + "]".repeat(depth - 2);
      craft(
        path,
        `{"a":${T.replace("}", `,"x":${arrays}}`)}}`,
        new Uint8Array(8),
      );
      return refusal(() =>
        Checkpoint.open(path, { mode: "reference" }).close(),
      );
    };
    expect(open(127)).toBeUndefined();
    expect(open(128)).toBeDefined();
  });

  test("Checkpoint.open(file) takes __proto__ and constructor as names and as metadata", () => {
    craft(
      path,
      `{"__metadata__":{"__proto__":"x"},"__proto__":${T},"constructor":${tensorJson("F32", "[2]", 8, 16)}}`,
      new Uint8Array(16),
    );
    const checkpoint = Checkpoint.open(path);
    expect([...checkpoint.tensors.keys()]).toEqual([
      "__proto__",
      "constructor",
    ]);
    expect([...checkpoint.metadata]).toEqual([["__proto__", "x"]]);
    expect(({} as { x?: unknown }).x).toBeUndefined();
    checkpoint.close();
  });

  test("Checkpoint.open(file) in mode reference lets the last of two equal names count, and one of two metadata values", () => {
    craft(
      path,
      `{"__metadata__":{"x":"1","x":"2"},"a":${T},"a":${T.replace("F32", "I32")}}`,
      new Uint8Array(8),
    );
    const checkpoint = Checkpoint.open(path, { mode: "reference" });
    expect(checkpoint.tensors.get("a")?.dtype).toBe("I32");
    expect(checkpoint.metadata.get("x")).toBe("2");
    checkpoint.close();
  });

  test.each([
    [
      "a name of 4,097 characters",
      `{"${"n".repeat(4097)}":${T}}`,
      "tensor names must have at most 4096 characters, got 4097",
    ],
    [
      "65 dimensions",
      `{"a":${T.replace("[2]", `[2${",1".repeat(64)}]`)}}`,
      'tensor "a" must have at most 64 dimensions, got 65',
    ],
  ])("Checkpoint.open(file) refuses %s", (_, header, expected) => {
    craft(path, header, new Uint8Array(8));
    expect(refusal(() => Checkpoint.open(path))?.message).toBe(
      `${path}: ${expected}`,
    );
    Checkpoint.open(path, { mode: "reference" }).close();
  });

  test("Checkpoint.open(file) refuses more than 500,000 tensors", () => {
    const empty = tensorJson("U8", "[0]", 0, 0);
    const entries = Array.from(
      { length: 500_001 },
      (_, i) => `"${i}":${empty}`,
    );
    craft(path, `{${entries.join(",")}}`);
    expect(refusal(() => Checkpoint.open(path))?.message).toBe(
      `${path}: header must name at most 500000 tensors, got more`,
    );
  });
});

describe("Checkpoint.read", () => {
  const LENGTH = 300_000;
  const values = Float32Array.from(
    { length: LENGTH },
    (_, i) => (i % 512) - 256,
  );

  test.each([...DTYPE_BITS.keys()].filter(isDtype))(
    "Checkpoint.read(name, start, out) gives any piece of a %s tensor",
    (dtype) => {
      const limits = { BOOL: 1, U8: 255, I8: 127 } as Record<string, number>;
      const most = limits[dtype] ?? 256;
      const unsigned = /^[BU]/.test(dtype) && dtype !== "BF16";
      const data = values.map((value) =>
        Math.max(unsigned ? 0 : -most, Math.min(most, value)),
      );
      writeSafetensors(
        path,
        new Map([
          ["odd", { dtype: "U8", shape: [3], data: new Float32Array(3) }],
          ["w", { dtype, shape: [3, LENGTH / 3], data }],
        ]),
      );
      const checkpoint = Checkpoint.open(path);
      for (const [start, length] of [
        [0, LENGTH],
        [1, LENGTH - 1],
        [0, 0],
        [LENGTH, 0],
        [12_345, 1],
        [131_071, 131_073],
        [7, 70_001],
      ] as const) {
        const out = new Float32Array(length + 3)
          .fill(NaN)
          .subarray(1, 1 + length);
        checkpoint.read("w", start, out);
        expect(
          Buffer.from(out.slice().buffer).equals(
            Buffer.from(data.slice(start, start + length).buffer),
          ),
        ).toBe(true);
        expect(new Float32Array(out.buffer)[0]).toBeNaN();
        expect(new Float32Array(out.buffer)[length + 1]).toBeNaN();
      }
      checkpoint.close();
    },
  );

  test("Checkpoint.read(name, start, out) reads tensors at odd bytes", () => {
    const bytes = Buffer.alloc(13);
    bytes.writeFloatLE(1.5, 1);
    bytes.writeUInt16LE(0xc000, 5);
    bytes.writeInt32LE(-7, 7);
    craft(
      path,
      `{"u":${tensorJson("U8", "[1]", 0, 1)},"f":${tensorJson("F32", "[1]", 1, 5)},"b":${tensorJson("BF16", "[1]", 5, 7)},"i":${tensorJson("I32", "[1]", 7, 11)},"r":${tensorJson("U8", "[2]", 11, 13)}}`,
      bytes,
    );
    const checkpoint = Checkpoint.open(path);
    const read = (name: string): number => {
      const out = new Float32Array(1);
      checkpoint.read(name, 0, out);
      return out[0]!;
    };
    expect(["f", "b", "i"].map(read)).toEqual([1.5, -2, -7]);
    checkpoint.close();
  });

  test("Checkpoint.readBytes(name, startByte, out) gives the stored bytes of every dtype, and Checkpoint.read refuses those it cannot convert, by name", () => {
    writeFileSync(
      path,
      Buffer.from(golden<{ raw: string }>("raw").raw, "base64"),
    );
    const checkpoint = Checkpoint.open(path);
    expect(checkpoint.tensors.size).toBe(11);
    for (const { name, dtype, bytes } of checkpoint.tensors.values()) {
      const out = new Uint8Array(bytes - 1);
      checkpoint.readBytes(name, 1, out);
      expect([...out]).toEqual(new Array(bytes - 1).fill(1));
      if (!isDtype(dtype))
        expect(
          refusal(() => checkpoint.read(name, 0, new Float32Array(1)))?.message,
        ).toBe(
          `${path}: tensor "${name}" must have dtype BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64, got ${dtype}`,
        );
    }
    checkpoint.close();
    expect(refusal(() => readSafetensors(path))?.message).toMatch(
      /^readSafetensors: .*one\.safetensors: tensor "\w+" must have dtype/,
    );
  });

  test("Checkpoint.read(name, start, out) throws RangeError beyond the end, and CheckpointError for an unknown name and after close", () => {
    writeSafetensors(path, params("w", 1, 2, 3));
    const checkpoint = Checkpoint.open(path);
    for (const start of [1, -1, 0.5, NaN])
      expect(() => checkpoint.read("w", start, new Float32Array(3))).toThrow(
        new RangeError(
          `read: elements of tensor "w" must be within [0, 3), got [${start}, ${start + 3})`,
        ),
      );
    expect(() => checkpoint.readBytes("w", 11, new Uint8Array(2))).toThrow(
      new RangeError(
        'readBytes: bytes of tensor "w" must be within [0, 12), got [11, 13)',
      ),
    );
    expect(
      refusal(() => checkpoint.read("x", 0, new Float32Array(1)))?.message,
    ).toBe(`${path}: checkpoint must hold tensor "x", got no such name`);
    checkpoint.close();
    expect(
      refusal(() => checkpoint.read("w", 0, new Float32Array(1)))?.message,
    ).toBe(`${path}: checkpoint must be open, got a closed one`);
  });

  test("Checkpoint.read(name, start, out) refuses a file that is another one than when it was opened", () => {
    writeSafetensors(path, params("w", 1, 2, 3));
    const checkpoint = Checkpoint.open(path);
    writeSafetensors(path, params("w", 4, 5, 6));
    expect(
      refusal(() => checkpoint.read("w", 0, new Float32Array(3)))?.message,
    ).toBe(`${path}: file changed since its header was read`);
    checkpoint.close();
  });
});
