/** Rows of BFCL as tasks: what is not of its form is named by file, row and field. */
import { describe, expect, test } from "vitest";
import {
  readBfclTask,
  type BfclMultiData,
} from "../../../src/domains/index.js";
import { TaskError } from "../../../src/error.js";

const WHERE = "BFCL_v4_simple_python.json:7";
const user = (content: string): object[] => [{ role: "user", content }];
const FUNCTION = {
  name: "boat.find",
  parameters: {
    type: "dict",
    properties: {
      name: { type: "string" },
      docks: { type: "array", items: { type: "integer" } },
    },
    required: ["name"],
  },
};
const ROW = {
  id: "simple_7",
  question: [[{ role: "system", content: "Be brief." }, ...user("Find it.")]],
  function: [FUNCTION],
};
const ANSWER = {
  id: "simple_7",
  ground_truth: [{ "boat.find": { name: ["Fox"], docks: [[1, 2], ""] } }],
};
const property = (value: unknown): object => ({
  function: [
    { ...FUNCTION, parameters: { properties: { name: value }, required: [] } },
  ],
});

describe("readBfclTask(category, row, answer)", () => {
  test("keeps prompt, system message, functions and accepted answers", () => {
    expect(readBfclTask("simple", ROW, ANSWER)).toEqual({
      id: "simple_7",
      domain: "agent",
      kind: "simple",
      prompt: "Find it.",
      data: {
        bfcl: "simple",
        functions: [FUNCTION],
        answers: ANSWER.ground_truth,
        system: "Be brief.",
      },
    });
  });

  test.each<[object, object, string]>([
    [{ id: 7 }, {}, "row 7: id must be a text"],
    [{ question: [] }, {}, "question must hold a user message"],
    [{ function: {} }, {}, "function must be a list"],
    [{ function: [{}] }, {}, "function[0].name must be a text"],
    [
      { function: [{ name: "x" }] },
      {},
      "function[0].parameters.properties must be an object",
    ],
    [
      {
        function: [{ name: "x", parameters: { properties: {}, required: 3 } }],
      },
      {},
      "function[0].parameters.required must be a list of texts",
    ],
    [
      property({ type: "String" }),
      {},
      'function[0].parameters.properties.name.type must be one of string, integer, float, boolean, array, tuple, dict, any, got "String"',
    ],
    [
      property({}),
      {},
      "function[0].parameters.properties.name.type must be one of string, integer, float, boolean, array, tuple, dict, any, got null",
    ],
    [
      property({ type: "array", items: { type: 3 } }),
      {},
      "function[0].parameters.properties.name.items must be an object whose type is a text",
    ],
    [{}, { id: "simple_8" }, 'the answer is of row "simple_8"'],
    [{}, { ground_truth: "x" }, "ground_truth must be a list"],
    [
      {},
      { ground_truth: [{ a: {}, b: {} }] },
      "ground_truth[0] must be an object with one function",
    ],
    [
      {},
      { ground_truth: [{ find: {} }] },
      'ground_truth[0] must name one of boat.find, got "find"',
    ],
    [
      {},
      { ground_truth: [{ "boat.find": [] }] },
      "ground_truth[0].boat.find must be an object",
    ],
    [
      {},
      { ground_truth: [{ "boat.find": { name: "Fox" } }] },
      "ground_truth[0].boat.find.name must be a list of accepted values",
    ],
  ])("row %j, answer %j: %s", (row, answer, message) => {
    const read = (): unknown =>
      readBfclTask(
        "simple",
        { ...ROW, ...row },
        { ...ANSWER, ...answer },
        { where: WHERE },
      );
    expect(read).toThrow(TaskError);
    expect(read).toThrow(`readBfclTask: ${WHERE} row `);
    expect(read).toThrow(message);
  });

  const TURNS = {
    id: "multi_turn_base_1",
    question: [user("Note the fog."), [], user("Close it.")],
    involved_classes: ["TicketAPI"],
    initial_config: { TicketAPI: {} },
    missed_function: { 1: ["close_ticket"] },
    excluded_function: ["get_ticket"],
  };
  const CALLS = {
    id: "multi_turn_base_1",
    ground_truth: [["create_ticket('Fog')"], ["close_ticket(1)"], []],
  };
  const method = (name: string): typeof FUNCTION => ({ ...FUNCTION, name });
  const methods = {
    TicketAPI: ["create_ticket", "close_ticket", "get_ticket"].map(method),
  };

  test("gives methods that were held back with what the user says then", () => {
    const { data } = readBfclTask("multi_turn_miss_func", TURNS, CALLS, {
      methods,
    });
    const { messages, functions } = data as BfclMultiData;
    expect(functions?.map(({ name }) => name)).toEqual(["create_ticket"]);
    expect([messages[0], messages[2]]).toEqual(["Note the fog.", "Close it."]);
    expect(messages[1]).toContain(JSON.stringify(method("close_ticket")));
  });

  test.each<[object, object, string]>([
    [
      { question: [user("a"), user("b")] },
      {},
      "question must have as many turns as ground_truth, 3",
    ],
    [{ missed_function: {} }, {}, "question[1] must hold a user message"],
    [
      { missed_function: { 1: "x" } },
      {},
      "missed_function must be an object of lists of texts",
    ],
    [
      { excluded_function: "x" },
      {},
      "excluded_function must be a list of texts",
    ],
    [
      { involved_classes: ["MemoryAPI"] },
      {},
      'involved_classes must be of GorillaFileSystem, MathAPI, MessageAPI, TicketAPI, TradingBot, TravelAPI, TwitterAPI, VehicleControlAPI, got "MemoryAPI"',
    ],
    [
      { initial_config: { TicketAPI: 3 } },
      {},
      "initial_config must be an object of objects",
    ],
    [
      {},
      { ground_truth: ["a", [], []] },
      "ground_truth[0] must be a list of texts",
    ],
    [{}, { ground_truth: [["a("], [], []] }, "ground_truth[0][0]: "],
    [
      {},
      { ground_truth: [[], ["cd('x')"], []] },
      'ground_truth[1][0] must call a method of TicketAPI, got "cd"',
    ],
  ])("several turns: row %j, answer %j: %s", (row, answer, message) => {
    expect(() =>
      readBfclTask(
        "multi_turn_miss_func",
        { ...TURNS, ...row },
        { ...CALLS, ...answer },
      ),
    ).toThrow(
      `readBfclTask: multi_turn_miss_func row "multi_turn_base_1": ${message}`,
    );
  });
});
