import { describe, expect, test } from "vitest";
import type { Task } from "../../src/domains/index.js";
import { readAnswer, science } from "../../src/domains/science/index.js";
import { FORMULAS } from "../../src/world/science/facts.js";

const choice: Task = {
  id: "science quantityChoice mass times acceleration: density force power work",
  domain: "science",
  kind: "quantityChoice",
  prompt:
    "What is mass times acceleration? Options: A work, B density, C force, D power",
  data: {
    kind: "quantityChoice",
    steps: [FORMULAS[0]],
    options: ["work", "density", "force", "power"].map((word, i) => ({
      word,
      letter: "ABCD"[i],
    })),
    answer: "C",
  },
};
const exact: Task = {
  id: "science formula Given mass 8, acceleration 9: force?",
  domain: "science",
  kind: "formula",
  prompt: "Given mass 8, acceleration 9: force?",
  data: { kind: "formula", formula: FORMULAS[0], inputs: [8, 9], answer: 72 },
};

const grade = (task: Task, answer: string): string =>
  science.verify(
    task,
    `<think>\n- force = mass * acceleration\n</think>\n\n${answer}`,
    "stop",
  ).outcome;

describe("science.verify, multiple choice", () => {
  test.each([
    ["Answer: C", "correct"],
    ["**Answer: C**", "correct"],
    ["Answer: (C).", "correct"],
    ["Answer: $\\boxed{C}$", "correct"],
    ["Answer: force", "correct"],
    ["Answer: Force", "correct"],
    ["Answer: C force", "correct"],
    ["Answer: A\nAnswer: C", "correct"],
    ["Answer: C\nAnswer: A", "wrong"],
    ["Answer: c", "wrong"],
    ["Answer: E", "wrong"],
    ["Answer: I", "wrong"],
    ["Answer: A B C D", "wrong"],
    ["Answer: C or D", "wrong"],
    ["Answer: force D", "wrong"],
    ["Answer: forces", "wrong"],
    ["Answer: 72", "wrong"],
    ["The answer choices suggest C", "noAnswer"],
    ["C", "noAnswer"],
    ["answer: C", "noAnswer"],
    ["Answer:", "noAnswer"],
    ["Answer: **", "noAnswer"],
    ["Answer:\nC", "noAnswer"],
  ])("grades %j as %s", (answer, outcome) =>
    expect(grade(choice, answer)).toBe(outcome),
  );
});

describe("science.verify, exact answers", () => {
  test.each([
    ["Answer: 72", "correct"],
    ["Answer: 72.", "correct"],
    ["Answer: 72.0", "correct"],
    ["Answer: $72$", "correct"],
    ["Answer: 144/2", "wrong"],
    ["Answer: 7", "wrong"],
    ["Answer: 72 N", "wrong"],
    ["Answer: 71.999999", "wrong"],
    ["Answer: 8*9", "wrong"],
    ["Answer: C", "wrong"],
    ["72", "noAnswer"],
    ["\\boxed{72}", "noAnswer"],
  ])("grades %j as %s", (answer, outcome) =>
    expect(grade(exact, answer)).toBe(outcome),
  );

  test("reads nothing before the last </think>", () => {
    expect(
      science.verify(exact, "<think>\nAnswer: 72\n</think>\n\nDone.", "stop")
        .outcome,
    ).toBe("noAnswer");
    expect(science.verify(exact, "Answer: 72", "stop").outcome).toBe(
      "noAnswer",
    );
    expect(
      science.verify(exact, "</think>\nAnswer: 72", "length").outcome,
    ).toBe("truncated");
  });
});

test("readAnswer takes off wrappers of the last line that says Answer", () => {
  expect(readAnswer("**Answer: (B)**")).toBe("B");
  expect(readAnswer("no")).toBeNull();
});

describe("science.verify of multiple choice in real data", () => {
  const verdict = (data: unknown, answer: string): unknown =>
    science.verify({ ...choice, data }, `<think>\n</think>\n${answer}`, "stop");

  test("reads letters up to the last option, and names the rule by which it read one", () => {
    expect(verdict({ answer: "J", choices: 10 }, "Answer: (J)")).toEqual({
      reward: 1,
      outcome: "correct",
      detail: 'J, by the rule "answer"',
    });
    expect(verdict({ answer: "B" }, "\\boxed{C}")).toEqual({
      reward: 0,
      outcome: "wrong",
      detail: 'expected B, got C by the rule "boxed"',
    });
    expect(verdict({ answer: "B" }, "The choice and the gas.")).toEqual({
      reward: 0,
      outcome: "noAnswer",
      detail: "no option is named",
    });
  });

  test("refuses an answer that is no option", () =>
    expect(() => verdict({ answer: "K", choices: 10 }, "Answer: K")).toThrow(
      "answer must be a letter from A to J",
    ));
});
