/** Every reader of a file by its name: a pipe does not hang it, a device is not read, what is too large or too deep is refused by name. */
import { execFileSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readWeightShiftRows } from "../../src/analysis/index.js";
import {
  Checkpoint,
  hashModel,
  readModelFolder,
} from "../../src/checkpoint/index.js";
import { readConfiguration } from "../../src/checkpoint/configuration/readConfiguration.js";
import { openVerdictFile } from "../../src/cli/verify/verdictFile.js";
import { UsageError } from "../../src/cli/verb.js";
import { loadWorkplace } from "../../src/domains/index.js";
import { hubSnapshot } from "../../src/domains/files/hub.js";
import { readRows } from "../../src/domains/files/readRows.js";
import { streamRows } from "../../src/domains/files/streamRows.js";
import { M2rlError } from "../../src/error.js";
import { readRecords } from "../../src/evaluate/index.js";
import { readRecipe } from "../../src/merge/index.js";
import { folderFiles } from "../../src/model/index.js";
import { log, open, rows } from "../../src/study/index.js";
import { workingJob } from "../../src/study/ray/jobFolder.js";
import { readLines } from "../../src/study/run/jsonLines.js";
import { FolderTemplate, Tokenizer } from "../../src/tokenizer/index.js";
import { latestSnapshot } from "../../src/train/run/snapshot.js";
import { Resources } from "../../src/view/data/resources.js";
import { PICO_STUDY } from "../study/pico.js";

const BASE = "data/nano/base";

interface Reader {
  /** The file that is replaced, below the folder that the reader is given. */
  file: string;
  read: (folder: string) => unknown;
  /** Puts beside the file what the reader needs. */
  beside?: (folder: string) => void;
  /** Whether it holds one JSON value. */
  json?: boolean;
}

const tokenizer = Tokenizer.fromFile(join(BASE, "tokenizer.json"));
const copyBase = (folder: string): void =>
  cpSync(BASE, folder, { recursive: true });
const study = (folder: string): void =>
  writeFileSync(join(folder, "study.yml"), PICO_STUDY);
const SNAPSHOT = "abcdef012345-000001";

const READERS: Record<string, Reader> = {
  "readModelFolder, config.json": {
    ...{ file: "config.json", beside: copyBase, json: true },
    read: readModelFolder,
  },
  readConfiguration: {
    ...{ file: "config.json", json: true },
    read: readConfiguration,
  },
  "Checkpoint.open": {
    file: "model.safetensors",
    read: (folder) => Checkpoint.open(folder),
  },
  "Checkpoint.open, index": {
    ...{ file: "model.safetensors.index.json", json: true },
    read: (folder) => Checkpoint.open(folder),
  },
  "Tokenizer.fromFile": {
    ...{ file: "tokenizer.json", json: true },
    read: (folder) => Tokenizer.fromFile(join(folder, "tokenizer.json")),
  },
  "FolderTemplate.read, template": {
    file: "chat_template.jinja",
    read: (folder) => FolderTemplate.read(folder),
  },
  "FolderTemplate.read, settings": {
    ...{ file: "tokenizer_config.json", json: true },
    read: (folder) => FolderTemplate.read(folder),
  },
  readRecipe: {
    file: "recipe.yml",
    read: (folder) => readRecipe(join(folder, "recipe.yml")),
  },
  "study.open": {
    file: "study.yml",
    read: (folder) => open(join(folder, "study.yml")),
  },
  "study.rows": {
    ...{ file: "runs/quick/analysis/scores.json", json: true, beside: study },
    read: (folder) => rows(open(folder), "scores"),
  },
  "study.log": {
    ...{ file: "runs/quick/seed1/train/math.jsonl", beside: study },
    read: (folder) => log(open(folder), "math"),
  },
  "lines of a study": {
    file: "pairs.jsonl",
    read: (folder) => readLines(join(folder, "pairs.jsonl")),
  },
  readRecords: {
    file: "records.jsonl",
    read: (folder) => readRecords(join(folder, "records.jsonl")),
  },
  readWeightShiftRows: {
    ...{ file: "weightShift.json", json: true },
    read: (folder) => readWeightShiftRows(join(folder, "weightShift.json")),
  },
  "latestSnapshot, state": {
    ...{ file: `${SNAPSHOT}/state.json`, json: true },
    read: (folder) => latestSnapshot(folder, "abcdef012345"),
  },
  loadWorkplace: {
    file: "processed/emails.csv",
    read: loadWorkplace,
  },
  readRows: {
    file: "rows.jsonl",
    read: (folder) => readRows(join(folder, "rows.jsonl")),
  },
  streamRows: {
    file: "rows.jsonl",
    read: async (folder) => {
      for await (const { row } of streamRows(join(folder, "rows.jsonl")))
        expect(row).toBeDefined();
    },
  },
  "Resources of a study, study.yml": {
    file: "study.yml",
    read: (folder) => new Resources(join(folder, "study.yml")),
  },
  workingJob: {
    ...{ file: ".ray/job.json", json: true },
    read: workingJob,
  },
  hubSnapshot: { file: "refs/main", read: hubSnapshot },
  "verdicts of m2rl verify": {
    file: "out.jsonl",
    read: (folder) => openVerdictFile(join(folder, "out.jsonl"), { a: 1 }),
  },
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "m2rl-budgets-"));
});
afterEach(() => rmSync(root, { recursive: true }));

