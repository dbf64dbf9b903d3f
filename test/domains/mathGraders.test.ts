/** The named graders of mathematics: agreement with their references, outcomes, limits. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { Budget } from "../../src/domains/math/latex/budget.js";
import { readLatex } from "../../src/domains/math/latex/read.js";
import { TaskError } from "../../src/error.js";
import {
  GRADERS,
  gradeMath,
  gradeQwen,
  type Grade,
} from "../../src/domains/math/graders/index.js";

type Case = [reference: string, completion: string, right: boolean | string];

function golden(name: string): { cases: Case[] } {
  const url = new URL(`../golden/domains/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as { cases: Case[] };
}

const explained = JSON.parse(
  readFileSync(
    new URL("../golden/domains/explained.json", import.meta.url),
    "utf8",
  ),
) as Record<string, Record<string, string>>;

/** Cases on which a grader and its reference part. */
function apart(
  name: string,
  grade: (reference: string, completion: string) => Grade,
): string[] {
  return golden(name)
    .cases.filter(([, , right]) => typeof right === "boolean")
    .filter(([r, c, right]) => (grade(r, c).outcome === "right") !== right)
    .map(([r, c]) => `${r} | ${c}`);
}

describe("agreement with the reference graders", () => {
  test.each(["mathVerify", "deepscaler", "dapo"])(
    "%s agrees on every case that is not explained",
    (name) => {
      const found = apart(name, (r, c) => gradeMath(name, r, c));
      const known = Object.keys(explained[name] ?? {});
      expect(found.filter((row) => !known.includes(row))).toEqual([]);
      const all = golden(name).cases.length;
      expect(known.length / all).toBeLessThanOrEqual(0.005);
    },
  );

  test("qwq agrees with its relative in evalscope but for explained cases", () => {
    const found = apart("qwen", (r, c) => gradeQwen(r, c, "evalscope"));
    const known = Object.keys(explained["qwen"] ?? {});
    expect(found.filter((row) => !known.includes(row))).toEqual([]);
  });
});

describe("readLatex", () => {
  test.each([
    ["\\frac12", "\\frac{1}{2}"],
    ["\\dfrac34x", "\\frac{3}{4}x"],
    ["\\frac 1 2", "\\frac{1}{2}"],
    ["\\frac123", "\\frac{1}{2}3"],
  ])("reads %s as TeX does", (short, full) =>
    expect(readLatex(short, new Budget())).toEqual(
      readLatex(full, new Budget()),
    ),
  );
});

describe("gradeMath", () => {
  test.each(GRADERS.map((row) => row.name))("%s names itself", (name) => {
    expect(gradeMath(name, "5", "Answer: \\boxed{5}")).toMatchObject({
      grader: name,
      outcome: name === "dapo" ? "right" : "right",
    });
  });

  test("throws TaskError for an unknown grader and names the nearest", () => {
    expect(() => gradeMath("mathVerifi", "1", "1")).toThrow(TaskError);
    expect(() => gradeMath("mathVerifi", "1", "1")).toThrow(/mathVerify/);
  });

  test.each(GRADERS.map((row) => row.name))(
    "%s tells a missing answer from a wrong one",
    (name) => {
      expect(gradeMath(name, "5", "I cannot say.").outcome).toBe("noAnswer");
      expect(gradeMath(name, "5", "Answer: \\boxed{6}").outcome).toBe("wrong");
    },
  );

  test.each(GRADERS.map((row) => row.name))(
    "%s calls an empty reference unreadable, whatever the completion",
    (name) => {
      expect(gradeMath(name, "", "Answer: \\boxed{}").outcome).toBe(
        "unreadableReference",
      );
    },
  );

  test("mathVerify stops at its budget and says so", () => {
    const grade = gradeMath("mathVerify", "$x^2+x$", "$x(x+1)$", { steps: 20 });
    expect(grade.outcome).toBe("budgetExhausted");
  });

  test("mathVerify keeps reference and answer apart", () => {
    expect(gradeMath("mathVerify", "$x>5$", "$(5,\\infty)$").outcome).toBe(
      "right",
    );
    expect(gradeMath("mathVerify", "$(5,\\infty)$", "$x>5$").outcome).toBe(
      "wrong",
    );
  });

  // Verdicts of Math-Verify 0.9.0 on these pairs.
  test.each([
    ["(0,100)", "(0,100)", "right"],
    ["(0,100)", "100", "wrong"],
    ["[100,200)", "[100,200]", "wrong"],
    ["\\{1,200\\}", "\\{200,1\\}", "right"],
    ["(2, 12) \\cup (12, 102)", "(2,12) \\cup (12,102)", "right"],
    ["1,200", "1200", "right"],
    ["100,200", "200,100", "wrong"],
    ["x \\geq 5", "x>=5", "right"],
    ["x \\neq 5", "x != 5", "right"],
    ["x <= 1", "-x >= -1", "right"],
    ["2\\pi r", "2\\pir", "right"],
    ["x_{1}=1,\\quadx_{2}=2", "1,2", "right"],
    ["3", "x \\rightarrow 3", "right"],
    ["0", "\\lim_{x \\rightarrow 0} x", "right"],
    ["1.0", "1.0000001", "right"],
    ["1", "1.0000001", "wrong"],
    ["x^2<4", "(-2,2)", "right"],
    ["x^2<4", "(-2,2]", "wrong"],
    ["|x-3|\\le 2", "[1,5]", "right"],
    ["x^2-5x+6>0", "(-\\infty,2)\\cup(3,\\infty)", "right"],
    ["x^2-5x+6>0", "(-\\infty,2]\\cup[3,\\infty)", "wrong"],
    ["x\\neq 1", "(-\\infty,1)\\cup(1,\\infty)", "right"],
    ["0<f(x)<1", "(0,1)", "right"],
    [
      "1\\leq|z|\\leq \\frac{3}{2}",
      "[-\\frac{3}{2}, -1] \\cup [1, \\frac{3}{2}]",
      "right",
    ],
  ])("mathVerify, reference %s: %s is %s", (reference, answer, outcome) =>
    expect(
      gradeMath("mathVerify", `$${reference}$`, `\\boxed{${answer}}`).outcome,
    ).toBe(outcome),
  );

  test("the graders part where people do", () => {
    const verdicts = (reference: string, answer: string): string[] =>
      GRADERS.map(
        ({ grade }) => grade(reference, `Answer: \\boxed{${answer}}`).outcome,
      );
    // mathVerify, qwq, deepscaler, dapo, exact
    expect(verdicts("\\frac{1}{2}", "2/4")).toEqual([
      "right",
      "right",
      "wrong",
      "wrong",
      "wrong",
    ]);
    expect(verdicts("50\\%", "0.5")).toEqual([
      "right",
      "right",
      "wrong",
      "wrong",
      "wrong",
    ]);
  });
});
