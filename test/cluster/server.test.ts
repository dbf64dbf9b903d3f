/** A server as a sampler: the same numbers as the model itself, and no failure that becomes a score. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { startModelServer, type ModelServer } from "../../src/cluster/index.js";
import { InfrastructureError } from "../../src/error.js";
import { evaluateWith } from "../../src/evaluate/index.js";
import {
  Client,
  connectServer,
  localSampler,
  type ServerSampler,
} from "../../src/rollout/index.js";
import { loadPolicy, type Policy } from "../../src/model/index.js";
import type { Tokenizer } from "../../src/tokenizer/index.js";
import { ROOT } from "../structure/sources.js";

const FOLDER = join(ROOT, "data/nano/base");
let server: ModelServer;
let sampler: ServerSampler;
let policy: Policy;
let tokenizer: Tokenizer;

beforeAll(async () => {
  server = await startModelServer(FOLDER);
  ({ policy, tokenizer } = loadPolicy(FOLDER));
  sampler = await connectServer(server.url, tokenizer);
});
afterAll(async () => {
  sampler.close();
  await server.close();
  policy.dispose();
});

describe("our own server as a sampler", () => {
  test("is known by name, software, version and hash, and does everything", () => {
    expect(sampler.identity).toMatch(
      /^base \(m2rl \d+\.\d+\.\d+, [0-9a-f]{32}\)$/,
    );
    expect(sampler.abilities).toEqual({
      ...{ ids: true, n: true, logprobs: true, seed: true, neutral: true },
    });
  });

  test("scores given ids as the model itself does, within 1e-4", async () => {
    const ids = tokenizer.encode("1 + 2 = 3, and 4 + 5 = 9.");
    const [own] = await localSampler(policy, tokenizer).score([ids]);
    const [remote] = await sampler.score([ids]);
    expect(remote!.length).toBe(ids.length);
    remote!.forEach((logprob, t) =>
      expect(Math.abs(logprob - own![t]!)).toBeLessThan(1e-4),
    );
  });

  test.each(["aime24", "bfcl"])(
    "greedy answers to %s, agents' turns included, are those of the model itself",
    async (name) => {
      const options = { items: 3, samples: 1, temperature: 0 };
      const own = await evaluateWith(
        localSampler(policy, tokenizer),
        name,
        options,
      );
      const remote = await evaluateWith(sampler, name, options);
      expect(remote.records).toEqual(own.records);
    },
  );

  test("equal seeds give equal records", async () => {
    const ask = () => evaluateWith(sampler, "gpqa", { items: 2, samples: 2 });
    expect(await ask()).toEqual(await ask());
  });
});

describe("a server that fails", () => {
  let fake: Server | undefined;
  afterEach(() => {
    fake?.closeAllConnections();
    fake?.close();
  });
  /** A server that answers its requests in turn as told, the last answer again and again. */
  const start = async (
    ...answers: [number, string, Record<string, string>?][]
  ): Promise<string> => {
    let next = 0;
    fake = createServer((request, response) => {
      const [status, text, headers] =
        answers[Math.min(next++, answers.length - 1)]!;
      request.resume();
      if (status === 0) return; // never answers
      response.writeHead(status, headers);
      if (headers?.["content-length"] === undefined) response.end(text);
      else response.write(text, () => request.socket.destroy());
    });
    await new Promise<void>((done) => fake!.listen(0, "127.0.0.1", done));
    return `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
  };
  const quick = { retries: 2, backoff: 0.01 };

  test.each([
    ["500 storms", 500, "down", {}, "status 500: down"],
    ["429 storms", 429, "slow down", {}, "status 429"],
    ["no JSON", 200, "<html>", {}, "no JSON"],
    ["half an answer", 200, "{", { "content-length": "9" }, "aborted"],
    ["no answer", 0, "", {}, "no answer within 0.3 s"],
  ])(
    "%s end in an error that names it",
    async (_, status, text, headers, why) => {
      const url = await start([status, text, headers]);
      // Only the server that never answers is waited for; any time is as good, and the others may take theirs.
      const options = status === 0 ? { ...quick, timeout: 0.3 } : quick;
      const failed = connectServer(url, tokenizer, options);
      await expect(failed).rejects.toThrow(InfrastructureError);
      await expect(failed).rejects.toThrow(why);
      await expect(failed).rejects.toThrow("3 tries");
    },
  );

  test("a failure that passes is waited out, as long as Retry-After says", async () => {
    const url = await start(
      ...([
        [429, "", { "retry-after": "1" }],
        [200, '{"ok":1}'],
      ] as [number, string, Record<string, string>?][]),
    );
    const client = new Client(url, quick);
    const began = performance.now();
    expect((await client.ask("GET", "/")).body).toEqual({ ok: 1 });
    expect(performance.now() - began).toBeGreaterThan(990);
    expect(client.retried).toBe(1);
    client.close();
  });

  test("a server that is down is named", async () => {
    await expect(
      connectServer("http://127.0.0.1:1", tokenizer, quick),
    ).rejects.toThrow("ECONNREFUSED");
  });

  test("a model that the server has not is named beside those that it has", async () => {
    await expect(
      connectServer(server.url, tokenizer, { model: "gpt" }),
    ).rejects.toThrow(`(base), got "gpt"`);
  });

  test("ignoring n, logprobs or seed is found out", async () => {
    let count = 0;
    fake = createServer((request, response) => {
      request.resume();
      const text = `answer ${count++}`;
      response.end(
        JSON.stringify(
          request.url === "/v1/models"
            ? { data: [{ id: "m", owned_by: "fake" }] }
            : { choices: [{ index: 0, text, finish_reason: "stop" }] },
        ),
      );
    });
    await new Promise<void>((done) => fake!.listen(0, "127.0.0.1", done));
    const url = `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
    await expect(connectServer(url, tokenizer, quick)).rejects.toThrow(
      "must honour seeds",
    );
    const loose = await connectServer(url, tokenizer, {
      ...{ ...quick, unseeded: true },
    });
    expect(loose.abilities).toMatchObject({
      ...{ n: false, logprobs: false, seed: false },
    });
    expect(loose.identity).toBe("m (fake), seeds ignored");
    await expect(loose.score([[1, 2]])).rejects.toThrow(
      "must give log-probabilities",
    );
    loose.close();
  });
});
