/** Training by a process of another's: what is taken from it, and all that is not, with a real process that plays the trainer. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { hashModel, readModelFolder } from "../../../src/checkpoint/index.js";
import {
  distillByTrl,
  trainByTrl,
  TRL_PYTHON,
  trlDistillRefusal,
  trlPython,
  trlRefusal,
  type TrainByTrlOptions,
} from "../../../src/cluster/index.js";
import { MissingPackageError, TrainError } from "../../../src/error.js";
import { picoStudy } from "../../study/pico.js";
import { ROOT } from "../../structure/sources.js";

const FAKE = join(ROOT, "test/cluster/trl/fakeTrainer.mjs");
const init = join(picoStudy(), "base");

let folder: string;
const options = (more: Partial<TrainByTrlOptions> = {}): TrainByTrlOptions => ({
  init,
  out: join(folder, "math"),
  log: join(folder, "math.jsonl"),
  seed: 1,
  domains: ["math"],
  steps: 3,
  promptsPerStep: 2,
  groupSize: 2,
  ...more,
});

const play = (part: string): void => void vi.stubEnv("M2RL_FAKE", part);

async function failure(work: Promise<unknown>): Promise<Error> {
  return work.then(
    () => expect.fail("must reject"),
    (error: unknown) => error as Error,
  );
}

/** Until a process is gone, however long a busy machine takes. */
async function untilGone(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
    await wait(20);
  }
}

async function untilThere(path: string): Promise<void> {
  while (!existsSync(path)) await wait(20);
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "m2rl-trl-"));
  vi.stubEnv(TRL_PYTHON, FAKE);
  play("whole");
});
afterEach(() => void vi.unstubAllEnvs());

test("trainByTrl takes the model, its log, its checkpoints and its versions, and leaves nothing else", async () => {
  const heard: number[] = [];
  const at = join(folder, "kept", "step2");
  const { metrics, tokens, seconds, versions } = await trainByTrl(
    options({
      keep: new Map([[2, at]]),
      onStep: ({ step }) => heard.push(step),
    }),
  );
  expect(heard).toEqual([0, 1, 2]);
  expect(metrics.map(({ step }) => step)).toEqual([0, 1, 2]);
  expect([tokens, seconds]).toEqual([
    { prefill: 30, sampled: 15, trained: 45 },
    1.5,
  ]);
  expect(versions["trl"]).toBe("1.16.0");
  for (const path of [join(folder, "math"), at])
    expect(readModelFolder(path).params.size).toBe(
      readModelFolder(init).params.size,
    );
  expect(existsSync(join(folder, "math.trl"))).toBe(false);
  expect(
    JSON.parse(readFileSync(join(folder, "math", "provenance.json"), "utf8")),
  ).toMatchObject({
    trainer: { name: "trl", processes: 1 },
    init: hashModel(init),
    steps: 3,
  });
});

test.each([
  ["incomplete", /takeModel: .*model\.safetensors/],
  ["cut", /takeModel: .*model\.safetensors/],
  ["nan", /takeModel: .*tensor .* must be finite, got NaN at \d+/],
  ["nothing", /the trainer must leave .*model, got no such folder/],
  ["nanLoss", /step 0 of the log must be JSON of finite numbers, got .*NaN/],
  [
    "fails",
    /must finish, got exit code 1: train_trl: rewards must answer; .*output\.log holds all it said/,
  ],
  ["killed", /must finish, got SIGKILL/],
])(
  "a trainer that plays %s is a TrainError, and nothing is taken",
  async (part, message) => {
    play(part);
    const error = await failure(trainByTrl(options()));
    expect(error).toBeInstanceOf(TrainError);
    expect(error.message).toMatch(message);
    expect(existsSync(join(folder, "math"))).toBe(false);
  },
);

test("the same call resumes after a kill, and does all again after a broken model", async () => {
  play("killed");
  await failure(trainByTrl(options()));
  const heard: number[] = [];
  const again = options({ onStep: ({ step }) => heard.push(step) });
  play("incomplete");
  await failure(trainByTrl(again));
  expect(heard).toEqual([1, 2]);
  play("whole");
  const { metrics } = await trainByTrl(again);
  expect(heard).toEqual([1, 2, 0, 1, 2]);
  expect(metrics).toHaveLength(3);
});

test("what another run left is not resumed", async () => {
  play("killed");
  await failure(trainByTrl(options()));
  play("whole");
  const heard: number[] = [];
  await trainByTrl(
    options({ learningRate: 2e-4, onStep: ({ step }) => heard.push(step) }),
  );
  expect(heard).toEqual([0, 1, 2]);
});

test("a signal ends the trainer before the call rejects with its reason", async () => {
  play("hangs");
  const stop = new AbortController();
  const reason = new Error("stop");
  const running = failure(
    trainByTrl(
      options({
        signal: stop.signal,
        onStep: () => undefined,
      }),
    ),
  );
  const pid = join(folder, "math.trl", "model.trl", "pid");
  await untilThere(pid);
  stop.abort(reason);
  expect(await running).toBe(reason);
  expect(() => process.kill(Number(readFileSync(pid, "utf8")), 0)).toThrow();
});

