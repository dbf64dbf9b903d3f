import { execFileSync } from "node:child_process";
import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import {
  type Dtype,
  type Params,
  castParams,
  readSafetensors,
  readSafetensorsHeader,
  toBf16,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { CheckpointError } from "../../src/error.js";

interface Files {
  files: {
    about: string;
    metadata: Record<string, string>;
    file: string;
    tensors: { name: string; dtype: Dtype; shape: number[]; data: number[] }[];
  }[];
}
interface Rounding {
  rounding: { float32: number[]; BF16: number[]; F16: number[] };
}
const golden = <T>(name: string): T =>
  JSON.parse(readFileSync(`test/golden/checkpoint/${name}.json`, "utf8")) as T;

const folder = mkdtempSync(join(tmpdir(), "m2rl-checkpoint-"));
const path = join(folder, "model.safetensors");
afterAll(() => rmSync(folder, { recursive: true }));

/** Write a file from a header text and data. */
function craft(header: string, data: Uint8Array = new Uint8Array(0)): string {
  const text = Buffer.from(header, "utf8");
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, data]));
  return path;
}

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as Error).message;
  }
  return "no error";
}

const vector = (dtype: Dtype, ...values: number[]): Params =>
  new Map([
    ["w", { dtype, shape: [values.length], data: new Float32Array(values) }],
  ]);

describe.each(golden<Files>("files").files)(
  "a file of the reference library, $about",
  ({ metadata, file, tensors }) => {
    const bytes = Buffer.from(file, "base64");

    test("readSafetensors(path) gives its tensors", () => {
      writeFileSync(path, bytes);
      const params = readSafetensors(path);
      expect([...params.keys()].sort()).toEqual(
        tensors.map(({ name }) => name).sort(),
      );
      for (const { name, dtype, shape, data } of tensors) {
        expect(params.get(name)).toEqual({
          dtype,
          shape,
          data: new Float32Array(data),
        });
      }
      expect(Object.fromEntries(readSafetensorsHeader(path).metadata)).toEqual(
        metadata,
      );
    });

    test("writeSafetensors(path, params) writes the same bytes", () => {
      const params: Params = new Map(
        tensors.map(({ name, dtype, shape, data }) => [
          name,
          { dtype, shape, data: new Float32Array(data) },
        ]),
      );
      writeSafetensors(path, params, { metadata });
      expect(readFileSync(path).equals(bytes)).toBe(true);
    });
  },
);

