/** The npm package `safetensors` reads what we write without metadata; why it is not our reader: environment.md. */
import { createRequire } from "node:module";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { type Params, writeSafetensors } from "../../src/checkpoint/index.js";

interface Package {
  SafeTensor: new (bytes: Uint8Array) => {
    metadata: Map<string, { dtype: string; shape: number[] }>;
    getTensor(name: string): Uint8Array;
  };
}
const { SafeTensor } = createRequire(import.meta.url)("safetensors") as Package;

const root = mkdtempSync(join(tmpdir(), "m2rl-interop-"));
const path = join(root, "model.safetensors");
afterAll(() => rmSync(root, { recursive: true }));

const params: Params = new Map([
  [
    "a",
    { dtype: "F32", shape: [2, 2], data: new Float32Array([1, -2, 0.5, 3]) },
  ],
  ["b", { dtype: "BF16", shape: [2], data: new Float32Array([1, -0.5]) }],
]);

/** The bytes in a buffer of their own, as the package takes them. */
const bytes = (): Uint8Array => Uint8Array.from(readFileSync(path));

test("the npm package safetensors reads our tensors, their dtypes and shapes", () => {
  writeSafetensors(path, params, { metadata: {} });
  const opened = new SafeTensor(bytes());
  expect([...opened.metadata.keys()].sort()).toEqual(["a", "b"]);
  expect(opened.metadata.get("b")).toMatchObject({ dtype: "BF16", shape: [2] });
  const a = Uint8Array.from(opened.getTensor("a"));
  expect([...new Float32Array(a.buffer)]).toEqual([1, -2, 0.5, 3]);
  expect([...opened.getTensor("b")]).toEqual([0x80, 0x3f, 0x00, 0xbf]);
});

test("the npm package safetensors cannot read a file with metadata, as every file of the hub is", () => {
  writeSafetensors(path, params, { metadata: { format: "pt" } });
  expect(() => new SafeTensor(bytes())).toThrow(TypeError);
});
