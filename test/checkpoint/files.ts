/** Files for the tests of src/checkpoint: a folder of their own, headers by hand, and errors as text. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect } from "vitest";
import { CheckpointError } from "../../src/error.js";

/** A temporary folder, removed after the tests of the file. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-checkpoint-"));
  afterAll(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** A golden file of this room. */
export function golden<T>(name: string): T {
  return JSON.parse(
    readFileSync(`test/golden/checkpoint/${name}.json`, "utf8"),
  ) as T;
}

/** Write a safetensors file from the text of its header. */
export function craft(
  path: string,
  header: string | Uint8Array,
  data: Uint8Array = new Uint8Array(0),
): string {
  const text = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  writeFileSync(path, Buffer.concat([length, text, data]));
  return path;
}

/** JSON of one tensor in a header. */
export function tensorJson(
  dtype: string,
  shape: string,
  begin: number,
  end: number,
): string {
  return `{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
}

/** The CheckpointError that `action` throws; undefined where it throws none. Any other error fails the test. */
export function refusal(action: () => unknown): CheckpointError | undefined {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return error as CheckpointError;
  }
  return undefined;
}
