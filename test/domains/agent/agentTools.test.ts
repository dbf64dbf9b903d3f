/** What the prompts of agent tasks list. */
import { expect, test } from "vitest";
import {
  agentTools,
  readBfclTask,
  taskMessages,
  WORKPLACE_TOOLS,
} from "../../../src/domains/index.js";
import { Random } from "../../../src/random.js";
import { drawTask } from "../../../src/world/index.js";

const row = {
  id: "one",
  question: [
    [
      { role: "system", content: "Be brief." },
      { role: "user", content: "Area of a square of side 2?" },
    ],
  ],
  function: [
    {
      name: "shapes.area",
      description: "Area.",
      parameters: {
        type: "dict",
        properties: {
          side: { type: "float", description: "Length." },
          name: { type: "any" },
          points: { type: "tuple", items: { type: "dict", properties: {} } },
        },
        required: ["side"],
      },
    },
  ],
};
const answer = { id: "one", ground_truth: [{ "shapes.area": { side: [2] } }] };

test("functions of BFCL are listed in JSON Schema, under the names that the check expects", () => {
  const task = readBfclTask("simple", row, answer);
  expect(agentTools(task)).toEqual([
    {
      name: "shapes_area",
      description: "Area.",
      parameters: {
        type: "object",
        properties: {
          side: { type: "number", description: "Length." },
          name: { type: "string" },
          points: {
            type: "array",
            items: { type: "object", properties: {} },
          },
        },
        required: ["side"],
      },
    },
  ]);
  expect(taskMessages(task)).toEqual([
    { role: "system", content: "Be brief." },
    { role: "user", content: "Area of a square of side 2?" },
  ]);
});

test("parameters of Java are asked for as text", () => {
  const java = {
    ...row,
    function: [
      {
        name: "area",
        parameters: { type: "dict", properties: { side: { type: "double" } } },
      },
    ],
  };
  const task = readBfclTask("java", java, {
    id: "one",
    ground_truth: [{ area: { side: [2] } }],
  });
  expect(agentTools(task)[0]!.parameters).toMatchObject({
    properties: {
      side: { type: "string", description: "(java double, written as text)" },
    },
  });
});

test("the workplace assistant has its 27 tools, an environment that is named its own, the small world none", () => {
  const task = { id: "a", domain: "agent", prompt: "Hi" } as const;
  const assistant = { ...task, kind: "workplace", data: { calls: [] } };
  expect(agentTools(assistant)).toBe(WORKPLACE_TOOLS);
  const named = { calls: [], environment: "nanoWorkplace" };
  expect(
    agentTools({ ...task, kind: "own", data: named }).map(({ name }) => name),
  ).toContain("event");
  const small = drawTask("agent", new Random(1, "a"), { split: "train" });
  expect(agentTools(small)).toEqual([]);
});
