/** The reward service: what trainers send and get, what is refused, and that no failure becomes a reward. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  judge,
  startRewardServer,
  type RewardServer,
} from "../../src/cluster/index.js";
import { VerdictCache } from "../../src/cluster/rewards/verdictCache.js";
import { VerifierPool } from "../../src/cluster/rewards/verifierPool.js";
import type { Judged } from "../../src/cluster/rewards/worker.js";
import { DOMAINS, type Domain, type Task } from "../../src/domains/index.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import { drawTask, worldSpec } from "../../src/world/index.js";
import { ROOT } from "../structure/sources.js";

const THINK = "<think>\n\n</think>\n\n";
const END = "<|im_end|>";

function draw(domain: Domain, stream = "rewards"): Task {
  return drawTask(domain, new Random(1, stream), { split: "train", level: 1 });
}

const math = draw("math");
const right = `${THINK}\\boxed{${(math.data as { answer: number }).answer}}${END}`;
const wrong = `${THINK}\\boxed{-99999}${END}`;
const agent = draw("agent");

/** The assistant turns of a careful demonstration. */
function turnsOf(task: Task): string[] {
  return worldSpec(task.domain)
    .demonstrate(task, new Random(1, "turns"), { careful: true, slip: 0 })
    .filter(({ role }) => role === "assistant")
    .map((message) => `${renderAssistant(message)}${END}`);
}

interface Answer {
  status: number;
  body: unknown;
  retryAfter: string | null;
}

describe("the reward service", () => {
  let server: RewardServer;
  const post = async (
    path: string,
    body: unknown,
    url = server.url,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const response = await fetch(url + path, {
      method: "POST",
      body: typeof body === "string" ? body : JSON.stringify(body),
      headers,
    });
    return {
      status: response.status,
      body: await response.json(),
      retryAfter: response.headers.get("retry-after"),
    };
  };

  beforeAll(async () => {
    server = await startRewardServer();
  });

  afterAll(async () => {
    await server.close();
  });

  test("answers slime's remote_rm with a number, a list with a list", async () => {
    const row = (response: string): object => ({
      prompt: math.prompt,
      response,
      label: JSON.stringify(math),
    });
    expect((await post("/", row(right))).body).toBe(1);
    expect((await post("/rewards", [row(right), row(wrong)])).body).toEqual([
      1, 0,
    ]);
  });

  test("answers TRL's columns, texts or messages, with rewards", async () => {
    const labels = [math, math];
    expect(
      (await post("/rewards", { completions: [wrong, right], label: labels }))
        .body,
    ).toEqual({ rewards: [0, 1] });
    const message = [{ role: "assistant", content: right.replace(END, "") }];
    const columns = { completions: [message], labels: [math] };
    expect(
      (await post("/rewards", { ...columns, finish: ["stop"] })).body,
    ).toEqual({ rewards: [1] });
    expect((await post("/rewards", columns)).status).toBe(422);
  });

  test("answers OpenRLHF's query and prompts with rewards and scores", async () => {
    const body = {
      query: [`${math.prompt}\n${right}`],
      prompts: [`${math.prompt}\n`],
      labels: [math],
    };
    expect((await post("/rewards", body)).body).toEqual({
      rewards: [1],
      scores: [1],
      extra_logs: {},
    });
    expect(
      (await post("/rewards", { ...body, prompts: ["another"] })).body,
    ).toEqual({
      error: "rewards: query[0] must be a text that begins with prompts[0]",
    });
  });

  test.each(DOMAINS)("gives a careful answer of %s reward 1", async (name) => {
    const task = draw(name);
    const row = { label: task, turns: turnsOf(task) };
    expect((await post("/verdicts", row)).body).toMatchObject([
      { reward: 1, outcome: "correct" },
    ]);
  });

  test("counts a text without an end token as cut off, unless finish says otherwise", async () => {
    const open = { label: math, response: right.replace(END, "") };
    expect((await post("/verdicts", open)).body).toMatchObject([
      { reward: 0, outcome: "truncated" },
    ]);
    expect((await post("/rewards", { ...open, finish: "stop" })).body).toBe(1);
  });

  test("takes an episode turn by turn, without keeping state", async () => {
    const turns = turnsOf(agent);
    const first = await post("/step", {
      label: agent,
      turns: turns.slice(0, 1),
    });
    expect(first.body).toMatchObject({ messages: [{ role: "tool" }] });
    expect((await post("/step", { label: agent, turns })).body).toMatchObject({
      verdict: { reward: 1 },
    });
    expect((await post("/step", { label: math, turns: [right] })).body).toEqual(
      {
        error: "rewards: domain math has no episodes; judge its answer instead",
      },
    );
  });

  test.each([
    [{ response: right, label: "no JSON" }, "must be a task as JSON"],
    [{ response: right, label: { id: "a", domain: "x", data: 1 } }, "domain"],
    [{ response: right }, "body must have a label"],
    [{ label: math }, "body must have a response"],
    [[{ label: math, response: 7 }], "row 0.response must be a text"],
    [{ label: math, response: right, finish: "eos" }, 'must be "stop"'],
    [7, "body must be an object"],
  ])("refuses row %# with 422 and says why", async (row, why) => {
    const { status, body } = await post("/rewards", row);
    expect(status).toBe(422);
    expect((body as { error: string }).error).toContain(why);
  });

  test("refuses what is no JSON, too large, at no path or by another method", async () => {
    expect((await post("/rewards", "{")).status).toBe(400);
    expect((await post("/nowhere", {})).status).toBe(404);
    expect((await fetch(`${server.url}/rewards`)).status).toBe(405);
    const small = await startRewardServer({ bodyLimit: 1000, workers: 1 });
    const large = { label: math, response: "x".repeat(5000) };
    expect((await post("/rewards", large, small.url)).status).toBe(413);
    await small.close();
  });

  test("asks for the bearer token where one is set, but not for its health", async () => {
    const guarded = await startRewardServer({ token: "secret", workers: 1 });
    const row = { label: math, response: right };
    expect((await post("/rewards", row, guarded.url)).status).toBe(401);
    expect(
      (
        await post("/rewards", row, guarded.url, {
          authorization: "Bearer secret",
        })
      ).body,
    ).toBe(1);
    expect((await fetch(`${guarded.url}/healthz`)).status).toBe(200);
    await guarded.close();
  });

  test("says 503 with Retry-After when more rows wait than may", async () => {
    const narrow = await startRewardServer({ queueLimit: 2, workers: 1 });
    const rows = [1, 2, 3].map(() => ({ label: math, response: right }));
    const { status, retryAfter } = await post("/rewards", rows, narrow.url);
    expect([status, retryAfter]).toEqual([503, "1"]);
    expect((await post("/rewards", rows.slice(1), narrow.url)).body).toEqual([
      1, 1,
    ]);
    await narrow.close();
  });

  test("judges equal rows once, and counts outcomes", async () => {
    const own = await startRewardServer({ workers: 1 });
    const rows = Array.from({ length: 50 }, () => ({
      label: math,
      response: right,
    }));
    const answers = await Promise.all(
      [1, 2, 3].map(() => post("/rewards", rows, own.url)),
    );
    for (const { body } of answers) expect(body).toEqual(rows.map(() => 1));
    expect(own.metrics()).toContain("m2rl_known_rows_total 149");
    expect(own.metrics()).toContain(
      'm2rl_verdicts_total{outcome="correct"} 150',
    );
    await own.close();
  });

  test("answers everything that is under way when it is told to end", async () => {
    const own = await startRewardServer({ workers: 2 });
    const asked = Array.from({ length: 200 }, (_, i) =>
      post("/rewards", { label: math, response: `${i} ${wrong}` }, own.url),
    );
    const settled = Promise.allSettled(asked);
    await asked[0];
    await own.close();
    const answers = await settled;
    const answered = answers.filter(
      (answer) => answer.status === "fulfilled" && answer.value.body === 0,
    );
    // What reached the server was answered; what came after its end was refused a connection, and nothing hangs or is half answered.
    expect(own.metrics()).toContain(
      `m2rl_verdicts_total{outcome="wrong"} ${answered.length}`,
    );
  });
});

