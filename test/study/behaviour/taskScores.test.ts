/** Measure `taskScores`: models on files of tasks; a published benchmark brings its own settings. */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { StudyError } from "../../../src/error.js";
import { Random } from "../../../src/random.js";
import {
  describePlan,
  open,
  parseStudy,
  plan,
  rows,
  run,
  runStage,
  verifyStudy,
} from "../../../src/study/index.js";
import { drawTask } from "../../../src/world/index.js";
import { PICO_STUDY, picoStudy } from "../pico.js";

const FILES = "files: { aime24: aime.jsonl, mine: mine.jsonl }";
const SHORT = "items: 2, samples: 2, maxTokens: 8, temperature: 1, topP: 1";
const text = (options: string): string =>
  PICO_STUDY.replace(/ {2}(experts|multi|average|dareTies|opd):.*\n/g, "")
    .replace(/ {2}(cost|rewards|consistency|claims):.*\n/g, "")
    .replace(
      / {2}scores:.*\n/,
      `  taskScores: { models: [base, sft], ${options} }\n`,
    );

/** A study with a file as AIME is published, and one of tasks of the small world. */
function study(options: string): string {
  const folder = picoStudy(text(options));
  const problem = (n: number): string =>
    `${JSON.stringify({ problem: `What is ${n} + 1?`, answer: String(n + 1) })}\n`;
  writeFileSync(join(folder, "aime.jsonl"), [1, 2, 3].map(problem).join(""));
  const random = new Random(1, "taskScores");
  const tasks = [0, 1].map(() =>
    drawTask("science", random, { split: "benchmark" }),
  );
  const lines = tasks.map((task) => `${JSON.stringify(task)}\n`);
  writeFileSync(join(folder, "mine.jsonl"), lines.join(""));
  return folder;
}

test("a study scores its models on files; rows name the published benchmark, and another file is another stage", async () => {
  const folder = study(`${FILES}, ${SHORT}`);
  await run(folder, { jobs: 1 });
  const opened = open(folder);
  const scores = rows(opened, "taskScores");
  expect(
    scores.map(({ model, tasks, title, items, samples }) => [
      ...[model, tasks, title, items, samples],
    ]),
  ).toEqual([
    ["base", "aime24", "AIME 2024", 2, 2],
    ["base", "mine", "mine", 2, 2],
    ["sft", "aime24", "AIME 2024", 2, 2],
    ["sft", "mine", "mine", 2, 2],
  ]);
  expect(scores[0]).toMatchObject({
    role: "base",
    temperature: 1,
    maxTokens: 8,
  });
  const [difference] = rows(opened, "taskDifferences", { a: "sft" });
  expect(difference).toMatchObject({ b: "base", tasks: "aime24", seeds: 1 });
  expect(verifyStudy(folder)).toMatchObject({ problems: [], scores: 4 });
  const records = join(folder, "runs/quick/seed1/taskScores/sft/mine.jsonl");
  expect(readFileSync(records, "utf8").trim().split("\n")).toHaveLength(5);

  const undone = (): string[] =>
    describePlan(folder)
      .stages.filter(({ state }) => state !== "done")
      .map(({ id }) => id);
  expect(undone()).toEqual([]);
  writeFileSync(join(folder, "mine.jsonl"), "");
  expect(undone()).toContain("seed1/taskScores/sft");
  await expect(run(folder, { jobs: 1 })).rejects.toThrow(
    /taskScores\/base failed: evaluate: mine must hold at least one task/,
  );
}, 300_000);

test("a file that is not here is named before anything is made, also by one stage alone", async () => {
  const folder = study(`${FILES}, ${SHORT}`);
  const place = join(folder, "mine.jsonl");
  rmSync(place);
  const missing = new StudyError(
    `study: measures.taskScores.files.mine must be a file of tasks, got none at ${place}`,
  );
  await expect(run(folder, { jobs: 1 })).rejects.toThrow(missing);
  await expect(runStage(folder, "seed1/taskScores/base")).rejects.toThrow(
    missing,
  );
  mkdirSync(place);
  await expect(run(folder, { jobs: 1 })).rejects.toThrow(missing);
  expect(existsSync(join(folder, "runs/quick/seed1"))).toBe(false);
});

test("a model that stages read must have weights, and is named before anything is made", async () => {
  const folder = study(`${FILES}, ${SHORT}`);
  rmSync(join(folder, "base/model.safetensors"));
  await expect(run(folder, { jobs: 1 })).rejects.toThrow(
    new StudyError(
      `study: base must be a model folder with weights, got none at ${join(folder, "base")}`,
    ),
  );
});

test("without options a published benchmark has its own, another file the defaults", () => {
  const [stage] = plan(parseStudy(text(FILES), "quick")).filter(
    ({ kind }) => kind === "taskScores",
  );
  expect(stage!.spec).toMatchObject({
    gate: "none",
    files: [
      {
        name: "aime24",
        ...{ samples: 64, temperature: 0.6, topP: 0.95, maxTokens: 32768 },
      },
      {
        name: "mine",
        ...{ samples: 4, temperature: 1, topP: 1, maxTokens: 4096 },
      },
    ],
  });
  expect(() => parseStudy(text("files: {}"), "quick")).toThrow(
    /taskScores\.files must hold at least one file, got none/,
  );
});
