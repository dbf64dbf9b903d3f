import { describe, expect, it } from "vitest";
import {
  agent,
  execute,
  sameState,
  TOOLS,
  type AgentData,
  type Workplace,
} from "../../src/domains/agent/index.js";
import type { Environment, Task } from "../../src/domains/task.js";
import { TaskError } from "../../src/error.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import type { Message, ToolCall } from "../../src/tokenizer/message.js";

const WORKPLACE: Workplace = {
  directory: [
    { name: "ana", email: "ana42" },
    { name: "bo", email: "bo17" },
  ],
  calendar: [
    { name: "sync", id: 31, hour: 9, guests: [] },
    { name: "demo", id: 77, hour: 12, guests: ["bo17"] },
  ],
  sent: [],
  tasks: [],
};

const call = (name: string, args: Record<string, unknown>): ToolCall => ({
  name,
  arguments: args,
});
const SEND = call("send", { to: "ana42", body: "lunch" });
const MOVE = call("move", { id: 31, hour: 12 });
const CANCEL = call("cancel", { id: 77 });
const TASK = call("task", { to: "bo17", title: "report" });
const INVITE = call("invite", { id: 31, to: "ana42" });

function task(calls: ToolCall[]): Task {
  const data: AgentData = { workplace: WORKPLACE, requests: [], calls };
  return {
    id: "agent:test",
    domain: "agent",
    kind: "workplace",
    prompt: "",
    data,
  };
}

const turn = (...toolCalls: ToolCall[]): string =>
  renderAssistant({ role: "assistant", content: "", reasoning: "", toolCalls });
const raw = (json: string): string =>
  `<think>\n\n</think>\n\n<tool_call>\n${json}\n</tool_call>`;
const DONE = "<think>\n\n</think>\n\nDone.";
const contents = (messages: Message[] | null): string[] =>
  (messages ?? []).map(({ content }) => content);

function play(solution: ToolCall[], turns: string[]): Environment {
  const environment = agent.environment!(task(solution));
  for (const text of turns) environment.step(text);
  return environment;
}
const reward = (solution: ToolCall[], turns: string[]): number =>
  play(solution, turns).verdict("stop").reward;

describe("agent.environment(task).verdict(finish)", () => {
  it("rewards the solution, in one turn or in several, in any order", () => {
    const solution = [SEND, MOVE, CANCEL];
    expect(reward(solution, [turn(...solution), DONE])).toBe(1);
    expect(reward(solution, [...solution.map((one) => turn(one)), DONE])).toBe(
      1,
    );
    expect(reward(solution, [turn(CANCEL), turn(MOVE, SEND), DONE])).toBe(1);
  });

  it("does not see the order of rows", () => {
    const other = call("send", { to: "bo17", body: "thank you" });
    expect(reward([SEND, other], [turn(other, SEND), DONE])).toBe(1);
    expect(reward([TASK, SEND], [turn(SEND, TASK), DONE])).toBe(1);
    const second = call("invite", { id: 31, to: "bo17" });
    expect(reward([INVITE, second], [turn(second, INVITE), DONE])).toBe(1);
  });

  it("sees a missing, an additional and a repeated change", () => {
    expect(reward([SEND, MOVE], [turn(SEND), DONE])).toBe(0);
    expect(reward([SEND], [turn(SEND, MOVE), DONE])).toBe(0);
    expect(reward([SEND], [turn(SEND, SEND), DONE])).toBe(0);
    expect(reward([TASK], [turn(TASK), turn(TASK), DONE])).toBe(0);
  });

  it("compares texts and addresses exactly", () => {
    expect(
      reward(
        [SEND],
        [turn(call("send", { to: "ana42", body: "Lunch" })), DONE],
      ),
    ).toBe(0);
    expect(
      reward(
        [SEND],
        [turn(call("send", { to: "ana42", body: "lunch." })), DONE],
      ),
    ).toBe(0);
    expect(
      reward(
        [SEND],
        [turn(call("send", { to: "Ana42", body: "lunch" })), DONE],
      ),
    ).toBe(0);
    expect(
      reward([SEND], [turn(call("send", { to: "bo17", body: "lunch" })), DONE]),
    ).toBe(0);
  });

  it("does not mind look-ups, failing calls, and changes that change nothing", () => {
    const find = call("find", { name: "bo" });
    const nobody = call("send", { to: "eve99", body: "lunch" });
    expect(
      reward(
        [SEND],
        [
          turn(find),
          turn(find, SEND),
          turn(call("event", { name: "demo" })),
          DONE,
        ],
      ),
    ).toBe(1);
    expect(reward([SEND], [turn(nobody), turn(SEND), DONE])).toBe(1);
    expect(
      reward([SEND], [turn(call("move", { id: 31, hour: 9 }), SEND), DONE]),
    ).toBe(1);
    expect(
      reward(
        [SEND],
        [
          turn(call("move", { id: 31, hour: 20 })),
          turn(SEND, call("move", { id: 31, hour: 9 })),
          DONE,
        ],
      ),
    ).toBe(1);
    expect(reward([INVITE], [turn(INVITE), turn(INVITE), DONE])).toBe(1);
    expect(reward([CANCEL], [turn(CANCEL), turn(CANCEL), DONE])).toBe(1);
  });

  it("accepts doing nothing where nothing was asked", () => {
    expect(reward([], [DONE])).toBe(1);
  });

  it("judges the state even when the model never says that it is done", () => {
    expect(reward([SEND], [turn(SEND)])).toBe(1);
    expect(
      reward(
        [SEND],
        Array.from({ length: 5 }, () =>
          turn(call("find", { name: "bo" })),
        ).concat(turn(SEND)),
      ),
    ).toBe(1);
  });

  it("tells no answer, truncation and a wrong state apart", () => {
    expect(play([SEND], [DONE]).verdict("stop")).toEqual({
      reward: 0,
      outcome: "noAnswer",
      detail: "no tool call",
    });
    expect(play([SEND], [raw("{"), DONE]).verdict("stop")).toEqual({
      reward: 0,
      outcome: "noAnswer",
      detail: "1 malformed calls",
    });
    expect(play([SEND], [turn(SEND)]).verdict("length")).toMatchObject({
      reward: 0,
      outcome: "truncated",
    });
    expect(
      play([SEND], [turn(MOVE, call("nope", {})), DONE]).verdict("stop"),
    ).toEqual({
      reward: 0,
      outcome: "wrong",
      detail: "final state differs after 2 turns, 2 calls, 1 errors",
    });
  });

  it("starts each episode on a fresh workplace and leaves the task as it was", () => {
    const one = task([CANCEL]);
    const before = JSON.stringify(one);
    for (let i = 0; i < 2; i++) {
      const environment = agent.environment!(one);
      environment.step(turn(CANCEL));
      expect(environment.verdict("stop").reward).toBe(1);
    }
    expect(JSON.stringify(one)).toBe(before);
  });

  it("throws TaskError when the task holds no workplace", () => {
    for (const data of [
      null,
      {},
      { workplace: WORKPLACE },
      { workplace: {}, requests: [], calls: [] },
    ]) {
      expect(() => agent.environment!({ ...task([]), data })).toThrow(
        TaskError,
      );
    }
  });
});

