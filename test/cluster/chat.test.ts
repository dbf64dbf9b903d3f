/** A server that is asked by chats: the same answers as the model's own, tools by their calls' ids, and no failure that becomes a score. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { startModelServer, type ModelServer } from "../../src/cluster/index.js";
import type { Task } from "../../src/domains/index.js";
import { InfrastructureError } from "../../src/error.js";
import { evaluateTasks, evaluateWith } from "../../src/evaluate/index.js";
import {
  connectChat,
  connectServer,
  estimateUse,
  localSampler,
} from "../../src/rollout/index.js";
import { loadPolicy, type Policy } from "../../src/model/index.js";
import type { Tokenizer } from "../../src/tokenizer/index.js";
import { ROOT } from "../structure/sources.js";

const FOLDER = join(ROOT, "data/nano/base");
let server: ModelServer;
let policy: Policy;
let tokenizer: Tokenizer;
beforeAll(async () => {
  server = await startModelServer(FOLDER);
  ({ policy, tokenizer } = loadPolicy(FOLDER));
});
afterAll(async () => {
  await server.close();
  policy.dispose();
});

let fake: Server | undefined;
afterEach(() => {
  fake?.closeAllConnections();
  fake?.close();
  fake = undefined;
});

type Body = Record<string, unknown> & { messages: Record<string, unknown>[] };

/** A server with one model that answers chats as told, and has no completions. */
async function startFake(
  answer: (body: Body) => object | number,
): Promise<string> {
  fake = createServer((request, response) => {
    let text = "";
    request.on("data", (chunk: Buffer) => (text += chunk.toString()));
    request.on("end", () => {
      const said =
        request.url === "/v1/models"
          ? { data: [{ id: "m" }] }
          : request.url === "/v1/chat/completions"
            ? answer(JSON.parse(text) as Body)
            : 404;
      response.writeHead(typeof said === "number" ? said : 200);
      response.end(JSON.stringify(typeof said === "number" ? {} : said));
    });
  });
  await new Promise<void>((done) => fake!.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(fake.address() as AddressInfo).port}`;
}

const said = (message: object, finish = "stop"): object => ({
  choices: [{ message, finish_reason: finish }],
  usage: { prompt_tokens: 5, completion_tokens: 7 },
});

test.each(["aime24", "bfcl"])(
  "greedy answers to %s by chat score as the model itself does, agents' turns included",
  async (name) => {
    const options = { items: 3, samples: 1, temperature: 0 };
    const own = await evaluateWith(
      localSampler(policy, tokenizer),
      name,
      options,
    );
    const chat = await connectChat(server.url);
    const remote = await evaluateWith(chat, name, options);
    chat.close();
    expect(remote.records).toEqual(own.records);
    expect(chat.identity).toMatch(/^base \(m2rl .*\), by chat$/);
    expect(chat.use.sampledTokens).toBeGreaterThan(0);
    await expect(chat.score()).rejects.toThrow("no log-probabilities");
  },
);

const SUM: Task = {
  ...{ id: "t", domain: "agent", kind: "simple", prompt: "Add 1 and 2." },
  data: {
    bfcl: "simple",
    system: "Be brief.",
    functions: [
      {
        name: "math.add",
        parameters: { properties: { a: { type: "integer" } } },
      },
    ],
    answers: [{ "math.add": { a: [1] } }],
  },
};

test("tools go out in OpenAI's form, and calls that the server took out of the text are graded", async () => {
  const bodies: Body[] = [];
  const url = await startFake((body) => {
    bodies.push(body);
    const call = { name: "math_add", arguments: '{"a": 1}' };
    return said(
      { content: null, tool_calls: [{ id: "c", function: call }] },
      "tool_calls",
    );
  });
  const chat = await connectChat(url);
  const { records } = await evaluateTasks(chat, "own", [SUM], { samples: 1 });
  chat.close();
  expect(records[0]).toMatchObject({ reward: 1, finish: "stop", tokens: 7 });
  const asked = bodies.at(-1)!;
  expect(asked.messages.map(({ role }) => role)).toEqual(["system", "user"]);
  expect(asked["tools"]).toMatchObject([
    { type: "function", function: { name: "math_add" } },
  ]);
});

test("results of tools go back by the ids of their calls, by ids of ours where the server takes none out", async () => {
  const workplace: Task = {
    ...{ id: "w", domain: "agent", kind: "own", prompt: "Look." },
    data: { environment: "nanoWorkplace", calls: [] },
  };
  const call = { name: "find", arguments: '{"name": "x"}' };
  const text = `<tool_call>\n{"name": "find", "arguments": {"name": "x"}}\n</tool_call>`;
  for (const first of [
    { content: "", tool_calls: [{ id: "c9", function: call }] },
    { content: text },
  ]) {
    const sent: Body[] = [];
    const url = await startFake((body) => {
      sent.push(body);
      return said(body.messages.length > 1 ? { content: "Done." } : first);
    });
    const chat = await connectChat(url);
    sent.length = 0;
    await evaluateTasks(chat, "own", [workplace], { samples: 1 });
    chat.close();
    fake!.close();
    const back = sent[1]!.messages.at(-1)!;
    const id = "tool_calls" in first ? "c9" : "call_0";
    expect(back).toMatchObject({ role: "tool", tool_call_id: id });
    expect(sent[1]!.messages).toHaveLength(3);
  }
});

test("calls that the model wrote badly are its own mistake, fields that are missing the server's", async () => {
  const bad = { name: "math_add", arguments: '{"a": ' };
  let url = await startFake(() =>
    said({ content: "", tool_calls: [{ id: "c", function: bad }] }),
  );
  let chat = await connectChat(url);
  const { records } = await evaluateTasks(chat, "own", [SUM], { samples: 1 });
  expect(records[0]!.reward).toBe(0);
  chat.close();
  fake!.close();
  let broken: object = said({ content: "x" });
  url = await startFake(() => broken);
  chat = await connectChat(url);
  for (const [answer, why] of [
    [said({ content: 3 }), "content must be a text"],
    [said({ content: "x" }, "content_filter"), "finish_reason must be"],
    [{ choices: [] }, "choice must be an object"],
    [said({ content: "x", tool_calls: [{ function: {} }] }), "have a name"],
  ] as const) {
    broken = answer;
    const failed = evaluateTasks(chat, "own", [SUM], { samples: 1 });
    await expect(failed).rejects.toThrow(InfrastructureError);
    await expect(failed).rejects.toThrow(why);
  }
  chat.close();
});

test("a server that has no completions is named with what asks it, one that ignores seeds is refused", async () => {
  let count = 0;
  const url = await startFake(() => said({ content: `answer ${count++}` }));
  await expect(connectServer(url, tokenizer)).rejects.toThrow(
    /must take a request for completions, got status 404.*--chat/,
  );
  await expect(connectChat(url)).rejects.toThrow("must honour seeds");
  const chat = await connectChat(url, { unseeded: true });
  expect(chat.identity).toMatch(/by chat, seeds ignored$/);
  chat.close();
  await startFakeDown();
});

/** A server that takes no chats either. */
async function startFakeDown(): Promise<void> {
  fake!.close();
  const url = await startFake(() => 404);
  await expect(connectChat(url)).rejects.toThrow(
    "must take a request for a chat, got status 404",
  );
}

test("estimateUse counts prompts once a request and answers at their limit", () => {
  const options = { samples: 4, promptTokens: () => 10 };
  const task = { ...SUM, form: { maxNewTokens: 100 } };
  const price = { read: 1e6, sampled: 2e6 };
  expect(estimateUse([task, task], { ...options, price })).toEqual({
    ...{ requests: 8, promptTokens: 80, sampledTokens: 800, cost: 1680 },
  });
  expect(estimateUse([task, task], { ...options, together: true })).toEqual({
    ...{ requests: 2, promptTokens: 20, sampledTokens: 800, cost: undefined },
  });
});
