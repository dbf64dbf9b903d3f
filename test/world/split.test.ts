import { describe, expect, test } from "vitest";
import {
  DOMAINS,
  taskMessages,
  type Domain,
  type Split,
} from "../../src/domains/index.js";
import { TaskError } from "../../src/error.js";
import { Random } from "../../src/random.js";
import { worldSpec, drawTask, splitOf } from "../../src/world/index.js";

const SPLITS: readonly Split[] = ["train", "development", "benchmark"];

function ids(domain: Domain, split: Split, count: number): Set<string> {
  const random = new Random(1, `${domain}/${split}`);
  const kinds = worldSpec(domain).kinds.map(({ name }) => name);
  return new Set(
    Array.from(
      { length: count },
      () => drawTask(domain, random, { split, kinds }).id,
    ),
  );
}

describe.each(DOMAINS)("the splits of %s", (domain) => {
  test("share no task among thousands drawn, and splitOf agrees with each", () => {
    const sets = SPLITS.map((split) =>
      ids(domain, split, split === "train" ? 3000 : 1000),
    );
    SPLITS.forEach((split, i) => {
      for (const id of sets[i]!) expect(splitOf(id)).toBe(split);
    });
    const union = new Set(sets.flatMap((set) => [...set]));
    expect(union.size).toBe(sets.reduce((sum, set) => sum + set.size, 0));
  });

  test("share no prompt either", () => {
    const random = new Random(2, domain);
    const owner = new Map<string, Split>();
    for (const split of SPLITS) {
      for (let i = 0; i < 700; i++) {
        const { prompt } = drawTask(domain, random, { split });
        expect(owner.get(prompt) ?? split, prompt).toBe(split);
        owner.set(prompt, split);
      }
    }
  });

  test("hold 75, 5 and 20 % of all identities", () => {
    const random = new Random(3, domain);
    const kinds = worldSpec(domain).kinds.map(({ name }) => name);
    const all = new Set<string>();
    for (let i = 0; all.size < 2000 && i < 20_000; i++) {
      all.add(worldSpec(domain).generate(random, random.int(1, 3), kinds).id);
    }
    const share = (split: Split): number =>
      [...all].filter((id) => splitOf(id) === split).length / all.size;
    expect(Math.abs(share("train") - 0.75)).toBeLessThan(0.04);
    expect(Math.abs(share("development") - 0.05)).toBeLessThan(0.02);
    expect(Math.abs(share("benchmark") - 0.2)).toBeLessThan(0.04);
  });
});

describe("drawTask", () => {
  test("draws the same task from the same state", () => {
    for (const domain of DOMAINS) {
      const draw = (): unknown =>
        drawTask(domain, new Random(5, "same"), { split: "train" });
      expect(draw()).toEqual(draw());
    }
  });

  test("draws no held-out kind unless it is named", () => {
    for (const domain of DOMAINS) {
      const random = new Random(6, domain);
      const heldOut = worldSpec(domain).kinds.filter((kind) => kind.heldOut);
      for (let i = 0; i < 300; i++) {
        const { kind } = drawTask(domain, random, { split: "train" });
        expect(heldOut.map(({ name }) => name)).not.toContain(kind);
      }
      for (const { name } of heldOut) {
        expect(
          drawTask(domain, random, { split: "benchmark", kinds: [name] }).kind,
        ).toBe(name);
      }
    }
  });

  test("draws only the kinds named", () => {
    const random = new Random(7, "kinds");
    for (let i = 0; i < 100; i++) {
      expect(
        drawTask("coding", random, {
          split: "train",
          level: 3,
          kinds: ["induce"],
        }).kind,
      ).toBe("induce");
    }
  });

  test("throws TaskError for a kind, level or domain that does not exist", () => {
    const random = new Random(8);
    expect(() =>
      drawTask("math", random, { split: "train", kinds: ["geometry"] }),
    ).toThrow(
      new TaskError(
        'drawTask: unknown kind "geometry" of math; known: chain, equation, system, remainder',
      ),
    );
    expect(() =>
      drawTask("math", random, { split: "train", kinds: [] }),
    ).toThrow(TaskError);
    expect(() =>
      drawTask("math", random, { split: "train", level: 6 }),
    ).toThrow(
      new TaskError("drawTask: level must be one of 1, 2, 3, 4, 5, got 6"),
    );
    expect(() =>
      drawTask("toString" as Domain, random, { split: "train" }),
    ).toThrow(
      'worldSpec: unknown domain "toString"; known: math, coding, science, instruction, agent',
    );
  });

  test("gives up with TaskError when a split is empty", () => {
    const never = "nothing" as Split;
    expect(() => drawTask("math", new Random(9), { split: never })).toThrow(
      /has no nothing task within 1000 draws$/,
    );
  });
});

test("taskMessages is the user's message alone", () => {
  const task = drawTask("math", new Random(1), { split: "train" });
  expect(taskMessages(task)).toEqual([{ role: "user", content: task.prompt }]);
});

test("splitOf never changes: benchmarks are fixed by it", () => {
  const fixed = [
    "math equation 3x+5=20",
    "math chain 3+4*2",
    "coding ops plus 2, times 3",
    "",
    "é",
  ];
  expect(fixed.map(splitOf)).toMatchInlineSnapshot(`
    [
      "train",
      "train",
      "train",
      "benchmark",
      "train",
    ]
  `);
});