describe("agent.environment(task).step(completion)", () => {
  const step = (text: string): string[] =>
    contents(agent.environment!(task([SEND])).step(text));

  it("answers look-ups with what the tables hold", () => {
    expect(
      step(
        turn(call("find", { name: "ana" }), call("event", { name: "demo" })),
      ),
    ).toEqual(['{"email": "ana42"}', '{"id": 77, "hour": 12}']);
    expect(step(turn(SEND))).toEqual(['{"ok": 1}']);
  });

  it("answers each call of a turn, in order, each seeing what the ones before have done", () => {
    expect(
      step(
        turn(
          CANCEL,
          call("event", { name: "demo" }),
          MOVE,
          call("event", { name: "sync" }),
        ),
      ),
    ).toEqual([
      '{"ok": 1}',
      '{"error": "no such event"}',
      '{"ok": 1}',
      '{"id": 31, "hour": 12}',
    ]);
  });

  it("ends the episode at a turn without a call, and executes nothing afterwards", () => {
    const environment = agent.environment!(task([SEND]));
    expect(environment.step(DONE)).toBeNull();
    expect(environment.step(turn(SEND))).toBeNull();
    expect(environment.verdict("stop").reward).toBe(0);
  });

  it("executes the calls of the sixth turn and ends there", () => {
    const environment = agent.environment!(task([SEND]));
    for (let i = 0; i < 5; i++)
      expect(environment.step(turn(call("find", { name: "bo" })))).toHaveLength(
        1,
      );
    expect(environment.step(turn(SEND))).toBeNull();
    expect(environment.step(turn(SEND))).toBeNull();
    expect(environment.verdict("stop").reward).toBe(1);
  });

  it("executes no call inside a think block", () => {
    const inside = `<think>\n${turn(SEND).split("</think>").at(-1)!}\n</think>\n\nDone.`;
    expect(agent.environment!(task([SEND])).step(inside)).toBeNull();
    expect(reward([SEND], [inside])).toBe(0);
    expect(
      reward([SEND], [`<think>\n${turn(SEND).split("</think>").at(-1)!}`]),
    ).toBe(0);
  });

  it("needs no </think> in this domain", () => {
    expect(
      reward([SEND], [turn(SEND).split("</think>").at(-1)!, "Done."]),
    ).toBe(1);
  });

  it.each([
    "",
    "{",
    "null",
    "[]",
    '"send"',
    "{'name': 'send', 'arguments': {'to': 'ana42', 'body': 'lunch'}}",
    '{"name": "send", "arguments": {"to": "ana42", "body": "lunch",}}',
    '{"name": "send"}',
    '{"name": "send", "arguments": null}',
    '{"name": "send", "arguments": ["ana42", "lunch"]}',
    '{"name": 3, "arguments": {}}',
    '{"arguments": {"to": "ana42", "body": "lunch"}}',
    '{"name": "send", "arguments": {"__proto__": {"to": "ana42", "body": "lunch"}}}',
  ])("answers the malformed call %j with an error and goes on", (json) => {
    const environment = agent.environment!(task([SEND]));
    expect(contents(environment.step(raw(json)))).toEqual([
      '{"error": "bad call"}',
    ]);
    expect(contents(environment.step(turn(SEND)))).toEqual(['{"ok": 1}']);
    expect(environment.verdict("stop").reward).toBe(1);
  });

  it("executes the good calls of a turn beside a malformed one", () => {
    expect(step(`${turn(SEND)}\n<tool_call>\n{\n</tool_call>`)).toEqual([
      '{"ok": 1}',
      '{"error": "bad call"}',
    ]);
  });

  it("executes at most 16 calls of a turn", () => {
    const results = step(turn(...Array.from({ length: 500 }, () => SEND)));
    expect(results).toHaveLength(17);
    expect(results.at(-1)).toBe('{"error": "too many calls"}');
  });
});

