/** Tool environments of one's own: a toy with a till, made as the documentation says. */
import { describe, expect, it } from "vitest";
import {
  environmentTools,
  tool,
  toolEnvironment,
  ToolFailure,
  ToolSession,
  toolEpisode,
  type Placed,
  type ToolEnvironment,
} from "../../../src/domains/index.js";
import { canonical } from "../../../src/domains/agent/environments/canonical.js";
import { schemaFault } from "../../../src/domains/agent/environments/schema.js";
import { TaskError } from "../../../src/error.js";
import { renderAssistant } from "../../../src/tokenizer/index.js";
import type { ToolCall } from "../../../src/tokenizer/message.js";

interface Till {
  euros: number;
  sold: string[];
}

const TILL: ToolEnvironment<Till> = toolEnvironment<Till>({
  name: "till",
  schema: {
    type: "object",
    properties: {
      euros: { type: "number", minimum: 0 },
      sold: { type: "array", items: { type: "string" } },
    },
    required: ["euros", "sold"],
    additionalProperties: false,
  },
  initial: { euros: 10, sold: [] },
  tools: {
    sell: tool({
      description: "Sell a thing.",
      parameters: {
        thing: { type: "string", maxLength: 20 },
        price: { type: "integer", minimum: 1, maximum: 100 },
        kind: { enum: ["new", "used"] },
      },
      optional: ["kind"],
      run: (till: Till, { thing, price, kind = "new" }) => {
        till.sold.push(`${kind} ${thing}`);
        till.euros += price;
        return { euros: till.euros };
      },
    }),
    refund: tool({
      description: "Give money back.",
      parameters: { euros: { type: "integer" } },
      run: (till: Till, { euros }) => {
        if (euros > till.euros) throw new ToolFailure("not enough money");
        till.euros -= euros;
        return "refunded";
      },
    }),
    look: tool({
      description: "Count the money.",
      parameters: {},
      run: ({ euros }: Till) => ({ euros }),
    }),
    crash: tool({
      description: "A tool with a mistake in it.",
      parameters: {},
      run: () => {
        throw new TypeError("a mistake");
      },
    }),
  },
  // Money counts, and what was sold, in any order.
  compared: ({ euros, sold }) => [euros, [...sold].sort()],
});

const PLACED: Placed = { environment: TILL };
const call = (name: string, args: Record<string, unknown> = {}): ToolCall => ({
  name,
  arguments: args,
});
const SELL = call("sell", { thing: "rope", price: 5 });
const LAMP = call("sell", { thing: "lamp", price: 3, kind: "used" });
const turn = (...toolCalls: ToolCall[]): string =>
  renderAssistant({ role: "assistant", content: "", reasoning: "", toolCalls });

describe("toolEpisode(placed, solution)", () => {
  const play = (solution: ToolCall[], ...turns: string[]): string => {
    const episode = toolEpisode(PLACED, solution);
    for (const text of [...turns, "Done."]) episode.step(text);
    return episode.verdict("stop").outcome;
  };

  it("rewards what leads to the state of the solution, in the order that the environment does not compare", () => {
    expect(play([SELL, LAMP], turn(LAMP), turn(call("look"), SELL))).toBe(
      "correct",
    );
    expect(play([SELL, LAMP], turn(LAMP))).toBe("wrong");
    expect(play([SELL], turn(SELL, SELL))).toBe("wrong");
    expect(play([SELL], "I sold it.")).toBe("noAnswer");
  });

  it("answers each call, and tells which failed, why, and which were repaired", () => {
    const episode = toolEpisode(PLACED, [SELL]);
    const texts = episode
      .step(
        [
          turn(SELL, call("refund", { euros: 99 }), call("sell")),
          "<tool_call>{'name': 'look', 'arguments': {}}</tool_call>",
          "<tool_call>nonsense</tool_call>",
        ].join(""),
      )!
      .map(({ content }) => content);
    expect(texts).toEqual([
      '{"euros": 15}',
      '{"error": "not enough money"}',
      '{"error": "missing thing"}',
      '{"euros": 15}',
      '{"error": "bad call"}',
    ]);
    expect(episode.calls).toEqual([
      { turn: 1, name: "sell", error: null, repaired: false },
      { turn: 1, name: "refund", error: "not enough money", repaired: false },
      { turn: 1, name: "sell", error: "missing thing", repaired: false },
      { turn: 1, name: "look", error: null, repaired: true },
      {
        turn: 1,
        name: null,
        error: "tool call 5: must be JSON, got nonsense",
        repaired: false,
      },
    ]);
    expect(episode.verdict("stop").reward).toBe(1);
    expect(episode.verdict("length").outcome).toBe("truncated");
  });

  it("lets the mistake of a tool through: it is no fault of the model", () => {
    const episode = toolEpisode(PLACED, []);
    expect(() => episode.step(turn(call("crash")))).toThrow(TypeError);
  });
});

