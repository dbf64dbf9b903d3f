/** A job of slime, by a rollout layer of ours that speaks its protocol, real rewards, and the shim in a real Python. */
import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, expect, test } from "vitest";
import { main } from "../../../src/cli.js";
import {
  modelFlags,
  paperCost,
  SLIME_FLAGS,
  slimeArguments,
  startRewardServer,
} from "../../../src/cluster/index.js";
import {
  distillFlags,
  grpoFlags,
} from "../../../src/cluster/slime/runFlags.js";
import type { Task } from "../../../src/domains/index.js";
import { Tokenizer } from "../../../src/tokenizer/index.js";
import { distillSettings, grpoSettings } from "../../../src/train/index.js";
import { ROOT } from "../../structure/sources.js";
import { picoStudy } from "../../study/pico.js";
import { normalised, rollout, valueOf } from "./rolloutLayer.js";

const path = picoStudy();
const folder = mkdtempSync(join(tmpdir(), "m2rl-slime-"));
const servers: Server[] = [];
afterAll(() => servers.forEach((server) => server.close()));

async function bodyOf(
  request: IncomingMessage,
): Promise<Record<string, never>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString()) as Record<string, never>;
}

/** A server that answers JSON. */
async function serve(
  answer: (
    body: Record<string, never>,
  ) =>
    | { status?: number; body: unknown }
    | Promise<{ status?: number; body: unknown }>,
): Promise<string> {
  const server = createServer((request, response) => {
    void bodyOf(request)
      .then(answer)
      .then(({ status = 200, body }) => {
        response.writeHead(status, { "content-type": "application/json" });
        response.end(JSON.stringify(body));
      });
  });
  servers.push(server);
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function slime(
  ...args: string[]
): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ["", ""];
  const code = await main(["slime", path, ...args], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: (text) => (err += text) },
  });
  return { code, out, err };
}

const read = (...parts: string[]): string =>
  readFileSync(join(folder, ...parts), "utf8");
const argsOf = (name: string): string[] =>
  JSON.parse(read(name, "args.json")) as string[];

test("a job's rows are sampled and graded by slime's protocol, also by a service that is first busy", async () => {
  const rewards = await startRewardServer({ workers: 1 });
  let refusals = 2;
  const busy = await serve(async (body) => {
    if (refusals-- > 0) return { status: 503, body: { error: "busy" } };
    expect(Object.keys(body)).toEqual(["prompt", "response", "label"]);
    expect(typeof body["label"]).toBe("string");
    const answer = await fetch(rewards.url, {
      method: "POST",
      body: JSON.stringify(body),
    });
    return { status: answer.status, body: await answer.json() };
  });
  const { code, out } = await slime(
    ...["math", "--out", join(folder, "math"), "--profile", "quick"],
    ...["--rewards", busy, "--nodes", "1", "--gpus", "8"],
  );
  expect([code, out.split("\n")[0]]).toEqual([
    0,
    `2 rows, ${argsOf("math").length} arguments: ${join(folder, "math")}`,
  ]);
  const tokenizer = Tokenizer.fromFile(join(path, "base/tokenizer.json"));
  const tasks = read("math", "train.jsonl")
    .trim()
    .split("\n")
    .map(
      (line) =>
        JSON.parse((JSON.parse(line) as { label: string }).label) as Task & {
          data: { answer: number };
        },
    );
  let turn = 0;
  const sampler = await serve((body) => {
    const asked = body as unknown as {
      sampling_params: { stop_token_ids: number[]; temperature: number };
    };
    const { stop_token_ids: stop, temperature } = asked.sampling_params;
    expect(temperature).toBe(1);
    // One right answer and one wrong one of the first task.
    const answer = turn++ === 0 ? tasks[0]!.data.answer : "no number";
    const ids = tokenizer.encode(`<think>\n\n</think>\n\n\\boxed{${answer}}`);
    return {
      body: {
        meta_info: {
          output_token_logprobs: [...ids, stop[0]!].map((id) => [-0.1, id]),
        },
      },
    };
  });
  const args = argsOf("math");
  const samples = await rollout(args, tokenizer, sampler);
  await rewards.close();
  expect(samples.map(({ reward }) => reward).sort()).toEqual([0, 1]);
  expect(samples.every(({ response }) => response.endsWith("<|im_end|>"))).toBe(
    true,
  );
  // The count is exact, so that a group is a group.
  const [batch, group] = ["rollout-batch-size", "n-samples-per-prompt"].map(
    (flag) => Number(valueOf(args, flag)),
  );
  expect(valueOf(args, "global-batch-size")).toBe(String(batch! * group!));
  const advantages = normalised(
    samples.map(({ reward }) => reward!),
    batch!,
    group!,
  );
  expect(advantages.reduce((a, b) => a + b, 0)).toBeCloseTo(0, 9);
});

