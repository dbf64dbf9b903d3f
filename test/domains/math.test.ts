import { describe, expect, test } from "vitest";
import { type Task } from "../../src/domains/index.js";
import {
  equalAnswers,
  lastBoxed,
  math,
  normalise,
} from "../../src/domains/math/index.js";

const task: Task = {
  id: "math equation 3x+5=131",
  domain: "math",
  kind: "equation",
  prompt: "Solve 3x+5=131.",
  data: {
    kind: "equation",
    left: 3,
    inner: 0,
    plus: 5,
    right: 0,
    result: 131,
    answer: 42,
  },
};

const verify = (completion: string): string =>
  math.verify(task, completion, "stop").outcome;
const after = (answer: string): string =>
  verify(`<think>\n3x=131-5=126\n</think>\n\n${answer}`);

describe("math.verify of real data", () => {
  const verdict = (data: unknown, answer: string): unknown =>
    math.verify({ ...task, data }, `<think>\n</think>\n${answer}`, "stop");

  test("compares an answer that is a text by the grader that is named, else by mathVerify", () => {
    const half = "The answer is $\\frac{2}{4}$.";
    expect(verdict({ answer: "1/2" }, half)).toEqual({
      reward: 1,
      outcome: "correct",
    });
    expect(verdict({ answer: "1/2", grader: "deepscaler" }, half)).toEqual({
      reward: 0,
      outcome: "noAnswer",
      detail: "no \\boxed{} after the last Answer:",
    });
    expect(
      verdict({ answer: "1/2", grader: "deepscaler" }, "\\boxed{2/4}"),
    ).toEqual({
      reward: 0,
      outcome: "wrong",
      detail: "expected 1/2, got 2/4",
    });
  });

  test.each([
    [{}, "must have an answer, a number or a text"],
    [{ answer: "" }, "must have an answer, a number or a text"],
    [{ answer: "1", grader: "best" }, 'unknown grader "best"'],
  ])("refuses %j", (data, text) =>
    expect(() => verdict(data, "\\boxed{1}")).toThrow(text),
  );
});

describe("math.verify", () => {
  test.each([
    ["\\boxed{42}", "correct"],
    ["The answer is $\\boxed{ 42 }$.", "correct"],
    ["\\boxed{42.0}", "correct"],
    ["\\boxed{\\text{42}}", "correct"],
    ["\\boxed{84/2}", "wrong"],
    ["\\boxed{\\frac{84}{2}}", "wrong"],
    ["\\boxed{+42}", "correct"],
    ["\\boxed{41} no, \\boxed{42}", "correct"],
    ["\\boxed{42} no, \\boxed{41}", "wrong"],
    ["\\boxed{42} and \\boxed{41", "correct"],
    ["\\boxed{x=42}", "correct"],
    ["\\boxed{42 or 43}", "wrong"],
    ["\\boxed{4 2}", "wrong"],
    ["\\boxed{4, 2}", "wrong"],
    ["\\boxed{42\\text{ cm}}", "correct"],
    ["\\boxed{42/1}", "wrong"],
    ["\\boxed{42.01}", "wrong"],
    ["\\boxed{-42}", "wrong"],
    ["\\boxed{420/10/1}", "wrong"],
    ["\\boxed{6*7}", "wrong"],
    ["\\boxed{process.exit()}", "wrong"],
    ["\\boxed{}", "wrong"],
    ["\\boxed{1/0}", "wrong"],
    ["\\boxed{42", "noAnswer"],
    ["\\fbox{42}", "noAnswer"],
    ["boxed{42}", "noAnswer"],
    ["42", "noAnswer"],
    ["Answer: 42", "noAnswer"],
    ["", "noAnswer"],
    [" \n", "noAnswer"],
  ])("grades %j after </think> as %s", (answer, outcome) =>
    expect(after(answer)).toBe(outcome),
  );

  test("does not parse an answer of unreasonable length", () => {
    expect(after(`\\boxed{${"4".repeat(100_000)}}`)).toBe("wrong");
    expect(after(`\\boxed{${"{".repeat(50_000)}42`)).toBe("noAnswer");
    expect(after("\\boxed{".repeat(5_000))).toBe("noAnswer");
  });

  test("looks only behind the last </think>", () => {
    expect(verify("<think>\n\\boxed{42}\n</think>\n\nIt is clear.")).toBe(
      "noAnswer",
    );
    expect(verify("\\boxed{42}\n</think>\n\n")).toBe("noAnswer");
    expect(verify("</think>\\boxed{42}</think>\\boxed{41}")).toBe("wrong");
    expect(verify("</think>\\boxed{41}</think>\\boxed{42}")).toBe("correct");
  });

  test("gives no answer without </think>, however right the box", () => {
    expect(verify("\\boxed{42}")).toBe("noAnswer");
    expect(verify("<think>\n\\boxed{42}")).toBe("noAnswer");
  });

  test("calls a completion at the token limit truncated, however right the box", () => {
    const verdict = math.verify(task, "</think>\\boxed{42}", "length");
    expect(verdict).toMatchObject({ reward: 0, outcome: "truncated" });
  });

  test("says what it expected", () => {
    expect(math.verify(task, "</think>\\boxed{7}", "stop").detail).toBe(
      "expected 42, got 7",
    );
  });
});

describe("answers", () => {
  test("lastBoxed matches braces", () => {
    expect(lastBoxed("\\boxed{1} \\boxed{\\frac{1}{2}}")).toBe("\\frac{1}{2}");
    expect(lastBoxed("\\boxed{\\boxed{5}")).toBe("5");
    expect(lastBoxed("none")).toBeNull();
  });

  test("normalise drops spaces, dollars, thousands commas and one wrapper", () => {
    expect(normalise("$\\text{ 1{,}000 }$")).toBe("1000");
    expect(normalise("1,23")).toBe("1,23");
  });

  test.each([
    ["1/2", "0.5", true],
    ["\\frac{1}{2}", "\\dfrac{2}{4}", false],
    ["\\frac12", ".5", true],
    ["1/3", "0.3333333333333333", false],
    ["1000", "1,000", true],
    ["1000", "1,00,0", false],
    ["0", "-0", true],
    ["5", "5.", true],
    ["5", ".", false],
    ["9007199254740993", "9007199254740992", false],
    ["x+1", "x + 1", true],
    ["x+1", "1+x", false],
    ["5", "５", false],
  ])("equalAnswers(%j, %j) is %s", (reference, given, equal) =>
    expect(equalAnswers(reference, given)).toBe(equal),
  );
});
