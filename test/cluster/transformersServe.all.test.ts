/** The real `transformers serve` under our client: what it silently ignores is found out, and it is scored by completions and by chats. */
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { evaluateWith } from "../../src/evaluate/index.js";
import { connectChat, connectServer } from "../../src/rollout/index.js";
import { Tokenizer } from "../../src/tokenizer/index.js";
import { ROOT } from "../structure/sources.js";
import { startPythonServer, type PythonServer } from "./pythonServer.js";

const FOLDER = join(ROOT, "data/nano/base");
const PYTHON = process.env["M2RL_SERVE_PYTHON"];
if (PYTHON === undefined)
  console.warn(
    "left out: transformers serve; M2RL_SERVE_PYTHON names a Python with transformers[serving] and torch (gigabytes)",
  );

let server: PythonServer | undefined;
let url: string;

beforeAll(async () => {
  if (PYTHON === undefined) return;
  server = await startPythonServer(PYTHON, [
    ...["-m", "transformers.cli.transformers", "serve", FOLDER],
    ...["--dtype", "float32"],
  ]);
  ({ url } = server);
}, 300_000);

afterAll(() => server?.end());

// One request at a time: its generations share the seed of the process.
const how = { model: FOLDER, concurrency: 1 };
const ask = { items: 3, samples: 2 };

test.skipIf(PYTHON === undefined)(
  "completions: token ids, n and log-probabilities are missing and named, seeds work, equal seeds give equal records",
  async () => {
    const tokenizer = Tokenizer.fromFile(join(FOLDER, "tokenizer.json"));
    const server = await connectServer(url, tokenizer, how);
    expect(server.abilities).toEqual({
      ...{ ids: false, n: false, logprobs: false, seed: true },
    });
    const { records } = await evaluateWith(server, "aime24", ask);
    expect(records).toHaveLength(6);
    expect(new Set(records.map(({ finish }) => finish))).toContain("stop");
    expect((await evaluateWith(server, "aime24", ask)).records).toEqual(
      records,
    );
    await expect(server.score([tokenizer.encode("1 + 1 = 2")])).rejects.toThrow(
      "must give log-probabilities of given token ids",
    );
    server.close();
  },
  300_000,
);

test.skipIf(PYTHON === undefined)(
  "chats: agents play their turns, every sample is counted",
  async () => {
    const server = await connectChat(url, how);
    const { records } = await evaluateWith(server, "bfcl", ask);
    server.close();
    expect(records).toHaveLength(6);
    for (const { tokens } of records) expect(tokens).toBeGreaterThan(0);
    expect(server.use.requests).toBeGreaterThan(6);
  },
  300_000,
);
