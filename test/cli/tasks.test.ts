/** `m2rl tasks`: tasks as files. */
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../src/cli.js";
import type { Task } from "../../src/domains/index.js";
import { splitOf } from "../../src/world/index.js";

const folder = (): string => mkdtempSync(join(tmpdir(), "tasks-"));

async function run(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await main(["tasks", ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

const read = (path: string): Task[] =>
  readFileSync(path, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Task);

test("m2rl tasks draws different tasks of a split, the same for a seed", async () => {
  const place = folder();
  const out = join(place, "a.jsonl");
  const args = ["math", "agent", "--split", "development", "--count", "20"];
  expect((await run(...args, "--out", out)).code).toBe(0);
  const tasks = read(out);
  expect(tasks.map(({ domain }) => domain)).toEqual([
    ...Array<string>(20).fill("math"),
    ...Array<string>(20).fill("agent"),
  ]);
  expect(new Set(tasks.map(({ id }) => id)).size).toBe(40);
  expect(new Set(tasks.map(({ id }) => splitOf(id)))).toEqual(
    new Set(["development"]),
  );
  const before = readFileSync(out, "utf8");
  await run(...args, "--out", out);
  expect(readFileSync(out, "utf8")).toBe(before);
  await run(...args, "--seed", "1", "--out", out);
  expect(readFileSync(out, "utf8")).not.toBe(before);
});

const MATH = {
  dataset: "nano_v3_sft_profiled_dapo17k",
  expected_answer: "2",
  responses_create_params: { input: [{ role: "user", content: "1 + 1?" }] },
};

test("m2rl tasks reads the RL blend, numbers rows within their subset and counts what it did", async () => {
  const place = folder();
  const from = join(place, "train.jsonl");
  const skipped = { dataset: "nano_v3_sft_profiled_structured_outputs" };
  const pointer = {
    dataset: "nano_v3_sft_profiled_skywork_no_omni",
    expected_answer: "4",
    _hf_placeholder: { row: 1 },
  };
  writeFileSync(
    from,
    [MATH, skipped, pointer, MATH].map((row) => JSON.stringify(row)).join("\n"),
  );
  const skywork = join(place, "skywork.jsonl");
  writeFileSync(skywork, '{"question":"1 + 2?"}\n{"question":"2 + 2?"}\n');
  const out = join(place, "tasks.jsonl");
  const fill = ["--fill", `skywork=${skywork}`];
  const { code, out: said } = await run(
    ...["--from", from, ...fill, "--out", out],
  );
  expect(code).toBe(0);
  expect(said).toMatch(/^math +3$/m);
  expect(said).toMatch(/^all +4$/m);
  expect(said).toContain("answerLine (3): ");
  expect(said).toContain("placeholder (1): ");
  expect(said).toContain("left out, structuredOutputs (1): ");
  expect(read(out).map(({ id }) => id)).toEqual([
    "nano_v3_sft_profiled_dapo17k/0",
    "nano_v3_sft_profiled_skywork_no_omni/0",
    "nano_v3_sft_profiled_dapo17k/1",
  ]);
  expect(read(out)[1]!.prompt).toMatch(/2 \+ 2\?$/);
});

test("m2rl tasks reads chats of the SFT sources", async () => {
  const place = folder();
  const from = join(place, "part.jsonl");
  const messages = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "<think>\nr\n</think>\n\nHo" },
  ];
  writeFileSync(from, `${JSON.stringify({ messages })}\n{"messages":[]}\n`);
  const out = join(place, "chats.jsonl");
  const { out: said } = await run(
    ...["--from", from, "--form", "sft", "--out", out],
  );
  expect(said).toContain("noReasoningTag (1): ");
  expect(said).toContain("left out, noMessages (1): ");
  expect(read(out)[0]).toMatchObject({
    messages: [{}, { role: "assistant", reasoning: "r", content: "Ho" }],
  });
});

test("m2rl tasks leaves nothing behind when a row is not valid, and replaces nothing but tasks", async () => {
  const place = folder();
  const from = join(place, "train.jsonl");
  writeFileSync(from, `${JSON.stringify(MATH)}\n{"dataset":"poems"}\n`);
  const out = join(place, "tasks.jsonl");
  const { code, err } = await run("--from", from, "--out", out);
  expect([code, err]).toEqual([
    1,
    expect.stringContaining(`${from}:2: must be a row of the RL blend`),
  ]);
  expect(readdirSync(place)).toEqual(["train.jsonl"]);
  const kept = await run("math", "--count", "1", "--out", from);
  expect(kept.code).toBe(1);
  expect(readFileSync(from, "utf8")).toContain("poems");
});

test.each([
  [[], "either DOMAIN… or --from FILE"],
  [["math", "--from", "x", "--out", "y"], "either DOMAIN… or --from FILE"],
  [["maths", "--out", "y"], 'did you mean "math"?'],
  [["math"], "needs --out"],
  [["math", "--split", "all", "--out", "y"], "--split must be"],
  [["math", "--count", "0", "--out", "y"], "--count must be"],
  [
    ["--from", "x", "--form", "dpo", "--out", "y"],
    "--form must be one of rl, sft",
  ],
  [["--from", "x", "--fill", "dapo", "--out", "y"], "NAME=FILE"],
])("m2rl tasks %j is a wrong command line", async (args, text) => {
  const { code, err } = await run(...args);
  expect([code, err]).toEqual([2, expect.stringContaining(text)]);
});

test("m2rl tasks reads LiveCodeBench, and refuses a form that it does not know", async () => {
  const place = folder();
  const from = join(place, "test6.jsonl");
  const tests = (output: string): string =>
    JSON.stringify([{ input: "1", output, testtype: "stdin" }]);
  const row = {
    question_id: "a1",
    question_content: "Add one.",
    starter_code: "",
    metadata: "{}",
    public_test_cases: tests("2"),
    private_test_cases: tests("2\n"),
  };
  writeFileSync(from, `${JSON.stringify(row)}\n`);
  const out = join(place, "tasks.jsonl");
  const args = ["--from", from, "--out", out, "--form"];
  expect((await run(...args, "livecodebench")).out).toMatch(/^coding +1$/m);
  expect(read(out)[0]).toMatchObject({
    id: "a1",
    domain: "coding",
    data: { language: "python", mode: "stdin", tests: [{}, {}] },
  });
  expect((await run(...args, "poems")).err).toContain(
    "--form must be one of rl, sft, livecodebench, bfcl, aime24, aime25, ",
  );
});

test("m2rl tasks reads a file or a folder of BFCL with its answers, and names file, row and field of a fault", async () => {
  const place = folder();
  const file = join(place, "BFCL_v4_simple_python.json");
  const parameters = { properties: { name: { type: "string" } } };
  const row = {
    id: "simple_0",
    question: [[{ role: "user", content: "Find it." }]],
    function: [{ name: "find", parameters }],
  };
  const answer = { id: "simple_0", ground_truth: [{ find: { name: ["x"] } }] };
  const still = { ...row, id: "irrelevance_0" };
  mkdirSync(join(place, "possible_answer"));
  writeFileSync(file, JSON.stringify(row));
  writeFileSync(
    join(place, "possible_answer", "BFCL_v4_simple_python.json"),
    JSON.stringify(answer),
  );
  writeFileSync(join(place, "BFCL_v4_irrelevance.json"), JSON.stringify(still));
  const out = join(place, "tasks.jsonl");
  const args = ["--form", "bfcl", "--out", out, "--from"];
  expect((await run(...args, place)).code).toBe(0);
  expect(read(out).map(({ id, kind }) => [id, kind])).toEqual([
    ["irrelevance_0", "irrelevance"],
    ["simple_0", "simple"],
  ]);
  expect((await run(...args, file)).out).toMatch(/^agent +1$/m);
  writeFileSync(file, JSON.stringify({ ...row, function: [{}] }));
  expect((await run(...args, file)).err).toContain(
    `${file}:1 row "simple_0": function[0].name must be a text`,
  );
  expect((await run(...args, out)).err).toContain(
    "must be BFCL_v3_….json or BFCL_v4_….json of a category of v3",
  );
});
