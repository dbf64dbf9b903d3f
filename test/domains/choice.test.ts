/** Multiple choice and short exact answers of real data. */
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, test } from "vitest";
import {
  gradeHleExact,
  judgeByServer,
  judgePrompt,
  parseJudgement,
  readChoice,
  readHleResponse,
} from "../../src/domains/index.js";
import { InfrastructureError, TaskError } from "../../src/error.js";

const texts = ["hydrogen", "helium", "a gas", "neon"];

describe("readChoice", () => {
  test.each([
    ["Answer: C", "C", "answer"],
    ["**Answer: C**", "C", "answer"],
    ["**Answer:** C", "C", "answer"],
    ["Answer: (B).", "B", "answer"],
    ["Answer: B. helium", "B", "answer"],
    ["Answer: B) helium", "B", "answer"],
    ["Answer: b", "B", "answer"],
    ["Answer: $\\boxed{\\text{A}}$", "A", "boxed"],
    ["\\boxed{C}", "C", "boxed"],
    ["$\\boxed{\\textbf{(D)}}$", "D", "boxed"],
    ["\\boxed{D. neon}", "D", "boxed"],
    ["Answer: A\nNo. Answer: D", "D", "answer"],
    ["The answer is (B).", "B", "phrase"],
    ["The correct option is B.", "B", "phrase"],
    ["The answer is B because it is light.", "B", "phrase"],
    ["So:\n(D)", "D", "line"],
    ["So:\n**D**", "D", "line"],
    ["It is\nhelium", "B", "text"],
    ["The answer is helium.", "B", "text"],
    ["Answer: A hydrogen", "A", "answer"],
  ])("reads %j as %s by its %s", (text, letter, how) => {
    expect(readChoice(text, { count: 4, texts })).toEqual({ letter, how });
  });

  test.each([
    "The answer choices suggest much.",
    "The choice and the rest",
    "The answer is a gas that",
    "The best choice is a gas that",
    "I think so.",
    "Answer:",
    "Answer: Z",
    "Answer: Yes",
    "",
    "Answer: Carbon",
    "A thing",
  ])("reads no letter out of %j", (text) => {
    expect(readChoice(text, { count: 4 })).toBeNull();
  });

  test("passes over a letter beyond the options and knows J of ten and Z of 26", () => {
    const text = "Answer: D\nAnswer: J";
    expect(readChoice(text, { count: 4 })?.letter).toBe("D");
    expect(readChoice(text, { count: 10 })?.letter).toBe("J");
    expect(readChoice("Answer: Z", { count: 26 })?.letter).toBe("Z");
  });

  test("takes the last match of the row's own pattern, in Python's notation too", () => {
    const pattern = "(?i)final:\\s*(?P<x>[a-z])";
    const text = "Final: A … Final: b. Answer: C";
    expect(readChoice(text, { count: 4, pattern })).toEqual({
      letter: "B",
      how: "pattern",
    });
    expect(() => readChoice("x", { count: 4, pattern: "(" })).toThrow(
      TaskError,
    );
  });

  test("throws RangeError for fewer than 2 or more than 26 options", () => {
    for (const count of [0, 1, 27, 2.5, NaN])
      expect(() => readChoice("A", { count })).toThrow(RangeError);
  });
});

describe("Humanity's Last Exam", () => {
  test("a response gives its answer and its confidence", () => {
    const text =
      "Explanation: x\nAnswer: **$\\text{The Hague}$**\nConfidence: 85%";
    expect(readHleResponse(text)).toEqual({
      answer: "The Hague",
      confidence: 85,
    });
    expect(readHleResponse("no form")).toEqual({
      answer: null,
      confidence: null,
    });
  });

  test.each([
    ["The Hague", "Answer: hague.", "correct"],
    ["1,000", "Answer: 1000", "correct"],
    ["\\frac{1}{2}", "Answer: $0.5$", "correct"],
    ["-3", "Answer: 3", "wrong"],
    ["12", "Answer: 1.2", "wrong"],
    ["Rome", "Answer: Paris", "wrong"],
    ["Rome", "It is Rome.", "noAnswer"],
  ])("grades the reference %j against %j as %s", (reference, text, outcome) => {
    expect(gradeHleExact(reference, text).outcome).toBe(outcome);
  });

  test("the judge's prompt holds question, reference and response, and its reply is read from the end", () => {
    const prompt = judgePrompt("Q?", "R!", "A.");
    for (const part of ["Q?", "R!", "A."]) expect(prompt).toContain(part);
    expect(
      parseJudgement("Verdict: no\nExtracted: 4\n**Verdict: yes**"),
    ).toEqual({
      correct: true,
      extracted: "4",
    });
    expect(parseJudgement("I say yes")).toBeNull();
  });

  test("a server judges, whatever a rule says; a failing server is no verdict", async () => {
    let calls = 0;
    const server = createServer((_, response) => {
      calls++;
      if (calls === 1) response.statusCode = 500;
      const message = { content: "Extracted: four\nVerdict: yes" };
      response.end(JSON.stringify({ choices: [{ message }] }));
    });
    await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
    const { port } = server.address() as AddressInfo;
    const judge = { url: `http://127.0.0.1:${port}/v1/`, model: "m" };
    const text = "Answer: four";
    expect(gradeHleExact("4", text).outcome).toBe("wrong");
    expect(await judgeByServer(judge, "2+2", "4", text)).toEqual({
      correct: true,
      extracted: "four",
    });
    expect(calls).toBe(2);
    await new Promise((done) => server.close(done));
    await expect(judgeByServer(judge, "q", "a", "r")).rejects.toThrow(
      InfrastructureError,
    );
  });
});
