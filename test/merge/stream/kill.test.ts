/** Merges of the built command line that are killed or interrupted: the same bytes in the end, and before it nothing that looks finished. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Checkpoint, type Params } from "../../../src/checkpoint/index.js";
import { fillWords, key, Random } from "../../../src/random.js";
import { config, contents, writeModel } from "../checkpoints.js";

const KILLS = 10;
/** Of a matrix, 0.4 MB in bfloat16: a shard of its own. */
const SIDE = 448;
const TENSORS = 12;
/** What says that this program wrote a folder. */
const MARK = ".m2rl.json";

const root = mkdtempSync(join(tmpdir(), "m2rl-merge-kill-"));
const RECIPE = join(root, "recipe.yml");

/** Weights that differ from model to model, made faster than normal ones. */
function params(model: string): Params {
  const words = new Uint32Array(SIDE * SIDE);
  return new Map(
    Array.from({ length: TENSORS }, (_, i) => {
      fillWords(key(1, `${model}/${i}`), 0, words);
      const data = Float32Array.from(words, (word) => word / 2 ** 36 - 2 ** -5);
      const shape = [SIDE, SIDE];
      return [`model.layers.${i}.weight`, { dtype: "BF16", shape, data }];
    }),
  );
}

beforeAll(() => {
  for (const model of ["base", "a", "b"]) {
    writeModel(join(root, model), params(model), {
      config: config({ num_hidden_layers: TENSORS }),
    });
  }
  writeFileSync(
    RECIPE,
    JSON.stringify({
      // Random numbers everywhere, which must not depend on where a run goes on.
      merge_method: "dareTaskArithmetic",
      base_model: "base",
      models: [{ model: "a" }, { model: "b" }],
      seed: 3,
      rounding: "stochastic",
    }),
  );
});
afterAll(() => rmSync(root, { recursive: true }));

/** Start `m2rl merge` as a user does. */
function start(out: string): {
  kill(signal: NodeJS.Signals): void;
  /** Exit code, or the signal that ended it, and what it said on stderr. */
  ended: Promise<{ code: number | string; err: string }>;
} {
  const child = spawn(
    process.execPath,
    [
      resolve("dist/cli.js"),
      "merge",
      RECIPE,
      join(root, out),
      "--shard-size",
      "500kB",
      "--threads",
      "2",
    ],
    { stdio: ["ignore", "ignore", "pipe"] },
  );
  let err = "";
  child.stderr.on("data", (part: Buffer) => (err += part.toString()));
  return {
    kill: (signal) => void child.kill(signal),
    ended: once(child, "close").then(([code, signal]) => ({
      code: (signal as string | null) ?? (code as number),
      err,
    })),
  };
}

/** Where a merge works until it is done. */
function workFolder(out: string): string {
  return join(root, `.${out}.merging`);
}

/** Shards that a merge has finished so far; none where there is no work folder, or none any more. */
function finishedShards(out: string): number {
  try {
    const { shards } = JSON.parse(
      readFileSync(join(workFolder(out), ".model.partial.json"), "utf8"),
    ) as { shards: object };
    return Object.keys(shards).length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

/** Start a merge and send it a signal once so many shards are finished and a moment later; it may be done before. */
async function interrupted(
  out: string,
  signal: NodeJS.Signals,
  shards: number,
  milliseconds: number,
): Promise<{ code: number | string; err: string }> {
  const merge = start(out);
  let running = true;
  void merge.ended.finally(() => (running = false));
  while (running && finishedShards(out) < shards) await wait(1);
  await Promise.race([merge.ended, wait(milliseconds)]);
  if (running) merge.kill(signal);
  return merge.ended;
}

/** Expect that no loader takes what an unfinished merge left, unless it is whole. */
function expectUnfinished(out: string, whole: Record<string, string>): void {
  expect(existsSync(join(root, out))).toBe(false);
  const left = workFolder(out);
  if (!existsSync(left)) return;
  if (existsSync(join(left, "model.safetensors.index.json"))) {
    // Killed between the last file's name and the folder's: the model is whole, and may lack the mark of who wrote it.
    const { [MARK]: _, ...model } = whole;
    expect(contents(left)).toMatchObject(model);
    return;
  }
  expect(() => Checkpoint.open(left)).toThrow();
}

describe("m2rl merge", () => {
  let whole: Record<string, string>;

  beforeAll(async () => {
    const { code, err } = await start("undisturbed").ended;
    expect(code, err).toBe(0);
    whole = contents(join(root, "undisturbed"));
  });

  it("killed at ten random moments and run again gives every byte of an undisturbed run, and looks finished only then", async () => {
    const random = new Random(5, "kill");
    let kills = 0;
    // Whatever the machine's speed: until ten kills came before the end, one of them between the first and the last shard.
    for (let amid = 0; kills < KILLS || amid === 0;) {
      const { code, err } = await interrupted(
        "killed",
        "SIGKILL",
        random.int(0, TENSORS - 1),
        random.next() * 100,
      );
      expect(["SIGKILL", 0], err).toContain(code);
      const shards = finishedShards("killed");
      if (shards > 0 && shards < TENSORS) amid++;
      if (code === "SIGKILL") kills++;
      if (existsSync(join(root, "killed"))) {
        expect(contents(join(root, "killed"))).toEqual(whole);
        rmSync(join(root, "killed"), { recursive: true });
      } else expectUnfinished("killed", whole);
    }
    expect((await start("killed").ended).code).toBe(0);
    expect(contents(join(root, "killed"))).toEqual(whole);
    expect(readdirSync(root).filter((name) => /killed/.test(name))).toEqual([
      "killed",
    ]);
  }, 300_000);

  it("interrupted ends with 130 and one line, looks unfinished, and goes on when run again", async () => {
    let ended = await interrupted("stopped", "SIGINT", 1, 0);
    // On a busy machine it may be done before it is told.
    while (ended.code === 0) {
      rmSync(join(root, "stopped"), { recursive: true });
      ended = await interrupted("stopped", "SIGINT", 1, 0);
    }
    expect(ended.code, ended.err).toBe(130);
    // A slow machine may have told how far it was.
    expect(ended.err.replaceAll(/^merged \d+ %.*\n/gm, "")).toBe(
      "m2rl: stopped; finished files are kept, rerun the same command to resume\n",
    );
    expectUnfinished("stopped", whole);
    expect((await start("stopped").ended).code).toBe(0);
    expect(contents(join(root, "stopped"))).toEqual(whole);
  }, 300_000);
});
