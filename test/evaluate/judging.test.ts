import { describe, expect, it } from "vitest";
import { type Task } from "../../src/domains/index.js";
import {
  benchmark,
  judgeableBenchmarks,
  judgePrompt,
  readClaim,
  readJudgement,
  selfVerify,
} from "../../src/evaluate/index.js";
import { initParams, Policy, type ModelConfig } from "../../src/model/index.js";
import { Random } from "../../src/random.js";
import { encodeChat, Learner, sftLosses } from "../../src/train/index.js";
import { Tokenizer, trainBpe } from "../../src/tokenizer/index.js";
import {
  demonstrateCheck,
  drawTask,
  makeCheck,
  pretrainDocument,
} from "../../src/world/index.js";
import { PICO } from "../model/pico.js";

const equation: Task = {
  id: "equation",
  domain: "math",
  kind: "equation",
  prompt: "Solve 3x+5=20.",
  data: { kind: "equation", answer: 5 },
};

describe("judgeableBenchmarks()", () => {
  it("are those whose every task has a number as answer", () => {
    expect(judgeableBenchmarks()).toEqual(["aime24", "aime25", "hle"]);
  });
});

describe("readClaim(task, completion, finish)", () => {
  it("reads the final answer and the lines before it", () => {
    const text = "<think>\n3x=20-5=15\nx=15/3=5\n</think>\n\n\\boxed{5}";
    expect(readClaim(equation, text, "stop")).toEqual({
      claimed: 5,
      reasoning: "3x=20-5=15\nx=15/3=5",
    });
    const science: Task = { ...equation, domain: "science" };
    expect(
      readClaim(science, "<think>\n\n</think>\n\nAnswer: -72", "stop"),
    ).toEqual({ claimed: -72, reasoning: "" });
  });
  it("is null where there is no whole number, no end of thinking, or a cut", () => {
    for (const text of ["</think>\\boxed{x}", "\\boxed{5}", "</think>5"])
      expect(readClaim(equation, text, "stop")).toBeNull();
    expect(readClaim(equation, "</think>\\boxed{5}", "length")).toBeNull();
  });
});

describe("judgePrompt(problem, claim, mode)", () => {
  it("shows the final answer, and for the process the lines as well", () => {
    const claim = { claimed: 4, reasoning: "3x=20-5=15\nx=15/3=4" };
    expect(judgePrompt("Solve 3x+5=20.", claim, "outcome")).toBe(
      "Check: Solve 3x+5=20. Claimed answer: 4",
    );
    expect(judgePrompt("Solve 3x+5=20.", claim, "process")).toBe(
      "Check: Solve 3x+5=20. 3x=20-5=15 x=15/3=4 Claimed answer: 4",
    );
    expect(judgePrompt("P", { ...claim, reasoning: "" }, "process")).toBe(
      "Check: P Claimed answer: 4",
    );
  });
  it("is, in both modes, the prompt of the checks that models are trained on", () => {
    const random = new Random(2, "judging");
    for (let i = 0; i < 40; i++) {
      const task = drawTask(i % 2 === 0 ? "math" : "science", random, {
        split: "train",
        kinds: ["chain"],
      });
      const { claimed, shown, prompt } = makeCheck(task, random, i % 4 < 2);
      const claim = { claimed, reasoning: shown.join("\n") };
      const mode = shown.length > 0 ? "process" : "outcome";
      expect(judgePrompt(task.prompt, claim, mode)).toBe(prompt);
    }
  });
});

