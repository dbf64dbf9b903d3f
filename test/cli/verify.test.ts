/** `m2rl verify`: verdicts of a file, resumed after an interruption. */
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "verify-"));

async function run(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await main(["verify", ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

const lines = (rows: unknown[]): string =>
  rows.map((row) => `${JSON.stringify(row)}\n`).join("");

test("m2rl verify grades rows of mathematics and sums up by outcome", async () => {
  const file = join(folder(), "a.jsonl");
  writeFileSync(
    file,
    lines([
      {
        id: "x",
        answer: "1/2",
        completion: "<think>$3$</think> The answer is $0.5$.",
      },
      { answer: 5, completion: "\\boxed{6}" },
      { answer: "5", completion: "I do not know." },
      { answer: "5", completion: "\\boxed{5}", finish: "length" },
    ]),
  );
  const { code, out } = await run("--domain", "math", file);
  expect(code).toBe(0);
  for (const outcome of ["right", "wrong", "noAnswer", "truncated"])
    expect(out).toMatch(new RegExp(`${outcome} +1 +25.0 %`));
  const verdicts = readFileSync(
    file.replace(".jsonl", ".verdicts.jsonl"),
    "utf8",
  )
    .trim()
    .split("\n");
  expect(JSON.parse(verdicts[1]!)).toEqual({
    id: "x",
    grader: "mathVerify",
    reward: 1,
    outcome: "right",
    extracted: "\\frac{1}{2}",
  });
});

test("m2rl verify resumes after a kill, even in the middle of a line, and gives the same file", async () => {
  const place = folder();
  const file = join(place, "a.jsonl");
  const rows = Array.from({ length: 1000 }, (_, i) => ({
    answer: String(i),
    completion: `\\boxed{${i % 3 === 0 ? i : i + 1}}`,
  }));
  writeFileSync(file, lines(rows));
  const whole = join(place, "whole.jsonl");
  await run("--domain", "math", "--out", whole, file);
  const text = readFileSync(whole, "utf8");
  const cut = join(place, "cut.jsonl");
  writeFileSync(cut, text.slice(0, text.length / 2));
  const { code, out } = await run("--domain", "math", "--out", cut, file);
  expect(code).toBe(0);
  expect(out).toMatch(/resumed after \d+ verdicts/);
  expect(out).toMatch(/right +334/);
  expect(readFileSync(cut, "utf8")).toBe(text);
  appendFileSync(file, lines([{ answer: "1", completion: "1" }]));
  const other = await run("--domain", "math", "--out", cut, file);
  expect(other.code).toBe(2);
  expect(other.err).toContain("from another input");
});

test("m2rl verify reads multiple choice and short answers", async () => {
  const file = join(folder(), "a.jsonl");
  writeFileSync(
    file,
    lines([{ answer: "J", choices: 10, completion: "Answer: (J)" }]),
  );
  expect((await run("--domain", "science", file)).out).toMatch(/right +1/);
  writeFileSync(file, lines([{ answer: "Rome", completion: "Answer: rome" }]));
  const out = file.replace("a.jsonl", "hle.jsonl");
  expect((await run("--domain", "hle", "--out", out, file)).out).toMatch(
    /right +1/,
  );
});

test.each([
  [["--domain", "math"], "one FILE.jsonl"],
  [["--domain", "poetry", "x"], "--domain must be one of"],
  [["--domain", "math", "--grader", "best", "x"], "--grader must be one of"],
  [["--domain", "math", "nosuch.jsonl"], "not found"],
])("m2rl verify %j is a wrong command line", async (args, text) => {
  const { code, err } = await run(...args);
  expect([code, err]).toEqual([2, expect.stringContaining(text)]);
});