test("arguments, settings and the command hold the paper's way, and shell and JSON agree", async () => {
  await slime(
    ...[
      "multi",
      "--out",
      join(folder, "multi"),
      "--profile",
      "quick",
      "--set",
      "max-tokens-per-gpu=9000",
    ],
  );
  const args = argsOf("multi");
  for (const [flag, value] of [
    ["advantage-estimator", "grpo"],
    ["eps-clip-high", "0.28"],
    ["lr", "0.001"],
    ["adam-beta2", "0.98"],
    ["rollout-max-response-len", "32768"],
    [
      "custom-tis-function-path",
      "slime.backends.megatron_utils.loss.icepop_function",
    ],
    ["max-tokens-per-gpu", "9000"],
    ["rm-type", "remote_rm"],
    ["num-layers", "2"],
  ] as const)
    expect([flag, valueOf(args, flag)]).toEqual([flag, value]);
  for (const word of args)
    if (word.startsWith("--"))
      expect(SLIME_FLAGS.has(word.slice(2))).toBe(true);
  expect(args).not.toContain("--rollout-stop");
  expect(args).not.toContain("--use-kl-loss");
  const { entrypoint } = JSON.parse(read("multi", "job.json")) as {
    entrypoint: string;
  };
  const { stdout } = await promisify(execFile)("sh", [
    "-c",
    `printf '%s\\n' ${entrypoint}`,
  ]);
  expect(stdout.trimEnd().split("\n")).toEqual([
    "python3",
    expect.stringMatching(/slime\/train\.py$/),
    ...args,
  ]);
  expect(read("multi", "submit.sh")).toContain(entrypoint);
  expect(read("multi", "job/settings.yaml")).toBe('m2rl_model: "multi"\n');
});

test("what slime does not know or cannot do is a typed error before anything is written", async () => {
  const wrong = async (...more: string[]): Promise<string> => {
    const { code, err } = await slime(
      "math",
      "--out",
      join(folder, "wrong"),
      "--profile",
      "quick",
      ...more,
    );
    expect(code).not.toBe(0);
    return err;
  };
  expect(await wrong("--set", "rm-url-math=http://x")).toMatch(
    /flag must be known at 624b824a8, got --rm-url-math, which slime would drop without a word/,
  );
  expect(await wrong("--set", "lr=fast")).toMatch(
    /--lr must be of kind number, got/,
  );
  expect(
    (
      await slime(
        "opd",
        "--out",
        join(folder, "wrong"),
        "--profile",
        "quick",
        "--teacher",
        "math=http://t",
      )
    ).err,
  ).toMatch(
    /teachers must hold one for instruction, got math; --teacher instruction=URL/,
  );
  expect(
    (
      await slime(
        "average",
        "--out",
        join(folder, "wrong"),
        "--profile",
        "quick",
      )
    ).err,
  ).toMatch(/model must be made by rl or distill, got average by merge/);
  expect(() => slimeArguments({ "use-tis": 1 })).toThrow(
    /--use-tis must be a switch/,
  );
  const places = { init: "", out: "", log: "", seed: 1, loraRank: 4 };
  const sizes = { responseTokens: 64, promptTokens: 64, nodes: 1, gpus: 1 };
  expect(() =>
    grpoFlags(grpoSettings({ ...places, domains: ["math"] }), sizes),
  ).toThrow("slime: loraRank must be left out, got 4");
  const teachers = { math: "math" };
  expect(() =>
    distillFlags(distillSettings({ ...places, teachers }), sizes),
  ).toThrow("slime: loraRank must be left out, got 4");
  expect(slimeArguments({ lr: 2e-7, colocate: true })).toEqual([
    "--lr",
    "0.0000002",
    "--colocate",
  ]);
});

