/** Studies whose models slime trains: the paper's experiment as a plan, and a job's model taken into a study. */
import { cpSync, existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { main } from "../../../src/cli.js";
import { readEvents } from "../../../src/cluster/index.js";
import { describePlan, log, open, run } from "../../../src/study/index.js";
import { PICO_STUDY, picoStudy } from "../../study/pico.js";

test("the paper's experiment plans without weights: GPU hours of Table 2, disk, commands", async () => {
  const { stages } = describePlan("data/paper-scale", { profile: "full" });
  const hours = (ids: readonly string[]): number =>
    ids
      .map((name) => stages.find(({ id }) => id === `seed1/models/${name}`)!)
      .reduce((sum, { elsewhere }) => sum + elsewhere!.cost!.hours, 0);
  const experts = ["math", "coding", "science", "instruction", "agent"];
  expect(hours(experts)).toBeCloseTo(15778.5, 6);
  expect(hours(["multi"])).toBeCloseTo(10050.6, 6);
  expect(hours(["opd"])).toBeCloseTo(967.9, 6);
  const ties = stages.find(({ id }) => id === "seed1/models/ties")!;
  // 4.02 billion parameters in bfloat16.
  expect(ties.bytes / 1e9).toBeCloseTo(8.04, 1);
  let out = "";
  const code = await main(["plan", "data/paper-scale", "--profile", "full"], {
    stdout: { write: (text) => (out += text) },
    stderr: { write: () => undefined },
  });
  expect(code).toBe(0);
  expect(out).toContain(
    "experts 15778.5 GPU hours (paper 15778.5), mixed run 10050.6 (paper 10050.6)",
  );
  expect(out).toContain("m2rl slime data/paper-scale opd");
  expect(out).toMatch(/models on the disk: \d+\.\d GB/);
});

test("the rehearsal is the same graph at nano size by TRL and a server, and once more without a crossing", () => {
  const graph = (profile: string) => {
    const { spec } = open("data/paper-scale", { profile });
    const { models, measures } = spec;
    const parts = measures.map(({ name, options }) => [
      name,
      Object.keys(options as object).filter((key) => key !== "server"),
    ]);
    return {
      models: models.map(({ name, by, parents }) => [name, by, parents]),
      measures: parts,
    };
  };
  const full = graph("full");
  expect(graph("rehearsal")).toEqual(full);
  expect(graph("here")).toEqual(full);
  const trainers = (profile: string): Set<unknown> =>
    new Set(
      open("data/paper-scale", { profile })
        .spec.models.filter(({ by }) => by === "rl" || by === "distill")
        .map(({ options }) => (options as { trainer?: string }).trainer),
    );
  expect(trainers("full")).toEqual(new Set(["slime"]));
  expect(trainers("rehearsal")).toEqual(new Set(["trl"]));
  expect(trainers("here")).toEqual(new Set([undefined]));
});

/** An event file as TensorBoard writes it, by its documented layout; checksums are zero, since nobody reads them. */
function events(scalars: [step: number, tag: string, value: number][]): Buffer {
  const bytes = (field: number, data: Buffer): Buffer =>
    Buffer.concat([Buffer.from([field * 8 + 2, data.length]), data]);
  const records = scalars.map(([step, tag, value]) => {
    const number = Buffer.alloc(5, 2 * 8 + 5);
    number.writeFloatLE(value, 1);
    const own = Buffer.concat([bytes(1, Buffer.from(tag)), number]);
    const time = Buffer.alloc(9, 8 + 1);
    const event = Buffer.concat([
      time,
      Buffer.from([2 * 8, step]),
      bytes(5, bytes(1, own)),
    ]);
    const head = Buffer.alloc(12);
    head.writeBigUInt64LE(BigInt(event.length));
    return Buffer.concat([head, event, Buffer.alloc(4)]);
  });
  return Buffer.concat(records);
}

const SCALARS: [string, number][] = [
  ["train/loss", 0.5],
  ["train/grad_norm", 1.5],
  ["train/lr-pg_0", 0.001],
  ["rollout/raw_reward", 0.25],
  ["rollout/response_lengths", 10],
  ["rollout/total_lengths", 30],
  ["perf/rollout_time", 2],
  ["perf/train_time", 1],
  ["perf/step_time", 3.5],
];

test("a model that slime left is taken into the study with its log; one that is not there is named with what to do", async () => {
  const path = picoStudy(
    PICO_STUDY.replace("each: domain,", "trainer: slime, each: domain,"),
  );
  const folder = join(path, "runs/quick");
  await expect(run(path, { jobs: 1, only: "math" })).rejects.toThrow(
    /seed1\/models\/math is trained by slime and must lie at .*math\.slime\/hf\/1, got no such folder; m2rl slime STUDY math writes its job/,
  );
  const job = join(folder, "seed1/models/math.slime");
  mkdirSync(join(job, "tb"), { recursive: true });
  cpSync(join(folder, "seed1/models/sft"), join(job, "hf/1"), {
    recursive: true,
  });
  rmSync(join(job, "hf/1/.m2rl.json"), { force: true });
  const file = join(job, "tb/events.out.tfevents.1.host");
  const of = (step: number): [number, string, number][] =>
    SCALARS.map(([tag, value]) => [step, tag, value]);
  writeFileSync(file, events(of(0)));
  await expect(run(path, { jobs: 1, only: "math" })).rejects.toThrow(
    /slime: step 1 must have a finite rollout\/response_lengths, got none; the run is not complete/,
  );
  const whole = events([...of(0), ...of(1)]);
  // A last record that is being written is no error.
  writeFileSync(file, Buffer.concat([whole, whole.subarray(0, 20)]));
  expect(readEvents(join(job, "tb")).get(1)?.get("train/loss")).toBe(0.5);
  await run(path, { jobs: 1, only: "math" });
  expect(log(open(path), "math")).toMatchObject([
    {
      step: 0,
      loss: 0.5,
      reward: 0.25,
      // 1 prompt × 2 answers.
      tokens: { prefill: 40, sampled: 20, trained: 60 },
      seconds: { rollout: 2, reward: 0, update: 1, total: 3.5 },
    },
    { step: 1 },
  ]);
  expect(existsSync(join(folder, "seed1/models/math/config.json"))).toBe(true);
});