describe("m2rl rewards", () => {
  test("serves until SIGTERM and then ends with code 0", async () => {
    const child = spawn(
      process.execPath,
      [join(ROOT, "dist", "cli.js"), "rewards", "--port", "0"],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const exit = once(child, "exit");
    const [line] = (await once(
      createInterface({ input: child.stdout }),
      "line",
    )) as [string];
    const url = line.replace("rewards at ", "");
    const response = await fetch(`${url}/rewards`, {
      method: "POST",
      body: JSON.stringify({ label: math, response: right }),
    });
    expect(await response.json()).toBe(1);
    child.kill("SIGTERM");
    expect((await exit)[0]).toBe(0);
  });
});

describe("VerifierPool", () => {
  test("reports rows of a thread that hangs as an infrastructure failure, never as a reward", async () => {
    const pool = new VerifierPool({ workers: 1, patience: 0.000_01 });
    const results = await pool.judge([{ label: math, turns: [right] }]);
    expect(results).toEqual([
      {
        failed: "infrastructure",
        message: "rewards: no answer within 0.00001 s",
      },
    ]);
    await pool.close();
  });
});

describe("VerdictCache", () => {
  const judged = judge({ label: math, turns: [right] });

  test("forgets the oldest, and failures at once", async () => {
    const cache = new VerdictCache(2);
    let asked = 0;
    const ask = (label: string, result: Judged): Promise<unknown> =>
      cache.judge([{ label, turns: [] }], (rows) => {
        asked += rows.length;
        return Promise.resolve([result]);
      });
    await ask("a", { verdict: judged });
    await ask("a", { verdict: judged });
    expect(asked).toBe(1);
    await ask("broken", { failed: "infrastructure", message: "" });
    await ask("broken", { failed: "infrastructure", message: "" });
    expect(asked).toBe(3);
    for (const label of ["b", "c", "a"]) await ask(label, { verdict: judged });
    expect(asked).toBe(6);
    expect(cache.count).toBe(2);
  });
});
