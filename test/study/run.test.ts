/** Studies really run here, in worker processes of the built library (`npm run build`). */
import { spawn } from "node:child_process";
import {
  appendFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import {
  evaluation,
  inspect,
  log,
  modelFolder,
  open,
  rows,
  run,
  runStage,
  verifyStudy,
  type Note,
  type StudyEvent,
} from "../../src/study/index.js";
import { picoStudy, picoWith } from "./pico.js";

/** A finished study; each test works on a copy. */
let finished: string;
const events: StudyEvent[] = [];

beforeAll(async () => {
  finished = picoStudy();
  await run(finished, { jobs: 2, onProgress: (event) => events.push(event) });
});

function copy(): string {
  const folder = mkdtempSync(join(tmpdir(), "m2rl-copy-"));
  cpSync(finished, folder, { recursive: true });
  return folder;
}

function change(folder: string, from: string, to: string): void {
  const path = join(folder, "study.yml");
  const text = readFileSync(path, "utf8");
  if (!text.includes(from)) throw new Error(`no ${from}`);
  writeFileSync(path, text.replace(from, to));
}

const AS = 'as: "{domain}"';

/** Without the rows of measures. */
function trained(ids: readonly string[]): string[] {
  return ids.filter((id) => !id.startsWith("analysis/"));
}

async function ran(folder: string): Promise<string[]> {
  const { stages } = await run(folder, { jobs: 2 });
  return stages
    .filter((stage) => stage.ran)
    .map(({ id }) => id)
    .sort();
}

function files(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Weights and records: everything that must be equal byte by byte whatever happened on the way. */
function results(folder: string): Record<string, string> {
  const own = files(join(folder, "runs")).filter((path) =>
    /model\.safetensors$|seed\d\/scores\/.*\.jsonl$|(?:quick|full)\/analysis\/scores\.json$/.test(
      path,
    ),
  );
  return Object.fromEntries(
    own.map((path) => [
      path.slice(folder.length),
      readFileSync(path, "base64"),
    ]),
  );
}

describe("run(study)", () => {
  it("makes every artefact of the study and nothing half", () => {
    const run = join(finished, "runs", "quick");
    for (const name of [
      "scores",
      "differences",
      "cost",
      "rewards",
      "consistency",
      "claimNumbers",
      "claims",
    ]) {
      expect(existsSync(join(run, "analysis", `${name}.json`))).toBe(true);
    }
    expect(readdirSync(join(run, "seed1", "models")).sort()).toEqual(
      [
        "average",
        "dareTies",
        "math",
        "multi",
        "instruction",
        "opd",
        "sft",
      ].sort(),
    );
    expect(files(run).filter((path) => /\.tmp|\.lock/.test(path))).toEqual([]);
  });
  it("tells every step of training while it happens", () => {
    const steps = events.filter(
      (event) =>
        event.type === "progress" && event.stage.id === "seed1/models/math",
    );
    expect(
      steps.map((event) => event.type === "progress" && event.done),
    ).toEqual([1, 2]);
    expect(steps[0]).toMatchObject({
      total: 2,
      metrics: { step: 0, reward: expect.any(Number) as number },
    });
    expect(events.filter(({ type }) => type === "done")).toHaveLength(20);
  });
  it("does nothing when nothing has changed", async () => {
    const folder = copy();
    const before = statSync(
      join(folder, "runs/quick/seed1/models/sft/model.safetensors"),
    ).mtimeMs;
    expect(await ran(folder)).toEqual([]);
    expect(
      statSync(join(folder, "runs/quick/seed1/models/sft/model.safetensors"))
        .mtimeMs,
    ).toBe(before);
  });
  it("does nothing when only a comment or the order of keys has changed", async () => {
    const folder = copy();
    change(folder, "steps: 2, batchSize: 2,", "batchSize: 2, steps: 2,");
    appendFileSync(join(folder, "study.yml"), "# done\n");
    expect(await ran(folder)).toEqual([]);
  });
  it("runs one expert again and what depends on it when one option of it has changed", async () => {
    const folder = copy();
    change(
      folder,
      'as: "{domain}"',
      `${AS}, where: { math: { clipEps: 0.1 } }`,
    );
    const [first] = inspect(folder).filter(({ state }) => state !== "done");
    expect(first).toMatchObject({
      stage: { id: "seed1/models/math" },
      reason: "clipEps nothing → 0.1",
    });
    const again = await ran(folder);
    // With one update a batch clipping never acts: the expert comes out the same, and what depends on it is left alone.
    expect(again).toContain("seed1/models/math");
    expect(
      again.filter(
        (id) =>
          id.includes("instruction") ||
          id.includes("multi") ||
          id === "seed1/models/sft",
      ),
    ).toEqual([]);
  });
  it("runs exactly the dependents of a model that came out different", async () => {
    const folder = copy();
    change(
      folder,
      'as: "{domain}"',
      `${AS}, where: { math: { weightDecay: 0.5 } }`,
    );
    expect(trained(await ran(folder))).toEqual([
      "seed1/models/average",
      "seed1/models/dareTies",
      "seed1/models/math",
      "seed1/models/opd",
      "seed1/scores/average",
      "seed1/scores/dareTies",
      "seed1/scores/math",
      "seed1/scores/opd",
    ]);
  });
  it("scores again and trains nothing when the number of items has changed", async () => {
    const folder = copy();
    change(folder, "items: 2,", "items: 3,");
    const again = await ran(folder);
    expect(trained(again)).toEqual([
      ...[
        "average",
        "base",
        "dareTies",
        "instruction",
        "math",
        "multi",
        "opd",
        "sft",
      ].map((name) => `seed1/scores/${name}`),
    ]);
  });
  it("makes only a new merge and its scores when a merge is added", async () => {
    const folder = copy();
    change(
      folder,
      "  average: {",
      "  sce: { by: merge, method: sce, anchor: sft, of: experts }\n  average: {",
    );
    change(
      folder,
      "average, dareTies, opd], b",
      "average, dareTies, opd, sce], b",
    );
    expect(trained(await ran(folder))).toEqual([
      "seed1/models/sce",
      "seed1/scores/sce",
    ]);
  });
  it("trains only the student again when its own options have changed", async () => {
    const folder = copy();
    change(
      folder,
      "teachers: experts, steps: 2",
      "teachers: experts, steps: 1",
    );
    expect(inspect(folder).find(({ state }) => state !== "done")).toMatchObject(
      {
        stage: { id: "seed1/models/opd" },
        reason: "steps 2 → 1",
      },
    );
    expect(trained(await ran(folder))).toEqual([
      "seed1/models/opd",
      "seed1/scores/opd",
    ]);
  });
  it("makes a lost model again and stops there when it has the same bytes", async () => {
    const folder = copy();
    rmSync(join(folder, "runs/quick/seed1/models/math"), { recursive: true });
    // Rows of logs are made again since the log has other times; the scores are not.
    expect(await ran(folder)).toEqual([
      "analysis/cost",
      "analysis/rewards",
      "seed1/models/math",
    ]);
    expect(results(folder)).toEqual(results(finished));
  });
  it("goes on with a record alone, and trains again only what another stage needs", async () => {
    const folder = copy();
    const at = (path: string) => join(folder, "runs/quick", path);
    rmSync(at("seed1/models"), { recursive: true });
    rmSync(at("analysis"), { recursive: true });
    rmSync(at("seed1/scores/math"), { recursive: true });
    const left = (choice = {}) =>
      inspect(folder, { ...choice, believe: false })
        .filter(({ state }) => state !== "done")
        .map(({ stage }) => stage.id);
    const seen: StudyEvent[] = [];
    await run(folder, {
      keepRecord: true,
      onProgress: (event) => seen.push(event),
    });
    const made = seen.flatMap((event) =>
      event.type === "start" ? [event.stage.id] : [],
    );
    // The score needs its model, the model the fine-tuned one; nobody needs the others.
    expect(made.filter((id) => id.includes("/models/")).sort()).toEqual([
      "seed1/models/math",
      "seed1/models/sft",
    ]);
    const before = results(finished);
    const after = results(folder);
    expect(after).toEqual(
      Object.fromEntries(
        Object.entries(before).filter(([path]) => path in after),
      ),
    );
    expect(Object.keys(after)).toContain("/runs/quick/analysis/scores.json");
    expect(left({ keepRecord: true })).toEqual([]);
    expect(left()).toContain("seed1/models/instruction");
  });
  it("counts what is done before the first stage starts", async () => {
    const folder = copy();
    rmSync(join(folder, "runs/quick/seed1/models/math"), { recursive: true });
    const done = inspect(folder, { believe: false }).filter(
      ({ state }) => state === "done",
    ).length;
    const seen: StudyEvent[] = [];
    await run(folder, { onProgress: (event) => seen.push(event) });
    const first = seen.find(({ type }) => type === "start");
    expect(first).toMatchObject({ overview: { finished: done } });
  });
  it("moves records that were edited aside, names them, and makes them again", async () => {
    const folder = copy();
    const name = "seed1/scores/sft/ifeval.jsonl";
    const path = join(folder, "runs/quick", name);
    const before = readFileSync(path, "utf8");
    writeFileSync(path, before.replaceAll('"reward":0', '"reward":1'));
    expect(inspect(folder).find(({ state }) => state === "open")!.reason).toBe(
      `${name} changed since it was written`,
    );
    const seen: StudyEvent[] = [];
    await run(folder, { onProgress: (event) => seen.push(event) });
    expect(seen.find(({ type }) => type === "aside")).toMatchObject({
      stage: { id: "seed1/scores/sft" },
      paths: [`${name}.aside-1`],
    });
    expect(readFileSync(path, "utf8")).toBe(before);
    expect(results(folder)).toEqual(results(finished));
  });
  it("does not stop at a line that is no JSON, whether a note speaks of it or not", async () => {
    const folder = copy();
    const name = "seed1/scores/sft/ifeval.jsonl";
    const path = join(folder, "runs/quick", name);
    for (const noted of [true, false]) {
      writeFileSync(path, `${readFileSync(path, "utf8")}{broken\n{}\n`);
      if (!noted)
        rmSync(join(folder, "runs/quick/stages/seed1/scores/sft.json"));
      await run(folder);
      expect(results(folder)).toEqual(results(finished));
    }
    expect(existsSync(`${path}.aside-2`)).toBe(true);
  });
  it("believes no note whose content was changed", async () => {
    const folder = copy();
    const path = join(folder, "runs/quick/stages/seed1/scores/sft.json");
    const note = JSON.parse(readFileSync(path, "utf8")) as Note;
    writeFileSync(path, JSON.stringify({ ...note, facts: { average: 1 } }));
    expect(verifyStudy(folder).problems).toContainEqual({
      stage: "seed1/scores/sft",
      text: "its note must have the hash that it states",
    });
    expect(inspect(folder).find(({ state }) => state === "open")).toMatchObject(
      {
        stage: { id: "seed1/scores/sft" },
        reason: "its note was changed",
      },
    );
    expect(await ran(folder)).toEqual(["seed1/scores/sft"]);
    expect(verifyStudy(folder).problems).toEqual([]);
  });
  it("makes only what a stage needs when it is asked for that stage, the same bytes with one process as with two", async () => {
    const folder = picoStudy();
    const { stages } = await run(folder, { only: "average", jobs: 1 });
    expect(stages.map(({ id }) => id).sort()).toEqual([
      "seed1/models/average",
      "seed1/models/instruction",
      "seed1/models/math",
      "seed1/models/sft",
    ]);
    expect(results(finished)).toMatchObject(results(folder));
  });
  it("tells which stage failed and why, and leaves earlier artefacts intact", async () => {
    const folder = copy();
    change(
      folder,
      "multi: { by: rl, from: sft, steps: 2",
      "multi: { by: rl, from: sft, steps: 3",
    );
    const multi = join(folder, "runs/quick/seed1/models/multi");
    rmSync(multi, { recursive: true });
    mkdirSync(multi);
    writeFileSync(join(multi, "notes.txt"), "mine");
    await expect(run(folder, { jobs: 1 })).rejects.toThrow(
      /^study: seed1\/models\/multi failed: writeModelFolder: /,
    );
    expect(readFileSync(join(multi, "notes.txt"), "utf8")).toBe("mine");
    rmSync(multi, { recursive: true });
    expect(trained(await ran(folder))).toEqual([
      "seed1/models/multi",
      "seed1/scores/multi",
    ]);
  });
  it("throws StudyError when a note cannot be written, and finishes once it can", async () => {
    const folder = copy();
    const note = join(folder, "runs/quick/stages/seed1/models/multi.json");
    rmSync(note);
    mkdirSync(join(note, "in the way"), { recursive: true });
    await expect(run(folder, { jobs: 1, only: "multi" })).rejects.toThrow(
      `study: ${note} must be writable, got "EEXIST: a folder is there`,
    );
    rmSync(note, { recursive: true });
    await run(folder, { jobs: 1, only: "multi" });
    expect(results(folder)).toEqual(results(finished));
  });
  it("stops at a signal and goes on from there", async () => {
    const folder = picoStudy();
    const stop = new AbortController();
    const onProgress = (event: StudyEvent): void => {
      if (event.type === "progress" && event.stage.id === "seed1/models/math")
        stop.abort(new Error("enough"));
    };
    const only = "math";
    await expect(
      run(folder, { only, jobs: 1, signal: stop.signal, onProgress }),
    ).rejects.toThrow("enough");
    expect(files(folder).filter((path) => /\.tmp|\.lock/.test(path))).toEqual(
      [],
    );
    await run(folder, { only, jobs: 1 });
    expect(results(finished)).toMatchObject(results(folder));
  });
  it("throws StudyError before any work when the base model is missing or jobs is no number", async () => {
    const folder = copy();
    await expect(run(folder, { jobs: 0 })).rejects.toThrow(
      "study: jobs must be a positive integer, got 0",
    );
    rmSync(join(folder, "base"), { recursive: true });
    await expect(run(folder)).rejects.toThrow(
      `study: base must be a model folder, got none at ${folder}/base`,
    );
  });
});

describe("runStage(study, id)", () => {
  it("makes one stage as run would, and says what it needs when that is not done", async () => {
    const folder = picoStudy();
    await expect(runStage(folder, "seed1/models/math")).rejects.toThrow(
      "study: seed1/models/math needs seed1/models/sft, which is not here; make seed1/models/sft first",
    );
    for (const id of ["seed1/models/sft", "seed1/models/math"])
      expect((await runStage(folder, id)).ran).toBe(true);
    expect((await runStage(folder, "seed1/models/math")).ran).toBe(false);
    expect(results(finished)).toMatchObject(results(folder));
    const note = (at: string): Note =>
      JSON.parse(
        readFileSync(
          join(at, "runs/quick/stages/seed1/models/math.json"),
          "utf8",
        ),
      ) as Note;
    expect(note(folder).key).toBe(note(finished).key);
    await expect(runStage(folder, "seed1/models/maths")).rejects.toThrow(
      'did you mean "seed1/models/math"?',
    );
  });
});

describe("verifyStudy(study)", () => {
  it("finds nothing wrong with a study that was just made", () => {
    const found = verifyStudy(finished);
    expect(found).toMatchObject({ problems: [], absent: 0, scores: 16 });
    expect(found.noted).toBe(found.stages);
    expect(found.rowFiles).toBe(7);
  });
  it("names rewards, rows and models that do not match", () => {
    const folder = copy();
    const at = (path: string): string => join(folder, "runs/quick", path);
    const records = at("seed1/scores/sft/ifeval.jsonl");
    writeFileSync(
      records,
      readFileSync(records, "utf8").replace('"reward":0', '"reward":1'),
    );
    writeFileSync(at("analysis/rewards.json"), "[\n\n]\n");
    appendFileSync(at("seed1/models/math/model.safetensors"), " ");
    const texts = verifyStudy(folder).problems.map(
      ({ stage, text }) => `${stage}: ${text}`,
    );
    expect(texts).toEqual(
      expect.arrayContaining([
        "seed1/models/math: seed1/models/math must be as noted, got another content",
        "seed1/scores/sft: seed1/scores/sft/ifeval.jsonl must be as noted, got another content",
        "analysis/rewards: analysis/rewards.json must be as noted, got another content",
      ]),
    );
    // The rows of scores are not what the changed records give.
    const others = texts.filter(
      (text) => !text.endsWith("got another content"),
    );
    expect(others.length).toBeGreaterThan(0);
    for (const text of others)
      expect(text).toMatch(/must be what its records give, got others$/);
  });
});

/** The command line in a process of its own, until `until` has been written. */
function start(
  folder: string,
  until: string,
): Promise<{
  pid: number;
  kill: (
    signal: NodeJS.Signals,
  ) => Promise<{ code: number | null; text: string }>;
}> {
  const child = spawn(
    process.execPath,
    ["dist/cli.js", "run", folder, "--jobs", "2"],
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  let text = "";
  const ended = new Promise<number | null>((resolve) =>
    child.on("exit", resolve),
  );
  return new Promise((resolve) => {
    child.stderr.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      if (!text.includes(until)) return;
      resolve({
        pid: child.pid!,
        kill: async (signal) => {
          child.kill(signal);
          return { code: await ended, text };
        },
      });
    });
  });
}

describe("m2rl run", () => {
  it.each(["seed1/models/sft", "seed1/models/instruction"])(
    "resumes after it was killed when %s was done, and ends with the same bytes",
    async (done) => {
      const folder = picoStudy();
      const process = await start(folder, `✓ ${done}`);
      const { code } = await process.kill("SIGKILL");
      // Without a code it was killed, and could not give its lease back.
      expect(existsSync(join(folder, "runs/quick/.lock"))).toBe(code === null);
      const again = await ran(folder);
      expect(again).not.toContain(done);
      expect(results(folder)).toEqual(results(finished));
      expect(existsSync(join(folder, "runs/quick/.lock"))).toBe(false);
    },
  );
  it("stops at Ctrl-C with exit code 130 and says how to resume", async () => {
    const folder = picoStudy();
    const process = await start(folder, "✓ seed1/models/sft");
    await expect(run(folder)).rejects.toThrow(
      `study: one run at a time may work in ${folder}/runs/quick, got another as process ${process.pid}`,
    );
    const { code, text } = await process.kill("SIGINT");
    expect(code).toBe(130);
    expect(text).toContain(
      "m2rl: stopped; everything that is done is kept, rerun the same command to resume",
    );
    expect(files(folder).filter((path) => /\.tmp|\.lock/.test(path))).toEqual(
      [],
    );
  });
});

describe("m2rl stage", () => {
  /** The exit code of one command, with its standard input held open or closed at once. */
  const stage = (
    folder: string,
    id: string,
    input: "held" | "closed",
  ): Promise<number | null> => {
    const child = spawn(
      process.execPath,
      ["dist/cli.js", "stage", folder, id],
      {
        stdio: ["pipe", "ignore", "ignore"],
      },
    );
    if (input === "closed") child.stdin!.end();
    return new Promise((resolve) => child.on("exit", resolve));
  };
  it("exits with 0 when the stage is done, 1 when it failed, 130 when its standard input closed", async () => {
    const folder = picoStudy();
    expect(await stage(folder, "seed1/models/sft", "closed")).toBe(130);
    expect(existsSync(join(folder, "runs/quick/seed1/models/sft"))).toBe(false);
    expect(await stage(folder, "seed1/models/math", "held")).toBe(1);
    expect(await stage(folder, "seed1/models/sft", "held")).toBe(0);
    expect(inspect(folder)[0]).toMatchObject({ state: "done" });
  });
});

describe("open(study)", () => {
  it("reads rows, logs, records and model folders", () => {
    const study = open(finished);
    expect(study.models).toEqual([
      "base",
      "sft",
      "math",
      "instruction",
      "multi",
      "average",
      "dareTies",
      "opd",
    ]);
    const scores = rows(study, "scores");
    expect(scores).toHaveLength(8 * 3);
    expect(scores[0]).toMatchObject({
      model: "base",
      role: "base",
      benchmark: "aime24",
      title: "AIME'24 → nano",
      items: 2,
    });
    expect(
      rows(study, "differences").filter(
        ({ benchmark }) => benchmark === "average",
      ),
    ).toHaveLength(8 * 7);
    expect(
      rows(study, "rewards").map(({ run, step }) => `${run} ${step}`),
    ).toEqual([
      ...[
        "math 0",
        "math 1",
        "instruction 0",
        "instruction 1",
        "multi 0",
        "multi 1",
      ],
    ]);
    const cost = rows(study, "cost");
    const of = (name: string) => cost.find(({ model }) => model === name)!;
    expect(of("experts").flops).toBeCloseTo(
      of("math").flops + of("instruction").flops,
      6,
    );
    expect(scores.find(({ model }) => model === "opd")!.role).toBe("student");
    // The teachers' forward passes are part of a student's cost; the experts' training is not.
    const opd = of("opd");
    expect(opd.tokens.scored).toBe(opd.tokens.trained);
    expect(opd.flops).toBeCloseTo(
      (of("math").flops *
        (2 * (opd.tokens.prefill + opd.tokens.sampled) +
          8 * opd.tokens.trained)) /
        (2 * (of("math").tokens.prefill + of("math").tokens.sampled) +
          6 * of("math").tokens.trained),
      3,
    );
    const { rollout, reward, update } = opd.phases;
    expect(rollout + reward + update).toBeCloseTo(opd.seconds, 1);
    expect(of("math").ratio + of("instruction").ratio).toBeCloseTo(1, 3);
    expect(log<{ step: number }>(study, "sft").map(({ step }) => step)).toEqual(
      [0, 1],
    );
    expect(evaluation(study, "multi", "ifeval").items).toBe(2);
    expect(
      existsSync(join(modelFolder(study, "average"), "model.safetensors")),
    ).toBe(true);
    expect(
      existsSync(join(modelFolder(study, "base"), "model.safetensors")),
    ).toBe(true);
  });
  it("names the command that makes what is not there", () => {
    const study = open(finished, { profile: "full" });
    expect(() => rows(study, "scores")).toThrow(
      `study: ${finished}/runs/full/analysis/scores.json not found; create it with m2rl run ${finished} --profile full --only analysis/scores`,
    );
    expect(() => modelFolder(study, "avrage")).toThrow(
      'study: model must be known, got "avrage"; did you mean "average"?',
    );
    expect(() => log(study, "sft", 9)).toThrow(
      "study: seed must be one of 1, 2, got 9",
    );
    expect(() => rows(study, "score")).toThrow('did you mean "scores"?');
  });
});

describe("a study with trajectories and sizes", () => {
  it("scores checkpoints along training and merges of every size", async () => {
    const text = picoWith({
      models:
        '  fast: { like: experts, as: "{domain}-lr{learningRate}", each: { domain: all, learningRate: [0.01] } }\n',
      measures: `  trajectories: { models: experts, every: 1, benchmarks: [aime24], items: 2, samples: 1 }
  mergeSize: { anchor: sft, experts: [experts@1, experts@2, fast], methods: [ties, average], lambdas: [0.5, 1], items: 2, samples: 1 }
`,
    });
    const folder = picoStudy(text);
    await run(folder, { jobs: 2 });
    const study = open(folder);
    expect(
      rows(study, "trajectories").map(({ run, step }) => `${run} ${step}`),
    ).toEqual([
      ...[
        "math 0",
        "math 1",
        "math 2",
        "instruction 0",
        "instruction 1",
        "instruction 2",
      ],
    ]);
    const sizes = rows(study, "mergeSize");
    expect(
      sizes.map(({ method, lambda, step, learningRate }) => [
        method,
        lambda,
        step,
        learningRate,
      ]),
    ).toEqual(
      [
        [1, 0.001],
        [2, 0.001],
        [2, 0.01],
      ].flatMap((set) => [
        ["ties", 0.5, ...set],
        ["ties", 1, ...set],
        ["average", null, ...set],
      ]),
    );
    // More steps and larger steps move the weights further; half of λ halves what is added.
    expect(sizes[3]!.taskVectorSize).toBeGreaterThan(sizes[0]!.taskVectorSize);
    expect(sizes[6]!.taskVectorSize).toBeGreaterThan(sizes[3]!.taskVectorSize);
    expect(sizes[0]!.mergedSize / sizes[1]!.mergedSize).toBeCloseTo(0.5, 3);
  });
});
