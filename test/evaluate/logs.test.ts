/** Logs of Inspect and lm-eval: what these packages wrote (scripts/golden/logs.py) as records, and our records there and back. */
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli.js";
import {
  finishRecords,
  inspectLog,
  lmEvalLog,
  readInspectLog,
  readLmEvalLog,
  readRecords,
  type EvaluationRecord,
  type RecordsHeader,
} from "../../src/evaluate/index.js";

const GOLDEN = "test/golden/logs";
const folder = mkdtempSync(join(tmpdir(), "m2rl-logs-"));

const header: RecordsHeader = {
  ...{ benchmark: "aime24", items: 2, samples: 2, seed: 3 },
  ...{ temperature: 0.7, topP: 0.9, tasks: "0123", model: "abc" },
};
const records: EvaluationRecord[] = [
  {
    task: "a",
    sample: 0,
    reward: 1,
    outcome: "correct",
    finish: "stop",
    tokens: 5,
    completion: "4",
    detail: "as expected",
  },
  {
    task: "a",
    sample: 1,
    reward: 0,
    outcome: "wrong",
    finish: "stop",
    tokens: 6,
  },
  {
    task: "b",
    sample: 0,
    reward: 0,
    outcome: "noAnswer",
    finish: "stop",
    tokens: 7,
  },
  {
    task: "b",
    sample: 1,
    reward: 0,
    outcome: "truncated",
    finish: "length",
    tokens: 8,
  },
];

const json = (path: string): unknown => JSON.parse(readFileSync(path, "utf8"));
const lines = (path: string): unknown[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);

async function m2rl(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

test("a log that Inspect wrote becomes records: epochs are samples, a cut answer is truncated", () => {
  const { header: head, records: found } = readInspectLog(
    json(join(GOLDEN, "inspect.json")),
  );
  expect(head).toMatchObject({
    benchmark: "sums",
    items: 3,
    samples: 2,
    temperature: 1,
    model: "mockllm/model",
  });
  expect(
    found.map(({ task, sample, reward, outcome }) => [
      task,
      sample,
      reward,
      outcome,
    ]),
  ).toEqual([
    ["item-0", 0, 1, "correct"],
    ["item-0", 1, 0, "wrong"],
    ["item-1", 0, 1, "correct"],
    ["item-1", 1, 1, "correct"],
    ["item-2", 0, 0, "truncated"],
    ["item-2", 1, 1, "correct"],
  ]);
  expect(found[1]!.completion).toBe("41");
});

test("samples that lm-eval wrote become records", () => {
  const { header: head, records: found } = readLmEvalLog(
    lines(join(GOLDEN, "samples_sums.jsonl")),
    { benchmark: "sums", model: "fixed" },
  );
  expect(head).toMatchObject({
    benchmark: "sums",
    items: 3,
    samples: 1,
    model: "fixed",
  });
  expect(
    found.map(({ task, reward, completion }) => [task, reward, completion]),
  ).toEqual([
    ["sums/0", 1, "42"],
    ["sums/1", 1, "2"],
    ["sums/2", 0, "no idea"],
  ]);
});

test("our records survive both forms", () => {
  const inspected = readInspectLog(
    JSON.parse(
      JSON.stringify(
        inspectLog(
          { header, records },
          { created: "2026-01-01T00:00:00+00:00" },
        ),
      ),
    ),
  );
  expect(inspected.records).toEqual(records);
  expect(inspected.header).toMatchObject({
    ...header,
    model: "m2rl/abc",
    tasks: expect.stringMatching(/^inspect /) as string,
  });
  const { samples, results } = lmEvalLog(
    { header, records },
    { prompts: new Map([["a", "2+2="]]) },
  );
  expect(samples[0]).toMatchObject({
    doc_id: 0,
    arguments: { gen_args_0: { arg_0: "2+2=" } },
  });
  expect(results).toMatchObject({
    results: { aime24: { "exact_match,none": 0.25 } },
  });
  const harness = readLmEvalLog(
    JSON.parse(JSON.stringify(samples)) as unknown[],
    { benchmark: "aime24", model: "abc" },
  );
  expect(harness.records).toEqual(records);
});

test("m2rl export and m2rl import go there and back by files", async () => {
  const path = join(folder, "aime24.jsonl");
  finishRecords(path, header, records);
  const out = join(folder, "logs");
  for (const to of ["inspect", "lm-eval"])
    expect((await m2rl("export", path, "--to", to, "--out", out)).code).toBe(0);
  const back = join(folder, "back");
  const { code, out: said } = await m2rl(
    "import",
    join(out, "aime24.json"),
    "--out",
    back,
  );
  expect([code, said]).toEqual([
    0,
    expect.stringMatching(/aime24 +m2rl\/abc +25\.0 +2 +2/),
  ]);
  expect(readRecords(join(back, "aime24.jsonl")).records).toEqual(records);
  const again = await m2rl(
    "import",
    join(out, "samples_aime24.jsonl"),
    "--model",
    "abc",
    "--out",
    join(folder, "again"),
  );
  expect(again.code).toBe(0);
  expect(readRecords(join(folder, "again", "aime24.jsonl")).records).toEqual(
    records,
  );
});

test("what is no complete log of right and wrong answers is a typed error", async () => {
  const log = json(join(GOLDEN, "inspect.json")) as {
    status: string;
    samples: { scores: Record<string, { value: unknown }> }[];
  };
  const wrong = (change: (copy: typeof log) => void): (() => unknown) => {
    const copy = structuredClone(log);
    change(copy);
    return () => readInspectLog(copy, { where: "log.json" });
  };
  expect(wrong((copy) => (copy.status = "error"))).toThrow(
    /^log\.json: status must be success, got "error"$/,
  );
  expect(wrong((copy) => copy.samples.pop())).toThrow(
    /log\.json: every task must have 2 samples, got 1 of item-2/,
  );
  expect(
    wrong((copy) => (Object.values(copy.samples[0]!.scores)[0]!.value = 0.5)),
  ).toThrow(/grade must be 0 or 1, .* got 0\.5/);
  expect(() =>
    readLmEvalLog([{ a: 1 }], { benchmark: "b", model: "m" }),
  ).toThrow(/line 1 must be a sample with a doc_id/);
  const path = join(folder, "samples_x.jsonl");
  writeFileSync(
    path,
    `${JSON.stringify({ doc_id: 0, metrics: ["acc", "acc_norm"], acc: 1, acc_norm: 1 })}\n`,
  );
  expect(
    (await m2rl("import", path, "--out", folder, "--model", "m")).err,
  ).toMatch(/metric must be one of acc, acc_norm, got none/);
  expect((await m2rl("import", path, "--out", folder)).err).toMatch(
    /must be given --model NAME/,
  );
});
