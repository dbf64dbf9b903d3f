/** Rows of the published benchmarks as tasks: each reader on rows of its published form, and on rows that are not. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  files,
  gradePython,
  defaultExecutor,
  spec,
  type LetterAnswer,
  type Task,
} from "../../../src/domains/index.js";
import { TaskError } from "../../../src/error.js";

const folder = mkdtempSync(join(tmpdir(), "questions-"));

function file(name: string, rows: readonly object[] | string): string {
  const path = join(folder, name);
  const text =
    typeof rows === "string"
      ? rows
      : rows.map((row) => `${JSON.stringify(row)}\n`).join("");
  writeFileSync(path, text);
  return path;
}

async function read(name: string, path: string): Promise<(Task | null)[]> {
  const found: (Task | null)[] = [];
  for await (const task of files.readQuestions(name, path)) found.push(task);
  return found;
}

const one = async (name: string, row: object): Promise<Task> =>
  (await read(name, file("one.jsonl", [row])))[0]!;

/** What the domain's verifier says of an answer. */
const reward = (task: Task, answer: string): number =>
  spec(task.domain).verify(task, `<think>\n\n</think>\n\n${answer}`, "stop")
    .reward;

const HLE = {
  id: "h1",
  question: "Where is the court?",
  answer: "The Hague",
  answer_type: "exactMatch",
  image: "",
};
const GPQA = {
  Question: "Which is a noble gas?",
  "Correct Answer": "argon",
  "Incorrect Answer 1": "iron",
  "Incorrect Answer 2": "lead",
  "Incorrect Answer 3": "gold",
};

