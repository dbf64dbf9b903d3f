/** Where a study stands, as whoever looks at its folder sees it: notes, signs, and what a killed process leaves. */
import { spawn } from "node:child_process";
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readStudy } from "../../src/study/index.js";
import { readSign, Signal, signPath } from "../../src/study/watch/sign.js";
import { Watch } from "../../src/study/watch/states.js";
import { ROOT } from "../structure/sources.js";

const HARD = join(ROOT, "data", "hard");

function folder(): string {
  return mkdtempSync(join(tmpdir(), "m2rl-watch-"));
}

describe("Signal", () => {
  test("says how far a stage is, why it failed, and is gone when it is done", () => {
    const run = folder();
    const signal = new Signal(run, "seed1/models/math");
    expect(readSign(run, "seed1/models/math")).toMatchObject({
      ...{ state: "running", done: 0, total: 0, left: null, error: null },
    });
    signal.progress({ done: 3, total: 50 });
    signal.failed(new Error("the loss is NaN at step 3"));
    expect(readSign(run, "seed1/models/math")).toMatchObject({
      ...{ state: "failed", done: 3, total: 50 },
      error: "the loss is NaN at step 3",
    });
    signal.stopped();
    expect(readSign(run, "seed1/models/math")!.state).toBe("stopped");
    signal.remove();
    expect(readSign(run, "seed1/models/math")).toBeNull();
    expect(existsSync(signPath(run, "seed1/models/math"))).toBe(false);
  });

  test("is that of a killed stage once its process is gone", async () => {
    const run = folder();
    new Signal(run, "seed1/models/math");
    const path = signPath(run, "seed1/models/math");
    const sign = JSON.parse(readFileSync(path, "utf8")) as {
      by: { pid: number; start: string | null };
    };
    // A process that has ended for certain: its number may be taken again, its start time is another.
    const ended = spawn(process.execPath, ["-e", ""], { stdio: "ignore" });
    await new Promise((done) => ended.once("exit", done));
    sign.by.pid = ended.pid!;
    sign.by.start = "1";
    writeFileSync(path, JSON.stringify(sign));
    expect(readSign(run, "seed1/models/math")!.state).toBe("killed");
  });

  test("that is no JSON is no sign", () => {
    const run = folder();
    new Signal(run, "a").stopped();
    writeFileSync(signPath(run, "a"), "{");
    expect(readSign(run, "a")).toBeNull();
  });
});

describe("Watch", () => {
  const { spec } = readStudy(HARD, "full");

  test("finds every stage of the committed record done, and weights absent", () => {
    const { stages, run } = new Watch(spec, join(HARD, "runs/full")).look();
    expect(run).toBeNull();
    expect(
      stages
        .filter(({ standing }) => standing !== "done")
        .map(({ stage }) => stage.id),
    ).toEqual([]);
    expect(
      stages.find(({ stage }) => stage.id === "seed1/models/math")!.isHere,
    ).toBe(false);
    expect(
      stages.find(({ stage }) => stage.id === "seed1/scores/math")!.isHere,
    ).toBe(true);
  });

  test("follows notes and signs: lost, running, failed", () => {
    const run = join(folder(), "full");
    cpSync(join(HARD, "runs/full/stages"), join(run, "stages"), {
      recursive: true,
    });
    const watch = new Watch(spec, run);
    const standing = (id: string): string =>
      watch.look().stages.find(({ stage }) => stage.id === id)!.standing;
    const before = watch.signature();
    expect(standing("seed1/models/ties")).toBe("done");
    rmSync(join(run, "stages/seed1/models/math.json"));
    expect(watch.signature()).not.toBe(before);
    expect(standing("seed1/models/math")).toBe("ready");
    expect(standing("seed1/models/coding")).toBe("done");
    expect(standing("seed1/models/ties")).toBe("changed");
    rmSync(join(run, "stages/seed1/models/ties.json"));
    expect(standing("seed1/models/ties")).toBe("waiting");
    const signal = new Signal(run, "seed1/models/math");
    expect(standing("seed1/models/math")).toBe("running");
    signal.failed(new Error("no"));
    expect(standing("seed1/models/math")).toBe("failed");
    signal.remove();
    expect(standing("seed1/models/math")).toBe("ready");
  });

  test("sees that options of a finished stage changed", () => {
    const changed = {
      ...spec,
      models: spec.models.map((model) =>
        model.name === "math"
          ? { ...model, options: { ...model.options, learningRate: 0.0003 } }
          : model,
      ),
    };
    const { stages } = new Watch(changed, join(HARD, "runs/full")).look();
    const standing = (id: string): string =>
      stages.find(({ stage }) => stage.id === id)!.standing;
    expect(standing("seed1/models/math")).toBe("changed");
    expect(standing("seed2/models/math")).toBe("changed");
    expect(standing("seed1/models/coding")).toBe("done");
  });
});
