/** Rows of the published training data, in rows written for this test. */
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { files, spec, type Task } from "../../../src/domains/index.js";
import { TaskError } from "../../../src/error.js";

const { readRlRow, readSftRow, streamRows, questionText } = files;
const PREFIX = "nano_v3_sft_profiled_";
const asked = (content: string, ...before: object[]): object => ({
  input: [...before, { role: "user", content }],
});
const at = (row: object): files.PlacedRow => ({
  row: row as files.FileRow,
  where: "train.jsonl:7",
});
const rl = (row: object, options: files.RlRowOptions = {}): files.RlRow =>
  readRlRow(at(row), 3, options);
function taskOf(row: object, options: files.RlRowOptions = {}): Task {
  const said = rl(row, options);
  if ("skipped" in said) throw new Error(said.skipped);
  return said.task;
}
const verdict = (task: Task, answer: string): string =>
  spec(task.domain).verify(task, `</think>${answer}`, "stop").outcome;

const math = {
  dataset: `${PREFIX}dapo17k`,
  responses_create_params: asked("What is a half of one?"),
  expected_answer: "1/2",
};
const science = {
  dataset: `${PREFIX}stem_mcqa`,
  responses_create_params: asked(
    "Answer the following multiple choice question. Which is last?\nA) a\nJ) j",
  ),
  options: [..."ABCDEFGHIJ"].map((letter) => ({
    [letter]: letter.toLowerCase(),
  })),
  template_metadata: { output_regex: "Final: ([A-Z])" },
  expected_answer: "J",
};
const coding = {
  dataset: `${PREFIX}comp_coding_50tests`,
  responses_create_params: asked("Add one."),
  verifier_metadata: {
    unit_tests: { inputs: ["1\n", "2\n"], outputs: ["2\n", "3\n"] },
  },
};
const instruction = {
  dataset: `${PREFIX}instruction_following`,
  responses_create_params: asked("Write three words."),
  prompt: "Write three words.",
  instruction_id_list: ["punctuation:no_comma", "count:lowercase_counting"],
  kwargs: [null, { N: 3 }],
};
const agent = {
  dataset: `${PREFIX}workbench`,
  responses_create_params: asked("Delete the email.", {
    role: "system",
    content: "Today is Thursday.",
  }),
  ground_truth: [
    { name: "email_delete_email", arguments: '{"email_id": "00000057"}' },
  ],
};

