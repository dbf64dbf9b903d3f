/** A training process that is killed at random moments, or diverges. The killed one is the built library (`npm run build`). */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import {
  readModelFolder,
  writeModelFolder,
} from "../../src/checkpoint/index.js";
import { Random } from "../../src/random.js";
import { trainDistill, trainSft } from "../../src/train/index.js";
import { newFolder, writePico } from "./fixture.js";

// Two busy cores are slow; nothing here waits for a time to pass.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

const folder = newFolder();
const init = writePico(folder);

/** A teacher that is surer of itself than the student, so that every step has a gradient. */
function writeTeacher(): string {
  const path = join(folder, "teacher");
  const model = readModelFolder(init);
  const norm = model.params.get("model.norm.weight")!;
  model.params.set("model.norm.weight", {
    ...norm,
    data: norm.data.map((x) => 4 * x),
  });
  writeModelFolder(path, {
    ...model,
    tokenizer: readFileSync(join(init, "tokenizer.json"), "utf8"),
  });
  return path;
}
const teachers = { math: writeTeacher() };
const run = {
  init,
  teachers,
  seed: 1,
  name: "run",
  steps: 6,
  promptsPerStep: 2,
  groupSize: 2,
  learningRate: 1e-3,
  checkpointEvery: 2,
};

/**
 * What the process runs. After each step it says so and waits for one byte or the end of its standard input, so that it is met before its
 * end however fast it is. At the end it keeps the last checkpoint, which holds the optimizer's state.
 */
const SCRIPT = `
import { cpSync, readSync, writeSync } from "node:fs";
const [out, options] = process.argv.slice(2);
const { train } = await import(${JSON.stringify(join(import.meta.dirname, "../../dist/index.js"))});
const { steps, ...rest } = JSON.parse(options);
await train.trainDistill({
  ...rest,
  steps,
  out,
  log: out + ".jsonl",
  onStep: () => {
    writeSync(1, ".");
    readSync(0, Buffer.alloc(1), 0, 1, null);
  },
  onEvaluate: (step) => {
    if (step === steps) cpSync(out + ".checkpoints", out + ".last", { recursive: true });
  },
});
`;
const script = join(folder, "run.mjs");
writeFileSync(script, SCRIPT);

/** Start the run; kill it so many milliseconds after it has done so many steps, unless it has ended before. */
async function start(
  out: string,
  kill?: { steps: number; milliseconds: number },
): Promise<"done" | "killed"> {
  const child = spawn(process.execPath, [script, out, JSON.stringify(run)], {
    stdio: ["pipe", "pipe", "pipe"],
  });
  // A process that was killed reads no more.
  child.stdin.on("error", () => undefined);
  if (kill) child.stdin.write(".".repeat(kill.steps));
  else child.stdin.end();
  let text = "";
  let steps = 0;
  child.stderr.on("data", (chunk: Buffer) => (text += chunk.toString()));
  child.stdout.on("data", (chunk: Buffer) => {
    const before = steps;
    steps += chunk.length;
    if (kill && before < kill.steps && steps >= kill.steps)
      setTimeout(() => child.kill("SIGKILL"), kill.milliseconds);
  });
  const [code, signal] = (await once(child, "close")) as [
    number | null,
    string | null,
  ];
  if (signal === "SIGKILL") return "killed";
  if (code === 0) return "done";
  throw new Error(text);
}

/** Everything that the run leaves behind, times aside. */
function results(out: string): Record<string, string | object> {
  // A kill while an older checkpoint was removed leaves what was left of it; names sort by step.
  const last = readdirSync(`${out}.last`).sort().at(-1)!;
  const lines = (path: string): object[] =>
    readFileSync(path, "utf8")
      .trim()
      .split("\n")
      .map((line) => ({ ...(JSON.parse(line) as object), seconds: null }));
  const bytes = (...path: string[]): string =>
    readFileSync(join(...path), "base64");
  return {
    weights: bytes(out, "model.safetensors"),
    log: lines(`${out}.jsonl`),
    last,
    state: bytes(`${out}.last`, last, "state.safetensors"),
    step: bytes(`${out}.last`, last, "state.json"),
    savedLog: lines(join(`${out}.last`, last, "log.jsonl")),
  };
}

describe("a run that is killed with SIGKILL", () => {
  const whole = join(folder, "whole");
  beforeAll(async () => {
    expect(await start(whole)).toBe("done");
  });

  test.each([1, 2])(
    "at random moments (%i) ends with the same weights, optimizer state and log",
    async (seed) => {
      const out = join(folder, `killed${seed}`);
      const random = new Random(seed, "kill");
      // Milliseconds on the scale of one step, so that the moment falls into sampling, updating and writing alike.
      let ended = "killed";
      for (let attempt = 0; attempt < 3 && ended !== "done"; attempt++) {
        const steps = random.int(1, attempt === 0 ? 3 : 2);
        const milliseconds = random.next() * 60;
        ended = await start(out, { steps, milliseconds });
        if (attempt === 0) expect(ended).toBe("killed");
      }
      if (ended !== "done") expect(await start(out)).toBe("done");
      expect(results(out)).toEqual(results(whole));
      expect(existsSync(`${out}.checkpoints`)).toBe(false);
    },
  );
});

describe("a run that diverges", () => {
  test("stops naming step and seed, keeps its last checkpoint, and stops there again", async () => {
    const out = join(folder, "diverged");
    const options = { ...run, out, log: `${out}.jsonl`, checkpointEvery: 1 };
    const diverge = () => trainDistill({ ...options, learningRate: 1e25 });
    const message =
      /^trainDistill: step 1 \(seed 1\): loss and gradient must be finite, got loss .* and gradient norm .*; first in .*"model\..*"$/;
    await expect(diverge()).rejects.toThrow(message);
    expect(existsSync(out)).toBe(false);
    const left = readdirSync(`${out}.checkpoints`);
    expect(left).toEqual([expect.stringMatching(/-000001$/)]);
    await expect(diverge()).rejects.toThrow(message);
    expect(readdirSync(`${out}.checkpoints`)).toEqual(left);
  });

  test("does so in fine-tuning too", async () => {
    const out = join(folder, "sft");
    await expect(
      trainSft({
        init,
        out,
        log: `${out}.jsonl`,
        seed: 3,
        steps: 3,
        batchSize: 2,
        warmup: 0,
        learningRate: 1e25,
        checkpointEvery: 1,
      }),
    ).rejects.toThrow(
      /^trainSft: step 1 \(seed 3\): loss and gradient must be finite/,
    );
    expect(readdirSync(`${out}.checkpoints`)).toHaveLength(1);
  });
});