test("a trainer ends when the process that started it is killed", async () => {
  const script = `
    import { cluster } from ${JSON.stringify(join(ROOT, "dist/index.js"))};
    await cluster.trainByTrl(${JSON.stringify(options())});`;
  const parent: ChildProcess = spawn(
    process.execPath,
    ["--input-type=module", "-e", script],
    { env: { ...process.env, M2RL_FAKE: "hangs" }, stdio: "inherit" },
  );
  const pid = join(folder, "math.trl", "model.trl", "pid");
  await untilThere(pid);
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await untilGone(Number(readFileSync(pid, "utf8")));
});

test("distillByTrl names a teacher for each domain, and no other run's work is resumed for other teachers", async () => {
  const { onStep: _, domains: __, ...rest } = options();
  const distil = (teachers: Record<string, string>, part = "whole") => {
    play(part);
    return distillByTrl({ ...rest, domains: ["math", "science"], teachers });
  };
  const other = join(folder, "other");
  cpSync(init, other, { recursive: true });
  const weights = join(other, "model.safetensors");
  const bytes = readFileSync(weights);
  bytes.writeFloatLE(0.5, bytes.length - 4);
  writeFileSync(weights, bytes);
  await failure(distil({ math: init, science: init }, "killed"));
  const asked = (): string[] =>
    JSON.parse(
      readFileSync(join(folder, "math.trl", "model.trl", "given.json"), "utf8"),
    ) as string[];
  const flags = asked();
  const taught = flags.filter((_flag, i) => flags[i - 1] === "--teacher");
  expect(taught).toEqual([`math=${init}`, `science=${init}`]);
  expect(flags).not.toContain("--kl");
  const heard: number[] = [];
  play("whole");
  const { metrics } = await distillByTrl({
    ...rest,
    domains: ["math", "science"],
    teachers: { math: init, science: other },
    onStep: ({ step }) => heard.push(step),
  });
  expect(heard).toEqual([0, 1, 2]);
  expect(metrics[0]).toMatchObject({ kl: 0.25 });
  const missing = await failure(distil({ math: init }));
  expect(missing.message).toContain("teachers must hold one for science");
  expect(
    JSON.parse(readFileSync(join(folder, "math", "provenance.json"), "utf8")),
  ).toMatchObject({ kind: "distill", trainer: { name: "trl" } });
});

test("what TRL cannot do is refused before anything starts", async () => {
  expect(trlRefusal({ domains: ["math", "agent"] })).toBeNull();
  expect(trlRefusal({ domains: ["math"], dynamicSampling: false })).toBeNull();
  expect(trlRefusal({ dynamicSampling: true })?.key).toBe("dynamicSampling");
  expect(trlDistillRefusal({ method: "onPolicy", groupSize: 4 })).toBeNull();
  expect(trlDistillRefusal({ method: "reverseKl" })?.key).toBe("method");
  expect(trlDistillRefusal({ updatesPerRollout: 2 })?.key).toBe(
    "updatesPerRollout",
  );
  expect(trlDistillRefusal({ groupSize: 1 })?.text).toBe(
    "must be at least 2 with trainer trl, got 1",
  );
  expect(trlRefusal({ domains: ["math"], klCoef: 0.1, clip: 2 })).toBeNull();
  const error = await failure(trainByTrl(options({ overlong: "penalty" })));
  expect([error.name, error.message]).toEqual([
    "RangeError",
    'trainByTrl: overlong must be left out with trainer trl, which has no such choice; got "penalty"',
  ]);
  const odd = await failure(trainByTrl(options({ processes: 3 })));
  expect(odd.message).toBe(
    "trainByTrl: processes must divide the 4 completions of a step, got 3",
  );
  expect(existsSync(join(folder, "math.trl"))).toBe(false);
});

test("trlPython says what is missing and how to get it", async () => {
  const ask = (python: string | undefined): Promise<Error> =>
    failure(trlPython({ [TRL_PYTHON]: python }));
  expect(await ask(undefined)).toBeInstanceOf(MissingPackageError);
  expect((await ask(undefined)).message).toMatch(
    /^trl: M2RL_TRL_PYTHON must name a Python with TRL, got none; python3 -m venv trl/,
  );
  expect((await ask("/no/such/python")).message).toMatch(
    /M2RL_TRL_PYTHON=\/no\/such\/python must run, got ".*ENOENT/,
  );
  play("lacking");
  expect((await ask(FAKE)).message).toMatch(/got no torch;/);
  play("old");
  expect((await ask(FAKE)).message).toMatch(
    /must hold TRL 1\.16 or a later 1\.x, got 0\.9\.0/,
  );
});
