import { describe, expect, it } from "vitest";
import {
  agent as domain,
  type AgentData,
} from "../../src/domains/agent/index.js";
import type { Task } from "../../src/domains/index.js";
import { TaskError } from "../../src/error.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import type { Message } from "../../src/tokenizer/message.js";
import { requestText } from "../../src/world/agent/generate.js";
import { agent } from "../../src/world/agent/index.js";
import { splitOf } from "../../src/world/index.js";

describe("agent.generate(random, level, kinds)", () => {
  it("makes tasks whose careful demonstration without slips is always correct and ends in time", () => {
    const random = new Random(1, "agent");
    for (let i = 0; i < 2000; i++) {
      const drawn = agent.generate(random, 1 + (i % 3), ["workplace"]);
      const messages = agent.demonstrate(drawn, random, {
        careful: true,
        slip: 0,
      });
      const environment = domain.environment!(drawn);
      const turns = messages.filter(({ role }) => role === "assistant");
      const results: Message[] = [];
      for (const message of turns)
        results.push(...(environment.step(renderAssistant(message)) ?? []));
      expect(environment.verdict("stop"), drawn.prompt).toEqual({
        reward: 1,
        outcome: "correct",
      });
      expect(turns.length).toBeLessThanOrEqual(domain.maxTurns);
      expect(turns.at(-1)!.content).toBe("Done.");
      expect(results).toEqual(messages.filter(({ role }) => role === "tool"));
      expect(results.some(({ content }) => content.includes("error"))).toBe(
        false,
      );
    }
  });

  it("never makes a task that is fulfilled from the start", () => {
    const random = new Random(2, "agent");
    for (let i = 0; i < 500; i++) {
      const drawn = agent.generate(random, 1 + (i % 3), ["workplace"]);
      expect(domain.environment!(drawn).verdict("stop").outcome).toBe(
        "noAnswer",
      );
    }
  });

  it("draws one request at level 1, one or two at level 2, two at level 3", () => {
    const random = new Random(3, "agent");
    const counts = (level: number): Set<number> =>
      new Set(
        Array.from(
          { length: 60 },
          () =>
            (agent.generate(random, level, ["workplace"]).data as AgentData)
              .requests.length,
        ),
      );
    expect([counts(1), counts(2), counts(3)]).toEqual([
      new Set([1]),
      new Set([1, 2]),
      new Set([2]),
    ]);
  });

  it("identifies a task by its requests in any order, not by its workplace", () => {
    const random = new Random(4, "agent");
    const byId = new Map<string, Set<string>>();
    for (let i = 0; i < 3000; i++) {
      const { id, data } = agent.generate(random, 1, ["workplace"]);
      byId.set(
        id,
        (byId.get(id) ?? new Set()).add(
          JSON.stringify((data as AgentData).workplace),
        ),
      );
    }
    expect([...byId.values()].some((workplaces) => workplaces.size > 1)).toBe(
      true,
    );
    for (let i = 0; i < 200; i++) {
      const { id, data, prompt } = agent.generate(random, 3, ["workplace"]);
      const texts = (data as AgentData).requests.map(requestText);
      expect(prompt).toBe(texts.join(" "));
      expect(id).toBe(`agent:${texts.sort().join(" ")}`);
    }
  });

  it("has more than 500 different single requests, more than 90 of them for benchmarks", () => {
    const random = new Random(5, "agent");
    const ids = new Set(
      Array.from(
        { length: 9000 },
        () => agent.generate(random, 1, ["workplace"]).id,
      ),
    );
    expect(ids.size).toBeGreaterThan(500);
    expect(
      [...ids].filter((id) => splitOf(id) === "benchmark").length,
    ).toBeGreaterThan(90);
  });

  it("gives the same task for the same seed, in plain JSON", () => {
    const draw = (): Task =>
      agent.generate(new Random(6, "same"), 3, ["workplace"]);
    expect(draw()).toEqual(draw());
    expect(JSON.parse(JSON.stringify(draw()))).toEqual(draw());
  });

  it("throws TaskError on a level or kind that does not exist", () => {
    expect(() => agent.generate(new Random(1), 0, ["workplace"])).toThrow(
      "agent: level must be 1 to 5, got 0",
    );
    expect(() => agent.generate(new Random(1), 1, ["mail"])).toThrow(
      'agent: kinds must be "workplace", got ["mail"]',
    );
    expect(() => agent.generate(new Random(1), 1, [])).toThrow(TaskError);
  });
});

describe("agent.demonstrate(task, random, options)", () => {
  const rate = (careful: boolean, slip: number): number => {
    const random = new Random(7, `rate/${careful}`);
    let correct = 0;
    for (let i = 0; i < 1000; i++) {
      const drawn = agent.generate(random, 1 + (i % 3), ["workplace"]);
      const environment = domain.environment!(drawn);
      for (const message of agent.demonstrate(drawn, random, {
        careful,
        slip,
      })) {
        if (message.role === "assistant")
          environment.step(renderAssistant(message));
      }
      correct += environment.verdict("stop").reward;
    }
    return correct / 1000;
  };

  it("is mostly right when careful, mostly wrong when terse", () => {
    expect(rate(true, 0.05)).toBeGreaterThan(0.85);
    expect(rate(false, 0.05)).toBeLessThan(0.4);
    expect(rate(false, 0.05)).toBeGreaterThan(0.15);
  });

  it("thinks nothing when terse", () => {
    const random = new Random(8);
    const drawn = agent.generate(random, 3, ["workplace"]);
    for (const message of agent.demonstrate(drawn, random, {
      careful: false,
      slip: 0.1,
    })) {
      if (message.role === "assistant") expect(message.reasoning).toBe("");
    }
  });
});