describe("readQuestions", () => {
  test.each([
    ["aime24", { id: 60, problem: "How many?", answer: "204" }, "aime24/60"],
    ["aime25", { problem: "How many?", answer: 204 }, "aime25/0"],
    [
      "math-500",
      { problem: "How many?", solution: "…", answer: "204", unique_id: "a/1" },
      "math-500/a/1",
    ],
    [
      "gsm8k",
      { question: "How many?", answer: "17 * 12\n#### 2,04" },
      "gsm8k/0",
    ],
  ])(
    "%s: the answer in a box is right, another is not",
    async (name, row, id) => {
      const task = await one(name, row);
      expect(task).toMatchObject({ id, domain: "math", kind: name });
      expect(task.prompt).toMatch(/^How many\?[^]*\\boxed\{\}/);
      expect(reward(task, "It is \\boxed{204}.")).toBe(1);
      expect(reward(task, "It is \\boxed{205}.")).toBe(0);
    },
  );

  test("hle: short answers are compared as text, letters as choices; questions with pictures are left out", async () => {
    const letter = {
      ...HLE,
      id: "h2",
      answer_type: "multipleChoice",
      answer: "C",
    };
    const [short, choice, picture] = await read(
      "hle",
      file("hle.jsonl", [HLE, letter, { ...HLE, image: "data:image/png" }]),
    );
    expect(picture).toBeNull();
    expect(short!.data).toEqual({
      reference: "The Hague",
      question: "Where is the court?",
    });
    expect(
      reward(short!, "Explanation: x\nAnswer: the hague\nConfidence: 90%"),
    ).toBe(1);
    expect(reward(short!, "Answer: Rome\nConfidence: 90%")).toBe(0);
    expect(reward(choice!, "Answer: C\nConfidence: 90%")).toBe(1);
    expect(reward(choice!, "Answer: B\nConfidence: 90%")).toBe(0);
  });

  test("gpqa-diamond: options stand in an order of their own, the same at each reading, and the letter follows it", async () => {
    const rows = Array.from({ length: 40 }, (_, i) => ({
      ...GPQA,
      "Record ID": `r${i}`,
    }));
    const path = file("gpqa.jsonl", rows);
    const tasks = (await read("gpqa-diamond", path)) as Task[];
    expect(await read("gpqa-diamond", path)).toEqual(tasks);
    const letters = tasks.map(({ data }) => (data as LetterAnswer).answer);
    expect(new Set(letters)).toEqual(new Set("ABCD"));
    for (const [i, task] of tasks.entries()) {
      expect(task.prompt).toContain(`\n${letters[i]!}) argon`);
      expect(reward(task, `Answer: ${letters[i]!}`)).toBe(1);
    }
  });

  test("gpqa-diamond is read from CSV, as it is published", async () => {
    const columns = Object.keys(GPQA);
    const csv = `${columns.join(",")}\n${Object.values(GPQA).join(",")}\n`;
    const [task] = await read("gpqa-diamond", file("gpqa_diamond.csv", csv));
    expect(task!.id).toBe("gpqa-diamond/0");
  });

  test.each(["ifeval", "ifbench"])(
    "%s: constraints without the nulls of a table's columns",
    async (name) => {
      const task = await one(name, {
        key: 1000,
        prompt: "Use no comma.",
        instruction_id_list: ["punctuation:no_comma"],
        kwargs: [{ num_words: null, relation: null }],
      });
      expect(task).toMatchObject({
        id: `${name}/1000`,
        prompt: "Use no comma.",
        data: { kwargs: [{}] },
      });
      expect(reward(task, "Fine so.")).toBe(1);
      expect(reward(task, "Fine, so.")).toBe(0);
    },
  );

  test("mbpp: a program is right when no assertion fails", async () => {
    const task = await one("mbpp", {
      task_id: 11,
      text: "Write a function to double.",
      code: "…",
      test_list: ["assert double(2) == 4", 'assert double("é") == "éé"'],
      test_setup_code: "",
    });
    expect(task.prompt).toContain("assert double(2) == 4");
    const executor = defaultExecutor();
    const grade = async (body: string): Promise<boolean> => {
      const answer = `\`\`\`python\ndef double(x):\n    return ${body}\n\`\`\``;
      return (await gradePython(executor, task.id, task.data, answer)).passed;
    };
    try {
      expect(await grade("x + x")).toBe(true);
      expect(await grade("x * 3")).toBe(false);
    } finally {
      await executor.close();
    }
  });

  test("livecodebench-v5: rows outside its window are left out, and the question asks for a block of Python", async () => {
    const tests = JSON.stringify([
      { input: "1\n", output: "2\n", testtype: "stdin" },
    ]);
    const row = {
      question_id: "a",
      question_content: "Add one.",
      contest_date: "2024-10-01T00:00:00",
      starter_code: "",
      public_test_cases: tests,
      private_test_cases: "[]",
      metadata: "{}",
    };
    const old = { ...row, question_id: "b", contest_date: "2023-10-01" };
    const found = await read("livecodebench-v5", file("t.jsonl", [row, old]));
    expect(found.map((task) => task!.id)).toEqual(["a"]);
    expect(found[0]!.prompt).toMatch(/^Add one\.[^]*```python/);
  });

  test.each([
    ["aime24", { problem: "?" }, "one.jsonl:1: answer must be a text"],
    ["gsm8k", { question: "?", answer: "4" }, 'behind "####"'],
    ["hle", { ...HLE, answer_type: "essay" }, "answer_type must be exactMatch"],
    [
      "hle",
      { ...HLE, answer_type: "multipleChoice" },
      "answer must be a letter from A to Z",
    ],
    [
      "gpqa-diamond",
      { ...GPQA, "Incorrect Answer 1": "argon" },
      "options must differ",
    ],
    [
      "ifeval",
      { key: 1, prompt: "?", instruction_id_list: ["a:b"], kwargs: [{}] },
      "one.jsonl:1",
    ],
    ["mbpp", { task_id: 1, text: "?", test_list: [] }, "must not be empty"],
    ["bfcl-v3", {}, "readBfcl reads BFCL"],
  ])("%s: a row that is not of its form is named", async (name, row, why) => {
    await expect(one(name, row)).rejects.toThrow(TaskError);
    await expect(one(name, row)).rejects.toThrow(why);
  });

  test("a benchmark that is not there is told where it is published", async () => {
    await expect(read("mbpp", join(folder, "nosuch"))).rejects.toThrow(
      "MBPP is published at huggingface.co/datasets/google-research-datasets/mbpp",
    );
  });
});
