/** `m2rl verify`: verdicts of a file, resumed after an interruption. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { main } from "../../src/cli.js";
import { ROOT } from "../structure/sources.js";

afterEach(() => vi.unstubAllEnvs());

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

const program = (text: string): string =>
  `Here it is:\n\`\`\`python\n${text}\n\`\`\``;

function codingTask(id: string, output: string): object {
  const tests = [{ input: "", output }];
  return {
    id,
    domain: "coding",
    kind: "python",
    prompt: "Print it.",
    data: { language: "python", mode: "stdin", tests },
  };
}

test("m2rl verify runs the programs of a file and says why one fails", async () => {
  const file = join(folder(), "a.jsonl");
  const task = codingTask("p", "7\n");
  writeFileSync(
    file,
    lines([
      { task, completion: `<think>${program("print(8)")}</think>` },
      { task, completion: program("print(7)") },
      { task, completion: program("print(8)") },
      { task, completion: program("1 / 0") },
      { id: "cut", task, completion: program("print(7)"), finish: "length" },
    ]),
  );
  const { code, out } = await run("--domain", "coding", file);
  expect(code).toBe(0);
  expect(out).toMatch(/right +1 +20.0 %/);
  const verdicts = readFileSync(out.split("verdicts: ")[1]!.trim(), "utf8")
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as object);
  const grader = "unitTests";
  expect(verdicts).toEqual([
    {
      id: "p",
      grader,
      reward: 0,
      outcome: "noAnswer",
      detail: "no complete block",
    },
    { id: "p", grader, reward: 1, outcome: "right" },
    {
      id: "p",
      grader,
      reward: 0,
      outcome: "wrong",
      detail: 'test 1: wrong: must be "7\\n", got "8\\n"',
    },
    {
      id: "p",
      grader,
      reward: 0,
      outcome: "runtimeError",
      detail: "test 1: runtimeError: ZeroDivisionError: division by zero",
    },
    { id: "cut", grader, reward: 0, outcome: "truncated" },
  ]);
});

test("m2rl verify checks constraints strictly, and shows loosely beside it", async () => {
  const file = join(folder(), "a.jsonl");
  const data = {
    instruction_id_list: [
      "punctuation:no_comma",
      "length_constraints:number_words",
    ],
    kwargs: [null, { num_words: 3, relation: "at least" }],
  };
  const task = { id: "q", domain: "instruction", kind: "ifeval", data };
  writeFileSync(
    file,
    lines([
      { task, completion: "No comma is here." },
      { task, completion: "Sure, here:\nno comma is here" },
      { task, completion: "Only, this" },
    ]),
  );
  const { code, out } = await run("--domain", "instruction", file);
  expect(code).toBe(0);
  expect(out).toMatch(/strict +33.3 % +50.0 %/);
  expect(out).toMatch(/loose +66.7 % +66.7 %/);
  const verdicts = readFileSync(out.split("verdicts: ")[1]!.trim(), "utf8");
  expect(JSON.parse(verdicts.split("\n")[2]!)).toEqual({
    id: "q",
    grader: "constraints",
    reward: 0,
    outcome: "wrong",
    detail: "broken: punctuation:no_comma",
    strict: [false, true],
    loose: [true, true],
  });
});

test("m2rl verify shows how far it is and how long it takes, on a terminal", async () => {
  const file = join(folder(), "a.jsonl");
  const row = { answer: "5", completion: "\\boxed{5}" };
  writeFileSync(file, lines(Array.from({ length: 150 }, () => row)));
  let err = "";
  const code = await main(["verify", "--domain", "math", file], {
    stdout: { write: () => true },
    stderr: { write: (text) => (err += text), isTTY: true },
  });
  expect(code).toBe(0);
  expect(err).toMatch(/\r100 of 150, \d+ s left +\r150 of 150, 0 s left +\n/);
});

/** A sandbox at a distance whose programs are one print of a number; it falls silent after some answers. */
class Sandbox {
  asked = 0;
  /** Answers that it still gives. */
  left = Infinity;
  private silent: (() => void) | undefined;
  readonly fellSilent = new Promise<void>((done) => (this.silent = done));
  private readonly server = createServer((request, response) =>
    this.answer(request, response),
  );