describe("messages of readSafetensors", () => {
  const T = (dtype = "F32", shape = "[2]", offsets = "[0,8]"): string =>
    `{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}`;

  test.each<[string, number, string]>([
    [
      `{"a":${T("F32", "[2]", "[4,12]")}}`,
      12,
      'tensor "a" must begin at byte 0 without a hole, got 4',
    ],
    [
      `{"a":${T()},"b":${T("F32", "[2]", "[4,12]")}}`,
      12,
      'tensor "b" must not overlap "a", got bytes 4 to 12 after 8',
    ],
    [
      `{"a":${T()}}`,
      7,
      "data must have the 8 bytes of the tensors, got 7; the file is probably truncated",
    ],
    [`{"a":${T()}}`, 9, "tensors must cover all 9 bytes of data, got 8"],
    [`{"a":${T("F33")}}`, 8, 'tensor "a" must have a known dtype, got "F33"'],
    [
      `{"a":${T("F32", "[2]", "[8,0]")}}`,
      8,
      'tensor "a" must end behind its begin, got bytes 8 to 0',
    ],
    [
      `{"a":${T("F32", "[3]")}}`,
      8,
      'tensor "a" of shape [3] and dtype F32 must have 12 bytes, got 8',
    ],
    [
      `{"a":${T("F4", "[3]", "[0,2]")}}`,
      2,
      'tensor "a" must fill whole bytes, got 12 bits of F4',
    ],
    [
      `{"a":${T("F32", "[2]", "[0]")}}`,
      8,
      'tensor "a" must have two data_offsets, got 1',
    ],
    [
      `{"a":{"dtype":"F32","shape":[2]}}`,
      8,
      'tensor "a" must have dtype, shape and data_offsets, got no data_offsets',
    ],
    [
      `{"a":${T("F32", "[2.0]")}}`,
      8,
      'header must be JSON with an integer ≥ 0 at character 29, got "2.0],\\"data_offsets\\":"',
    ],
    [
      `{"a":${T()}`,
      8,
      "header must be JSON with } at character 53, got its end",
    ],
    [
      `{"a":${T("C64", "[1]")}}`,
      8,
      'tensor "a" must have dtype BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64, got C64',
    ],
    [`{"a":${T("F32", "[4194304,4194304,0]", "[0,0]")}}`, 0, "no error"],
    [
      `{"a":${T("F32", "[1125899906842624,1024,0]", "[0,0]")}}`,
      0,
      'tensor "a" must have fewer than 2^53 bits, got shape [1125899906842624, 1024, 0]',
    ],
  ])("readSafetensors(path) of %s with %d bytes", (header, size, expected) => {
    craft(header, new Uint8Array(size));
    const text = message(() => readSafetensors(path));
    expect(text).toBe(
      expected === "no error"
        ? expected
        : `readSafetensors: ${path}: ${expected}`,
    );
  });

  test("readSafetensors(path) names a header length beyond the file", () => {
    const length = Buffer.alloc(16);
    length.writeBigUInt64LE(1000n);
    writeFileSync(path, length);
    expect(message(() => readSafetensors(path))).toBe(
      `readSafetensors: ${path}: header length must fit the file of 16 bytes, got 1000; the file is probably truncated`,
    );
  });

  test("readSafetensors(path) names a header length beyond the limit, as text files have it", () => {
    writeFileSync(path, "this is no safetensors file");
    expect(message(() => readSafetensors(path))).toBe(
      `readSafetensors: ${path}: header length must be at most 100000000 bytes, got 2338328219631577204; is this a safetensors file?`,
    );
  });

  test("readSafetensors(path) throws CheckpointError for a missing file, a folder without weights, and an empty file", () => {
    expect(message(() => readSafetensors(join(folder, "none")))).toMatch(
      /^readSafetensors: .*none: file must be readable, got ENOENT/,
    );
    expect(
      message(() => readSafetensors(mkdtempSync(join(folder, "empty-")))),
    ).toMatch(
      /^readSafetensors: .*: folder must hold either model\.safetensors or .*, got neither/,
    );
    writeFileSync(path, "");
    expect(message(() => readSafetensors(path))).toBe(
      `readSafetensors: ${path}: file must have at least 8 bytes, got 0`,
    );
  });

  test("readSafetensors(path) refuses integers that float32 cannot hold", () => {
    const data = Buffer.alloc(8);
    data.writeBigInt64LE(2n ** 53n + 1n);
    craft(`{"a":${T("I64", "[1]")}}`, data);
    expect(message(() => readSafetensors(path))).toBe(
      `readSafetensors: ${path}: tensor "a" of dtype I64: integers must be exact in float32, got 9007199254740993`,
    );
  });

  test("readSafetensors(path) takes names like __proto__ and constructor as names", () => {
    craft(
      `{"__proto__":${T()},"constructor":${T("F32", "[2]", "[8,16]")}}`,
      new Uint8Array(16),
    );
    expect([...readSafetensors(path).keys()]).toEqual([
      "__proto__",
      "constructor",
    ]);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  test("readSafetensors(path) reads a tensor at an odd byte", () => {
    const data = Buffer.alloc(9);
    data[0] = 7;
    data.writeFloatLE(1.5, 1);
    data.writeFloatLE(-2, 5);
    craft(
      `{"a":${T("U8", "[1]", "[0,1]")},"b":${T("F32", "[2]", "[1,9]")}}`,
      data,
    );
    expect([...readSafetensors(path).get("b")!.data]).toEqual([1.5, -2]);
  });

  test("readSafetensors(path) fails on a wrong header before it allocates what the header promises", () => {
    const before = process.memoryUsage().arrayBuffers;
    craft(
      `{"a":${T("F32", "[1000000000]", "[0,4000000000]")}}`,
      new Uint8Array(8),
    );
    expect(message(() => readSafetensors(path))).toContain(
      "data must have the 4000000000 bytes of the tensors, got 8",
    );
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1e8);
  });
});

describe("16-bit floats", () => {
  const { float32, BF16, F16 } = golden<Rounding>("rounding").rounding;
  const values = new Float32Array(Uint32Array.from(float32).buffer);
  const isNan = (half: number, exponent: number): boolean =>
    (half & exponent) === exponent && (half & ~exponent & 0x7fff) !== 0;

  test.each([
    ["BF16", BF16, 0x7f80],
    ["F16", F16, 0x7c00],
  ] as const)(
    "writeSafetensors(path, params) rounds to %s as PyTorch does",
    (dtype, bits, exponent) => {
      writeSafetensors(
        path,
        new Map([["w", { dtype, shape: [values.length], data: values }]]),
        { metadata: {} },
      );
      const file = readFileSync(path);
      const written = new Uint16Array(
        file.buffer.slice(
          file.byteOffset + file.length - 2 * values.length,
          file.byteOffset + file.length,
        ),
      );
      bits.forEach((expected, i) => {
        if (isNan(expected, exponent))
          expect(isNan(written[i]!, exponent)).toBe(true);
        else
          expect(written[i], `bits ${float32[i]!.toString(16)}`).toBe(expected);
      });
    },
  );

  test.each(["BF16", "F16"] as const)(
    "every %s number comes back with its bits",
    (dtype) => {
      const bits = Uint16Array.from({ length: 65536 }, (_, i) => i);
      craft(
        `{"w":{"dtype":"${dtype}","shape":[65536],"data_offsets":[0,131072]}}`,
        new Uint8Array(bits.buffer),
      );
      const params = readSafetensors(path);
      expect(castParams(params, dtype)).toEqual(params);
      const out = join(folder, "again.safetensors");
      writeSafetensors(out, params, { metadata: {} });
      const file = readFileSync(out).subarray(-131072);
      const again = new Uint16Array(
        file.buffer.slice(file.byteOffset, file.byteOffset + 131072),
      );
      const exponent = dtype === "BF16" ? 0x7f80 : 0x7c00;
      expect(again.every((value, i) => value === i || isNan(i, exponent))).toBe(
        true,
      );
    },
  );

  test("toBf16(data) rounds to nearest, ties to even, and leaves its input alone", () => {
    const data = new Float32Array([
      1,
      1 + 2 ** -8,
      1 + 3 * 2 ** -8,
      -1.001,
      3.4e38,
      NaN,
    ]);
    expect([...toBf16(data)]).toEqual([1, 1, 1 + 2 ** -6, -1, Infinity, NaN]);
    expect(data[1]).toBe(1 + 2 ** -8);
  });

  test("castParams(params, dtype) rounds values into new memory and sets the dtype", () => {
    const params = vector("F32", 1.001, 2);
    const cast = castParams(params, "BF16");
    expect(cast).toEqual(vector("BF16", 1, 2));
    cast.get("w")!.data[0] = 9;
    expect(params).toEqual(vector("F32", 1.001, 2));
    expect(castParams(params, "F32").get("w")!.data).not.toBe(
      params.get("w")!.data,
    );
  });
});

describe("writeSafetensors", () => {
  test("writeSafetensors(path, params) gives the same bytes for any order of tensors", () => {
    const params: Params = new Map([
      ...vector("F32", 1),
      ["a", vector("BF16", 2).get("w")!],
    ]);
    writeSafetensors(path, params);
    const first = readFileSync(path);
    writeSafetensors(path, new Map([...params].reverse()));
    expect(readFileSync(path).equals(first)).toBe(true);
  });

  test.each<[string, Params, string]>([
    [
      "a shape that does not fit",
      new Map([["w", { dtype: "F32", shape: [3], data: new Float32Array(2) }]]),
      'tensor "w" of shape [3] must have 3 values, got 2',
    ],
    [
      "a fractional shape",
      new Map([
        ["w", { dtype: "F32", shape: [0.5, 4], data: new Float32Array(2) }],
      ]),
      'tensor "w" must have dimensions that are integers ≥ 0, got [0.5, 4]',
    ],
    [
      "an unknown dtype",
      new Map([
        [
          "w",
          { dtype: "F8_E4M3" as Dtype, shape: [1], data: new Float32Array(1) },
        ],
      ]),
      'tensor "w" must have dtype BOOL, U8, I8, U16, I16, U32, I32, U64, I64, F16, BF16, F32, F64, got F8_E4M3',
    ],
    [
      "a fraction as integer",
      vector("I32", 0.5),
      'tensor "w" of dtype I32: values must be integers in [-2147483648, 2147483647], got 0.5',
    ],
    [
      "an integer out of range",
      vector("U8", 256),
      'tensor "w" of dtype U8: values must be integers in [0, 255], got 256',
    ],
    [
      "an empty name",
      new Map([["", vector("F32", 1).get("w")!]]),
      'tensor names must be non-empty text, not __metadata__, without NUL, got ""',
    ],
    [
      "the name __metadata__",
      new Map([["__metadata__", vector("F32", 1).get("w")!]]),
      'tensor names must be non-empty text, not __metadata__, without NUL, got "__metadata__"',
    ],
    [
      "half a surrogate pair in a name",
      new Map([["\ud800", vector("F32", 1).get("w")!]]),
      'tensor names must be non-empty text, not __metadata__, without NUL, got "\\ud800"',
    ],
  ])(
    "writeSafetensors(path, params) throws CheckpointError for %s and leaves the old file",
    (_, params, expected) => {
      writeSafetensors(path, vector("F32", 4));
      expect(message(() => writeSafetensors(path, params))).toBe(
        `writeSafetensors: ${expected}`,
      );
      expect(readSafetensors(path)).toEqual(vector("F32", 4));
      expect(
        readdirSync(folder).filter((name) => name.includes("partial")),
      ).toEqual([]);
    },
  );

  test("writeSafetensors(path, params) throws CheckpointError where it cannot write", () => {
    expect(
      message(() =>
        writeSafetensors(join(folder, "none", "x"), vector("F32", 1)),
      ),
    ).toMatch(/^writeSafetensors: ".*none.x" must be writable, got ENOENT/);
    expect(
      message(() => writeSafetensors(join(path, "x"), vector("F32", 1))),
    ).toMatch(/must be writable, got ENOTDIR/);
  });

  // A limit on the size of files is the one full disk that a test can have without special rights.
  const limited = (): boolean => {
    try {
      execFileSync("prlimit", ["--version"]);
      return true;
    } catch {
      return false;
    }
  };
  test.runIf(limited())(
    "writeSafetensors(path, params) on a full disk throws CheckpointError and leaves the old file",
    () => {
      writeSafetensors(path, vector("F32", 4));
      const prlimit = (...args: string[]): string =>
        execFileSync("prlimit", ["--pid", String(process.pid), ...args], {
          encoding: "utf8",
        }).trim();
      const before = prlimit(
        "--fsize",
        "--output=SOFT",
        "--noheadings",
        "--raw",
      );
      const large: Params = new Map([
        [
          "w",
          { dtype: "F32", shape: [2 ** 18], data: new Float32Array(2 ** 18) },
        ],
      ]);
      prlimit("--fsize=65536:");
      let text: string;
      try {
        text = message(() => writeSafetensors(path, large));
      } finally {
        prlimit(`--fsize=${before}:`);
      }
      expect(text).toMatch(
        /^writeSafetensors: ".*model\.safetensors" must be writable, got EFBIG/,
      );
      expect(readSafetensors(path)).toEqual(vector("F32", 4));
      expect(
        readdirSync(folder).filter((name) => name.includes("partial")),
      ).toEqual([]);
    },
  );
});