describe("readRlRow", () => {
  test("makes a math task whose prompt asks for a box", () => {
    const said = rl(math);
    expect(said).toMatchObject({
      fixes: ["answerLine"],
      task: {
        id: `${PREFIX}dapo17k/3`,
        domain: "math",
        data: { answer: "1/2" },
      },
    });
    const task = taskOf(math);
    expect(task.prompt).toContain("\\boxed{…}");
    expect(task.prompt).toMatch(/\n\nWhat is a half of one\?$/);
    expect(verdict(task, "Answer: \\boxed{0.5}")).toBe("correct");
  });

  test("keeps all ten options and the row's own pattern, so that J can be right", () => {
    const task = taskOf(science);
    expect(task.prompt).toMatch(
      /^Answer the following multiple choice question, thinking step by step\. Which is last\?/,
    );
    expect(verdict(task, "Final: J. Answer: B")).toBe("correct");
    expect(verdict(task, "Answer: I")).toBe("wrong");
  });

  test("makes programs with standard input, and functions where they are named", () => {
    expect(taskOf(coding).data).toEqual({
      language: "python",
      mode: "stdin",
      tests: [
        { input: "1\n", output: "2\n" },
        { input: "2\n", output: "3\n" },
      ],
    });
    const unit_tests = { inputs: ["1"], outputs: ["2"], fn_name: "next" };
    const named = { ...coding, verifier_metadata: { unit_tests } };
    expect(taskOf(named).data).toMatchObject({
      mode: "functional",
      entry: "next",
    });
  });

  test("makes constraints that the verifier reads", () => {
    const task = taskOf(instruction);
    expect(verdict(task, "One Two three")).toBe("correct");
    expect(verdict(task, "one, two")).toBe("wrong");
  });

  test("makes requests to the workplace assistant, with its system message and parsed calls", () =>
    expect(taskOf(agent)).toMatchObject({
      domain: "agent",
      kind: "workplace",
      prompt: "Delete the email.",
      data: {
        system: "Today is Thursday.",
        calls: [
          { name: "email_delete_email", arguments: { email_id: "00000057" } },
        ],
      },
    }));

  test("leaves structured outputs out", () =>
    expect(rl({ dataset: `${PREFIX}structured_outputs` })).toEqual({
      skipped: "structuredOutputs",
    }));

  test("leaves prompts as they are when told to", () => {
    expect(taskOf(math, { edit: false }).prompt).toBe("What is a half of one?");
    expect(taskOf(science, { edit: false }).prompt).toMatch(/question\. Which/);
  });

  test("fills in questions that rows only point to", () => {
    const row = {
      ...math,
      responses_create_params: undefined,
      _hf_placeholder: { row: 5 },
    };
    const questions = (name: string, index: number): string | undefined =>
      name === "dapo" && index === 5
        ? "Solve the following math problem step by step. Do it.\n\nWhat is a half?\n\nRemember to put your answer on its own line."
        : undefined;
    expect(rl(row, { questions })).toMatchObject({
      fixes: ["placeholder", "answerLine"],
    });
    expect(taskOf(row, { questions }).prompt).toMatch(/\n\nWhat is a half\?$/);
    expect(() => rl(row)).toThrow(
      "train.jsonl:7: only points to row 5 of dapo;",
    );
    expect(() =>
      rl({ ...row, _hf_placeholder: { row: 6 } }, { questions }),
    ).toThrow("points to row 6 of dapo, which is not there");
  });

  test.each([
    ["dataset", { dataset: "poems" }, 'unknown dataset "poems"'],
    ["answer", { ...math, expected_answer: null }, "expected_answer"],
    ["input", { ...math, responses_create_params: {} }, "list of messages"],
    [
      "roles",
      {
        ...math,
        responses_create_params: asked("a", {
          role: "assistant",
          content: "b",
        }),
      },
      "at most one system message",
    ],
    ["letter", { ...science, expected_answer: "K" }, "a letter from A to J"],
    [
      "tests",
      {
        ...coding,
        verifier_metadata: { unit_tests: { inputs: ["1"], outputs: [] } },
      },
      "lists of texts of one length",
    ],
    [
      "no test",
      {
        ...coding,
        verifier_metadata: { unit_tests: { inputs: [], outputs: [] } },
      },
      "at least one test",
    ],
    [
      "constraint",
      { ...instruction, instruction_id_list: ["a:b", "c:d"] },
      "a:b",
    ],
    ["kwargs", { ...instruction, kwargs: [null, {}] }, "N"],
    ["length", { ...instruction, kwargs: [null] }, "as many as the 2"],
    [
      "calls",
      { ...agent, ground_truth: [{ name: "a", arguments: "{" }] },
      "a name and arguments in each call",
    ],
  ])("names file, line and what is wrong: %s", (_, row, text) => {
    expect(() => rl(row)).toThrow(TaskError);
    expect(() => rl(row)).toThrow("readRlRow: train.jsonl:7: ");
    expect(() => rl(row)).toThrow(text);
  });
});

