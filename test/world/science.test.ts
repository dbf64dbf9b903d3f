import { describe, expect, test } from "vitest";
import { spec } from "../../src/domains/index.js";
import type { Option } from "../../src/domains/science/index.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import { drawTask, worldSpec } from "../../src/world/index.js";
import {
  ATOMS,
  FORMULAS,
  OPTION_ELEMENTS,
  TWO_STEPS,
} from "../../src/world/science/facts.js";
import {
  KIND_NAMES,
  type ScienceData,
} from "../../src/world/science/generate.js";

/** The kinds that are multiple choice. */
const CHOICE_KINDS = KIND_NAMES.filter((name) => name.endsWith("Choice"));

describe("science tasks", () => {
  test.each([1, 2, 3])(
    "of level %i are solved by their careful demonstration",
    (level) => {
      const random = new Random(level, "science tasks");
      for (let i = 0; i < 1000; i++) {
        const task = drawTask("science", random, { split: "train", level });
        const [message] = worldSpec("science").demonstrate(task, random, {
          careful: true,
          slip: 0,
        });
        expect(
          spec("science").verify(task, renderAssistant(message!), "stop")
            .outcome,
          task.prompt,
        ).toBe("correct");
      }
    },
  );

  test("offer each option once, under every letter equally often, and stand behind a space wherever they occur", () => {
    const random = new Random(4, "letters");
    const count: Record<string, number> = { A: 0, B: 0, C: 0, D: 0 };
    for (let i = 0; i < 4000; i++) {
      const task = drawTask("science", random, {
        split: "train",
        kinds: ["quantityChoice"],
      });
      const { options, answer } = task.data as ScienceData & {
        options: Option[];
        answer: string;
      };
      expect(new Set(options.map(({ word }) => word)).size).toBe(4);
      for (const { word, letter } of options)
        expect(task.prompt).toContain(` ${letter} ${word}`);
      count[answer]!++;
    }
    for (const letter of "ABCD")
      expect(count[letter]! / 4000).toBeCloseTo(0.25, 1);
  });

  test("have the same id whatever the order of their options", () => {
    const random = new Random(5, "order");
    const prompts = new Map<string, Set<string>>();
    for (let i = 0; i < 4000; i++) {
      const { id, prompt } = drawTask("science", random, {
        split: "train",
        kinds: CHOICE_KINDS,
        level: 1,
      });
      const [question, options] = prompt.split(" Options: ") as [
        string,
        string,
      ];
      const words = options.split(", ").map((option) => option.split(" ")[1]!);
      const canonical = `${question} ${words.sort().join(" ")}`;
      prompts.set(id, (prompts.get(id) ?? new Set()).add(canonical));
    }
    for (const [id, same] of prompts) expect(same.size, id).toBe(1);
    expect(prompts.size).toBeLessThan(3000);
  });

  test("name the elements and quantities of their options by one word each, all different in mass", () => {
    const masses = OPTION_ELEMENTS.map((symbol) => ATOMS[symbol]);
    expect(new Set(masses).size).toBe(OPTION_ELEMENTS.length);
    for (const { output, first, second } of [
      ...FORMULAS,
      ...TWO_STEPS.flatMap(({ inner, outer }) => [inner, outer]),
    ]) {
      for (const word of [output, first, second])
        expect(word).toMatch(/^[a-z]+$/);
    }
    for (const { inner, outer } of TWO_STEPS)
      expect(inner.output).toBe(outer.first);
  });

  test("divide without remainder", () => {
    const random = new Random(6, "division");
    for (let i = 0; i < 2000; i++) {
      const task = drawTask("science", random, {
        split: "train",
        kinds: ["formula", "chain"],
        level: 2,
      });
      const data = task.data as ScienceData;
      if (data.kind === "formula" && data.formula.op === "/")
        expect(data.inputs[0] % data.inputs[1]).toBe(0);
      if (data.kind === "chain" && data.steps.outer.op === "/") {
        expect((data.inputs[0] * data.inputs[1]) % data.inputs[2]).toBe(0);
      }
    }
  });

  test("are answered worse with slips, and worst without reasoning, but above chance", () => {
    const random = new Random(7, "slips");
    const score = (careful: boolean): number => {
      let right = 0;
      for (let i = 0; i < 500; i++) {
        const task = drawTask("science", random, {
          split: "train",
          kinds: CHOICE_KINDS,
        });
        const [message] = worldSpec("science").demonstrate(task, random, {
          careful,
          slip: 0.05,
        });
        right += spec("science").verify(
          task,
          renderAssistant(message!),
          "stop",
        ).reward;
      }
      return right / 500;
    };
    const [careful, terse] = [score(true), score(false)];
    expect(careful).toBeGreaterThan(0.75);
    expect(terse).toBeLessThan(careful - 0.15);
    expect(terse).toBeGreaterThan(0.35);
  });
});
