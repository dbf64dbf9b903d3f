import { describe, expect, it } from "vitest";
import { spec, type Task } from "../../src/domains/index.js";
import type { InstructionData } from "../../src/domains/instruction/index.js";
import { TaskError } from "../../src/error.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import {
  CONFLICTS,
  HELD_OUT,
  TRAINED,
} from "../../src/world/instruction/generate.js";
import { instruction } from "../../src/world/instruction/index.js";
import {
  CLOSINGS,
  VOCABULARY,
} from "../../src/world/instruction/vocabulary.js";

const dataOf = (task: Task): InstructionData => task.data as InstructionData;

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

describe("instruction.generate(random, level, kinds)", () => {
  it("makes tasks whose careful demonstration without slips is always correct", () => {
    const random = new Random(1, "instruction");
    for (let i = 0; i < 4000; i++) {
      const drawn = instruction.generate(random, 1 + (i % 3), [
        "trained",
        "heldOut",
      ]);
      const [message] = instruction.demonstrate(drawn, random, {
        careful: true,
        slip: 0,
      });
      const verdict = spec("instruction").verify(
        drawn,
        renderAssistant(message!),
        "stop",
      );
      expect(verdict, `${drawn.prompt} → ${message!.content}`).toEqual({
        reward: 1,
        outcome: "correct",
      });
    }
  });

  it("asks for as many constraints as the level says, held-out ones in held-out tasks only", () => {
    const random = new Random(2, "instruction");
    for (let i = 0; i < 600; i++) {
      const level = 1 + (i % 3);
      const kind = i % 2 === 0 ? "trained" : "heldOut";
      const drawn = instruction.generate(random, level, [kind]);
      const ids = [...new Set(dataOf(drawn).instruction_id_list)];
      expect(drawn.kind).toBe(kind);
      expect(ids).toHaveLength(level);
      expect(ids.filter((id) => id in HELD_OUT)).toHaveLength(
        kind === "heldOut" ? 1 : 0,
      );
      for (const [first, second] of CONFLICTS)
        expect(ids.includes(first) && ids.includes(second)).toBe(false);
    }
  });

  it("draws every constraint type", () => {
    const random = new Random(3, "instruction");
    const seen = new Set<string>();
    for (let i = 0; i < 600; i++) {
      const drawn = instruction.generate(random, 2, ["trained", "heldOut"]);
      for (const id of dataOf(drawn).instruction_id_list) seen.add(id);
    }
    expect([...seen].sort()).toEqual(
      [...Object.keys(TRAINED), ...Object.keys(HELD_OUT)].sort(),
    );
  });

  it("names in CONFLICTS only types that exist", () => {
    for (const id of CONFLICTS.flat())
      expect(id in TRAINED || id in HELD_OUT).toBe(true);
  });

  it("has so many problems that draws hardly repeat", () => {
    const random = new Random(4, "instruction");
    const ids = Array.from(
      { length: 3000 },
      () => instruction.generate(random, 2, ["trained"]).id,
    );
    expect(new Set(ids).size).toBeGreaterThan(2700);
  });

  it("gives the same task for the same seed, in plain JSON", () => {
    const draw = (): Task =>
      instruction.generate(new Random(5, "same"), 3, ["trained"]);
    expect(draw()).toEqual(draw());
    expect(JSON.parse(JSON.stringify(draw()))).toEqual(draw());
  });

  it.each([0, 6, 1.5, NaN])("throws TaskError on level %j", (level) => {
    expect(() =>
      instruction.generate(new Random(1), level, ["trained"]),
    ).toThrow(`instruction: level must be 1 to 5, got ${level}`);
  });

  it("throws TaskError on unknown or no kinds", () => {
    for (const kinds of [[], ["nope"], ["trained", "nope"]]) {
      expect(() => instruction.generate(new Random(1), 1, kinds)).toThrow(
        TaskError,
      );
    }
  });

  it("uses nouns that stand in no other word, since keywords match inside words", () => {
    const all = [
      ...Object.values(VOCABULARY).flat(),
      ...CLOSINGS.flatMap((phrase) => phrase.split(" ")),
    ];
    for (const noun of VOCABULARY.noun)
      expect(all.filter((word) => word.includes(noun))).toEqual([noun]);
    const words = new Set<string>(Object.values(VOCABULARY).flat());
    expect(
      CLOSINGS.flatMap((phrase) => phrase.split(" ")).filter((word) =>
        words.has(word),
      ),
    ).toEqual([]);
  });
});

describe("one constant text", () => {
  // What docs/reliability.md says: a property of tasks with one constraint out of ten, most of which do not name a word.
  it.each([
    [1, 0.52],
    [2, 0.26],
    [3, 0.11],
  ])("follows at level %i a share of %f of all tasks", (level, expected) => {
    const random = new Random(1, "constant");
    const text = '<think>\n\n</think>\n\n"<<title>>\n* a\n* b"';
    let followed = 0;
    for (let i = 0; i < 2000; i++) {
      const drawn = instruction.generate(random, level, ["trained"]);
      followed += spec("instruction").verify(drawn, text, "stop").reward;
    }
    // Three standard errors of a share of 2,000.
    expect(Math.abs(followed / 2000 - expected)).toBeLessThan(0.034);
  });
});

describe("instruction.demonstrate(task, random, options)", () => {
  const rate = (careful: boolean, slip: number): number => {
    const random = new Random(6, `rate/${careful}/${slip}`);
    let correct = 0;
    for (let i = 0; i < 2000; i++) {
      const drawn = instruction.generate(random, 1 + (i % 3), ["trained"]);
      const [message] = instruction.demonstrate(drawn, random, {
        careful,
        slip,
      });
      correct += spec("instruction").verify(
        drawn,
        renderAssistant(message!),
        "stop",
      ).reward;
    }
    return correct / 2000;
  };

  it("is mostly right when careful, often wrong when terse", () => {
    expect(rate(true, 0.05)).toBeGreaterThan(0.85);
    expect(rate(true, 0.3)).toBeLessThan(rate(true, 0.05));
    expect(rate(false, 0.05)).toBeLessThan(0.6);
    expect(rate(false, 0.05)).toBeGreaterThan(0.3);
  });

  it("drafts with every word numbered when careful, and thinks nothing when terse", () => {
    const exact = task(
      ["length_constraints:number_words", "detectable_format:title"],
      [{ num_words: 9, relation: "at least" }, {}],
    );
    const [careful] = instruction.demonstrate(exact, new Random(7), {
      careful: true,
      slip: 0,
    });
    expect(careful!.reasoning!.replace(/\d+/gu, "")).toBe(careful!.content);
    const numbers = careful!.reasoning!.match(/\d+/gu)!.map(Number);
    expect(numbers).toEqual(
      Array.from({ length: numbers.length }, (_, i) => i + 1),
    );
    expect(numbers.length).toBeGreaterThanOrEqual(9);
    expect(
      instruction.demonstrate(exact, new Random(7), {
        careful: false,
        slip: 0,
      })[0]!.reasoning,
    ).toBe("");
  });

  it("throws TaskError on a constraint or a prompt that has no toy text", () => {
    const options = { careful: true, slip: 0 };
    for (const id of ["combination:two_responses", "constructor"]) {
      expect(() =>
        instruction.demonstrate(task([id], [{}]), new Random(1), options),
      ).toThrow(`instruction: no demonstration for "${id}"`);
    }
    const real = {
      ...task([], []),
      data: { instruction_id_list: ["punctuation:no_comma"], kwargs: [{}] },
    };
    expect(() => instruction.demonstrate(real, new Random(1), options)).toThrow(
      TaskError,
    );
  });
});
