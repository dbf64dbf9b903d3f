/** Our model behind OpenAI's protocol: what OpenAI's own client reads from it, what is refused, and that seeds decide. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import OpenAI, { APIError } from "openai";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startModelServer, type ModelServer } from "../../src/cluster/index.js";
import { RowText } from "../../src/cluster/serve/rowText.js";
import {
  generate,
  loadPolicy,
  scoreSequences,
  type Policy,
} from "../../src/model/index.js";
import {
  IM_END,
  renderChat,
  renderSegments,
  type Tokenizer,
} from "../../src/tokenizer/index.js";
import { ROOT } from "../structure/sources.js";

const FOLDER = join(ROOT, "data/nano/base");
const QUESTION = "What is 3 + 4?";
const messages = [{ role: "user" as const, content: QUESTION }];

/** What vLLM adds to OpenAI's protocol, and our server has too. */
interface WithIds {
  token_ids: number[];
  prompt_token_ids: number[];
  prompt_logprobs: (Record<string, { logprob: number }> | null)[];
}

let server: ModelServer;
let client: OpenAI;
let policy: Policy;
let tokenizer: Tokenizer;

beforeAll(async () => {
  server = await startModelServer(FOLDER, { name: "nano", token: "secret" });
  client = new OpenAI({
    baseURL: `${server.url}/v1`,
    apiKey: "secret",
    maxRetries: 0,
  });
  ({ policy, tokenizer } = loadPolicy(FOLDER));
});
afterAll(async () => {
  await server.close();
  policy.dispose();
});

const chatText = (): string =>
  renderChat(messages, { addGenerationPrompt: true });

