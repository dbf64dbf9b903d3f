import { describe, expect, test } from "vitest";
import { TaskError } from "../../src/error.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import {
  checkPrompt,
  demonstrateCheck,
  drawTask,
  makeCheck,
  readVerdict,
  type Check,
} from "../../src/world/index.js";

const random = new Random(5, "checks");

function draw(showLines: boolean): Check {
  const domain = random.pick(["math", "science"] as const);
  const kinds =
    domain === "math" ? ["chain", "equation"] : ["formula", "chain", "molar"];
  const task = drawTask(domain, random, { split: "train", kinds });
  return makeCheck(task, random, showLines);
}

const answerOf = ({ task }: Check): number =>
  (task.data as { answer: number }).answer;
const outcome = Array.from({ length: 600 }, () => draw(false));
const process = Array.from({ length: 600 }, () => draw(true));

/** Whether a line of arithmetic such as `c=36+5=41` is true; null where it is none. */
function holds(line: string): boolean | null {
  const found = /(\d+)([-+*/])(\d+)=(-?\d+)$/.exec(line);
  if (!found) return null;
  const [a, b, value] = [found[1], found[3], found[4]].map(Number) as [
    number,
    number,
    number,
  ];
  const truth = { "+": a + b, "-": a - b, "*": a * b, "/": Math.floor(a / b) };
  return truth[found[2] as keyof typeof truth] === value;
}

describe("makeCheck", () => {
  test("claims the right answer half of the time, with and without lines", () => {
    for (const checks of [outcome, process]) {
      const right = checks.filter((check) => check.right).length / 600;
      expect(Math.abs(right - 0.5)).toBeLessThan(0.07);
      for (const check of checks)
        expect(check.right).toBe(check.claimed === answerOf(check));
    }
  });

  test("shows the lines behind the problem, and none where only the claim is seen", () => {
    for (const { task, claimed, shown, prompt } of process) {
      expect(shown.length).toBeGreaterThan(0);
      expect(prompt).toBe(checkPrompt(task.prompt, claimed, shown.join("\n")));
      expect(prompt).toContain(`${shown.at(-1)!} Claimed answer: ${claimed}`);
    }
    for (const { task, claimed, shown, prompt } of outcome) {
      expect(shown).toEqual([]);
      expect(prompt).toBe(checkPrompt(task.prompt, claimed));
    }
  });

  test("claims what the shown lines end in", () => {
    for (const { shown, claimed } of process)
      expect(shown.at(-1)).toMatch(new RegExp(`= ?${claimed}$`));
  });

  test("slips in a line of nearly every wrong solution and in none of a right one", () => {
    let wrong = 0;
    let slipped = 0;
    for (const { shown, right } of process) {
      const false_ = shown.some((line) => holds(line) === false);
      if (right) expect(false_, shown.join("; ")).toBe(false);
      else {
        wrong++;
        // The rest took a wrong formula or mass and reckoned on rightly.
        slipped += Number(false_);
      }
    }
    expect(slipped / wrong).toBeGreaterThan(0.8);
  });

  test("is the same for the same state of the random numbers", () => {
    const task = drawTask("math", new Random(7), { split: "train" });
    const make = (): Check => makeCheck(task, new Random(8), true);
    expect(make()).toEqual(make());
  });

  test("throws TaskError for a task without a number as its answer", () => {
    const task = drawTask("science", new Random(6), {
      split: "train",
      kinds: ["quantityChoice"],
    });
    expect(() => makeCheck(task, new Random(6), true)).toThrow(
      new TaskError(
        "makeCheck: task must have a number as its answer, got science quantityChoice",
      ),
    );
    const coding = drawTask("coding", new Random(6), { split: "train" });
    expect(() => makeCheck(coding, new Random(6), false)).toThrow(TaskError);
  });
});

describe("demonstrateCheck", () => {
  test("solves again, subtracts, and says what follows", () => {
    for (const check of [...outcome, ...process]) {
      const message = demonstrateCheck(check, random, 0);
      expect(readVerdict(renderAssistant(message))).toBe(
        check.right ? "correct" : "incorrect",
      );
      const answer = answerOf(check);
      expect(message.reasoning!.split("\n").at(-1)).toBe(
        `${check.claimed}-${answer}=${check.claimed - answer}`,
      );
    }
  });

  test("errs when its own steps slip", () => {
    const wrong = outcome.filter((check) => {
      const message = demonstrateCheck(check, random, 0.5);
      const said = readVerdict(renderAssistant(message));
      return said !== (check.right ? "correct" : "incorrect");
    });
    expect(wrong.length).toBeGreaterThan(100);
  });
});

describe("readVerdict", () => {
  test("reads the last verdict behind the last </think>", () => {
    expect(readVerdict("</think>Verdict: correct")).toBe("correct");
    expect(readVerdict("</think>Verdict: correct\nVerdict: incorrect")).toBe(
      "incorrect",
    );
    expect(readVerdict("Verdict: correct</think>")).toBeNull();
    expect(readVerdict("Verdict: correct")).toBeNull();
    expect(readVerdict("</think>Verdict: correctly")).toBeNull();
  });
});