test("each domain's teacher is asked for exactly the answer's log-probabilities, again where it fails", async () => {
  const asked: string[] = [];
  const teacher = (
    name: string,
    first: number,
    refusals = 0,
  ): Promise<string> =>
    serve((body) => {
      if (refusals-- > 0) return { status: 503, body: {} };
      const { input_ids: ids, logprob_start_len: from } = body as unknown as {
        input_ids: number[];
        logprob_start_len: number;
      };
      asked.push(name);
      const entries = ids
        .slice(from)
        .map((id, i) => [i === 0 ? null : first - i, id, null]);
      return { body: { meta_info: { input_token_logprobs: entries } } };
    });
  const urls = {
    math: await teacher("math", -10, 1),
    instruction: await teacher("instruction", -20),
  };
  const { code } = await slime(
    ...["opd", "--out", join(folder, "opd"), "--profile", "quick"],
    ...Object.entries(urls).flatMap(([domain, url]) => [
      "--teacher",
      `${domain}=${url}`,
    ]),
  );
  expect(code).toBe(0);
  expect(read("opd", "job/settings.yaml")).toContain(`  math: "${urls.math}"`);
  expect(valueOf(argsOf("opd"), "custom-rm-path")).toBe("m2rl_slime.reward");
  writeFileSync(
    join(folder, "ask.py"),
    `
import asyncio, json, sys, types
sys.path.insert(0, ${JSON.stringify(join(folder, "opd/job"))})
import m2rl_slime
def sample(domain, tokens, length):
    return types.SimpleNamespace(metadata={"source_name": domain}, tokens=tokens, response_length=length, teacher_log_probs=None)
args = types.SimpleNamespace(rollout_temperature=1.0, m2rl_teachers=json.loads(sys.argv[1]))
samples = [sample("math", [5, 6, 7, 8], 2), sample("instruction", [5, 6, 7, 8], 3)]
rewards = asyncio.run(m2rl_slime.reward(args, samples))
one = asyncio.run(m2rl_slime.reward(args, sample("math", [1, 2], 1)))
args.rollout_temperature = 0.7
try:
    asyncio.run(m2rl_slime.reward(args, samples[0]))
except ValueError as error:
    refused = str(error)
print(json.dumps([rewards, one, [s.teacher_log_probs for s in samples], m2rl_slime.post_process(args, samples), refused]))
`,
  );
  const { stdout } = await promisify(execFile)(join(ROOT, ".venv/bin/python"), [
    join(folder, "ask.py"),
    JSON.stringify(urls),
  ]);
  expect(JSON.parse(stdout)).toEqual([
    [0, 0],
    0,
    [
      [-11, -12],
      [-21, -22, -23],
    ],
    [
      [0, 0],
      [0, 0],
    ],
    "m2rl_slime: rollout_temperature must be 1, got 0.7",
  ]);
  expect(asked.sort()).toEqual(["instruction", "math", "math"]);
});

test("the paper's size costs what Table 2 prints, and the shape of Qwen3-4B is read from its configuration", () => {
  const size = { steps: 400, promptsPerStep: 128, groupSize: 16 };
  expect(paperCost("rl", ["math"], size).hours).toBe(4782.3);
  expect(paperCost("rl", ["math"], { ...size, steps: 200 }).hours).toBe(2391.2);
  expect(paperCost("rl", ["math", "coding"], { ...size, steps: 1000 })).toEqual(
    {
      row: "Multi-Task",
      printed: 10050.6,
      hours: 10050.6,
    },
  );
  const configuration = JSON.parse(
    readFileSync(join(ROOT, "data/paper-scale/base/config.json"), "utf8"),
  ) as Record<string, unknown>;
  expect(modelFlags(configuration)).toEqual({
    "num-layers": 36,
    "hidden-size": 2560,
    "ffn-hidden-size": 9728,
    "num-attention-heads": 32,
    "group-query-attention": true,
    "num-query-groups": 8,
    "kv-channels": 128,
    "qk-layernorm": true,
    swiglu: true,
    normalization: "RMSNorm",
    "norm-epsilon": 1e-6,
    "disable-bias-linear": true,
    "position-embedding-type": "rope",
    "rotary-base": 1e6,
    "vocab-size": 151936,
  });
});
