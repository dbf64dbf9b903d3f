/** BFCL v3, single turn: the published answers pass, changed ones fail. The published files are read where `M2RL_BFCL` names their folder. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  checkCalls,
  type BfclAnswer,
  type BfclFunction,
  type BfclKind,
  type BfclLanguage,
} from "../../src/domains/agent/bfcl/checkCalls.js";
import {
  javaLiteral,
  javascriptLiteral,
} from "../../src/domains/agent/bfcl/literals.js";
import type { ToolCall } from "../../src/tokenizer/message.js";

const FUNCTION: BfclFunction = {
  name: "boat.find",
  parameters: {
    properties: {
      name: { type: "string" },
      length: { type: "integer" },
      speed: { type: "float" },
      ports: { type: "array", items: { type: "string" } },
      owner: { type: "dict" },
      crew: { type: "array", items: { type: "dict" } },
    },
    required: ["name"],
  },
};
const ANSWER: BfclAnswer = {
  "boat.find": {
    name: ["Red Fox", "Fox"],
    length: [12, ""],
    speed: [5, ""],
    ports: [["Oslo", "Bergen"], ""],
    owner: [{ first: ["Mia"], last: ["Lund", ""] }, ""],
    crew: [[{ job: ["cook"] }], ""],
  },
};
const call = (args: Record<string, unknown>, name = "boat_find"): ToolCall => ({
  name,
  arguments: args,
});
const check = (...calls: ToolCall[]): string | null =>
  checkCalls("simple", [FUNCTION], calls, [ANSWER]);

describe("checkCalls(kind, functions, calls, answers)", () => {
  it.each([
    [{ name: "red-fox" }],
    [{ name: "Fox", length: 12, speed: 5.0 }],
    [
      {
        name: "Fox",
        ports: ["oslo", "BERGEN"],
        owner: { first: "mia" },
        crew: [{ job: "Cook" }],
      },
    ],
  ])("takes %j", (args) => expect(check(call(args))).toBeNull());

  it.each([
    [{ length: 12 }, "missing name"],
    [{ name: "Wolf" }, "name has another value"],
    [{ name: "Fox", colour: "red" }, "unexpected colour"],
    [{ name: "Fox", length: true }, "length must be integer"],
    [{ name: "Fox", length: "12" }, "length must be integer"],
    [{ name: "Fox", ports: ["Bergen", "Oslo"] }, "ports has another value"],
    [{ name: "Fox", ports: [1, 2] }, "ports must hold string"],
    [{ name: "Fox", owner: { last: "Lund" } }, "owner has another value"],
    [
      { name: "Fox", owner: { first: "Mia", age: 3 } },
      "owner has another value",
    ],
    [
      { name: "Fox", crew: [{ job: "cook" }, { job: "cook" }] },
      "crew has another value",
    ],
  ])("refuses %j: %s", (args, fault) => expect(check(call(args))).toBe(fault));

  it("wants exactly one call of the right name, parallel calls in any order, and none when none is relevant", () => {
    const other: BfclAnswer = { "boat.find": { name: ["Wolf"] } };
    const both = [call({ name: "Wolf" }), call({ name: "Fox" })];
    expect(check(call({ name: "Fox" }, "boat.find"))).toBe(
      "must call boat_find, got boat.find",
    );
    expect(check(...both)).toBe("must make 1 calls, got 2");
    expect(
      checkCalls("parallel", [FUNCTION], both, [ANSWER, other]),
    ).toBeNull();
    expect(checkCalls("irrelevance", [FUNCTION], both, [])).toBe(
      "must make no call",
    );
    expect(checkCalls("relevance", [FUNCTION], [], [])).toBe(
      "must make a call",
    );
  });
});

describe("literals", () => {
  it.each([
    ["5L", "long", undefined, 5],
    ["2.5f", "float", undefined, 2.5],
    ["5", "long", undefined, "5"],
    ["true", "boolean", undefined, true],
    ["new int[]{1, 2}", "Array", "integer", [1, 2]],
    [
      'new ArrayList<String>(Arrays.asList("a", "b"))',
      "ArrayList",
      "String",
      ["a", "b"],
    ],
    [
      'new HashMap<String, Object>() {{ put("a", 1); put("b", "c"); }}',
      "HashMap",
      undefined,
      { a: 1, b: "c" },
    ],
    ["new Path()", "any", undefined, "new Path()"],
  ])("of Java: %s as %s", (text, type, nested, value) =>
    expect(javaLiteral(text, type, nested)).toEqual(value),
  );

  it.each([
    ["'a'", "String", "a"],
    ["12n", "Bigint", 12],
    ["[1, 'two', true]", "array", [1, "two", true]],
    ["[[1, 2], [3]]", "array", [[1, 2], [3]]],
    ["{'a': 1, 'b': [2, 3]}", "dict", { a: 1, b: [2, 3] }],
  ])("of JavaScript: %s as %s", (text, type, value) =>
    expect(javascriptLiteral(text, type)).toEqual(value),
  );
});

const FOLDER = process.env.M2RL_BFCL;
const CATEGORIES: [file: string, kind: BfclKind, language: BfclLanguage][] = [
  ["simple_python", "simple", "python"],
  ["simple_java", "simple", "java"],
  ["simple_javascript", "simple", "javascript"],
  ["multiple", "multiple", "python"],
  ["parallel", "parallel", "python"],
  ["parallel_multiple", "parallel", "python"],
  ["live_simple", "simple", "python"],
  ["live_multiple", "multiple", "python"],
  ["live_parallel", "parallel", "python"],
  ["live_parallel_multiple", "parallel", "python"],
];

/** Published rows that no call can satisfy, in the original neither. */
const UNSATISFIABLE: Readonly<Record<string, string>> = {
  simple_java_65:
    "the accepted list holds truth values, while every item is read as text",
  simple_java_36:
    "the accepted list holds numbers, while every item is read as text",
  simple_java_64: "a text stands where a list of accepted values belongs",
  "live_simple_106-63-0": "a required parameter has no accepted value",
  "live_simple_112-68-0": "a required parameter has no accepted value",
  "live_multiple_862-181-3":
    "the answer has a parameter that the function has not",
  "live_multiple_964-207-0":
    "the answer has a parameter that the function has not",
};

