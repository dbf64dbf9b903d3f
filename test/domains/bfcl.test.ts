/** BFCL v3, single turn: what is accepted and what is refused; `agent/bfcl.all.test.ts` runs the published answers. */
import { describe, expect, it } from "vitest";
import {
  checkCalls,
  type BfclAnswer,
  type BfclFunction,
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
