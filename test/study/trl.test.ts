/** Studies whose experts TRL trains, by a process that plays it: checked before any work, merged and scored like any other. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import {
  parseStudy,
  plan,
  readNote,
  run,
  runStage,
} from "../../src/study/index.js";
import { ROOT } from "../structure/sources.js";
import { PICO_STUDY, picoStudy } from "./pico.js";

const FAKE = join(ROOT, "test/cluster/trl/fakeTrainer.mjs");

/** The pico study with experts by TRL, of which one is merged after its first step too. */
const BY_TRL = PICO_STUDY.replace(
  "each: domain,",
  "trainer: trl, processes: 2, each: domain,",
).replace("of: experts }", "of: [experts, math@1] }");

afterEach(() => void vi.unstubAllEnvs());

test("experts by TRL merge and are scored like any other; notes hold versions and what was not counted", async () => {
  vi.stubEnv("M2RL_TRL_PYTHON", FAKE);
  const path = picoStudy(BY_TRL);
  const { folder } = await run(path, { jobs: 2 });
  const note = readNote(folder, "seed1/models/math")!;
  expect(note.facts).toMatchObject({
    tokens: { prefill: 20, sampled: 10, trained: 30 },
    trainer: { name: "trl", processes: 2, versions: { trl: "1.16.0" } },
    notCounted: [
      expect.stringMatching("padding"),
      expect.anything(),
      expect.anything(),
    ],
  });
  expect(Object.keys(note.outputs)).toEqual([
    "seed1/models/math",
    "seed1/train/math.jsonl",
    "seed1/checkpoints/math/step1",
  ]);
  const again = await run(path, { jobs: 1 });
  expect(again.stages.filter(({ ran }) => ran)).toEqual([]);
  const rows = readFileSync(join(folder, "analysis/cost.json"), "utf8");
  expect(rows).toContain('"model":"experts"');
});

test("a study without its Python fails before any stage, and so does a stage of it", async () => {
  vi.stubEnv("M2RL_TRL_PYTHON", "");
  const path = picoStudy(BY_TRL);
  const error = {
    name: "MissingPackageError",
    message: expect.stringMatching(
      /^trl: M2RL_TRL_PYTHON must name a Python with TRL, got none/,
    ) as string,
  };
  await expect(run(path, { jobs: 1 })).rejects.toMatchObject(error);
  const made = join(path, "runs/quick/seed1/models");
  expect(existsSync(made)).toBe(false);
  await run(path, { jobs: 1, only: "sft" });
  await expect(runStage(path, "seed1/models/math")).rejects.toMatchObject(
    error,
  );
});

test("a stage whose trainer failed is failed by its name, and the same command resumes it", async () => {
  vi.stubEnv("M2RL_TRL_PYTHON", FAKE);
  vi.stubEnv("M2RL_FAKE", "killed");
  const path = picoStudy(BY_TRL);
  await expect(run(path, { jobs: 1, only: "math" })).rejects.toThrow(
    /study: seed1\/models\/math failed: trl: the trainer must finish, got SIGKILL/,
  );
  const heard: number[] = [];
  await run(path, {
    jobs: 1,
    only: "math",
    onProgress: (event) => {
      if (event.type === "progress" && event.stage.model === "math")
        heard.push(event.done);
    },
  });
  expect(heard).toEqual([2]);
});

test("a student by TRL is made and noted like any other; what TRL cannot distil is refused with its place", async () => {
  vi.stubEnv("M2RL_TRL_PYTHON", FAKE);
  const student = (more: string): string =>
    PICO_STUDY.replace("by: distill,", `by: distill, trainer: trl, ${more}`);
  const path = picoStudy(student("processes: 2,"));
  const { folder } = await run(path, { jobs: 1, only: "opd" });
  const note = readNote(folder, "seed1/models/opd")!;
  expect(note.facts).toMatchObject({ trainer: { name: "trl", processes: 2 } });
  const broken = (more: string) => () => parseStudy(student(more), "quick");
  expect(broken("method: forwardKl,")).toThrow(
    /study\.yml:\d+:\d+: models\.opd.*method must be left out with trainer trl/,
  );
  expect(() =>
    parseStudy(
      PICO_STUDY.replace("by: distill,", "by: distill, processes: 2,"),
      "quick",
    ),
  ).toThrow(/processes must be left out without trainer: trl, got 2/);
}, 300_000);

test("trainer: local is what is there without it; what TRL cannot do is refused with its place", () => {
  const keys = (text: string): string[] =>
    plan(parseStudy(text, "quick")).map((stage) => JSON.stringify(stage));
  expect(
    keys(PICO_STUDY.replaceAll("by: rl,", "by: rl, trainer: local,")),
  ).toEqual(keys(PICO_STUDY));
  expect(keys(BY_TRL)).not.toEqual(keys(PICO_STUDY));
  const broken = (more: string): (() => unknown) => {
    const text = PICO_STUDY.replace("each: domain,", `${more}, each: domain,`);
    return () => parseStudy(text, "quick");
  };
  expect(broken("processes: 2")).toThrow(
    /study\.yml:\d+:\d+: models\.experts.*processes must be left out without trainer: trl, got 2/,
  );
  expect(broken("trainer: trl, dynamicSampling: true")).toThrow(
    /dynamicSampling must be left out with trainer trl, which has no such setting; got true/,
  );
  expect(broken("trainer: verl")).toThrow(/trainer must be a known name/);
});
