/** A server that fails in the middle of an evaluation: it is named, what was scored stays, nothing is scored 0, the same command resumes. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { main } from "../../src/cli.js";
import { startModelServer, type ModelServer } from "../../src/cluster/index.js";
import { ROOT } from "../structure/sources.js";

const FOLDER = join(ROOT, "data/nano/base");
const place = mkdtempSync(join(tmpdir(), "faults-"));

/** Requests by which the client finds out what a server can do, and answers before the fault. */
const [PROBES, SOUND] = [3, 2];
const ITEMS = 6;

/** A process between client and server, which fails as it is told. */
class Between {
  private constructor(
    private readonly child: ChildProcess,
    private readonly said: Interface,
    readonly port: number,
  ) {}

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  static async start(target: string, port = 0): Promise<Between> {
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, "faultyServer.mjs"), String(port), target],
      { stdio: ["pipe", "pipe", "inherit"] },
    );
    const said = createInterface({ input: child.stdout });
    const [line] = (await once(said, "line")) as [string];
    return new Between(child, said, Number(line));
  }

  async tell(fault: string, after: number): Promise<void> {
    const heard = once(this.said, "line");
    this.child.stdin!.write(`${JSON.stringify({ fault, after })}\n`);
    await heard;
  }

  async end(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill("SIGKILL");
    await once(this.child, "exit");
  }
}

interface Said {
  code: number;
  out: string;
  err: string;
}

/** `m2rl evaluate` on six tasks, two requests at a time. */
async function evaluate(
  url: string,
  records: string,
  ...more: string[]
): Promise<Said> {
  let [out, err] = ["", ""];
  const code = await main(
    [
      ...["evaluate", "--server", url, "--tokenizer", FOLDER],
      ...["--benchmark", "aime24", "--items", String(ITEMS), "--samples", "1"],
      ...["--max-tokens", "8", "--concurrency", "2", "--records", records],
      ...more,
    ],
    {
      stdout: { write: (text) => (out += text) },
      stderr: { write: (text) => (err += text) },
    },
  );
  return { code, out, err };
}

const linesOf = (records: string): string[] =>
  existsSync(join(records, "aime24.jsonl"))
    ? readFileSync(join(records, "aime24.jsonl"), "utf8").trim().split("\n")
    : [];

let server: ModelServer;
let whole: Said;
let between: Between | undefined;
const reference = join(place, "reference");
beforeAll(async () => {
  server = await startModelServer(FOLDER);
  whole = await evaluate(server.url, reference);
});
afterEach(() => between?.end());
afterAll(() => server.close());

/** What an interrupted evaluation left is the beginning of what a whole one leaves. */
function expectBeginning(records: string): void {
  const left = linesOf(records);
  expect(left.length).toBeLessThan(1 + ITEMS);
  expect(linesOf(reference).slice(0, left.length)).toEqual(left);
}

test("the reference holds every sample", () => {
  expect(whole.code).toBe(0);
  expect(linesOf(reference)).toHaveLength(1 + ITEMS);
});

test.each<[string, string | RegExp]>([
  ["storm500", "got status 500: out of memory (2 tries)"],
  ["storm429", "got status 429: too many requests (2 tries)"],
  ["html", 'got no JSON: "<html>busy</html>" (2 tries)'],
  ["half", /got (aborted|socket hang up|read ECONNRESET) \(2 tries\)/],
  ["nan", "got no JSON: "],
  ["null", "token_logprobs must be finite numbers, got [null"],
  ["unfinished", 'finish_reason must be "stop" or "length", got nothing'],
  ["exit", "ECONNREFUSED"],
  ["hang", "no answer within 2 s"],
])(
  "%s: the server and what it did are named, the same command resumes",
  async (fault, why) => {
    const records = join(place, fault);
    between = await Between.start(server.url);
    await between.tell(fault, PROBES + SOUND);
    // A healthy answer that is late on a busy machine ends in the same error.
    const late = fault === "hang" ? ["--timeout", "2"] : [];
    const ask = ["--retries", "1", ...late];
    const failed = await evaluate(between.url, records, ...ask);
    expect(failed.code).toBe(1);
    expect(failed.out).toBe("");
    expect(failed.err).toMatch(why);
    expect(failed.err).toContain(between.url);
    expectBeginning(records);
    if (fault === "exit")
      between = await Between.start(server.url, between.port);
    await between.tell("none", 0);
    const { code, out } = await evaluate(between.url, records);
    expect([code, out]).toEqual([0, whole.out]);
    expect(linesOf(records)).toEqual(linesOf(reference));
  },
  300_000,
);

test("a server that comes back with another model is refused, and what the first one gave stays", async () => {
  const records = join(place, "another");
  between = await Between.start(server.url);
  await between.tell("storm500", PROBES + SOUND);
  await evaluate(between.url, records, "--retries", "0");
  await between.end();
  const left = linesOf(records);

  const folder = join(place, "base");
  cpSync(FOLDER, folder, { recursive: true });
  const weights = join(folder, "model.safetensors");
  const bytes = readFileSync(weights);
  bytes.writeFloatLE(0.5, bytes.length - 4);
  writeFileSync(weights, bytes);
  const other = await startModelServer(folder);
  between = await Between.start(other.url, between.port);
  const refused = await evaluate(between.url, records);
  await other.close();
  expect(refused.code).toBe(1);
  expect(refused.err).toMatch(
    /must be of this evaluation, got model "base \(m2rl/,
  );
  expect(linesOf(records)).toEqual(left);

  await between.end();
  between = await Between.start(server.url, between.port);
  expect((await evaluate(between.url, records)).code).toBe(0);
  expect(linesOf(records)).toEqual(linesOf(reference));
}, 300_000);
