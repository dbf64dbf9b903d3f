import { describe, expect, test } from "vitest";
import type { Task } from "../../src/domains/index.js";
import type { InstructionData } from "../../src/domains/instruction/data.js";
import {
  benchmark,
  ENGLISH_BENCHMARKS,
} from "../../src/evaluate/benchmarks.js";
import { Random } from "../../src/random.js";
import { Episode } from "../../src/rollout/episode.js";
import { tasksOfStep, RL_LEVELS } from "../../src/train/run/tasks.js";
import {
  drawEnglish,
  drawFrom,
  drawTask,
  ENGLISH_DOMAINS,
  englishSource,
  splitOf,
} from "../../src/world/index.js";

const PLAIN = { gate: "none" } as const;

function draws(domain: Task["domain"], kind: string, count = 40): Task[] {
  return Array.from({ length: count }, (_, i) =>
    drawEnglish(domain, new Random(3, `${kind}/${i}`), {
      split: "train",
      kinds: [kind],
    }),
  );
}

function reward(task: Task, answer: string): number {
  const episode = new Episode({ ...task, form: PLAIN });
  episode.step(answer, "stop");
  return episode.verdict("stop").reward;
}

describe("English tasks", () => {
  test("are drawn for mathematics, multiple choice and instructions; other domains are refused by name", () => {
    expect(ENGLISH_DOMAINS).toEqual(["math", "science", "instruction"]);
    expect(() => englishSource("agent")).toThrow(
      'englishSource: domain must be one of math, science, instruction, got "agent"',
    );
    expect(() =>
      drawEnglish("math", new Random(1), { split: "train", kinds: ["power"] }),
    ).toThrow(
      'drawEnglish: kinds must be of sum, difference, product, twoSteps, got "power"',
    );
    expect(() =>
      drawEnglish("math", new Random(1), { split: "train", kinds: [] }),
    ).toThrow("got none");
  });

  test("of the same random state are the same, and lie in the split that was asked for", () => {
    for (const domain of ENGLISH_DOMAINS)
      for (const split of ["train", "development", "benchmark"] as const) {
        const draw = (): Task =>
          drawFrom("english", domain, new Random(5, split), { split });
        expect(draw()).toEqual(draw());
        expect(splitOf(draw().id)).toBe(split);
        expect(draw().domain).toBe(domain);
      }
    const nano = { split: "train", level: 2 } as const;
    expect(drawFrom(undefined, "math", new Random(5), nano)).toEqual(
      drawTask("math", new Random(5), nano),
    );
  });

  test("of mathematics say what their answer follows from", () => {
    const rules: Record<string, (numbers: number[]) => number> = {
      sum: ([a, b]) => a! + b!,
      difference: ([a, b]) => a! - b!,
      product: ([a, b]) => a! * b!,
      twoSteps: ([a, b, c]) => a! + b! - c!,
    };
    expect(englishSource("math").kinds.map(({ name }) => name)).toEqual(
      Object.keys(rules),
    );
    for (const [kind, rule] of Object.entries(rules))
      for (const task of draws("math", kind)) {
        const answer = rule((task.prompt.match(/\d+/g) ?? []).map(Number));
        expect(answer).toBeGreaterThanOrEqual(1);
        expect(reward(task, `There are ${answer} of them.`)).toBe(1);
        expect(reward(task, `${answer + 1}`)).toBe(0);
        expect(reward(task, "many")).toBe(0);
      }
  });

  test("of multiple choice have one right option among four, and their identity ignores the order", () => {
    const tasks = draws("science", "memberChoice", 200);
    const letters = new Set<string>();
    for (const task of tasks) {
      const { answer, choices } = task.data as {
        answer: string;
        choices: string[];
      };
      letters.add(answer);
      expect(new Set(choices).size).toBe(4);
      const word = choices["ABCD".indexOf(answer)]!;
      expect(task.prompt).toContain(`${answer}) ${word}`);
      expect(reward(task, `${answer}) ${word}`)).toBe(1);
      const other = answer === "A" ? "B" : "A";
      expect(reward(task, `The correct answer is ${other}) something.`)).toBe(
        0,
      );
      expect(task.id.split(": ")[1]).toBe([...choices].sort().join(", "));
    }
    expect([...letters].sort()).toEqual(["A", "B", "C", "D"]);
  });

  test("of instructions can be followed, kind by kind, and each rule is checked", () => {
    const follow: Record<string, (task: Task) => string> = {
      words: () => "one two three four five six seven eight nine ten",
      lowercase: () => "the moon shines softly over the quiet sea at night",
      keyword: (task) =>
        `We see ${/"(\w+)"/.exec(task.prompt)![1]} where the old river bends today`,
      forbidden: () => "Snow falls softly on my old house every single winter",
      ending: (task) => {
        const end = /words: (.+)$/.exec(task.prompt)![1]!;
        return `We walk home through falling snow. ${end}`;
      },
      quotation: () => '"The snow falls softly on our old house tonight."',
      twice: (task) => {
        const word = /"(\w+)"/.exec(task.prompt)![1]!;
        return `We say ${word} and then we say ${word} once more`;
      },
    };
    const { kinds } = englishSource("instruction");
    expect(kinds.map(({ name }) => name)).toEqual(Object.keys(follow));
    for (const [kind, write] of Object.entries(follow)) {
      const tasks = draws("instruction", kind, 30);
      // Ten words or so lie within most windows; a rule that could not be kept would fail for all.
      const kept = tasks.filter((task) => reward(task, write(task)) === 1);
      expect(kept.length, kind).toBeGreaterThan(10);
      for (const task of tasks) {
        const { instruction_id_list: ids } = task.data as InstructionData;
        expect(ids.length).toBe(kind === "words" ? 2 : 3);
        expect(reward(task, "No.")).toBe(0);
        expect(reward(task, "Much too long, ".repeat(30))).toBe(0);
      }
    }
  });
});

describe("English benchmarks", () => {
  test.each(ENGLISH_BENCHMARKS.map(({ name }) => name))(
    "%s is a fixed list of different problems that no training sees, in the form that is asked for",
    (name) => {
      const tasks = benchmark(name, { items: 60 });
      expect(new Set(tasks.map(({ id }) => id)).size).toBe(60);
      expect(tasks.every(({ id }) => splitOf(id) === "benchmark")).toBe(true);
      expect(benchmark(name, { items: 20 })).toEqual(tasks.slice(0, 20));
      const answerForm = { ...PLAIN, maxNewTokens: { math: 9 } };
      const [formed] = benchmark(name, { items: 1, answerForm });
      expect(formed).toEqual({
        ...tasks[0],
        form:
          tasks[0]!.domain === "math" ? { ...PLAIN, maxNewTokens: 9 } : PLAIN,
      });
    },
  );

  test("followNewEnglish has only kinds that RL never trains", () => {
    const order = {
      ...{ seed: 1, name: "run", domains: ["instruction" as const] },
      ...{ weights: { instruction: 1 }, levels: RL_LEVELS },
      ...{ tasks: "english" as const, answerForm: PLAIN },
    };
    const trained = tasksOfStep(order, 0, 200);
    expect(trained.every(({ form }) => form?.gate === "none")).toBe(true);
    expect(trained.every(({ id }) => splitOf(id) === "train")).toBe(true);
    const kinds = new Set(trained.map(({ kind }) => kind));
    const others = benchmark("followNewEnglish").map(({ kind }) => kind);
    expect([...new Set(others)].sort()).toEqual(["quotation", "twice"]);
    expect(others.some((kind) => kinds.has(kind))).toBe(false);
  });
});