/** What a request is refused with. */
async function refusal(request: Promise<unknown>): Promise<APIError> {
  const error = await request.then(
    () => null,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(APIError);
  return error as APIError;
}

describe("/v1/models", () => {
  test("lists the model, with its hash and the positions that it has", async () => {
    const { data } = await client.models.list();
    expect(data).toMatchObject([
      { id: "nano", owned_by: "m2rl", max_model_len: 512 },
    ]);
    expect((await client.models.retrieve("nano")).id).toBe("nano");
  });
});

describe("/v1/completions", () => {
  test("a prompt as ids or as text gives what the decoder itself gives for the seed", async () => {
    const prompt = tokenizer.encode(chatText());
    const ask = { model: "nano", seed: 7, n: 2, max_tokens: 24, logprobs: 1 };
    const extra = { return_token_ids: true } as object;
    const byIds = await client.completions.create({ ...ask, prompt, ...extra });
    const byText = await client.completions.create({
      ...ask,
      prompt: chatText(),
      ...extra,
    });
    expect(byText.choices).toEqual(byIds.choices);
    const own = generate(policy, [prompt, prompt], {
      maxNewTokens: 24,
      stop: [tokenizer.id(IM_END), tokenizer.id("<|endoftext|>")],
      seed: 7,
      streams: ["serve/0/0", "serve/0/1"],
    });
    byIds.choices.forEach((choice, i) => {
      expect((choice as unknown as WithIds).token_ids).toEqual(own[i]!.tokens);
      expect(choice.finish_reason).toBe(own[i]!.finish);
      expect(choice.logprobs!.token_logprobs).toEqual(own[i]!.logprobs);
    });
    const sampled = own.reduce((sum, { tokens }) => sum + tokens.length, 0);
    expect(byIds.usage).toEqual({
      prompt_tokens: prompt.length,
      completion_tokens: sampled,
      total_tokens: prompt.length + sampled,
    });
  });

  test("a seed decides, whatever else is asked at the time", async () => {
    const ask = (seed: number) =>
      client.completions
        .create({ model: "nano", prompt: "The ", seed, max_tokens: 12 })
        .then(({ choices }) => choices[0]!.text);
    const [alone, other] = [await ask(1), await ask(2)];
    expect(other).not.toBe(alone);
    expect(await Promise.all([1, 2, 1, 2].map(ask))).toEqual([
      ...[alone, other, alone, other],
    ]);
  });

  test("prompt_logprobs and echo give the log-probabilities of our own scorer", async () => {
    const ids = tokenizer.encode(
      renderSegments([
        ...messages,
        { role: "assistant", content: "\\boxed{7}" },
      ])
        .map(({ text }) => text)
        .join(""),
    );
    const own = scoreSequences(policy, [ids])[0]!;
    const scored = await client.completions.create({
      ...{ model: "nano", prompt: ids, max_tokens: 1, echo: true, logprobs: 3 },
      ...({ prompt_logprobs: 0 } as object),
    });
    const choice = scored.choices[0]!;
    const { prompt_logprobs: byId } = choice as unknown as WithIds;
    const { token_logprobs: columns, top_logprobs: tops } = choice.logprobs!;
    expect([byId.length, byId[0], columns![0]]).toEqual([
      ...[ids.length, null, null],
    ]);
    ids.forEach((id, t) => {
      if (t === 0) return;
      expect(Math.abs(byId[t]![id]!.logprob - own[t]!)).toBeLessThan(1e-4);
      expect(Math.abs(columns![t]! - own[t]!)).toBeLessThan(1e-4);
      const best = Math.max(...Object.values(tops![t]!));
      expect(best).toBeGreaterThanOrEqual(columns![t]! - 1e-5);
    });
    expect(choice.text.startsWith(tokenizer.decode(ids))).toBe(true);
  });

  test("max_tokens decides what is cut, a stop text ends an answer and is no part of it", async () => {
    const ask = { model: "nano", prompt: chatText(), temperature: 0, n: 1 };
    const whole = await client.completions.create({ ...ask, max_tokens: 200 });
    const { text, finish_reason } = whole.choices[0]!;
    expect(finish_reason).toBe("stop");
    const cut = await client.completions.create({ ...ask, max_tokens: 3 });
    expect(cut.choices[0]!.finish_reason).toBe("length");
    expect(text.startsWith(cut.choices[0]!.text)).toBe(true);
    const stop = text.slice(6, 9);
    const stopped = await client.completions.create({
      ...{ ...ask, max_tokens: 200, stop },
    });
    expect(stopped.choices[0]).toMatchObject({
      text: text.slice(0, text.indexOf(stop)),
      finish_reason: "stop",
    });
  });

  test("a stream says the same as a whole answer, piece by piece", async () => {
    const ask = {
      ...{ model: "nano", prompt: chatText(), seed: 3, n: 2, max_tokens: 30 },
      logprobs: 0,
    };
    const whole = await client.completions.create(ask);
    const texts = ["", ""];
    const logprobs: number[][] = [[], []];
    const ends: (string | null)[] = [null, null];
    let usage: unknown;
    const stream = await client.completions.create({
      ...{ ...ask, stream: true, stream_options: { include_usage: true } },
    });
    for await (const piece of stream) {
      usage = piece.usage ?? usage;
      for (const choice of piece.choices) {
        texts[choice.index] += choice.text;
        logprobs[choice.index]!.push(
          ...(choice.logprobs?.token_logprobs ?? []),
        );
        ends[choice.index] = choice.finish_reason ?? ends[choice.index]!;
      }
    }
    expect(texts).toEqual(whole.choices.map(({ text }) => text));
    expect(logprobs).toEqual(
      whole.choices.map((choice) => choice.logprobs!.token_logprobs),
    );
    expect(ends).toEqual(whole.choices.map((choice) => choice.finish_reason));
    expect(usage).toEqual(whole.usage);
  });
});

describe("/v1/chat/completions", () => {
  test("renders the chat, and answers it whole and as a stream", async () => {
    const ask = { model: "nano", messages, temperature: 0, seed: 1 };
    const whole = await client.chat.completions.create({
      ...{ ...ask, logprobs: true, top_logprobs: 2 },
    });
    const plain = await client.completions.create({
      ...{ model: "nano", prompt: chatText(), temperature: 0, max_tokens: 400 },
    });
    const { message, logprobs, finish_reason } = whole.choices[0]!;
    expect(message.content).toBe(plain.choices[0]!.text);
    expect(finish_reason).toBe("stop");
    expect(logprobs!.content!.length).toBe(whole.usage!.completion_tokens);
    for (const { logprob, top_logprobs: tops } of logprobs!.content!)
      expect(tops[0]!.logprob).toBe(logprob); // greedy
    let text = "";
    const stream = await client.chat.completions.create({
      ...{ ...ask, stream: true },
    });
    for await (const { choices } of stream)
      text += choices[0]?.delta.content ?? "";
    expect(text).toBe(message.content);
  });
});

describe("what is refused", () => {
  const prompt = "1";
  const complete = (fields: object) =>
    refusal(client.completions.create({ model: "nano", prompt, ...fields }));

  test.each([
    [{ n: 0 }, "n must be a whole number from 1 to 128, got 0"],
    [
      { temperature: "1" },
      'temperature must be a number from 0 to 100, got "1"',
    ],
    [{ prompt: [[1], "a", 3] }, "prompt must be a text, a list of token ids"],
    [{ prompt: "" }, "prompt must have 1 to 511 tokens"],
    [{ prompt: [99999] }, "prompt must be a text, a list of token ids below"],
    [{ logit_bias: { "1": 5 } }, "logit_bias is not supported"],
    [{ guided_regex: "a" }, "field guided_regex is not known to this server"],
    [{ stream: true, echo: true }, "stream must be false with echo"],
  ])("%j is 400 and named", async (fields, text) => {
    const error = await complete(fields);
    expect([error.status, error.type]).toEqual([400, "invalid_request_error"]);
    expect(error.message).toContain(text);
    expect(Object.keys(fields)).toContain(error.param);
  });

  test("a prompt that is too long says how long it may be", async () => {
    const error = await complete({ prompt: new Array(600).fill(5) });
    expect(error.code).toBe("context_length_exceeded");
  });

  test("another model, another path, another token, a body that is no JSON", async () => {
    expect(await complete({ model: "gpt" })).toMatchObject({
      ...{ status: 404, code: "model_not_found", param: "model" },
    });
    const wrong = new OpenAI({ baseURL: `${server.url}/v1`, apiKey: "no" });
    expect((await refusal(wrong.models.list())).status).toBe(401);
    const raw = (path: string, body: string): Promise<number> =>
      fetch(server.url + path, {
        method: "POST",
        body,
        headers: { authorization: "Bearer secret" },
      }).then(({ status }) => status);
    expect(await raw("/v1/embeddings", "{}")).toBe(404);
    expect(await raw("/v1/completions", "{")).toBe(400);
    expect(await raw("/v1/completions", " ".repeat(5e6))).toBe(413);
  });
});

test("RowText releases text once it is certain, and nothing of a stop", () => {
  const feed = (text: string, stops: string[]): [string, string[]] => {
    const row = new RowText(tokenizer, stops);
    const pieces = tokenizer.encode(text).map((id) => row.push(id));
    return [pieces.join("") + row.rest(), pieces];
  };
  expect(feed("naïve – 👩‍🚀 ok", [])[0]).toBe("naïve – 👩‍🚀 ok");
  expect(feed("one STOP two", ["STOP"])[0]).toBe("one ");
  expect(feed("one STO", ["STOP"])[0]).toBe("one STO");
  const [whole, pieces] = feed("👩‍🚀", []);
  expect(pieces.join("").includes("\ufffd")).toBe(false);
  expect(whole).toBe("👩‍🚀");
});

test("m2rl serve answers what is under way before it ends", async () => {
  const child = spawn(
    process.execPath,
    [join(ROOT, "dist/cli.js"), "serve", FOLDER, "--port", "0"],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const exit = once(child, "exit");
  const lines = createInterface({ input: child.stdout });
  const [first] = (await once(lines, "line")) as [string];
  const url = /^base at (http:\S+)$/.exec(first)?.[1];
  expect(url).toBeDefined();
  const own = new OpenAI({ baseURL: url, apiKey: "none", maxRetries: 0 });
  const stream = await own.completions.create({
    ...{ model: "base", prompt: "The ", max_tokens: 100, stream: true },
  });
  let end: string | null = null;
  let pieces = 0;
  for await (const { choices } of stream) {
    if (pieces++ === 0) child.kill("SIGTERM");
    end = choices[0]?.finish_reason ?? end;
  }
  expect(end).not.toBeNull();
  const [code] = (await exit) as [number];
  expect(code).toBe(0);
  await expect(own.models.list()).rejects.toThrow();
});
