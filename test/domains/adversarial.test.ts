/**
 * Every verifier of answers answers 100 kB of anything within 1 s of CPU, and nothing that holds no right answer is right. Single
 * constraints, tool calls and programs: `adversarialParts.test.ts`.
 *
 * To add a verifier, add a row to `VERIFIERS`; to add an attack, a row to `FAMILIES`.
 */
import { describe, expect, test } from "vitest";
import {
  followInstructions,
  gradeHleExact,
  readChoice,
} from "../../src/domains/index.js";
import { GRADERS, gradeMath } from "../../src/domains/math/graders/index.js";
import { lastBoxed, math } from "../../src/domains/math/index.js";
import { science } from "../../src/domains/science/index.js";
import { Random } from "../../src/random.js";
import { cpuSeconds, FAMILIES, fill } from "./families.js";

const task = (data: unknown): Parameters<typeof math.verify>[0] => ({
  id: "t",
  domain: "math",
  kind: "t",
  prompt: "t",
  data,
});
const options = ["work", "heat", "force"].map((word, i) => ({
  word,
  letter: "ABC"[i]!,
}));

/** What each verifier says of a text whose right answer is 4321 (or the option "force", C). */
const VERIFIERS: Readonly<Record<string, (text: string) => boolean>> = {
  ...Object.fromEntries(
    GRADERS.map(({ name }) => [
      name,
      (text: string) => gradeMath(name, "4321", text).outcome === "right",
    ]),
  ),
  "mathVerify, an expression": (text) =>
    gradeMath("mathVerify", "$x^2+\\sqrt{3}$", text).outcome === "right",
  "deepscaler, an expression": (text) =>
    gradeMath("deepscaler", "x^2+\\sqrt{3}", text).outcome === "right",
  "qwq, an expression": (text) =>
    gradeMath("qwq", "x^2+\\sqrt{3}", text).outcome === "right",
  "math domain": (text) =>
    math.verify(task({ answer: 4321 }), `</think>${text}`, "stop").reward === 1,
  "science domain, exact": (text) =>
    science.verify(task({ answer: 4321 }), `</think>${text}`, "stop").reward ===
    1,
  "science domain, choice": (text) =>
    science.verify(task({ options, answer: "C" }), `</think>${text}`, "stop")
      .reward === 1,
  "multiple choice": (text) =>
    readChoice(text, { count: 10, texts: ["x", "y", "force"] })?.letter === "C",
  "exact match": (text) => gradeHleExact("4321", text).reward === 1,
  "a keyword, loosely": (text) =>
    followInstructions(
      ["keywords:existence"],
      [{ keywords: ["harbour"] }],
      text,
      { loose: true },
    ).prompt,
  "sentences and a postscript, strictly": (text) =>
    followInstructions(
      ["length_constraints:number_sentences", "detectable_content:postscript"],
      [
        { num_sentences: 2, relation: "at least" },
        { postscript_marker: "P.S." },
      ],
      text,
    ).prompt,
  "a title, loosely": (text) =>
    followInstructions(["detectable_format:title"], [null], text, {
      loose: true,
    }).prompt,
};

describe("100 kB of anything", () => {
  test("comes in at least 40 kinds", () => {
    expect(Object.keys(FAMILIES).length).toBeGreaterThanOrEqual(40);
  });

  test.each(Object.keys(VERIFIERS))(
    "%s answers each kind within 1 s of CPU, and none is right",
    (name) => {
      const slow: string[] = [];
      const right: string[] = [];
      for (const [family, text] of Object.entries(FAMILIES)) {
        for (const attack of [text, `Answer: ${text}`]) {
          let accepted = false;
          const seconds = cpuSeconds(() => {
            accepted = VERIFIERS[name]!(attack);
          });
          if (seconds > 1) slow.push(`${family} ${seconds.toFixed(1)} s`);
          if (accepted) right.push(family);
        }
      }
      expect({ slow, right }).toEqual({ slow: [], right: [] });
    },
    120_000,
  );

  test("lastBoxed takes one pass", () => {
    const text = fill("\\boxed{") + fill("}");
    expect(cpuSeconds(() => lastBoxed(text))).toBeLessThan(0.2);
  });
});

describe("a completion that holds no right answer", () => {
  const pieces =
    "\\boxed{ } $ $$ \\( \\) [ ] ( ) 1 2 7 12 0.5 , . + - * / ^ { = x y \\frac \\sqrt \\text{cm} % answer: Answer: The final is \n A B D \\pi".split(
      " ",
    );

  test.each(Object.keys(VERIFIERS))("never scores by %s", (name) => {
    const random = new Random(7, `adversarial ${name}`);
    for (let i = 0; i < 2000; i++) {
      const text = Array.from({ length: random.int(1, 14) }, () =>
        random.pick(pieces),
      ).join(random.chance(0.5) ? " " : "");
      expect({ text, right: VERIFIERS[name]!(text) }).toEqual({
        text,
        right: false,
      });
    }
  });

  test("a constant text, a copied prompt and a problem in a box score nothing in the nano world", () => {
    for (const text of [
      "\\boxed{8642/2}",
      "\\boxed{4320+1}",
      "Answer: 8642/2",
      "Answer: 4,321,",
      "Answer: 43 21",
    ]) {
      expect(VERIFIERS["math domain"]!(text), text).toBe(false);
      expect(VERIFIERS["science domain, exact"]!(text), text).toBe(false);
    }
  });
});
