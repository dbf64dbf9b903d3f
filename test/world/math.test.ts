import { describe, expect, test } from "vitest";
import { spec } from "../../src/domains/index.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import { drawTask, worldSpec } from "../../src/world/index.js";

describe("math tasks", () => {
  test.each([1, 2, 3])(
    "of level %i are solved by their careful demonstration; all values stay in 0..400",
    (level) => {
      const random = new Random(level, "math tasks");
      for (let i = 0; i < 1000; i++) {
        const drawn = drawTask("math", random, { split: "train", level });
        const [message] = worldSpec("math").demonstrate(drawn, random, {
          careful: true,
          slip: 0,
        });
        expect(
          spec("math").verify(drawn, renderAssistant(message!), "stop").outcome,
          drawn.prompt,
        ).toBe("correct");
        for (const [number] of message!.reasoning!.matchAll(/-?\d+/g))
          expect(Math.abs(Number(number))).toBeLessThan(401);
      }
    },
  );

  test("survive a round trip through JSON", () => {
    const drawn = drawTask("math", new Random(1), { split: "train" });
    expect(JSON.parse(JSON.stringify(drawn))).toEqual(drawn);
  });

  test("are answered worse with slips, and worst without reasoning", () => {
    const random = new Random(2, "slips");
    const score = (careful: boolean): number => {
      let right = 0;
      for (let i = 0; i < 400; i++) {
        const drawn = drawTask("math", random, { split: "train" });
        const [message] = worldSpec("math").demonstrate(drawn, random, {
          careful,
          slip: 0.05,
        });
        expect(message!.reasoning === "").toBe(!careful);
        right += spec("math").verify(
          drawn,
          renderAssistant(message!),
          "stop",
        ).reward;
      }
      return right / 400;
    };
    const [careful, terse] = [score(true), score(false)];
    expect(careful).toBeGreaterThan(0.75);
    expect(careful).toBeLessThan(0.97);
    expect(terse).toBeLessThan(careful - 0.15);
    expect(terse).toBeGreaterThan(0.2);
  });
});
