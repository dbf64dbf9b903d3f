/** Files are replaced only by what is of their kind, and appear whole or not at all. */
import { execFileSync } from "node:child_process";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  hashFile,
  hashText,
  writeFileAtomically,
  type WriteFileOptions,
} from "../../src/io/index.js";

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-file-"));
});
afterEach(() => rmSync(root, { recursive: true }));

const at = (name: string): string => join(root, name);

function write(name: string, text: string, options?: WriteFileOptions): string {
  try {
    writeFileAtomically(at(name), [Buffer.from(text)], options);
  } catch (error) {
    return (error as Error).message.replaceAll(root, "ROOT");
  }
  return "written";
}

describe("writeFileAtomically(path, chunks)", () => {
  test("writes and replaces a regular file, and leaves nothing beside it", () => {
    expect(write("a", "one")).toBe("written");
    expect(write("a", "two")).toBe("written");
    expect(readFileSync(at("a"), "utf8")).toBe("two");
    expect(readdirSync(root)).toEqual(["a"]);
  });

  test("replaces only files that begin as those of the caller", () => {
    const options: WriteFileOptions = {
      replaces: (head) => head.startsWith("{"),
      kind: "a report",
    };
    writeFileSync(at("thesis.txt"), "years");
    expect(write("thesis.txt", "{}", options)).toBe(
      "EEXIST: another file is there, not a report",
    );
    expect(readFileSync(at("thesis.txt"), "utf8")).toBe("years");
    writeFileSync(at("report"), "{old");
    expect(write("report", "{}", options)).toBe("written");
  });

  test("refuses a folder, a link and a pipe", () => {
    mkdirSync(at("folder"));
    writeFileSync(at("precious"), "years");
    symlinkSync(at("precious"), at("link"));
    execFileSync("mkfifo", [at("pipe")]);
    expect(write("folder", "x")).toBe("EEXIST: a folder is there, not a file");
    expect(write("link", "x")).toBe("EEXIST: a link is there, not a file");
    expect(write("pipe", "x")).toBe(
      "EEXIST: a device or pipe is there, not a file",
    );
    expect(readFileSync(at("precious"), "utf8")).toBe("years");
    expect(readdirSync(root).sort()).toEqual([
      "folder",
      "link",
      "pipe",
      "precious",
    ]);
  });

  test("leaves the old file and no draft when its contents fail", () => {
    write("a", "old");
    const failing = function* (): Generator<Uint8Array> {
      yield Buffer.from("half");
      throw new RangeError("lost");
    };
    expect(() => writeFileAtomically(at("a"), failing())).toThrow("lost");
    expect(readFileSync(at("a"), "utf8")).toBe("old");
    expect(readdirSync(root)).toEqual(["a"]);
  });
});

describe("hashFile and hashText", () => {
  test("give the published digests of FIPS 180-2, of a file as of a text in parts", () => {
    const abc =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    const million =
      "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0";
    expect(hashText("abc")).toBe(abc);
    expect(hashText("a", new Uint8Array([98]), "c")).toBe(abc);
    const many = "a".repeat(1_000_000);
    expect(hashText(many)).toBe(million);
    // More than one piece of a file, and not a multiple of it.
    writeFileSync(at("twice"), many.repeat(2));
    expect(hashFile(at("twice"))).toBe(hashText(many, many));
    writeFileSync(at("million"), many);
    expect(hashFile(at("million"))).toBe(million);
  });
});
