/** Public benchmarks as files. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { main } from "../../../src/cli.js";
import {
  checkFile,
  PUBLISHED,
  readRows,
} from "../../../src/domains/files/index.js";
import { TaskError } from "../../../src/error.js";

const folder = mkdtempSync(join(tmpdir(), "files-"));
const rows = Array.from({ length: 30 }, (_, i) => ({
  problem: `p${i}`,
  answer: String(i),
}));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const jsonl = rows.map((row) => JSON.stringify(row)).join("\n");

describe("readRows", () => {
  test("reads JSON lines, a JSON list and gzip alike", () => {
    expect(readRows(file("a.jsonl", `${jsonl}\n\n`))).toEqual(rows);
    expect(readRows(file("a.json", JSON.stringify(rows)))).toEqual(rows);
    expect(readRows(file("a.gz", gzipSync(jsonl)))).toEqual(rows);
  });

  test.each([
    ["half.jsonl", '{"a":1}\n{"a":', "half.jsonl:2 must be JSON"],
    ["list.jsonl", "3", "list.jsonl:1 must be an object"],
    ["cut.gz", gzipSync(jsonl).subarray(0, 40), "must be whole gzip data"],
  ])("names the place in %s", (name, content, message) => {
    expect(() => readRows(file(name, content))).toThrow(message);
  });
});

describe("checkFile", () => {
  test("finds no problem in a file as published", () => {
    expect(checkFile("aime25", file("b.jsonl", jsonl)).problems).toEqual([]);
  });

  test("names missing rows, missing columns and repeated rows", () => {
    const path = file(
      "c.jsonl",
      `${jsonl.split("\n").slice(0, 9).join("\n")}\n{"problem":"x"}\n{"problem":"x"}`,
    );
    expect(checkFile("aime25", path).problems).toEqual([
      "must have 30 rows, has 11",
      'column "answer" is missing from 2 rows',
      "rows must be unique, 1 occur again",
    ]);
  });

  test("says where a missing file is published, and whether terms must be accepted", () => {
    expect(() => checkFile("gpqa-diamond", join(folder, "nosuch"))).toThrow(
      /not found; GPQA-Diamond is published at .*gpqa, after its terms were accepted/,
    );
    expect(() => checkFile("aime", "x")).toThrow(TaskError);
  });
});

test("m2rl benchmarks lists every row and checks a file", async () => {
  let out = "";
  const output = {
    stdout: { write: (text: string) => (out += text) },
    stderr: { write: () => true },
  };
  expect(await main(["benchmarks", "list"], output)).toBe(0);
  for (const { name } of PUBLISHED) expect(out).toContain(name);
  const path = file("d.jsonl", jsonl);
  expect(await main(["benchmarks", "check", "aime25", path], output)).toBe(0);
  expect(await main(["benchmarks", "check", "gsm8k", path], output)).toBe(1);
  expect(out).toContain("must have 1319 rows, has 30");
  expect(await main(["benchmarks"], output)).toBe(2);
});
