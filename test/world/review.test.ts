/** Reviews: what is wrong with an answer, who can see it, and whether the demonstrator says so. */
import { describe, expect, test } from "vitest";
import { runProgram } from "../../src/domains/coding/verify.js";
import { unitTests } from "../../src/domains/coding/unitTests.js";
import type { CodingData } from "../../src/domains/coding/problem.js";
import { spec, type Domain, type Task } from "../../src/domains/index.js";
import { TaskError } from "../../src/error.js";
import { Random } from "../../src/random.js";
import {
  demonstrateReview,
  drawTask,
  isReviewable,
  makeReview,
  readVerdict,
  readWrongLine,
  REVIEWABLE,
  reviewOf,
  reviewPrompt,
  worldSpec,
  type Fault,
  type Review,
} from "../../src/world/index.js";
import { markLine, spoilLine } from "../../src/world/review/mark.js";

const PER_DOMAIN = 60;

function tasksOf(domain: Domain): Task[] {
  const random = new Random(3, `reviews/${domain}`);
  const tasks: Task[] = [];
  while (tasks.length < PER_DOMAIN) {
    const level = random.int(1, 5);
    const task = drawTask(domain, random, { split: "train", level });
    if (isReviewable(task)) tasks.push(task);
  }
  return tasks;
}

const TASKS = new Map(REVIEWABLE.map((domain) => [domain, tasksOf(domain)]));

function reviewsOf(
  domain: Domain,
  fault: Fault,
  showLines: boolean,
): { review: Review; said: string }[] {
  const random = new Random(4, `${domain}/${fault}/${showLines}`);
  return TASKS.get(domain)!.map((task) => {
    const review = makeReview(task, random, { showLines, fault })!;
    const { reasoning, content } = demonstrateReview(review) as {
      reasoning: string;
      content: string;
    };
    return {
      review,
      said: `<think>\n${reasoning}\n</think>\n\n${content}`,
    };
  });
}

test("answers of four domains can be reviewed", () => {
  expect(REVIEWABLE).toEqual(["math", "coding", "science", "instruction"]);
});

describe.each(REVIEWABLE)("reviews of %s", (domain) => {
  test("call a right answer correct, alone and with its lines", () => {
    for (const showLines of [false, true])
      for (const { review, said } of reviewsOf(domain, "none", showLines)) {
        expect(review).toMatchObject({ right: true, wrongLine: null });
        expect(review.shown.length > 0).toBe(showLines);
        expect(readVerdict(said), said).toBe("correct");
        expect(said).not.toContain("wrong");
      }
  });
  test("call an answer whose steps slipped incorrect, and name its first wrong line where one is shown", () => {
    let named = 0;
    for (const showLines of [false, true])
      for (const { review, said } of reviewsOf(domain, "slip", showLines)) {
        expect(review.right).toBe(false);
        expect(readVerdict(said), said).toBe("incorrect");
        expect(readWrongLine(said)).toBe(review.wrongLine);
        if (review.wrongLine !== null) named++;
      }
    // A draft of a text counts rightly even where the text breaks a constraint.
    if (domain === "instruction") expect(named).toBe(0);
    else expect(named).toBeGreaterThan(PER_DOMAIN / 4);
  });
  test("find a planted wrong line that leaves the answer right, only where the lines are shown", () => {
    for (const { review, said } of reviewsOf(domain, "planted", true)) {
      expect(review.right).toBe(true);
      expect(readVerdict(said)).toBe("incorrect");
      expect(readWrongLine(said)).toBe(review.wrongLine);
      // All lines but the planted one are those of the right answer.
      const right = worldSpec(domain).review!.rightLines(
        review.task,
        review.claim,
      );
      const differing = review.shown.flatMap((line, i) =>
        line === right[i] ? [] : [i + 1],
      );
      expect(differing).toEqual([review.wrongLine]);
    }
    for (const { said } of reviewsOf(domain, "planted", false))
      expect(readVerdict(said)).toBe("correct");
  });
  test("walk the lines in their order, up to the first wrong one", () => {
    for (const fault of ["none", "slip", "planted"] as const)
      for (const { review, said } of reviewsOf(domain, fault, true)) {
        const walked = said
          .split("\n")
          .filter((line) => /^\d+\. .* (ok|wrong)$/.test(line));
        const { shown, wrongLine } = review;
        expect(walked).toHaveLength(wrongLine ?? shown.length);
        walked.forEach((line, i) => {
          expect(line.startsWith(`${i + 1}. `)).toBe(true);
          expect(line.endsWith(" wrong")).toBe(i + 1 === wrongLine);
        });
      }
  });
  test("agree with the domain's own verifier about what an answer claims", () => {
    const random = new Random(6, domain);
    const own = worldSpec(domain);
    for (const task of TASKS.get(domain)!) {
      const [message] = own.demonstrate(task, random, {
        careful: true,
        slip: 0.3,
      });
      const { content } = message as { content: string };
      const verdict = spec(domain).verify(
        task,
        `<think>\n\n</think>\n\n${content}`,
        "stop",
      );
      const claim = own.review!.read(task, content, random);
      if (claim === null) continue;
      const review = reviewOf(task, { lines: [], claim }, { showLines: false });
      expect(review.right, `${task.prompt} ${claim}`).toBe(
        verdict.reward === 1,
      );
    }
  });
});