  async start(): Promise<string> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.closeAllConnections();
    this.server.close();
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    let body = "";
    request.on("data", (part) => (body += String(part)));
    request.on("end", () => {
      if (this.left-- <= 0) return this.silent!();
      this.asked++;
      const printed = /print\((\d+)\)/.exec(body)![1]!;
      const result = { status: "Finished", return_code: 0, stdout: printed };
      response.end(JSON.stringify({ status: "Success", run_result: result }));
    });
  }
}

test("m2rl verify, killed amid a file of a thousand programs, goes on and runs none twice", async () => {
  const place = folder();
  const file = join(place, "a.jsonl");
  writeFileSync(
    file,
    lines(
      Array.from({ length: 1000 }, (_, i) => ({
        task: codingTask(`task ${i}`, String(i % 7)),
        completion: program(`print(${i % 5})`),
      })),
    ),
  );
  const sandbox = new Sandbox();
  const url = await sandbox.start();
  vi.stubEnv("M2RL_SANDBOX_URL", url);
  const whole = join(place, "whole.jsonl");
  const all = await run("--domain", "coding", "--out", whole, file);
  expect([all.code, sandbox.asked]).toEqual([0, 1000]);

  const cut = join(place, "cut.jsonl");
  const args = ["verify", "--domain", "coding", "--out", cut, file];
  sandbox.left = 600;
  const child = spawn("node", [join(ROOT, "dist", "cli.js"), ...args], {
    stdio: "ignore",
  });
  const ended = once(child, "exit");
  await sandbox.fellSilent;
  child.kill("SIGKILL");
  expect((await ended)[1]).toBe("SIGKILL");
  const text = readFileSync(whole, "utf8");
  const kept = readFileSync(cut, "utf8");
  expect(text.startsWith(kept)).toBe(true);
  const known = kept.split("\n").length - 2;
  // Batches before the one that met the silence are written.
  expect(known).toBeGreaterThanOrEqual(400);

  appendFileSync(cut, '{"id":"half');
  sandbox.left = Infinity;
  sandbox.asked = 0;
  const { code, out } = await run("--domain", "coding", "--out", cut, file);
  expect(code).toBe(0);
  expect(out).toContain(`resumed after ${known} verdicts`);
  expect(readFileSync(cut, "utf8")).toBe(text);
  expect(sandbox.asked).toBe(1000 - known);
  sandbox.close();
});

test("m2rl verify stops where a sandbox fails, says where to resume, and gives no verdict for it", async () => {
  const file = join(folder(), "a.jsonl");
  const task = codingTask("p", "7");
  writeFileSync(file, lines([{ task, completion: program("print(7)") }]));
  // Nothing listens on this port of the discard service.
  vi.stubEnv("M2RL_SANDBOX_URL", "http://127.0.0.1:9");
  const { code, err } = await run("--domain", "coding", file);
  expect(code).toBe(1);
  expect(err).toContain("rerun the same command to resume");
  const out = file.replace(".jsonl", ".verdicts.jsonl");
  expect(readFileSync(out, "utf8").trim().split("\n")).toHaveLength(1);
});