/** A value as the accepted ones give it: the first that is not left out, nested ones likewise. */
function chosen(accepted: readonly unknown[]): unknown {
  const found = accepted.find((item) => item !== "");
  const value = found === undefined ? "" : found;
  const inner = (item: unknown): unknown =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(
          Object.entries(item as Record<string, unknown>)
            .filter(
              ([, list]) =>
                !Array.isArray(list) || list.some((one) => one !== ""),
            )
            .map(([name, list]) => [
              name,
              Array.isArray(list) ? list.find((one) => one !== "") : list,
            ]),
        )
      : item;
  return Array.isArray(value) ? value.map(inner) : inner(value);
}

function javaText(
  value: unknown,
  type: string,
  items: string | undefined,
): string {
  if (typeof value === "string")
    return type === "item" || type === items ? `"${value}"` : value;
  if (type === "long") return `${String(value)}L`;
  if (type === "float") return `${String(value)}f`;
  if (Array.isArray(value)) {
    const list = value
      .map((item) =>
        typeof item === "string" && items !== "String" && items !== "char"
          ? item
          : javaText(item, items ?? "item", items),
      )
      .join(", ");
    return type === "Array"
      ? `new x[]{${list.replaceAll('"', items === "String" ? "" : '"')}}`
      : `new ArrayList<>(Arrays.asList(${list}))`;
  }
  if (typeof value === "object" && value !== null)
    return `new HashMap<String, Object>() {{ ${Object.entries(value)
      .map(
        ([name, item]) =>
          `put("${name}", ${javaText(item, "item", undefined)});`,
      )
      .join(" ")} }}`;
  return String(value);
}

function javascriptText(value: unknown, type: string): string {
  if (typeof value === "string") return type === "item" ? `'${value}'` : value;
  if (type === "Bigint") return `${String(value)}n`;
  if (Array.isArray(value))
    return `[${value.map((item) => javascriptText(item, "item")).join(", ")}]`;
  if (typeof value === "object" && value !== null)
    return `{${Object.entries(value)
      .map(([name, item]) => `'${name}': ${javascriptText(item, "item")}`)
      .join(", ")}}`;
  return String(value);
}

function solution(
  functions: readonly BfclFunction[],
  answers: readonly BfclAnswer[],
  language: BfclLanguage,
): ToolCall[] {
  return answers.map((answer) => {
    const [name, accepted] = Object.entries(answer)[0]!;
    const { properties, required = [] } = functions.find(
      (item) => item.name === name,
    )!.parameters;
    const args = Object.entries(accepted)
      // What may be left out is left out, unless the schema wants it.
      .filter(
        ([parameter, list]) =>
          !list.includes("") || required.includes(parameter),
      )
      .map(([parameter, list]) => {
        const { type, items } = properties[parameter] ?? { type: "none" };
        // What is read as text is written as an accepted text.
        const texts =
          type === "any" ? list.filter((item) => typeof item === "string") : [];
        const value = chosen(texts.length > 0 ? texts : list);
        if (language === "java")
          return [parameter, javaText(value, type, items?.type)];
        return [
          parameter,
          language === "javascript" ? javascriptText(value, type) : value,
        ];
      });
    return {
      name: name.replaceAll(".", "_"),
      arguments: Object.fromEntries(args) as Record<string, unknown>,
    };
  });
}

const lines = <T>(path: string): T[] =>
  readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);

describe.skipIf(FOLDER === undefined || !existsSync(FOLDER))(
  "the published answers (set M2RL_BFCL to the folder data/ of the package bfcl-eval to run them)",
  () => {
    it.each(CATEGORIES)(
      "%s: all pass but those that cannot, and none with another name",
      (file, kind, language) => {
        const tasks = lines<{ id: string; function: BfclFunction[] }>(
          join(FOLDER!, `BFCL_v4_${file}.json`),
        );
        const answers = new Map(
          lines<{ id: string; ground_truth: BfclAnswer[] }>(
            join(FOLDER!, "possible_answer", `BFCL_v4_${file}.json`),
          ).map((row) => [row.id, row.ground_truth]),
        );
        const failed = tasks.flatMap((task) => {
          const truth = answers.get(task.id)!;
          const calls = solution(task.function, truth, language);
          const fault = checkCalls(kind, task.function, calls, truth, {
            language,
          });
          const renamed = calls.map((one, i) =>
            i === 0 ? { ...one, name: `${one.name}_x` } : one,
          );
          const mutated = checkCalls(kind, task.function, renamed, truth, {
            language,
          });
          const impossible = Object.hasOwn(UNSATISFIABLE, task.id);
          return [
            ...((fault === null) !== impossible
              ? []
              : [`${task.id}: ${fault}`]),
            ...(mutated === null ? [`${task.id}: passes renamed`] : []),
          ];
        });
        expect(failed).toEqual([]);
      },
    );
  },
);
