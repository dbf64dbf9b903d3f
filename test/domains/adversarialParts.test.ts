/**
 * Every part that reads what a model wrote answers 100 kB of anything within 1 s of CPU: each instruction by its id, tool calls, calls and
 * literals of BFCL, the tables of the workplace assistant, programs and what they print, verdicts of judges.
 *
 * To add a part, add a row to `PARTS`; a new instruction needs a row of `constraints.json`.
 */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { checkCalls } from "../../src/domains/agent/bfcl/checkCalls.js";
import { readBfclCall } from "../../src/domains/agent/bfcl/index.js";
import {
  javaLiteral,
  javascriptLiteral,
} from "../../src/domains/agent/bfcl/literals.js";
import { isSolved } from "../../src/domains/agent/workplace/index.js";
import { loadWorkplace } from "../../src/domains/agent/workplace/tables.js";
import { lastProgram } from "../../src/domains/coding/index.js";
import {
  samePrinted,
  sameResult,
} from "../../src/domains/coding/python/compare.js";
import { lastFenced } from "../../src/domains/coding/python/extract.js";
import { lastBoxed } from "../../src/domains/math/index.js";
import {
  parseJudgement,
  readHleResponse,
} from "../../src/domains/science/hle.js";
import {
  constraint,
  CONSTRAINTS,
  type Kwargs,
} from "../../src/domains/instruction/index.js";
import { spec } from "../../src/domains/index.js";
import { readClaim, readJudgement } from "../../src/evaluate/judging.js";
import { Random } from "../../src/random.js";
import { parseToolCalls } from "../../src/tokenizer/index.js";
import { drawTask } from "../../src/world/index.js";
import { cpuSeconds, FAMILIES } from "./families.js";

const { rows } = JSON.parse(
  readFileSync("test/golden/instruction/constraints.json", "utf8"),
) as { rows: { id: string; kwargs: Kwargs }[] };
const KWARGS = new Map<string, Kwargs>([
  ...rows.map(({ id, kwargs }): [string, Kwargs] => [id, kwargs]),
  // Needs another tagger than the one that made the file.
  ["words:start_verb", {}],
]);

const task = (domain: "agent" | "math") =>
  drawTask(domain, new Random(1, "adversarial"), { split: "train", level: 1 });
const agent = task("agent");
const math = task("math");
const tables = loadWorkplace("test/golden/workplace/tables");
const FUNCTION = {
  name: "f",
  parameters: {
    properties: { a: { type: "string" }, b: { type: "array" } },
    required: ["a"],
  },
};

/** Runs a reader that may say by a SyntaxError that a text is none of its kind. */
function orSyntaxError(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
}