describe("reviews of coding", () => {
  test("claim of a right answer what the right program returns in the sandbox", () => {
    for (const { review } of reviewsOf("coding", "none", false)) {
      const [message] = worldSpec("coding").demonstrate(
        review.task,
        new Random(1),
        { careful: true, slip: 0 },
      );
      const [, program] = /```js\n(.*)\n```/.exec(
        (message as { content: string }).content,
      )!;
      const [, input, value] = /^f\((.*)\)=(-?\d+)$/.exec(review.claim)!;
      expect(
        runProgram(program!, [JSON.parse(input!) as number | number[]]),
      ).toEqual([value]);
    }
  });
  test("work the value of f out for the input of the claim, as the right program returns it", () => {
    for (const { review, said } of reviewsOf("coding", "slip", false)) {
      const data = review.task.data as CodingData;
      const [, input, value] = /^f\((.*)\)=(-?\d+)$/.exec(review.claim)!;
      const known = unitTests(data).find(
        (test) => JSON.stringify(test.input) === input,
      )!;
      expect(said).toContain(
        `\n${value}-${String(known.expected)}=${Number(value) - Number(known.expected)}\n</think>`,
      );
      // The last line of arithmetic ends in that value too.
      const last = /=(-?\d+)\n[^\n]*\n<\/think>/.exec(said);
      if (data.kind !== "list" && data.kind !== "pipeline")
        expect(Number(last![1])).toBe(known.expected);
    }
  });
  test("take what a program of a model returns as its claim", () => {
    const task = TASKS.get("coding")!.find(({ kind }) => kind === "ops")!;
    const { read, isRight } = worldSpec("coding").review!;
    const program = "function f(x) { return 12345; }";
    const claim = read(task, `\`\`\`js\n${program}\n\`\`\``, new Random(1))!;
    expect(claim).toMatch(/^f\(\d+\)=12345$/);
    expect(isRight(task, claim)).toBe(false);
    expect(runProgram(program, [1])).toEqual(["12345"]);
    expect(read(task, "no program", new Random(1))).toBeNull();
    expect(read(task, "```js\nfunction f(\n```", new Random(1))).toBeNull();
    expect(isRight(task, "f(1)")).toBe(false);
  });
});

test("reviews of instruction count what the constraints ask for", () => {
  const task: Task = {
    ...{ id: "t", domain: "instruction", kind: "trained" },
    prompt: "Write about a red dog. Use exactly 4 words. Avoid the word near.",
    data: {
      topic: ["red", "dog"],
      instruction_id_list: [
        "length_constraints:number_words",
        "length_constraints:number_words",
        "keywords:forbidden_words",
      ],
      kwargs: [
        { num_words: 4, relation: "at least" },
        { num_words: 5, relation: "less than" },
        { forbidden_words: ["near"] },
      ],
    },
  };
  const claim = "The red dog sees near.";
  const review = reviewOf(task, { lines: [], claim }, { showLines: false });
  expect(demonstrateReview(review)).toEqual({
    role: "assistant",
    reasoning:
      "The1 red2 dog3 sees4 near5.\nwords 5 at least 4 ok\nwords 5 less than 5 wrong\nnear 1 wrong",
    content: "Verdict: incorrect",
  });
});