test.each([
  ["coding", { answer: "1", completion: "x" }, "must have a task"],
  [
    "coding",
    { task: { id: "a", domain: "math", data: {} }, completion: "x" },
    'task must be of domain coding, got "math"',
  ],
  ["math", { task: {}, completion: "x" }, "task must have id, domain and data"],
  ["math", { completion: "x" }, '"task" or the text "answer"'],
  [
    "math",
    { answer: "1", completion: "x", finish: "tool_calls" },
    'finish must be "stop" or "length"',
  ],
  ["science", { answer: "Q", choices: 4, completion: "A" }, "from A to D"],
])("m2rl verify --domain %s refuses %j", async (domain, row, text) => {
  const file = join(folder(), "a.jsonl");
  writeFileSync(file, lines([row]));
  const { code, err } = await run("--domain", domain, file);
  expect([code, err]).toEqual([1, expect.stringContaining(text)]);
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

test("m2rl verify --judge keeps what a model says of short answers apart from the exact match", async () => {
  const asked: string[] = [];
  const judge = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      const { messages } = JSON.parse(body) as {
        messages: { content: string }[];
      };
      const text = messages[0]!.content;
      asked.push(`${request.url} ${text}`);
      const said = /Response:\nAnswer: Den Haag/.test(text)
        ? "Extracted: Den Haag\nVerdict: yes"
        : /Answer: Rome/.test(text)
          ? "Extracted: Rome\nVerdict: no"
          : "I cannot say.";
      const choices = [{ message: { content: said } }];
      response.end(JSON.stringify({ choices }));
    });
  });
  await once(judge.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(judge.address() as AddressInfo).port}`;
  const task = {
    ...{ id: "hle/1", domain: "science", kind: "hle", prompt: "?" },
    data: { reference: "The Hague", question: "Where is the court?" },
  };
  const row = { question: "Where?", answer: "The Hague" };
  const file = join(folder(), "a.jsonl");
  writeFileSync(
    file,
    lines([
      { task, completion: "Answer: Den Haag" },
      { ...row, completion: "Answer: The Hague" },
      { ...row, completion: "Answer: Rome" },
      { ...row, completion: "Answer: Rome", finish: "length" },
    ]),
  );
  const flags = ["--domain", "hle", "--judge", url, "--judge-model", "big"];
  try {
    const { code, out } = await run(...flags, file);
    expect(code).toBe(0);
    expect(out).toMatch(/^right +1 +25\.0 %$/m);
    expect(out).toMatch(
      /judged by big[^]*right +1 +25\.0 %\nwrong +1 +25\.0 %\nunreadable +1 +25\.0 %\nas by exact match +1 /,
    );
    expect(asked[0]).toMatch(
      /^\/v1\/chat\/completions [^]*Where is the court\?/,
    );
    const verdicts = readFileSync(
      file.replace(".jsonl", ".verdicts.jsonl"),
      "utf8",
    )
      .trim()
      .split("\n")
      .slice(1)
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(verdicts.map(({ reward, judged }) => [reward, judged])).toEqual([
      [0, true],
      [1, null],
      [0, false],
      [0, undefined],
    ]);
    expect(verdicts[0]!["judgedAnswer"]).toBe("Den Haag");
  } finally {
    judge.close();
    judge.closeAllConnections();
  }
});

test.each([
  [["--domain", "hle", "--judge", "http://x"], "must be given together"],
  [
    ["--domain", "math", "--judge", "http://x", "--judge-model", "m"],
    "--judge must be given with --domain hle",
  ],
  [
    ["--domain", "hle", "--judge", "x", "--judge-model", "m"],
    "--judge must begin with http",
  ],
])("m2rl verify refuses %j", async (flags, why) => {
  const file = join(folder(), "a.jsonl");
  writeFileSync(file, lines([{ answer: "1", completion: "Answer: 1" }]));
  const { code, err } = await run(...flags, file);
  expect([code, err]).toEqual([2, expect.stringContaining(why)]);
});

test("m2rl verify names a row that has no question for its judge", async () => {
  const file = join(folder(), "a.jsonl");
  writeFileSync(file, lines([{ id: "x", answer: "1", completion: "1" }]));
  const flags = ["--judge", "http://127.0.0.1:9", "--judge-model", "m"];
  const { err } = await run("--domain", "hle", ...flags, file);
  expect(err).toContain('row "x" must have a question, for the judge');
});