describe("ToolSession", () => {
  const answer = (one: ToolCall, given?: unknown): string | null =>
    new ToolSession([{ environment: TILL, given }]).call(one).fault;

  it.each<[string, Record<string, unknown>, string]>([
    ["sell", { thing: "rope" }, "missing price"],
    ["sell", { thing: "rope", price: 5, colour: "red" }, "unexpected colour"],
    ["sell", { thing: 3, price: 5 }, "thing must be string"],
    ["sell", { thing: "rope", price: 5.5 }, "price must be integer"],
    ["sell", { thing: "rope", price: 0 }, "price must be at least 1"],
    ["sell", { thing: "rope", price: 101 }, "price must be at most 100"],
    ["sell", { thing: "r".repeat(21), price: 1 }, "thing too long"],
    [
      "sell",
      { thing: "rope", price: 1, kind: "old" },
      "kind must be one of new, used",
    ],
    ["steal", {}, "no such tool"],
    ["constructor", {}, "no such tool"],
  ])("refuses %s %j: %s", (name, args, fault) =>
    expect(answer(call(name, args))).toBe(fault),
  );

  it("takes arguments by place, each once", () => {
    const session = new ToolSession([PLACED]);
    const placed = (positional: unknown[], args = {}): string =>
      session.call({ ...call("sell", args), positional }).text;
    expect(placed(["rope", 5])).toBe('{"euros": 15}');
    expect(placed(["rope"], { thing: "lamp", price: 1 })).toBe(
      '{"error": "thing given twice"}',
    );
    expect(placed(["rope", 1, "new", 4])).toBe(
      '{"error": "at most 3 arguments"}',
    );
  });

  it("starts from the state of the task, copied, and refuses one that breaks the schema", () => {
    const given = { euros: 1, sold: [] };
    const session = new ToolSession([{ environment: TILL, given }]);
    expect(session.call(SELL).text).toBe('{"euros": 6}');
    expect(given).toEqual({ euros: 1, sold: [] });
    expect(() => answer(SELL, { euros: -1, sold: [] })).toThrow(TaskError);
    expect(() => answer(SELL, { euros: 1, sold: [2] })).toThrow(
      "ToolSession: the state of till must fit its schema, got: sold[0] must be string",
    );
  });

  it("gives a name that two environments have to the last", () => {
    const other = toolEnvironment({
      name: "other",
      initial: {},
      tools: {
        look: tool({ description: "Look.", parameters: {}, run: () => "here" }),
      },
    });
    const session = new ToolSession([PLACED, { environment: other }]);
    expect(session.call(call("look")).text).toBe("here");
    expect(session.call(SELL).fault).toBeNull();
  });
});

describe("toolEnvironment(options)", () => {
  it("describes its tools as closed JSON schemas", () => {
    expect(environmentTools(TILL)[0]).toEqual({
      name: "sell",
      description: "Sell a thing.",
      parameters: {
        type: "object",
        properties: {
          thing: { type: "string", maxLength: 20 },
          price: { type: "integer", minimum: 1, maximum: 100 },
          kind: { enum: ["new", "used"] },
        },
        required: ["thing", "price"],
        additionalProperties: false,
      },
    });
  });

  it("refuses an environment without a start, and an optional parameter that is none", () => {
    expect(() => toolEnvironment({ name: "a", tools: {} })).toThrow(
      "toolEnvironment: a must have a start or an initial state, got neither",
    );
    const broken = { ...TILL.tools.look!, optional: ["x"] };
    expect(() =>
      toolEnvironment<Till>({ ...TILL, tools: { look: broken } }),
    ).toThrow(
      'toolEnvironment: optional must name parameters of look of till, got "x"',
    );
  });
});

describe("canonical(value)", () => {
  it("is one text for equal values only", () => {
    const text = (value: unknown): string => JSON.stringify(canonical(value));
    expect(text({ a: 1, b: [2] })).toBe(text({ b: [2], a: 1 }));
    expect(text(new Map([["a", 1]]))).toBe(text({ a: 1 }));
    expect(text([1, 2])).not.toBe(text([2, 1]));
    expect(text({ a: 1 })).not.toBe(text([["a", 1]]));
    expect(text("1")).not.toBe(text(1));
  });
});

describe("schemaFault(schema, value)", () => {
  it("ends on a value without end", () => {
    const schema = { additionalProperties: {} };
    Object.assign(schema.additionalProperties, schema);
    let value: unknown = 1;
    for (let i = 0; i < 100_000; i++) value = { a: value };
    expect(schemaFault(schema, value)).toContain("nested too deep");
  });
});