describe("readSftRow", () => {
  const sft = (row: object, questions?: files.Questions): files.SftRow =>
    readSftRow(at(row), questions ? { questions } : {});
  const chat = [
    { role: "user", content: "Hi" },
    { role: "assistant", content: "Ho", reasoning_content: "Say ho." },
  ];

  test("reads chats, thoughts apart", () =>
    expect(sft({ messages: chat, uuid: "u" })).toEqual({
      fixes: [],
      demonstration: {
        id: "u",
        messages: [
          { role: "user", content: "Hi" },
          { role: "assistant", content: "Ho", reasoning: "Say ho." },
        ],
      },
    }));

  test("reads tools and calls that are JSON texts, and what tools returned as text", () => {
    const call = { function: { name: "f", arguments: '{"a": 1}' } };
    const tool = { type: "function", function: { name: "f" } };
    expect(
      sft({
        messages: [
          chat[0],
          {
            role: "assistant",
            content: "",
            tool_calls: JSON.stringify([call]),
          },
          { role: "tool", content: { b: 2 }, tool_call_id: "1", name: "f" },
          chat[1],
        ],
        tools: JSON.stringify([tool]),
      }),
    ).toMatchObject({
      fixes: ["toolText"],
      demonstration: {
        id: "train.jsonl:7",
        tools: [{ name: "f", description: "", parameters: {} }],
        messages: [
          {},
          { toolCalls: [{ name: "f", arguments: { a: 1 } }] },
          { role: "tool", content: '{"b":2}' },
          {},
        ],
      },
    });
  });

  test("fills in statements of problems", () => {
    const row = {
      dataset: "taco",
      split: "train",
      index: "4",
      messages: [{ role: "user", content: "-" }, chat[1]],
    };
    const questions = (name: string, index: number): string =>
      `${name} ${index}`;
    expect(sft(row, questions)).toMatchObject({
      fixes: ["codePlaceholder"],
      demonstration: { messages: [{ content: "taco/train 4" }, {}] },
    });
    expect(() => sft(row)).toThrow('only points to row "4" of taco/train');
  });

  test.each([
    [{ messages: [] }, "noMessages"],
    [{}, "noMessages"],
    [{ messages: [chat[0], { role: "assistant", content: " " }] }, "emptyTurn"],
  ])("leaves out %j: %s", (row, skipped) =>
    expect(sft(row)).toEqual({ skipped }),
  );

  test.each([
    [{ messages: "Hi" }, "messages must be a list"],
    [{ messages: [{ role: "poet", content: "x" }] }, "role must be"],
    [{ messages: chat, tools: "{" }, "tools must be JSON"],
    [{ messages: chat, tools: [{ type: "function" }] }, "a name each"],
  ])("refuses %j", (row, text) => {
    expect(() => sft(row)).toThrow(TaskError);
    expect(() => sft(row)).toThrow("train.jsonl:7: ");
    expect(() => sft(row)).toThrow(text);
  });
});

describe("questionText", () => {
  test.each([
    [{ prompt: [{ content: "p" }] }, "p"],
    [{ question: "q" }, "q"],
    [{ description: "d" }, "d"],
    [
      {
        description: "d",
        input_format: "i",
        note: "n",
        examples: [{ input: "1", output: "2" }],
      },
      "d\n\nInput\n\ni\n\nNote\n\nn\n\nExamples\n\nInput:\n1\nOutput:\n2",
    ],
  ])("of %j", (row, text) => expect(questionText(row, "x:1")).toBe(text));

  test("names a row without one", () =>
    expect(() => questionText({ title: "t" }, "x:1")).toThrow("x:1"));
});

describe("streamRows", () => {
  const folder = mkdtempSync(join(tmpdir(), "stream-"));
  const file = (name: string, content: string | Buffer): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  async function all(path: string): Promise<files.PlacedRow[]> {
    const rows: files.PlacedRow[] = [];
    for await (const row of streamRows(path)) rows.push(row);
    return rows;
  }

  // Longer than a piece of the stream, with a character that pieces may cut.
  const long = { text: "é".repeat(1_500_000) };
  const lines = `{"a":1}\n\n${JSON.stringify(long)}\r\n{"a":3}`;

  test.each(["plain.jsonl", "packed.jsonl.gz"])("reads %s", async (name) => {
    const path = file(name, name.endsWith("gz") ? gzipSync(lines) : lines);
    expect(await all(path)).toEqual([
      { row: { a: 1 }, where: `${path}:1` },
      { row: long, where: `${path}:3` },
      { row: { a: 3 }, where: `${path}:4` },
    ]);
  });

  test("reads Parquet as readRows does", async () => {
    const path = join("test", "golden", "files", "snappy.parquet");
    const rows = await files.readRows(path);
    expect((await all(path)).map(({ row }) => row)).toEqual(rows);
    expect((await all(path))[1]!.where).toBe(`${path}[1]`);
  });

  test.each([
    ["line.jsonl", "{}\n{", "line.jsonl:2 must hold JSON"],
    ["list.jsonl", "{}\n[1]", "list.jsonl:2 must be an object"],
    [
      "cut.jsonl.gz",
      gzipSync(lines).subarray(0, 60),
      "cut.jsonl.gz must be readable to its end",
    ],
  ])("names what is wrong in %s", async (name, content, text) => {
    const path = file(name, content);
    await expect(all(path)).rejects.toThrow(TaskError);
    await expect(all(path)).rejects.toThrow(text);
  });

  test("names a missing file", async () =>
    await expect(all(join(folder, "no.jsonl"))).rejects.toThrow("no.jsonl"));
});
