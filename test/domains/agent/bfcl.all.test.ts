/** BFCL v3 for real: the published answers, written as a model writes them, score 100 % in every category; changed ones do not. */
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  BFCL_CATEGORIES,
  BFCL_CLASSES,
  bfclOverall,
  gradeBfcl,
  readBfclCall,
  readBfclTask,
  readLongContext,
  type BfclCategory,
  type BfclMultiData,
  type BfclScore,
  type BfclSingleData,
  type LongContext,
  type Task,
} from "../../../src/domains/index.js";
import { fetchBenchmark } from "../../../src/domains/files/index.js";
import { renderAssistant } from "../../../src/tokenizer/index.js";
import type { ToolCall } from "../../../src/tokenizer/message.js";
import { solution, UNSATISFIABLE } from "./bfclSolution.js";

const MINUTES = 5 * 60_000;
const CATEGORIES = Object.keys(BFCL_CATEGORIES) as BfclCategory[];

let folder = process.env.M2RL_BFCL ?? "";
let long: LongContext;
const scores: Partial<Record<BfclCategory, BfclScore>> = {};
const changed = { single: { failed: 0, all: 0 }, multi: { failed: 0, all: 0 } };

beforeAll(async () => {
  if (!existsSync(folder)) {
    const place = mkdtempSync(join(tmpdir(), "bfcl-"));
    ({ folder } = await fetchBenchmark("bfcl", { folder: place }));
  }
  long = readLongContext(readFileSync(join(folder, "long_context.py"), "utf8"));
}, MINUTES);

const fileOf = (category: BfclCategory): string => {
  const own: Partial<Record<BfclCategory, string>> = {
    simple: "simple_python",
    java: "simple_java",
    javascript: "simple_javascript",
  };
  return `BFCL_v4_${own[category] ?? category}.json`;
};

type Row = Record<string, unknown>;

const rows = (path: string): Row[] =>
  existsSync(path)
    ? readFileSync(path, "utf8")
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => JSON.parse(line) as Row)
    : [];

function tasksOf(category: BfclCategory): Task[] {
  const file = fileOf(category);
  const answers = new Map(
    rows(join(folder, "possible_answer", file)).map((row) => [row.id, row]),
  );
  return rows(join(folder, file)).map((row) =>
    readBfclTask(category, row, answers.get(row.id)),
  );
}

const text = (toolCalls: ToolCall[]): string =>
  renderAssistant({ role: "assistant", content: "", reasoning: "", toolCalls });
const SILENT = "I cannot do that.";

/** A call of the published answers with all arguments by name. */
function named(source: string, classes: readonly string[]): ToolCall {
  const { name, positional = [], arguments: args } = readBfclCall(source);
  const tool = classes
    .map((one) => BFCL_CLASSES[one]!.tools)
    .find((tools) => Object.hasOwn(tools, name))![name]!;
  const names = Object.keys(tool.parameters);
  const placed = positional.map((value, i) => [names[i]!, value]);
  return { name, arguments: { ...Object.fromEntries(placed), ...args } };
}

/** A value that is another. */
const other = (value: unknown): unknown =>
  typeof value === "number"
    ? value + 1013
    : typeof value === "boolean"
      ? !value
      : Array.isArray(value)
        ? [...(value as unknown[]), "zzz"]
        : typeof value === "string"
          ? `${value} zzz`
          : "zzz";

/** Calls with one thing changed: another name, another value, one missing, one too many. */
function mutations(calls: ToolCall[]): ToolCall[][] {
  const replaced = (call: ToolCall): ToolCall[] => [call, ...calls.slice(1)];
  const [first] = calls;
  if (first === undefined) return [];
  return [
    replaced({ ...first, name: `${first.name}_x` }),
    calls.slice(1),
    [...calls, { name: "nothing_at_all", arguments: {} }],
    ...Object.entries(first.arguments).map(([name, value]) =>
      replaced({
        ...first,
        arguments: { ...first.arguments, [name]: other(value) },
      }),
    ),
  ];
}

function gradeSingleTurn(task: Task, category: BfclCategory): boolean {
  const { functions, answers } = task.data as BfclSingleData;
  const isRight = (turn: string): boolean =>
    gradeBfcl(task, [[turn]]).reward === 1;
  if (category.endsWith("irrelevance"))
    return isRight(SILENT) && !isRight(text([{ name: "any", arguments: {} }]));
  if (category.endsWith("relevance"))
    return isRight(text([{ name: "any", arguments: {} }])) && !isRight(SILENT);
  const language =
    category === "java" || category === "javascript" ? category : "python";
  const calls = solution(functions, answers, language);
  for (const mutated of mutations(calls)) {
    changed.single.all++;
    if (!isRight(text(mutated))) changed.single.failed++;
  }
  return isRight(text(calls));
}

function gradeSeveralTurns(task: Task): boolean {
  const { answers, involved_classes: classes } = task.data as BfclMultiData;
  const turns = answers.map((turn) =>
    turn.length === 0 ? [] : [text(turn.map((call) => named(call, classes)))],
  );
  const isRight = (steps: string[][]): boolean =>
    gradeBfcl(task, steps, long).reward === 1;
  for (const [i, turn] of turns.entries()) {
    if (turn.length === 0) continue;
    const calls = answers[i]!.map((call) => named(call, classes));
    const [first, ...rest] = calls;
    const argument = Object.entries(first!.arguments)[0];
    const mutated = [
      [],
      rest,
      argument === undefined
        ? []
        : [
            {
              ...first!,
              arguments: {
                ...first!.arguments,
                [argument[0]]: other(argument[1]),
              },
            },
            ...rest,
          ],
    ];
    for (const one of mutated) {
      changed.multi.all++;
      if (!isRight(turns.map((turn, k) => (k === i ? [text(one)] : turn))))
        changed.multi.failed++;
    }
  }
  return isRight(turns);
}

describe("the published answers of BFCL", () => {
  test.each(CATEGORIES)(
    "%s: all are right but those that no call can satisfy",
    (category) => {
      const tasks = tasksOf(category).filter(
        ({ id }) => !Object.hasOwn(UNSATISFIABLE, id),
      );
      const wrong = tasks.filter((task) =>
        category.startsWith("multi_turn_")
          ? !gradeSeveralTurns(task)
          : !gradeSingleTurn(task, category),
      );
      expect(wrong.map(({ id }) => id)).toEqual([]);
      expect(tasks.length).toBeGreaterThanOrEqual(16);
      scores[category] = {
        right: tasks.length - wrong.length,
        total: tasks.length,
      };
    },
    MINUTES,
  );

  test("give an overall score of 1, with no category missing", () => {
    expect(bfclOverall(scores)).toEqual({
      overall: 1,
      nonLive: 1,
      live: 1,
      multiTurn: 1,
      missing: [],
    });
  });

  test.each(Object.entries(UNSATISFIABLE))(
    "%s cannot be satisfied: %s",
    (id) => {
      const category = CATEGORIES.find((name) =>
        tasksOf(name).some((task) => task.id === id),
      )!;
      const task = tasksOf(category).find((one) => one.id === id)!;
      expect(gradeSingleTurn(task, category)).toBe(false);
    },
  );

  afterAll(() => {
    for (const [name, { failed, all }] of Object.entries(changed))
      console.log(
        `${name}: ${failed} of ${all} changed answers fail (${((100 * failed) / all).toFixed(2)} %)`,
      );
  });

  test("nearly always fail when one thing of them is changed", () => {
    expect(changed.single.failed / changed.single.all).toBeGreaterThan(0.99);
    expect(changed.multi.failed / changed.multi.all).toBeGreaterThan(0.95);
  });
});
