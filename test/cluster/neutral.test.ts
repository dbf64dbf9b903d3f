/** Defaults of a server's own: sampling that the request leaves out is said neutrally, but not to servers that refuse the fields. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { evaluateWith } from "../../src/evaluate/index.js";
import { connectChat, connectServer } from "../../src/rollout/index.js";
import { Tokenizer } from "../../src/tokenizer/index.js";
import { ROOT } from "../structure/sources.js";

const NEUTRAL = {
  ...{ top_k: -1, min_p: 0, repetition_penalty: 1 },
  ...{ presence_penalty: 0, frequency_penalty: 0 },
};
const tokenizer = Tokenizer.fromFile(
  join(ROOT, "data/nano/base/tokenizer.json"),
);

let child: ChildProcess;
afterEach(() => void child.kill("SIGKILL"));

type Body = Record<string, unknown>;

/** Start the process; its address, and the requests that it got since. */
async function start(
  kind: "defaults" | "strict",
): Promise<{ url: string; asked: Body[] }> {
  child = spawn(
    process.execPath,
    [join(ROOT, "test/cluster/strictServer.mjs"), kind],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  const asked: Body[] = [];
  const port = await new Promise<string>((resolve) => {
    let first = true;
    createInterface({ input: child.stdout! }).on("line", (line) => {
      if (!first) asked.push(JSON.parse(line) as Body);
      else resolve(line);
      first = false;
    });
  });
  return { url: `http://127.0.0.1:${port}`, asked };
}

const CONNECTIONS = {
  completions: (url: string) => connectServer(url, tokenizer),
  chats: (url: string) => connectChat(url),
};
type Kind = keyof typeof CONNECTIONS;
const KINDS: Kind[] = ["completions", "chats"];

test.each(KINDS)(
  "%s: a server with defaults of its own samples as it is told",
  async (kind) => {
    const { url, asked } = await start("defaults");
    const server = await CONNECTIONS[kind](url);
    expect(server.abilities).toMatchObject({ neutral: true, seed: true });
    // With its own top_k of 1 two choices would be one.
    if ("n" in server.abilities) expect(server.abilities.n).toBe(true);
    await evaluateWith(server, "aime24", { items: 2, samples: 2 });
    server.close();
    for (const body of asked) expect(body).toMatchObject(NEUTRAL);
  },
);

test.each(KINDS)(
  "%s: a server that refuses fields that OpenAI has not is asked without them",
  async (kind) => {
    const { url, asked } = await start("strict");
    const server = await CONNECTIONS[kind](url);
    expect(server.abilities).toMatchObject({ neutral: false, seed: true });
    const probes = asked.length;
    await evaluateWith(server, "aime24", { items: 2, samples: 2 });
    server.close();
    const sent = asked.slice(probes);
    expect(sent.length).toBeGreaterThan(0);
    for (const body of sent)
      for (const field of Object.keys(NEUTRAL))
        expect(body).not.toHaveProperty(field);
  },
);
