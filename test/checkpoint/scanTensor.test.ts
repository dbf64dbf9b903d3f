import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  Checkpoint,
  scanTensor,
  type TensorScan,
  writeSafetensors,
} from "../../src/checkpoint/index.js";
import { craft, refusal, tensorJson, testFolder } from "./files.js";

const path = join(testFolder(), "model.safetensors");

function scan(
  dtype: string,
  data: ArrayBufferView,
  count: number,
): TensorScan | null {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  craft(
    path,
    `{"w":${tensorJson(dtype, `[${count}]`, 0, bytes.length)}}`,
    bytes,
  );
  const checkpoint = Checkpoint.open(path);
  try {
    return scanTensor(checkpoint, "w");
  } finally {
    checkpoint.close();
  }
}

describe("scanTensor", () => {
  test("scanTensor(checkpoint, name) counts NaN, infinities, subnormals and zeros, and gives range and norm of the rest", () => {
    const data = new Float32Array([
      3,
      -4,
      NaN,
      Infinity,
      0,
      -0,
      1e-40,
      -Infinity,
    ]);
    expect(scan("F32", data, 8)).toEqual({
      nan: 1,
      infinite: 2,
      subnormal: 1,
      zero: 2,
      notBoolean: 0,
      min: -4,
      max: 3,
      norm: 5,
      fault: { index: 2, value: "NaN" },
    });
  });

  test.each([
    ["F16", new Uint16Array([0x0001, 0x03ff, 0x0400, 0x8001]), 3],
    ["BF16", new Uint16Array([0x0001, 0x007f, 0x0080, 0x8001]), 3],
    ["F32", new Uint32Array([0x007fffff, 0x00800000, 1, 0x80000001]), 3],
    [
      "F64",
      new BigUint64Array([1n, (1n << 52n) - 1n, 1n << 52n, 1n << 62n]),
      2,
    ],
  ] as const)(
    "scanTensor(checkpoint, name) counts the subnormals of %s itself",
    (dtype, data, subnormal) => {
      expect(scan(dtype, data, 4)).toMatchObject({
        subnormal,
        zero: 0,
        fault: null,
      });
    },
  );

  test("scanTensor(checkpoint, name) judges F64 and integers as stored, not as float32", () => {
    expect(scan("F64", new Float64Array([1e300, -1e-300]), 2)).toMatchObject({
      max: 1e300,
      min: -1e-300,
      subnormal: 0,
      fault: null,
    });
    expect(scan("I32", new Int32Array([16_777_217, -5]), 2)).toMatchObject({
      max: 16_777_217,
      min: -5,
    });
    expect(scan("U64", new BigUint64Array([2n ** 64n - 1n]), 1)).toMatchObject({
      max: 2 ** 64,
    });
    expect(scan("I64", new BigInt64Array([-3n, 4n]), 2)).toMatchObject({
      min: -3,
      norm: 5,
    });
  });

  test("scanTensor(checkpoint, name) finds bytes of BOOL other than 0 and 1", () => {
    expect(scan("BOOL", new Uint8Array([0, 1, 2, 255]), 4)).toMatchObject({
      notBoolean: 2,
      max: 1,
      fault: { index: 2, value: "2" },
    });
  });

  test("scanTensor(checkpoint, name) gives null for a dtype that is not converted, and no range for an empty tensor", () => {
    expect(scan("F8_E4M3", new Uint8Array(3), 3)).toBeNull();
    expect(scan("F32", new Float32Array(0), 0)).toMatchObject({
      min: null,
      max: null,
      norm: 0,
    });
    expect(scan("F16", new Uint16Array([0x7e00]), 1)).toMatchObject({
      nan: 1,
      min: null,
    });
  });

  test("scanTensor(checkpoint, name) scans beyond one block, tells what it has read, and names the element", () => {
    const data = new Float32Array(200_000).fill(2);
    data[150_001] = -Infinity;
    writeSafetensors(
      path,
      new Map([["w", { dtype: "BF16", shape: [2, 100_000], data }]]),
    );
    const checkpoint = Checkpoint.open(path);
    const parts: number[] = [];
    const result = scanTensor(checkpoint, "w", (bytes) => parts.push(bytes));
    expect(result?.fault).toEqual({ index: 150_001, value: "-Infinity" });
    expect(result?.norm).toBeCloseTo(2 * Math.sqrt(199_999), 9);
    expect(parts).toEqual([131_072, 131_072, 131_072, 6784]);
    expect(refusal(() => scanTensor(checkpoint, "x"))?.message).toContain(
      'must hold tensor "x"',
    );
    checkpoint.close();
  });
});
