/** Tasks as the rows that trainers read, and TRL on them where a Python has it. */
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { readModelFolder } from "../../src/checkpoint/index.js";
import { main } from "../../src/cli.js";
import { judge, trainerRow } from "../../src/cluster/index.js";
import { DOMAINS } from "../../src/domains/index.js";
import { Random } from "../../src/random.js";
import { drawTask } from "../../src/world/index.js";
import { ROOT } from "../structure/sources.js";

const folder = mkdtempSync(join(tmpdir(), "m2rl-trainer-"));

async function tasks(
  out: string,
  ...args: string[]
): Promise<[number, string]> {
  let err = "";
  const code = await main(
    ["tasks", ...args, "--rows", "trainer", "--out", out],
    {
      stdout: { write: () => undefined },
      stderr: { write: (text) => (err += text) },
    },
  );
  return [code, err];
}

test.each(DOMAINS)("a label of %s comes back as its task", (domain) => {
  const task = drawTask(domain, new Random(1, "row"), { split: "train" });
  const row = trainerRow(task);
  expect(row.prompt).toEqual([{ role: "user", content: task.prompt }]);
  expect(JSON.parse(row.label)).toEqual(task);
  expect(row.tools).toBe("[]");
  expect(row.reward_model.ground_truth).toBe(row.label);
  const verdict = judge({ label: row.label, turns: ["no answer<|im_end|>"] });
  expect(verdict.reward).toBe(0);
});

test("a row of a real agent task has its system message and its tools", () => {
  const row = trainerRow({
    id: "w",
    domain: "agent",
    kind: "workplace",
    prompt: "Send it.",
    data: { calls: [], system: "Today is Thursday." },
  });
  expect(row.prompt).toEqual([
    { role: "system", content: "Today is Thursday." },
    { role: "user", content: "Send it." },
  ]);
  const tools = JSON.parse(row.tools) as { function: { name: string } }[];
  expect(tools).toHaveLength(27);
  expect(tools.map((tool) => tool.function.name)).toContain("email_send_email");
});

test("m2rl tasks --rows trainer writes them, several domains in one file with columns of one type", async () => {
  const out = join(folder, "rows.jsonl");
  expect(await tasks(out, "math", "agent", "--count", "3")).toEqual([0, ""]);
  const rows = readFileSync(out, "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as ReturnType<typeof trainerRow>);
  expect(rows.map(({ data_source }) => data_source)).toEqual([
    "math",
    "math",
    "math",
    "agent",
    "agent",
    "agent",
  ]);
  for (const { label, metadata } of rows)
    expect((JSON.parse(label) as { id: string }).id).toBe(metadata.uid);
  let err = "";
  const code = await main(["tasks", "math", "--rows", "trl", "--out", out], {
    stdout: { write: () => undefined },
    stderr: { write: (text) => (err += text) },
  });
  expect([code, err]).toEqual([
    2,
    'm2rl: --rows must be task or trainer, got "trl"\n',
  ]);
});

// Torch and TRL are gigabytes: M2RL_TRL_PYTHON names a Python that has them.
const python = process.env["M2RL_TRL_PYTHON"];
test.skipIf(python === undefined)(
  "TRL trains on them in two processes, and the folder opens here",
  async () => {
    const rows = join(folder, "tasks.jsonl");
    await tasks(rows, "math", "--count", "40");
    const server = spawn(
      process.execPath,
      [join(ROOT, "dist/cli.js"), "rewards", "--port", "0"],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const [line] = (await once(
      createInterface({ input: server.stdout }),
      "line",
    )) as [string];
    const out = join(folder, "by-trl");
    try {
      execFileSync(
        python!,
        [
          ...[
            "-m",
            "torch.distributed.run",
            "--nproc_per_node",
            "2",
            join(ROOT, "dist/cluster/trl/train_trl.py"),
          ],
          ...[
            "--model",
            join(ROOT, "data/nano/base"),
            "--tasks",
            rows,
            "--out",
            out,
            "--rewards",
            line.replace("rewards at ", ""),
          ],
          ...[
            "--steps",
            "3",
            "--prompts",
            "4",
            "--group",
            "4",
            "--max-tokens",
            "64",
          ],
        ],
        { env: { ...process.env, ACCELERATE_USE_CPU: "true" }, stdio: "pipe" },
      );
    } finally {
      server.kill("SIGTERM");
    }
    const log = readFileSync(join(out, "log.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((text) => JSON.parse(text) as { step: number; reward: number });
    expect(log.map(({ step }) => step)).toEqual([0, 1, 2]);
    for (const { reward } of log) expect(reward).toBeGreaterThan(0);
    expect(
      JSON.parse(readFileSync(join(out, "versions.json"), "utf8")),
    ).toMatchObject({ processes: 2 });
    const before = readModelFolder(join(ROOT, "data/nano/base")).params;
    const { params } = readModelFolder(out);
    expect([...params.keys()].sort()).toEqual([...before.keys()].sort());
  },
  600_000,
);
