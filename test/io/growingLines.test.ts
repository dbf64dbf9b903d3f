/** The lines of a file while it is written: each once, none half. */
import {
  appendFileSync,
  mkdtempSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { GrowingLines } from "../../src/io/index.js";

/** A file that is not there yet, and what its reader has kept. */
function follow() {
  const path = join(mkdtempSync(join(tmpdir(), "m2rl-lines-")), "log.jsonl");
  let kept: { text: string; offset: number }[] = [];
  const lines = new GrowingLines(path, (text) => new Error(text), {
    clear: () => (kept = []),
    line: (bytes, offset) =>
      kept.push({ text: bytes.toString("utf8"), offset }),
  });
  return {
    path,
    lines,
    texts: () => kept.map(({ text }) => text),
    all: () => kept,
  };
}

test("refresh() reads whole lines with their places, and leaves half a line for the next time", () => {
  const { path, lines, all } = follow();
  expect(lines.refresh()).toBe(false);
  writeFileSync(path, "one\n\ntw");
  expect(lines.refresh()).toBe(true);
  expect(all()).toEqual([
    { text: "one", offset: 0 },
    { text: "", offset: 4 },
  ]);
  expect(lines.refresh()).toBe(false);
  appendFileSync(path, "o\nthree");
  expect(lines.refresh()).toBe(true);
  expect(all().slice(2)).toEqual([{ text: "two", offset: 5 }]);
});

test("a character that is written in two parts is whole", () => {
  const { path, lines, texts } = follow();
  const bytes = Buffer.from("naïve → λ\n");
  for (let end = 1; end <= bytes.length; end++) {
    writeFileSync(path, bytes.subarray(end - 1, end), { flag: "a" });
    lines.refresh();
  }
  expect(texts()).toEqual(["naïve → λ"]);
});

test("lines longer than a piece of reading are whole", () => {
  const { path, lines, texts } = follow();
  const long = ["a".repeat(3_000_000), "b".repeat(1_048_575), "c"];
  writeFileSync(path, `${long.join("\n")}\n`);
  lines.refresh();
  expect(texts()).toEqual(long);
});

test("a file that shrank is read anew, and one that is gone is forgotten", () => {
  const { path, lines, texts } = follow();
  writeFileSync(path, "one\ntwo\n");
  lines.refresh();
  truncateSync(path, 4);
  expect(lines.refresh()).toBe(true);
  expect(texts()).toEqual(["one"]);
  rmSync(path);
  expect(lines.refresh()).toBe(true);
  expect(texts()).toEqual([]);
  expect(lines.refresh()).toBe(false);
  writeFileSync(path, "new\n");
  lines.refresh();
  expect(texts()).toEqual(["new"]);
});

test("what is no regular file is refused by the caller's error", () => {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-lines-"));
  const nothing = { clear: () => undefined, line: () => undefined };
  const lines = new GrowingLines(
    folder,
    (text) => new RangeError(text),
    nothing,
  );
  expect(() => lines.refresh()).toThrow(
    new RangeError(`${folder} must be a regular file, got a folder`),
  );
});
