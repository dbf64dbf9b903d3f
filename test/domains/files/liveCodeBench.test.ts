/** LiveCodeBench's rows: private tests as they are published, in rows written for this test. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { files } from "../../../src/domains/index.js";
import { TaskError } from "../../../src/error.js";

const { pickledText, readLiveCodeRow, readBenchmark, checkFile } = files;

/** Two tests, pickled by Python 3.11 in each protocol, packed and in base64. */
const PICKLED = {
  1: "eJyLKGJgYIiuVsrMKygtUbJSUDKMyVPSUVDKLy2BChhBBEpSi0tKKgtSQULFJSmZeUq1OgpI+g6vRNd4eA9OnbGFDHoA3vwmWg==",
  2: "eJxrYIooYmBgiK5WyswrKC1RslJQMozJU9JRUMovLYEKGEEESlKLS0oqC1JBQsUlKZl5SrU6Ckj6Dq9E13h4D06dsYUMegAeAybc",
  3: "eJxrYI4oYmBgiK5WyswrKC1RslJQMozJU9JRUMovLYEKGEEESlKLS0oqC1JBQsUlKZl5SrU6Ckj6Dq9E13h4D06dsYUMegAefibd",
  4: "eJxrYJlaxgABPUXR1UqZeQWlJUpWCkqGMXlKOgpK+aUlUAEjiEBJanFJSWVBKkiouCQlM0+pVkcBSd/hlegaD+/BqTN2ih4AlUYoQA==",
  5: "eJxrYJ1axgABPUXR1UqZeQWlJUpWCkqGMXlKOgpK+aUlUAEjiEBJanFJSWVBKkiouCQlM0+pVkcBSd/hlegaD+/BqTN2ih4AlcYoQQ==",
};
/** A pickle that calls os.system("touch /tmp/owned") where Python loads it. */
const EVIL =
  "eJxrYJmqzQABPawF+cWZFVN62Iori0tSc6dMntIjUJJfmpyhoF+SW6CfX56XmjKldUrQFD0AyJIS+w==";
const LIST = "eJxrYJnKwQABsVN6GBOnJOoBACKxBCQ=";

const open = [{ input: "0\n", output: "1\n", testtype: "stdin" }];
const row = {
  question_id: "abc_a",
  question_content: "Add one.",
  contest_date: "2024-09-01T00:00:00",
  starter_code: "",
  public_test_cases: JSON.stringify(open),
  private_test_cases: PICKLED[4],
  metadata: "{}",
};
const read = (fields: object) =>
  readLiveCodeRow({ row: { ...row, ...fields }, where: "test6.jsonl:2" });

/** How every question ends. */
const ASKED =
  "\n\nWrite a Python program and put it into one block that opens with ```python and ends with ```.";

describe("readLiveCodeRow", () => {
  test.each(Object.entries(PICKLED))(
    "reads private tests pickled in protocol %s",
    (_, pickled) =>
      expect(read({ private_test_cases: pickled })).toEqual({
        id: "abc_a",
        domain: "coding",
        kind: "liveCodeBench",
        prompt: `Add one.${ASKED}`,
        data: {
          language: "python",
          mode: "stdin",
          tests: [
            { input: "0\n", output: "1\n" },
            { input: "1\n", output: "2\n" },
            { input: "é\n", output: "ü\n" },
          ],
        },
      }),
  );

  test("reads private tests that are plain JSON, and functions with their starter code", () => {
    const tests = [{ input: "1\n2", output: "3", testtype: "functional" }];
    const task = read({
      public_test_cases: "[]",
      private_test_cases: JSON.stringify(tests),
      metadata: '{"func_name": "add"}',
      starter_code: "def add(a, b):",
    });
    expect(task.data).toMatchObject({ mode: "functional", entry: "add" });
    expect(task.prompt).toBe(
      `Add one.\n\nStart from:\n\`\`\`python\ndef add(a, b):\n\`\`\`${ASKED}`,
    );
  });

  test.each([
    [{ private_test_cases: EVIL }, "must be a pickle of one text; instruction"],
    [{ private_test_cases: LIST }, "must be a pickle of one text; instruction"],
    [
      { private_test_cases: "nonsense" },
      "must be JSON, or zlib data in base64",
    ],
    [{ private_test_cases: "[" }, "private_test_cases must be JSON"],
    [{ private_test_cases: null }, "must be a list of tests"],
    [{ public_test_cases: '[{"input": 1}]' }, "input, output and testtype"],
    [
      {
        public_test_cases: '[{"input":"","output":"","testtype":"functional"}]',
      },
      "all of one testtype",
    ],
    [{ question_id: 5 }, "must be texts"],
  ])("names file, line and what is wrong: %j", (fields, text) => {
    expect(() => read(fields)).toThrow(TaskError);
    expect(() => read(fields)).toThrow("test6.jsonl:2");
    expect(() => read(fields)).toThrow(text);
  });
});

describe("pickledText", () => {
  const whole = Buffer.from("80048c02486994" + "2e", "hex");
  test("reads a text and nothing else", () => {
    expect(pickledText(whole, "x")).toBe("Hi");
    for (let end = 0; end < whole.length; end++)
      expect(() => pickledText(whole.subarray(0, end), "x")).toThrow(TaskError);
    const two = Buffer.concat([whole.subarray(0, -1), whole]);
    expect(() => pickledText(two, "x")).toThrow("one text");
    const more = Buffer.concat([whole, whole]);
    expect(() => pickledText(more, "x")).toThrow("more follows its end");
  });

  test("refuses every other instruction by its number", () => {
    for (let code = 0; code < 256; code++) {
      if ([0x80, 0x95, 0x94, 0x71, 0x72, 0x8c, 0x58, 0x8d, 0x2e].includes(code))
        continue;
      expect(() => pickledText(Buffer.from([0x80, 4, code]), "x")).toThrow(
        `instruction 0x${code.toString(16)} at 2`,
      );
    }
  });
});

describe("the window of LiveCodeBench v5", () => {
  const folder = mkdtempSync(join(tmpdir(), "lcb-"));
  const path = join(folder, "test5.jsonl");
  const days = ["2023-05-07", "2024-08-01", "2025-01-31", "2025-04-01"];
  const rows = days.map((day) => ({
    ...row,
    question_id: day,
    contest_date: `${day}T00:00:00`,
  }));
  writeFileSync(path, rows.map((each) => JSON.stringify(each)).join("\n"));

  test("takes the rows from August 2024 to January 2025", async () => {
    const found = await readBenchmark("livecodebench-v5", path);
    expect(found.map((each) => each["question_id"])).toEqual(days.slice(1, 3));
    expect(await readBenchmark("livecodebench-v6", path)).toHaveLength(4);
    expect((await checkFile("livecodebench-v5", path)).problems).toEqual([
      "must have 279 rows, has 2",
    ]);
  });

  test("refuses rows without a day", async () => {
    const broken = join(folder, "test4.jsonl");
    writeFileSync(broken, JSON.stringify({ ...row, contest_date: "May" }));
    await expect(readBenchmark("livecodebench-v5", broken)).rejects.toThrow(
      'must have a contest_date, got "May"',
    );
  });
});