describe("readJudgement(task, claimed, right, completion, finish)", () => {
  const judge = (claimed: number, text: string) =>
    readJudgement(equation, claimed, claimed === 5, text, "stop");
  it("calls a right verdict sound when the task was solved again", () => {
    const solved = "<think>\n3x=20-5=15\nx=15/3=5\n";
    expect(judge(4, `${solved}4-5=-1\n</think>\n\nVerdict: incorrect`)).toEqual(
      { verdict: "incorrect", sound: true },
    );
    expect(judge(5, `${solved}5-5=0\n</think>\n\nVerdict: correct`)).toEqual({
      verdict: "correct",
      sound: true,
    });
    for (const text of [
      "<think>\n\n</think>\n\nVerdict: incorrect",
      `${solved}4-5=1\n</think>\n\nVerdict: incorrect`,
      `${solved}4-3=1\n</think>\n\nVerdict: incorrect`,
    ])
      expect(judge(4, text)).toEqual({ verdict: "incorrect", sound: false });
    expect(judge(4, `${solved}4-5=-1\n</think>\n\nVerdict: correct`)).toEqual({
      verdict: "correct",
      sound: false,
    });
  });
  it("has no verdict without one, and none when cut off", () => {
    expect(judge(4, "</think>\n\n4")).toEqual({ verdict: null, sound: false });
    expect(
      readJudgement(equation, 5, true, "</think>Verdict: correct", "length"),
    ).toEqual({ verdict: null, sound: false });
  });
  it("finds every careful demonstration of a check sound", () => {
    const random = new Random(1, "judging");
    for (let i = 0; i < 60; i++) {
      const domain = i % 2 === 0 ? "math" : "science";
      const kinds =
        domain === "math"
          ? ["chain", "equation"]
          : ["formula", "chain", "molar"];
      const task = drawTask(domain, random, { split: "train", kinds });
      const check = makeCheck(task, random, i % 4 < 2);
      const { reasoning, content } = demonstrateCheck(check, random, 0);
      expect(
        readJudgement(
          task,
          check.claimed,
          check.right,
          `<think>\n${reasoning!}\n</think>\n\n${content}`,
          "stop",
        ),
      ).toEqual({
        verdict: check.right ? "correct" : "incorrect",
        sound: true,
      });
    }
  });
});

describe("selfVerify(policy, tokenizer, benchmark)", () => {
  const corpus = new Random(1, "corpus");
  const tokenizer = Tokenizer.fromJson(
    trainBpe(
      Array.from({ length: 200 }, () => pretrainDocument(corpus)),
      { vocabSize: 320 },
    ),
  );
  const config: ModelConfig = {
    ...PICO,
    vocabSize: tokenizer.size,
    maxPositions: 512,
  };
  const options = { items: 2, answers: 3, seed: 1, keep: 1 };

  it("judges no answer of a model that makes no claim", () => {
    const policy = Policy.fromParams(initParams(config, 1), config);
    const found = selfVerify(policy, tokenizer, "aime24", options);
    expect(found).toHaveLength(6);
    for (const answer of found)
      expect(answer).toMatchObject({
        reward: 0,
        claimed: null,
        judgements: null,
      });
  });

  it("judges each answer of a model that has one answer and one verdict", () => {
    // A pico model learns two sentences by heart, whatever it is asked.
    const [task] = benchmark("aime24", { items: 1 });
    const answer = {
      role: "assistant" as const,
      reasoning: "",
      content: "\\boxed{7}",
    };
    const verdict = { ...answer, content: "Verdict: correct" };
    const prompt = judgePrompt(
      task!.prompt,
      { claimed: 7, reasoning: "" },
      "outcome",
    );
    const examples = [
      [{ role: "user" as const, content: task!.prompt }, answer],
      [{ role: "user" as const, content: prompt }, verdict],
    ].map((chat) => encodeChat(tokenizer, chat, config.maxPositions));
    const learner = new Learner(
      Policy.fromParams(initParams(config, 1), config),
      { betas: [0.9, 0.95], weightDecay: 0, clip: 1 },
    );
    let loss = Infinity;
    for (let step = 0; step < 400 && loss > 0.003; step++)
      loss = learner.update(
        sftLosses(config, examples, 8192),
        1e-2 / (1 + step / 50),
        "test",
      ).loss;
    const found = selfVerify(learner.policy, tokenizer, "aime24", {
      ...options,
      items: 1,
    });
    expect(found.map(({ sample }) => sample)).toEqual([0, 1, 2]);
    const judged = found.filter(({ claimed }) => claimed === 7);
    expect(judged.length).toBeGreaterThan(0);
    for (const { judgements, reward } of judged) {
      expect(reward).toBe(0);
      expect(judgements!.outcome.verdict).toBe("correct");
      expect(judgements!.process.sound).toBe(false);
    }
    expect(found[0]!.completion).toContain("boxed");
    expect(found[0]!.judgements!.outcome.completion).toContain("Verdict");
    expect(found[1]!.completion).toBeUndefined();
  });

  it("throws before any work for a benchmark that cannot be judged, and for no answers", () => {
    const policy = Policy.fromParams(initParams(config, 1), config);
    expect(() => selfVerify(policy, tokenizer, "gpqa", options)).toThrow(
      "selfVerify: benchmark must be one that can be judged (aime24, aime25, hle), got gpqa",
    );
    expect(() =>
      selfVerify(policy, tokenizer, "hle", { ...options, answers: 0 }),
    ).toThrow("selfVerify: answers must be a positive integer, got 0");
  });
});