const PARTS: Readonly<Record<string, (text: string) => unknown>> = {
  lastBoxed,
  parseToolCalls: (text) => parseToolCalls(text),
  "parseToolCalls, in a call": (text) =>
    parseToolCalls(`<tool_call>${text}</tool_call>`),
  "parseToolCalls, in an argument": (text) =>
    parseToolCalls(
      `<tool_call>{"name": "f", "arguments": {"a": ${JSON.stringify(text)}}}</tool_call>`,
    ),
  "agent domain": (text) => spec("agent").verify(agent, text, "stop"),
  "checkCalls, an argument": (text) =>
    checkCalls(
      "simple",
      [FUNCTION],
      [{ name: "f", arguments: { a: text, b: [text] } }],
      [{ f: { a: ["x"], b: [["x"], ""] } }],
    ),
  readBfclCall: (text) => orSyntaxError(() => readBfclCall(text)),
  "readBfclCall, an argument": (text) =>
    orSyntaxError(() => readBfclCall(`f(a=${text})`)),
  ...Object.fromEntries(
    ["integer", "float", "char", "String", "ArrayList", "HashMap", "any"].map(
      (type) => [
        `javaLiteral, ${type}`,
        (text: string) => javaLiteral(text, type, "String"),
      ],
    ),
  ),
  ...Object.fromEntries(
    ["integer", "float", "Bigint", "String", "array", "dict", "any"].map(
      (type) => [
        `javascriptLiteral, ${type}`,
        (text: string) => javascriptLiteral(text, type, "String"),
      ],
    ),
  ),
  "workplace, arguments": (text) =>
    isSolved(
      tables,
      [
        "calendar_create_event",
        "email_send_email",
        "email_search_emails",
        "analytics_create_plot",
        "project_management_create_task",
        "customer_relationship_manager_search_customers",
      ].map((name) => ({
        name,
        arguments: {
          ...{ event_name: text, participant_email: text, query: text },
          ...{ event_start: text, duration: text, recipient: text },
          ...{ subject: text, body: text, time_min: text, time_max: text },
          ...{ task_name: text, assigned_to_email: text, list_name: text },
          ...{ due_date: text, board: text, value_to_plot: text },
          ...{ plot_type: text, customer_name: text, status: text },
        },
      })),
      [],
    ),
  lastProgram,
  lastFenced,
  "samePrinted, both": (text) => samePrinted(text, `${text}1`),
  "samePrinted, numbers": (text) => samePrinted(text, "1 2\n".repeat(1000)),
  sameResult: (text) => sameResult(text, "[1, 2]"),
  "sameResult, in a list": (text) => sameResult(`[${text}]`, "[1, 2]"),
  "coding domain, no program": (text) =>
    spec("coding").verify(
      drawTask("coding", new Random(1, "a"), { split: "train", level: 1 }),
      `</think>${text}`,
      "stop",
    ),
  readHleResponse,
  parseJudgement,
  readClaim: (text) => readClaim(math, `</think>${text}`, "stop"),
  readJudgement: (text) =>
    readJudgement(math, 5, true, `${text}</think>${text}`, "stop"),
};

/** How literals begin. */
const HEADS = [
  ...["", "[", "[[", "{", "new Array("],
  ...["new HashMap<>() {{", "new ArrayList<a>() {{", "new a[] {"],
];

/** The families that took longer than 1 s of CPU, with their times. */
function slowOf(read: (text: string) => unknown): string[] {
  return Object.entries(FAMILIES).flatMap(([family, text]) => {
    const seconds = cpuSeconds(() => read(text));
    return seconds > 1 ? [`${family} ${seconds.toFixed(1)} s`] : [];
  });
}

describe("100 kB of anything", () => {
  test.each(Object.keys(PARTS))(
    "%s answers within 1 s of CPU",
    (name) => expect(slowOf(PARTS[name]!)).toEqual([]),
    300_000,
  );

  test.each([
    "new HashMap<",
    "new HashMap<>() {",
    "new HashMap<>() {{ put(",
    "new ArrayList<>() {{ ",
    "new ArrayList<a>(Arrays.asList(",
    "new a[] {",
    "{a:",
    "{a: b, ",
    "[a, ",
    "[a],",
    "[a]\n,",
    " ",
    'put("',
    'put("a", ',
    "add(",
  ])("literals of %j answer within 1 s of CPU at every length", (unit) => {
    for (const length of [1000, 4096, 5000, 100_000]) {
      for (const head of HEADS) {
        const text = head + unit.repeat((length - head.length) / unit.length);
        const seconds = cpuSeconds(() => {
          for (const type of ["ArrayList", "Array", "HashMap"])
            javaLiteral(text, type, "String");
          for (const type of ["array", "dict"]) javascriptLiteral(text, type);
        });
        expect(seconds, `${head} ${length}`).toBeLessThan(1);
      }
    }
  });

  test.each([...CONSTRAINTS.keys()])(
    "instruction %s answers within 1 s of CPU",
    (id) => {
      const kwargs = KWARGS.get(id);
      expect(kwargs, "arguments to try it with").toBeDefined();
      const holds = constraint(id, kwargs!);
      expect(slowOf((text) => holds(text))).toEqual([]);
    },
    300_000,
  );
});