/** What a reader says of a file that was put in the place of the one it wants. */
async function said(
  { file, read, beside }: Reader,
  make: (path: string) => void,
): Promise<string> {
  beside?.(root);
  const path = join(root, file);
  rmSync(path, { force: true });
  mkdirSync(dirname(path), { recursive: true });
  make(path);
  try {
    await read(root);
  } catch (error) {
    expect(
      error instanceof M2rlError || error instanceof UsageError,
      String(error),
    ).toBe(true);
    return (error as Error).message.replaceAll(root, "ROOT");
  }
  return "no error";
}

describe.each(Object.entries(READERS))("%s", (_, reader) => {
  // A file of verdicts is written to as well: links and pipes are refused before it is read.
  const refused =
    /got "?(?:EEXIST: )?a (?:pipe|device|link)|directory or device/;

  test("refuses a pipe and a device at once, and names the file", async () => {
    const pipe = await said(reader, (path) => execFileSync("mkfifo", [path]));
    expect(pipe).toContain(`ROOT/${reader.file}`);
    expect(pipe).toMatch(refused);
    const device = await said(reader, (path) => symlinkSync("/dev/zero", path));
    expect(device).toContain(`ROOT/${reader.file}`);
    expect(device).toMatch(refused);
  });

  test("refuses 3 TB without reading them", async () => {
    const text = await said(reader, (path) => {
      writeFileSync(path, "{");
      truncateSync(path, 3e12);
    });
    expect(text).toMatch(/must have (?:lines of )?at most \d+ bytes|header/);
  });

  if (reader.json)
    test("refuses what is nested a million deep", async () => {
      expect(
        await said(reader, (path) => writeFileSync(path, '{"a":'.repeat(1e6))),
      ).toMatch(/nested/);
    });
});

describe("what is copied from a model", () => {
  test("is no file behind a link out of it, no pipe and no device", () => {
    const source = join(root, "source");
    copyBase(source);
    writeFileSync(join(root, "secret"), "private key");
    symlinkSync(join(root, "secret"), join(source, "vocab.txt"));
    expect(() => folderFiles(tokenizer, source)).toThrow(
      `folderFiles: ${source}/vocab.txt must be a file of the model to be copied, got a link to ${root}/secret`,
    );
    rmSync(join(source, "vocab.txt"));
    // What is no regular file is none of its files.
    execFileSync("mkfifo", [join(source, "vocab.txt")]);
    symlinkSync("/dev/zero", join(source, "merges.txt"));
    expect(Object.keys(folderFiles(tokenizer, source))).not.toContain(
      "vocab.txt",
    );
    expect(hashModel(source)).toBe(hashModel(BASE));
    rmSync(join(source, "config.json"));
    execFileSync("mkfifo", [join(source, "config.json")]);
    expect(() => hashModel(source)).toThrow(
      `hashModel: ${source}/config.json must be readable, got`,
    );
  });
});