describe("execute(workplace, call)", () => {
  const run = (
    name: string,
    args: Record<string, unknown>,
  ): { result: unknown; changed: boolean } => {
    const workplace = structuredClone(WORKPLACE);
    const result = execute(workplace, call(name, args));
    return { result, changed: !sameState(workplace, WORKPLACE) };
  };

  it.each([
    "nope",
    "",
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "Send",
  ])("knows no tool %j", (name) => {
    expect(run(name, {})).toEqual({
      result: { error: "no such tool" },
      changed: false,
    });
  });

  it.each<[string, Record<string, unknown>, string]>([
    ["send", { to: "ana42" }, "missing body"],
    ["send", {}, "missing to"],
    ["send", { to: "ana42", body: "lunch", cc: "bo17" }, "unexpected argument"],
    [
      "send",
      JSON.parse('{"to": "ana42", "body": "x", "__proto__": 1}') as Record<
        string,
        unknown
      >,
      "unexpected argument",
    ],
    ["find", { constructor: "ana" }, "unexpected argument"],
    ["send", { to: "ana42", body: 3 }, "body must be string"],
    ["send", { to: "ana42", body: null }, "body must be string"],
    ["send", { to: ["ana42"], body: "lunch" }, "to must be string"],
    ["send", { to: "ana42", body: { toString: "x" } }, "body must be string"],
    ["send", { to: "ana42", body: "x".repeat(1e6) }, "body too long"],
    ["send", { to: "ana", body: "lunch" }, "no such email"],
    ["send", { to: "__proto__", body: "lunch" }, "no such email"],
    ["find", { name: "__proto__" }, "no such person"],
    ["find", { name: "constructor" }, "no such person"],
    ["event", { name: "__proto__" }, "no such event"],
    ["move", { id: "31", hour: 12 }, "id must be integer"],
    ["move", { id: 31, hour: "12" }, "hour must be integer"],
    ["move", { id: 31, hour: 12.5 }, "hour must be integer"],
    ["move", { id: 31, hour: true }, "hour must be integer"],
    ["move", { id: 31, hour: 1e300 }, "hour must be integer"],
    ["move", { id: 31, hour: 24 }, "no such hour"],
    ["move", { id: 31, hour: -1 }, "no such hour"],
    ["move", { id: 30, hour: 12 }, "no such event"],
    ["cancel", { id: 30 }, "no such event"],
    ["invite", { id: 77, to: "bo17" }, "already invited"],
    ["invite", { id: 31, to: "eve1" }, "no such email"],
  ])(
    "answers %s with a bad argument by an error and changes nothing: %j",
    (name, args, error) => {
      expect(run(name, args)).toEqual({ result: { error }, changed: false });
    },
  );

  it.each(TOOLS.map(({ name }) => name))(
    "describes %s as a closed JSON schema",
    (name) => {
      const { parameters, description } = TOOLS.find(
        (tool) => tool.name === name,
      )!;
      expect(description).not.toBe("");
      expect(parameters).toMatchObject({
        type: "object",
        additionalProperties: false,
      });
      expect(parameters.required).toEqual(
        Object.keys(parameters.properties as object),
      );
    },
  );
});

describe("sameState(first, second)", () => {
  it("is not fooled by values that join to the same text", () => {
    const one = { ...WORKPLACE, sent: [{ to: 'ana42","x', body: "y" }] };
    const other = { ...WORKPLACE, sent: [{ to: "ana42", body: 'x","y' }] };
    expect(sameState(one, other)).toBe(false);
    expect(sameState(one, structuredClone(one))).toBe(true);
  });
});

describe("agent.verify(task, completion, finish)", () => {
  it("judges a single turn as a whole episode", () => {
    expect(agent.verify(task([SEND]), turn(SEND), "stop").outcome).toBe(
      "correct",
    );
    expect(agent.verify(task([SEND]), "Done.", "stop").outcome).toBe(
      "noAnswer",
    );
    expect(agent.verify(task([SEND]), turn(SEND), "length").outcome).toBe(
      "truncated",
    );
  });
});
