import { describe, expect, test } from "vitest";
import { unitTests, type CodingData } from "../../src/domains/coding/index.js";
import { spec } from "../../src/domains/index.js";
import { Random } from "../../src/random.js";
import { renderAssistant } from "../../src/tokenizer/index.js";
import { drawTask, worldSpec } from "../../src/world/index.js";

describe("coding tasks", () => {
  test.each([1, 2, 3])(
    "of level %i are solved by their careful demonstration",
    (level) => {
      const random = new Random(level, "coding tasks");
      for (let i = 0; i < 300; i++) {
        const task = drawTask("coding", random, { split: "train", level });
        const [message] = worldSpec("coding").demonstrate(task, random, {
          careful: true,
          slip: 0,
        });
        expect(
          spec("coding").verify(task, renderAssistant(message!), "stop"),
          task.prompt,
        ).toMatchObject({ reward: 1 });
      }
    },
  );

  test("have at least two unit tests, one of them on a list with items that are kept", () => {
    const random = new Random(4, "unit tests");
    for (let i = 0; i < 2000; i++) {
      const task = drawTask("coding", random, { split: "train" });
      const tests = unitTests(task.data as CodingData);
      expect(tests.length).toBeGreaterThan(1);
      expect(
        unitTests(JSON.parse(JSON.stringify(task.data)) as CodingData),
      ).toEqual(tests);
      for (const { expected } of tests)
        expect([expected].flat().every(Number.isInteger)).toBe(true);
      expect(
        new Set(tests.map(({ expected }) => String(expected))).size,
        task.prompt,
      ).toBeGreaterThan(1);
    }
  });

  test("number more than 4,000 different list problems at level 2", () => {
    const random = new Random(5, "list");
    const ids = new Set<string>();
    for (let i = 0; i < 20_000; i++)
      ids.add(worldSpec("coding").generate(random, 2, ["list"]).id);
    expect(ids.size).toBeGreaterThan(3000);
  });

  test("are answered worse with slips, and worst without reasoning", () => {
    const random = new Random(6, "slips");
    const score = (careful: boolean): number => {
      let right = 0;
      for (let i = 0; i < 300; i++) {
        const task = drawTask("coding", random, { split: "train" });
        const [message] = worldSpec("coding").demonstrate(task, random, {
          careful,
          slip: 0.05,
        });
        right += spec("coding").verify(
          task,
          renderAssistant(message!),
          "stop",
        ).reward;
      }
      return right / 300;
    };
    const [careful, terse] = [score(true), score(false)];
    expect(careful).toBeGreaterThan(0.75);
    expect(careful).toBeLessThan(0.98);
    expect(terse).toBeLessThan(careful - 0.1);
  });

  test("are verified by the thousand", () => {
    const random = new Random(7, "throughput");
    const completions = Array.from({ length: 1000 }, () => {
      const task = drawTask("coding", random, { split: "train" });
      const [message] = worldSpec("coding").demonstrate(task, random, {
        careful: true,
        slip: 0,
      });
      return { task, text: renderAssistant(message!) };
    });
    const rate = (): string => {
      const before = performance.now();
      for (const { task, text } of completions)
        spec("coding").verify(task, text, "stop");
      return (
        (1000 * completions.length) /
        (performance.now() - before)
      ).toFixed(0);
    };
    console.log(
      `coding verdicts per second: ${rate()} new, ${rate()} seen before`,
    );
  });
});
