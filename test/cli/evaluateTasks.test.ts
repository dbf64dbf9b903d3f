/** `m2rl evaluate --tasks`: files of tasks, answered here or by a server. */
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { main } from "../../src/cli.js";
import { startModelServer, type ModelServer } from "../../src/cluster/index.js";
import { benchmark } from "../../src/evaluate/index.js";
import { ROOT } from "../structure/sources.js";

const FOLDER = join(ROOT, "data/nano/base");
const place = mkdtempSync(join(tmpdir(), "evaluate-"));

async function run(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await main(args, {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

const short = ["--samples", "2", "--max-tokens", "24", "--temperature", "0"];
let server: ModelServer;
const tasks = join(place, "mine.jsonl");
beforeAll(async () => {
  server = await startModelServer(FOLDER);
  const from = join(place, "aime.jsonl");
  const rows = [
    { problem: "What is 1 + 1?", answer: "2" },
    { problem: "What is 2 + 2?", answer: "4" },
  ];
  writeFileSync(from, rows.map((row) => JSON.stringify(row)).join("\n"));
  await run("tasks", "--form", "aime24", "--from", from, "--out", tasks);
});
afterAll(() => server.close());

test("a file of real tasks is answered by a folder, a server and a chat alike, with records", async () => {
  const table = /^mine +\d+\.\d +.* +2 +2 /m;
  const records = (name: string): unknown[] =>
    readFileSync(join(place, name, "mine.jsonl"), "utf8")
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => JSON.parse(line) as unknown);
  const ask = ["evaluate", "--tasks", tasks, ...short, "--records"];
  const own = await run(...ask, join(place, "own"), FOLDER);
  expect(own.out).toMatch(table);
  const url = ["--server", server.url];
  const served = [...url, "--tokenizer", FOLDER];
  const far = await run(...ask, join(place, "far"), ...served);
  expect(far.err).toMatch(/^at most 2 requests, \d+ tokens read, 96 sampled$/m);
  const chat = await run(...ask, join(place, "chat"), ...url, "--chat");
  expect(chat.err).toMatch(
    /^at most 4 requests, about \d+ tokens read, 96 sampled$/m,
  );
  expect(own.out).toBe(far.out);
  expect(own.out).toBe(chat.out);
  expect(records("far")).toEqual(records("own"));
  expect(records("chat")).toEqual(records("own"));
  expect(records("own")).toHaveLength(4);
  // Answers of another length are another evaluation.
  const longer = await run(
    ...["evaluate", "--tasks", tasks, "--samples", "2", "--temperature", "0"],
    ...["--max-tokens", "25", "--records", join(place, "own"), FOLDER],
  );
  expect(longer.code).toBe(1);
  expect(longer.err).toContain("must be of this evaluation, got tasks");
});

test("--template folder asks by the folder's own template, and the records say that these are other tasks", async () => {
  const folder = join(place, "foreign");
  cpSync(FOLDER, folder, { recursive: true });
  writeFileSync(
    join(folder, "chat_template.jinja"),
    "{% for m in messages %}{{ m.content }} = {% endfor %}",
  );
  const ask = ["evaluate", "--tasks", tasks, ...short, "--keep-tokens"];
  const read = async (name: string, ...more: string[]): Promise<string[]> => {
    const out = join(place, name);
    const { err } = await run(...ask, "--records", out, folder, ...more);
    expect(err).toBe("");
    return readFileSync(join(out, "mine.jsonl"), "utf8").trim().split("\n");
  };
  const header = (lines: string[]): { tasks: string } =>
    JSON.parse(lines[0]!) as { tasks: string };
  const ours = await read("ours");
  const theirs = await read("theirs", "--template", "folder");
  expect(header(theirs).tasks).not.toBe(header(ours).tasks);
  expect(theirs[1]).not.toBe(ours[1]);
});

test("NAME=FILE asks a benchmark with its own K, temperature and limit, from published rows or tasks; each option overrides", async () => {
  const rows = join(place, "aime.jsonl");
  const own = await run("evaluate", "--tasks", `aime24=${rows}`, FOLDER);
  expect(own.err).toBe(
    "AIME 2024: 2 of 30 published tasks, K 64, temperature 0.6, top-p 0.95, at most 32768 tokens\n",
  );
  expect(own.out).toMatch(/^AIME 2024 +\d+\.\d .* +2 +64 /m);
  const overridden = [...short, "--top-p", "1", "--items", "1"];
  const records = mkdtempSync(`${place}/r-`);
  const { err } = await run(
    ...["evaluate", "--tasks", `aime24=${tasks}`, "--tasks", tasks, FOLDER],
    ...[...overridden, "--records", records],
  );
  expect(err).toBe(
    "AIME 2024: 1 of 30 published tasks, K 2, temperature 0, top-p 1, at most 24 tokens\n",
  );
  const header = (name: string): object =>
    JSON.parse(
      readFileSync(join(records, `${name}.jsonl`), "utf8").split("\n")[0]!,
    ) as object;
  const { benchmark, ...asked } = header("aime24") as { benchmark: string };
  expect(benchmark).toBe("aime24");
  // The same tasks, whether they come by the benchmark's name or by their file's.
  expect(header("mine")).toEqual({ ...asked, benchmark: "mine" });
});

test("a benchmark of several files is read from its folder", async () => {
  const folder = join(place, "categories");
  mkdirSync(folder);
  const row = {
    id: "irrelevance_0",
    question: [[{ role: "user", content: "Hi" }]],
  };
  writeFileSync(
    join(folder, "BFCL_v3_irrelevance.json"),
    JSON.stringify({ ...row, function: [] }),
  );
  const { err, out } = await run(
    ...["evaluate", "--tasks", `bfcl-v3=${folder}`, ...short, FOLDER],
  );
  expect(err).toMatch(/^BFCL v3: 1 of 4441 published tasks, K 2, /);
  expect(out).toMatch(/^BFCL v3 +\d/m);
});

test("what it may cost is said before the first request, and too much is not begun", async () => {
  const ask = ["evaluate", "--tasks", tasks, ...short, "--server", server.url];
  const price = ["--tokenizer", FOLDER, "--price", "0,1000000"];
  const dear = await run(...ask, ...price, "--most-cost", "95");
  expect(dear.code).toBe(2);
  expect(dear.err).toContain("96 sampled, which cost 96.00\n");
  expect(dear.err).toContain("--most-cost allows 95, and this may cost 96.00");
  expect(dear.out).toBe("");
  expect((await run(...ask, ...price, "--most-cost", "96")).code).toBe(0);
});

test("a file of several kinds has a row a kind; BFCL's categories their overall score", async () => {
  const row = (id: string, kind: string): string =>
    JSON.stringify({
      ...{ id, domain: "agent", kind, prompt: "Hi" },
      data: { bfcl: kind, functions: [], answers: [] },
    });
  const path = join(place, "bfcl.jsonl");
  writeFileSync(
    path,
    `${row("a", "irrelevance")}\n${row("b", "live_irrelevance")}\n`,
  );
  const { out, err } = await run("evaluate", "--tasks", path, ...short, FOLDER);
  expect(err).toBe("");
  expect(out).toMatch(/^ {2}irrelevance +\d/m);
  expect(out).toMatch(/^ {2}live_irrelevance +\d/m);
  expect(out).toMatch(/^ {2}overall, 15 categories as 0 +\d/m);
});

test("--difficulty asks the benchmarks of the other world", async () => {
  const records = join(place, "hard");
  const how = ["--benchmark", "aime24", "--items", "3", ...short.slice(0, 2)];
  const ask = ["evaluate", ...how, "--difficulty", "hard", FOLDER];
  expect((await run(...ask, "--records", records)).code).toBe(0);
  const lines = readFileSync(join(records, "aime24.jsonl"), "utf8").split("\n");
  const asked = lines.slice(1, -1).map((line) => JSON.parse(line) as object);
  const hard = benchmark("aime24", { items: 3, difficulty: "hard" });
  expect(asked).toMatchObject(
    hard.flatMap(({ id }) => [
      { task: id, sample: 0 },
      { task: id, sample: 1 },
    ]),
  );
});

test.each([
  [["--tasks", "x.jsonl", "--benchmark", "aime24"], "either --benchmark or"],
  [["--tasks", "amie24=x.jsonl"], 'unknown benchmark "amie24"'],
  [["--benchmark", "aime24", "--benchmark", "aime24"], "got aime24 twice"],
  [["--difficulty", "harder"], "--difficulty must be easy or hard"],
  [["--tasks", "x.jsonl", "--difficulty", "hard"], "--difficulty is of"],
  [["--gate", "open"], "--gate must be think or none"],
  [["--template", "mine"], "--template must be ours or folder"],
  [
    ["--server", "http://x", "--tokenizer", "d", "--price", "1"],
    "--price must",
  ],
  [["--server", "http://x"], "must be given --tokenizer or --chat"],
  [["--server", "http://x", "--chat", "--keep-tokens"], "needs token ids"],
])("m2rl evaluate %j is refused", async (args, why) => {
  const { code, err } = await run("evaluate", ...args);
  expect(code).not.toBe(0);
  expect(err).toContain(why);
});

test("a line that is no task is named by file and line, an id that occurs again by itself", async () => {
  const path = join(place, "bad.jsonl");
  const task = { id: "a", domain: "math", prompt: "?", data: { answer: "1" } };
  writeFileSync(path, `${JSON.stringify(task)}\n{"id":"b"}\n`);
  const ask = ["evaluate", "--tasks", path, FOLDER];
  expect((await run(...ask)).err).toContain(
    "bad.jsonl:2 must be a task with id, domain, prompt and data",
  );
  writeFileSync(path, JSON.stringify({ ...task, domain: "poetry" }));
  expect((await run(...ask)).err).toContain(
    "bad.jsonl:1: domain must be one of",
  );
  writeFileSync(path, `${JSON.stringify(task)}\n${JSON.stringify(task)}\n`);
  expect((await run(...ask)).err).toContain('"a" occurs again');
});
