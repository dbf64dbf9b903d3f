import { describe, expect, it } from "vitest";
import {
  instruction,
  type InstructionData,
} from "../../src/domains/instruction/index.js";
import type { Task } from "../../src/domains/task.js";
import { TaskError } from "../../src/error.js";

const answer = (text: string): string => `<think>\n\n</think>\n\n${text}`;

function task(ids: string[], kwargs: InstructionData["kwargs"]): Task {
  return {
    id: "instruction:test",
    domain: "instruction",
    kind: "trained",
    prompt: "",
    data: {
      instruction_id_list: ids,
      kwargs,
      topic: ["red", "dog"],
    } satisfies InstructionData,
  };
}

describe("instruction.verify(task, completion, finish)", () => {
  const both = task(
    ["punctuation:no_comma", "length_constraints:number_words"],
    [{}, { num_words: 4, relation: "at least" }],
  );

  it("needs all constraints at once", () => {
    expect(
      instruction.verify(both, answer("a red dog runs"), "stop").outcome,
    ).toBe("correct");
    expect(instruction.verify(both, answer("a red, red dog"), "stop")).toEqual({
      reward: 0,
      outcome: "wrong",
      detail: "broken: punctuation:no_comma",
    });
    expect(instruction.verify(both, answer("a, red dog"), "stop").detail).toBe(
      "broken: punctuation:no_comma, length_constraints:number_words",
    );
  });

  it("looks only at what follows the last </think>", () => {
    expect(
      instruction.verify(both, "<think>a, b, c</think>a red dog runs", "stop")
        .outcome,
    ).toBe("correct");
    expect(
      instruction.verify(both, "a red dog runs</think>no, no</think>", "stop")
        .outcome,
    ).toBe("noAnswer");
    expect(
      instruction.verify(both, "a</think>a red dog runs</think>a, b", "stop")
        .outcome,
    ).toBe("wrong");
  });

  it("tells no answer and truncation from a wrong answer", () => {
    expect(instruction.verify(both, "a red dog runs", "stop").outcome).toBe(
      "noAnswer",
    );
    expect(instruction.verify(both, answer(" \n "), "stop").outcome).toBe(
      "noAnswer",
    );
    expect(
      instruction.verify(both, answer("a red dog runs"), "length").outcome,
    ).toBe("truncated");
  });

  it("finds a text of fewer than three words wrong, whatever it satisfies", () => {
    const easy = task(["punctuation:no_comma"], [{}]);
    expect(instruction.verify(easy, answer("dog dog"), "stop")).toMatchObject({
      reward: 0,
      outcome: "wrong",
    });
    expect(instruction.verify(easy, answer("..."), "stop")).toMatchObject({
      reward: 0,
      outcome: "wrong",
    });
    expect(instruction.verify(easy, answer("a red dog"), "stop").reward).toBe(
      1,
    );
  });

  it("counts words exactly when both relations are asked for", () => {
    const exact = task(
      ["length_constraints:number_words", "length_constraints:number_words"],
      [
        { num_words: 4, relation: "at least" },
        { num_words: 5, relation: "less than" },
      ],
    );
    const rewards = ["a b c", "a b c d", "a b c d e"].map(
      (text) => instruction.verify(exact, answer(text), "stop").reward,
    );
    expect(rewards).toEqual([0, 1, 0]);
  });

  it("throws TaskError on broken task data even for answers that never reach the checks", () => {
    for (const broken of [
      task(["nope"], [{}]),
      task(["length_constraints:number_words"], [{}]),
      task(["punctuation:no_comma"], []),
      task([], []),
      { ...both, data: null },
      { ...both, data: { instruction_id_list: "x", kwargs: [] } },
    ]) {
      expect(() => instruction.verify(broken, "", "length")).toThrow(TaskError);
    }
  });
});
