/** Levels 4 and 5: longer, larger, more kinds; sound demonstrations, and no twin of a problem on the other side of a split. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  DOMAINS,
  spec,
  taskMessages,
  type Domain,
  type Task,
} from "../../src/domains/index.js";
import { behaviour, type CodingData } from "../../src/domains/coding/index.js";
import { Random } from "../../src/random.js";
import {
  renderAssistant,
  renderSegments,
  Tokenizer,
} from "../../src/tokenizer/index.js";
import type { Message } from "../../src/tokenizer/message.js";
import {
  drawTask,
  readVerdict,
  sftBlend,
  sftExample,
  splitOf,
  worldSpec,
} from "../../src/world/index.js";

const tokenizer = Tokenizer.fromJson(
  JSON.parse(readFileSync("data/nano/base/tokenizer.json", "utf8")) as object,
);

const CELLS = DOMAINS.flatMap((domain) =>
  [4, 5].map((level) => ({ domain, level })),
);

function reward(task: Task, answer: readonly Message[]): number {
  const turns = answer.filter(({ role }) => role === "assistant");
  const { environment, verify } = spec(task.domain);
  if (environment === undefined)
    return verify(task, renderAssistant(turns.at(-1)!), "stop").reward;
  const episode = environment(task);
  for (const turn of turns) episode.step(renderAssistant(turn));
  return episode.verdict("stop").reward;
}

function draw(
  domain: Domain,
  level: number,
  name: string,
  count: number,
): { task: Task; random: Random }[] {
  const random = new Random(level, `hard/${domain}/${name}`);
  const kinds = worldSpec(domain).kinds.map((kind) => kind.name);
  return Array.from({ length: count }, () => ({
    task: drawTask(domain, random, { split: "train", level, kinds }),
    random,
  }));
}

describe.each(CELLS)("$domain tasks of level $level", ({ domain, level }) => {
  test("are solved by their careful demonstration, and survive a round trip through JSON", () => {
    for (const { task, random } of draw(domain, level, "right", 120)) {
      const answer = worldSpec(domain).demonstrate(task, random, {
        careful: true,
        slip: 0,
      });
      expect(reward(task, answer), task.prompt).toBe(1);
      expect(JSON.parse(JSON.stringify(task))).toEqual(task);
    }
  });

  test("are answered worse with slips", () => {
    const rewards = draw(domain, level, "slips", 120).map(({ task, random }) =>
      reward(
        task,
        worldSpec(domain).demonstrate(task, random, {
          careful: true,
          slip: 0.15,
        }),
      ),
    );
    const mean = rewards.reduce((sum, r) => sum + r, 0) / rewards.length;
    expect(mean).toBeLessThan(0.85);
    expect(mean).toBeGreaterThan(0.1);
  });

  test("have a demonstration that fits into the model's 512 positions", () => {
    for (const { task, random } of draw(domain, level, "length", 60)) {
      const answer = worldSpec(domain).demonstrate(task, random, {
        careful: true,
        slip: 0,
      });
      const text = renderSegments([...taskMessages(task), ...answer])
        .map((segment) => segment.text)
        .join("");
      expect(tokenizer.encode(text).length).toBeLessThan(512);
    }
  });
});

test("checks of the hard blend are reviews in four domains, with and without lines, and always say a verdict", () => {
  const random = new Random(1, "hard/reviews");
  const examples = Array.from({ length: 200 }, () =>
    sftExample("math-proofs", random, {
      ...{ careful: true, slip: 0, difficulty: "hard" },
    }),
  );
  expect(new Set(examples.map(({ task }) => task.domain)).size).toBe(4);
  const prompts = examples.map(({ messages }) => messages[0]!.content);
  const walked = prompts.filter((prompt) => prompt.includes("\n1. "));
  expect(walked.length).toBeGreaterThan(60);
  expect(walked.length).toBeLessThan(140);
  for (const { messages } of examples)
    expect(readVerdict(`</think>${messages.at(-1)!.content}`)).not.toBeNull();
});

describe("twins", () => {
  const factors = (prompt: string): number[] =>
    [...prompt.matchAll(/\d+/g)].map(([digits]) => Number(digits));

  test("a chain of formulas with its factors exchanged has the same identity", () => {
    const seen = new Map<string, Set<string>>();
    for (const { task } of draw("science", 4, "chains", 6000)) {
      if (task.kind !== "chain") continue;
      const [a, b, c] = factors(task.prompt) as [number, number, number];
      const words = task.prompt.replace(/\d+/g, "#");
      const twin = `${words} ${Math.min(a, b)} ${Math.max(a, b)} ${c}`;
      const ids = seen.get(twin) ?? new Set();
      seen.set(twin, ids.add(task.id));
    }
    expect(seen.size).toBeGreaterThan(500);
    expect([...seen.values()].filter((ids) => ids.size > 1)).toEqual([]);
  });

  test("functions that do the same have the same identity, and so the same split", () => {
    const seen = new Map<string, Set<string>>();
    for (const { task } of draw("coding", 4, "functions", 3000)) {
      if (task.kind === "induce") continue;
      const does = behaviour(task.data as CodingData);
      const ids = seen.get(does) ?? new Set();
      seen.set(does, ids.add(task.id));
    }
    for (const ids of seen.values()) {
      expect(ids.size).toBe(1);
      expect(splitOf([...ids][0]!)).toBe("train");
    }
  });

  test("wishes in another order are the same instruction", () => {
    const seen = new Map<string, Set<string>>();
    for (const { task } of draw("instruction", 4, "wishes", 1000)) {
      const { instruction_id_list: ids, kwargs } = task.data as {
        instruction_id_list: string[];
        kwargs: unknown[];
      };
      const wishes = ids.map((id, i) => id + JSON.stringify(kwargs[i])).sort();
      const topic = /^Write about a (\w+ \w+)\./.exec(task.prompt)![1]!;
      const key = [topic, ...wishes].join("|");
      seen.set(key, (seen.get(key) ?? new Set()).add(task.id));
    }
    expect([...seen.values()].filter((all) => all.size > 1)).toEqual([]);
  });
});

describe("shortcuts", () => {
  const shown = (domain: Domain, shortcut: boolean) =>
    draw(domain, 4, "shortcut", 20).map(({ task }) => {
      const answer = worldSpec(domain).demonstrate(
        task,
        new Random(1, task.id),
        {
          ...{ careful: true, slip: 0, shortcut },
        },
      );
      return { task, answer, thinking: answer[0]!.reasoning ?? "" };
    });
  test.each(["math", "coding", "science"] as const)(
    "of %s show the last line alone, and end in the right answer",
    (domain) => {
      const whole = shown(domain, false);
      shown(domain, true).forEach(({ task, answer, thinking }, i) => {
        expect(reward(task, answer)).toBe(1);
        expect(thinking).toBe(whole[i]!.thinking.split("\n").at(-1));
      });
      expect(whole.some(({ thinking }) => thinking.includes("\n"))).toBe(true);
    },
  );
  test("of instruction draft without counting", () => {
    for (const { task, answer, thinking } of shown("instruction", true)) {
      expect(reward(task, answer)).toBe(1);
      expect(thinking).toBe(answer[0]!.content);
    }
  });
  test("of the agent think, and miss look-ups that a careful one makes", () => {
    const failed = shown("agent", true).filter(
      ({ task, answer }) => reward(task, answer) === 0,
    );
    expect(failed.length).toBeGreaterThan(5);
    expect(failed.every(({ thinking }) => thinking !== "")).toBe(true);
  });
  test("have their share of the blend, whose other conversations they leave as they are", () => {
    const blend = {
      ...{ total: 400, seed: 1, care: 1, slip: 0 },
      difficulty: "hard",
    } as const;
    const agents = (shortcuts?: number): number =>
      sftBlend({ ...blend, shortcuts, agentShare: 1, proofShare: 0 }).filter(
        ({ task, messages }) => reward(task, messages) === 0,
      ).length;
    expect(agents()).toBe(0);
    expect(agents(0)).toBe(0);
    expect(agents(1)).toBeGreaterThan(2 * agents(0.3));
    expect(() => sftBlend({ ...blend, shortcuts: 2 })).toThrow(
      "sftBlend: shortcuts must be in [0, 1], got 2",
    );
  });
});
