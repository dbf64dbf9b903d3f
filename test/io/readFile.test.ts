/** Readers of other people's files: what is no regular file, too large or too deep is refused by name, at once. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CheckpointError } from "../../src/error.js";
import {
  BUDGETS,
  parseJson,
  readBytes,
  readJsonObject,
} from "../../src/io/index.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-read-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (name: string): string => join(root, name);
const failure = (text: string, cause?: unknown): CheckpointError =>
  new CheckpointError(text, { cause });

function message(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(CheckpointError);
    return (error as Error).message.replaceAll(root, "ROOT");
  }
  return "no error";
}

describe("readBytes(path, budget)", () => {
  test("reads a regular file, through links too, an empty one too", () => {
    writeFileSync(at("a"), "text");
    symlinkSync("a", at("link"));
    writeFileSync(at("empty"), "");
    expect(readBytes(at("link"), { bytes: 4 }, failure).toString()).toBe(
      "text",
    );
    expect(readBytes(at("empty"), { bytes: 4 }, failure)).toHaveLength(0);
  });

  test("refuses a pipe without waiting, a device without reading, a folder and a link to nothing", () => {
    execFileSync("mkfifo", [at("pipe")]);
    symlinkSync("/dev/zero", at("zero"));
    symlinkSync("/dev/tty", at("tty"));
    mkdirSync(at("folder"));
    symlinkSync("nowhere", at("dangling"));
    const got = (name: string): string =>
      message(() => readBytes(at(name), BUDGETS.config, failure));
    expect(got("pipe")).toBe("ROOT/pipe must be a regular file, got a pipe");
    expect(got("zero")).toBe("ROOT/zero must be a regular file, got a device");
    expect(got("tty")).toMatch(/^ROOT\/tty must be /);
    expect(got("folder")).toBe(
      "ROOT/folder must be a regular file, got a folder",
    );
    expect(got("dangling")).toBe(
      "ROOT/dangling must be readable, got no such file",
    );
    expect(got("absent")).toBe(
      "ROOT/absent must be readable, got no such file",
    );
  });

  test("refuses what is larger than the budget, before it is read and also where its size is not said", () => {
    writeFileSync(at("large"), "");
    truncateSync(at("large"), 3e9);
    expect(message(() => readBytes(at("large"), BUDGETS.config, failure))).toBe(
      "ROOT/large must have at most 16000000 bytes, got 3000000000",
    );
    // Files of the kernel say that they are empty.
    expect(
      message(() => readBytes("/proc/self/status", { bytes: 10 }, failure)),
    ).toBe("/proc/self/status must have at most 10 bytes, got more");
  });

  test("says that a pointer of git-lfs is no file yet", () => {
    writeFileSync(
      at("tokenizer.json"),
      "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n",
    );
    expect(
      message(() =>
        readBytes(at("tokenizer.json"), BUDGETS.tokenizer, failure),
      ),
    ).toBe(
      "ROOT/tokenizer.json must hold its content, got a pointer of git-lfs; git lfs pull fetches the file",
    );
  });
});

describe("parseJson(text) and readJsonObject(path)", () => {
  test("bound how deeply values lie inside each other, not counting what stands in texts", () => {
    const nested = (depth: number): string =>
      "[".repeat(depth) + "]".repeat(depth);
    const parse = (text: string): unknown =>
      parseJson(text, "it", BUDGETS.config, failure);
    expect(message(() => parse(nested(64)))).toBe("no error");
    for (const depth of [65, 100_000, 2_000_000])
      expect(message(() => parse(nested(depth)))).toBe(
        "it must hold JSON of at most 64 nested values, got more",
      );
    expect(parse(JSON.stringify('[\\"{'.repeat(100)))).toBe(
      '[\\"{'.repeat(100),
    );
    expect(message(() => parse("{"))).toMatch(/^it must hold JSON, got "/);
  });

  test("hold an object", () => {
    writeFileSync(at("a.json"), '{"a":1}');
    expect(readJsonObject(at("a.json"), BUDGETS.config, failure)).toEqual({
      a: 1,
    });
    for (const text of ["[1]", "null", '"a"']) {
      writeFileSync(at("b.json"), text);
      expect(
        message(() => readJsonObject(at("b.json"), BUDGETS.config, failure)),
      ).toBe(`ROOT/b.json must hold an object, got ${text}`);
    }
  });
});
