/** The reward service killed and restarted while a trainer asks it: every reward comes, none is 0 for want of an answer. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { freePort } from "../../freePort.js";
import { ROOT } from "../../structure/sources.js";

const started: ChildProcess[] = [];
afterEach(() => started.splice(0).forEach((child) => child.kill("SIGKILL")));

/** `m2rl rewards` on a port, once it listens. */
async function rewards(port: number): Promise<ChildProcess> {
  const child = spawn(
    process.execPath,
    [join(ROOT, "dist/cli.js"), "rewards", "--port", String(port)],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  started.push(child);
  await once(createInterface({ input: child.stdout }), "line");
  return child;
}

/** What `train_trl.py` asks with: thirty requests, a line for each answer. */
const CLIENT = `
import json, sys
sys.path.insert(0, sys.argv[1])
from reward_service import RewardService
# More patience than the trainer has, for a machine of any speed.
service = RewardService(sys.argv[2], tries=9)
for i in range(30):
    label = {"id": str(i), "domain": "math", "kind": "chain", "prompt": "?", "data": {"answer": i}}
    text = "<think>\\n\\n</think>\\n\\n\\\\boxed{%d}<|im_end|>" % i
    print(service.post("/verdicts", [{"label": label, "turns": [text]}])[0]["reward"], flush=True)
`;

test("a service that is killed and started again while it is asked loses no reward", async () => {
  const port = await freePort();
  const first = await rewards(port);
  const client = spawn(
    "python3",
    [
      ...["-c", CLIENT, join(ROOT, "src/cluster/trl")],
      `http://127.0.0.1:${port}`,
    ],
    { stdio: ["ignore", "pipe", "inherit"] },
  );
  started.push(client);
  const said: string[] = [];
  for await (const line of createInterface({ input: client.stdout })) {
    said.push(line);
    if (said.length !== 5) continue;
    first.kill("SIGKILL");
    await once(first, "exit");
    await rewards(port);
  }
  if (client.exitCode === null) await once(client, "exit");
  expect(client.exitCode).toBe(0);
  expect(said).toEqual(Array<string>(30).fill("1"));
}, 600_000);

test("a service that stays away ends the trainer with its address, and a bad label at once", async () => {
  const ask = async (url: string): Promise<[number | null, string]> => {
    const code = `
import sys
sys.path.insert(0, sys.argv[1])
from reward_service import RewardService
print(RewardService(sys.argv[2], tries=2).post("/verdicts", [{"label": 3, "turns": ["x"]}]))
`;
    const child = spawn(
      "python3",
      ["-c", code, join(ROOT, "src/cluster/trl"), url],
      { stdio: ["ignore", "ignore", "pipe"] },
    );
    started.push(child);
    let text = "";
    child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
    const [exit] = (await once(child, "close")) as [number | null];
    return [exit, text];
  };
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  expect(await ask(url)).toEqual([
    1,
    expect.stringMatching(
      `train_trl: rewards at ${url} must answer, got .*refused.* 2 times`,
    ),
  ]);
  await rewards(port);
  expect(await ask(url)).toEqual([
    1,
    expect.stringContaining("train_trl: a label is no task: "),
  ]);
}, 120_000);
