/** A study whose expert the real TRL trains in two processes, killed on the way, merged with one of ours. Needs a Python with TRL. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { readModelFolder } from "../../src/checkpoint/index.js";
import { readNote, run } from "../../src/study/index.js";
import type { DistillMetrics } from "../../src/train/index.js";
import { ROOT } from "../structure/sources.js";

const PYTHON = process.env["M2RL_TRL_PYTHON"];
if (PYTHON === undefined)
  console.warn(
    "left out: TRL for real; M2RL_TRL_PYTHON names a Python with trl==1.16.0 (torch and TRL are gigabytes)",
  );

const STUDY = `name: byTrl
base: base
domains: [math, instruction, agent]
seeds: [1]
models:
  math: { by: rl, trainer: trl, processes: 2, from: base, domains: [math], steps: 8, promptsPerStep: 4, groupSize: 4, learningRate: 0.00015 }
  instruction: { by: rl, from: base, domains: [instruction], steps: 2, promptsPerStep: 2, groupSize: 4, learningRate: 0.00015 }
  agent: { by: rl, trainer: trl, from: base, domains: [agent, math], steps: 2, promptsPerStep: 4, groupSize: 4, learningRate: 0.00015 }
  opd: { by: distill, trainer: trl, from: base, teachers: [math, agentAlone], domains: [math, agent], steps: 2, promptsPerStep: 8, groupSize: 2, learningRate: 0.0001 }
  agentAlone: { by: rl, trainer: trl, from: base, domains: [agent], steps: 1, promptsPerStep: 2, groupSize: 2, learningRate: 0.00015 }
  ties: { by: merge, method: ties, anchor: base, of: [math, instruction] }
  early: { by: merge, method: average, anchor: base, of: [math@2, instruction] }
measures:
  scores: { models: [base, math, ties, early], benchmarks: [aime24], items: 4, samples: 1 }
  cost: { models: [math, instruction], unit: math }
profiles:
  quick: {}
`;

test.skipIf(PYTHON === undefined)(
  "TRL trains experts in two processes, resumes after a kill, plays agents, distils two teachers; its models merge and are scored",
  async () => {
    const path = mkdtempSync(join(tmpdir(), "m2rl-by-trl-"));
    cpSync(join(ROOT, "data/nano/base"), join(path, "base"), {
      recursive: true,
    });
    writeFileSync(join(path, "study.yml"), STUDY);
    // The stage is killed with no chance to say so, once TRL's checkpoint of step 5 is behind it.
    const stage = spawn(
      process.execPath,
      [join(ROOT, "dist/cli.js"), "stage", path, "seed1/models/math"],
      { stdio: ["pipe", "ignore", "pipe"] },
    );
    for await (const line of createInterface({ input: stage.stderr }))
      if (line.includes('"done":6')) stage.kill("SIGKILL");
    if (stage.exitCode === null && stage.signalCode === null)
      await once(stage, "exit");
    const heard: number[] = [];
    const { folder } = await run(path, {
      jobs: 1,
      onProgress: (event) => {
        if (event.type === "progress" && event.stage.id === "seed1/models/math")
          heard.push(event.done);
      },
    });
    expect(heard).toEqual([6, 7, 8]);
    const log = readFileSync(join(folder, "seed1/train/math.jsonl"), "utf8")
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { step: number; reward: number });
    expect(log.map(({ step }) => step)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { reward } of log) expect(reward).toBeGreaterThan(0);
    const note = readNote(folder, "seed1/models/math")!;
    expect(note.facts).toMatchObject({
      trainer: { name: "trl", processes: 2 },
    });
    const before = readModelFolder(join(path, "base")).params;
    const { params } = readModelFolder(join(folder, "seed1/models/math"));
    expect([...params.keys()]).toEqual([...before.keys()]);
    const name = "model.layers.0.mlp.up_proj.weight";
    expect(params.get(name)!.data).not.toEqual(before.get(name)!.data);
    // Agents play several turns, and the student's distance from its teachers is that of their weights.
    const lines = (model: string): DistillMetrics[] =>
      readFileSync(join(folder, `seed1/train/${model}.jsonl`), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as DistillMetrics);
    const [mixed] = lines("agent");
    expect(Object.keys(mixed!.rewards).sort()).toEqual(["agent", "math"]);
    const [first] = lines("opd");
    expect(Object.keys(first!.kls!).sort()).toEqual(["agent", "math"]);
    expect(first!.kls!.math).toBeGreaterThan(0);
    expect(first!.tokens.scored).toBe(first!.tokens.trained);
    const again = await run(path, { jobs: 1 });
    expect(again.stages.filter(({ ran }) => ran)).toEqual([]);
  },
  900_000,
);