describe("makeReview", () => {
  test("leaves half of the answers right, and plants a line only where lines are shown", () => {
    const random = new Random(8, "faults");
    const task = TASKS.get("math")![0]!;
    const faults = (showLines: boolean): Fault[] =>
      Array.from(
        { length: 600 },
        () => makeReview(task, random, { showLines })!.fault,
      );
    const share = (list: Fault[], fault: Fault): number =>
      list.filter((each) => each === fault).length / list.length;
    const shown = faults(true);
    // standard error of a share of 600 is 0.02
    expect(Math.abs(share(shown, "none") - 0.5)).toBeLessThan(0.07);
    expect(Math.abs(share(shown, "planted") - 1 / 6)).toBeLessThan(0.06);
    expect(share(faults(false), "planted")).toBe(0);
  });
  test("is the same for the same seed", () => {
    for (const domain of REVIEWABLE) {
      const make = () =>
        makeReview(TASKS.get(domain)![1]!, new Random(9), {
          showLines: true,
          fault: "slip",
        });
      expect(make()).toEqual(make());
    }
  });
  test("is null for a program that nothing can make wrong", () => {
    // keeps multiples of 6, adds 3 and keeps multiples of 7, …: the short lists of its tests leave nothing
    const task = drawTask("coding", new Random(7454, "scan"), {
      ...{ split: "train", level: 5 },
    });
    expect(task.prompt).toContain("keep items multiple of 6, plus 3");
    const random = new Random(1);
    const options = { showLines: false };
    expect(makeReview(task, random, { ...options, fault: "slip" })).toBeNull();
    expect(
      makeReview(task, random, { ...options, fault: "none" }),
    ).toMatchObject({ right: true });
  });
  test("throws TaskError for a task whose answers cannot be reviewed", () => {
    const task = drawTask("agent", new Random(1), { split: "train" });
    expect(isReviewable(task)).toBe(false);
    expect(() => makeReview(task, new Random(1), { showLines: false })).toThrow(
      new TaskError(
        "review: task must have an answer that can be reviewed, got agent workplace",
      ),
    );
  });
});

describe("one line", () => {
  test("markLine gives the right line, the difference and the word", () => {
    expect(markLine("c=36+5=42", "c=36+5=41")).toBe("c=36+5=41 42-41=1 wrong");
    expect(markLine("c=36+5=41", "c=36+5=41")).toBe("c=36+5=41 41-41=0 ok");
    expect(markLine("x + 3", "x + 4")).toBe("x + 4 wrong");
    expect(markLine("more", undefined)).toBe("nothing wrong");
  });
  test("spoilLine changes one thing", () => {
    expect(spoilLine("force = mass * acceleration", new Random(1))).toBe(
      "force = mass + acceleration",
    );
    expect(spoilLine("c=36+5=41", new Random(1))).toMatch(
      /^c=36\+5=(?!41$)\d+$/,
    );
    expect(spoilLine("count", new Random(1))).toBeNull();
  });
  test("reviewPrompt numbers the lines; without them it shows the claim alone", () => {
    expect(reviewPrompt("Solve 3x+5=20.", "5")).toBe(
      "Check: Solve 3x+5=20.\nClaimed answer: 5",
    );
    expect(
      reviewPrompt("Solve 3x+5=20.", "5", ["3x=20-5=15", "x=15/3=5"]),
    ).toBe(
      "Check: Solve 3x+5=20.\n1. 3x=20-5=15\n2. x=15/3=5\nClaimed answer: 5",
    );
  });
  test("readWrongLine is null where a verdict names none", () => {
    expect(readWrongLine("</think>\n\nVerdict: incorrect")).toBeNull();
    expect(readWrongLine("</think>\n\nVerdict: incorrect, line 12")).toBe(12);
  });
});
