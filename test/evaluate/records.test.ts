import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { InfrastructureError } from "../../src/error.js";
import {
  appendRecords,
  finishRecords,
  openRecords,
  readRecords,
  type EvaluationRecord,
  type RecordsHeader,
} from "../../src/evaluate/index.js";

const header: RecordsHeader = {
  benchmark: "aime24",
  items: 2,
  samples: 1,
  seed: 0,
  temperature: 1,
  topP: 1,
  tasks: "t",
  model: "m",
};
const record = (task: string): EvaluationRecord => ({
  task,
  sample: 0,
  reward: 1,
  outcome: "correct",
  finish: "stop",
  tokens: 12,
});

let path: string;
beforeEach(() => {
  path = join(
    mkdtempSync(join(tmpdir(), "m2rl-records-")),
    "deep",
    "aime24.jsonl",
  );
});

describe("records", () => {
  it("come back as they were written", () => {
    expect(openRecords(path, header)).toEqual([]);
    appendRecords(path, [
      record("a"),
      { ...record("b"), completion: "line\nline « é", detail: "why" },
    ]);
    expect(readRecords(path).records).toEqual([
      record("a"),
      { ...record("b"), completion: "line\nline « é", detail: "why" },
    ]);
    expect(readRecords(path).header).toEqual(header);
  });
  it("of an interrupted run are found again, without a half-written last line", () => {
    openRecords(path, header);
    appendRecords(path, [record("a")]);
    const whole = readFileSync(path, "utf8");
    appendFileSync(path, '{"task":"b","sam');
    expect(openRecords(path, header)).toEqual([record("a")]);
    expect(readFileSync(path, "utf8")).toBe(whole);
  });
  it("cut in the middle of a character are found again too", () => {
    openRecords(path, header);
    appendRecords(path, [{ ...record("a"), completion: "«é»" }]);
    const whole = readFileSync(path);
    writeFileSync(
      path,
      Buffer.concat([whole, Buffer.from('{"task":"é').subarray(0, -1)]),
    );
    expect(openRecords(path, header)).toHaveLength(1);
    expect(readFileSync(path)).toEqual(whole);
  });
  it("of another evaluation are refused, and replaced where the caller says so", () => {
    openRecords(path, header);
    appendRecords(path, [record("a")]);
    const other = { ...header, model: "other" };
    expect(() => openRecords(path, other)).toThrow(
      `records: ${path} must be of this evaluation, got model ${JSON.stringify(header.model)} where "other" is evaluated; give another folder`,
    );
    expect(() => openRecords(path, { ...header, seed: 77 })).toThrow(
      `got seed ${header.seed} where 77 is evaluated`,
    );
    expect(readRecords(path).records).toEqual([record("a")]);
    expect(openRecords(path, other, { replace: true })).toEqual([]);
    expect(readRecords(path).records).toEqual([]);
  });
  it("whose header was cut are started anew", () => {
    openRecords(path, header);
    writeFileSync(path, '{"benchm');
    expect(openRecords(path, header)).toEqual([]);
    expect(readRecords(path).header).toEqual(header);
  });
  it("are replaced as a whole by finishRecords", () => {
    openRecords(path, header);
    appendRecords(path, [record("b"), record("a")]);
    finishRecords(path, header, [record("a"), record("b")]);
    expect(readRecords(path).records.map(({ task }) => task)).toEqual([
      "a",
      "b",
    ]);
  });
  it.each([
    ["broken JSON", "{oops}\n", "line 2 must be JSON, got"],
    [
      "another outcome",
      '{"task":"a","sample":0,"reward":0,"outcome":"maybe","finish":"stop","tokens":1}\n',
      "line 2 must be a record, got",
    ],
    [
      "a reward that is no reward",
      '{"task":"a","sample":0,"reward":0.5,"outcome":"wrong","finish":"stop","tokens":1}\n',
      "line 2 must be a record",
    ],
    ["null", "null\n", "line 2 must be a record, got null"],
  ])("with %s inside are an error that names the line", (_, line, text) => {
    openRecords(path, header);
    appendFileSync(path, line);
    appendRecords(path, [record("a")]);
    expect(() => readRecords(path)).toThrow(text);
    expect(() => openRecords(path, header)).toThrow(text);
  });
  it("of an empty file are an error", () => {
    openRecords(path, header);
    writeFileSync(path, "");
    expect(() => readRecords(path)).toThrow(
      "must start with a header line, got an empty file",
    );
  });
});

describe("a disk that refuses", () => {
  it("is an InfrastructureError that names the file, and leaves no draft", () => {
    const folder = mkdtempSync(join(tmpdir(), "m2rl-full-"));
    writeFileSync(join(folder, "file"), "");
    const inside = join(folder, "file", "aime24.jsonl");
    expect(() => openRecords(inside, header)).toThrow(InfrastructureError);
    expect(() => openRecords(inside, header)).toThrow(
      `records: ${inside} must be writable, got "`,
    );
    // Linux answers every write to this device with "no space left".
    expect(() => appendRecords("/dev/full", [record("a")])).toThrow(
      'records: /dev/full must be writable, got "ENOSPC: no space left on device, write"',
    );
    expect(readdirSync(folder)).toEqual(["file"]);
  });
});
