/** A completion that holds no right program never scores, whatever it is made of. */
import { afterAll, describe, expect, test } from "vitest";
import {
  embedded,
  gradePython,
  spec,
  type PythonProblem,
} from "../../../src/domains/index.js";
import { Random } from "../../../src/random.js";
import { drawTask } from "../../../src/world/index.js";

const PROBLEMS: Readonly<Record<string, PythonProblem>> = {
  "a program that reads and prints": {
    language: "python",
    mode: "stdin",
    tests: [
      { input: "4\n", output: "5\n" },
      { input: "-1\n", output: "0\n" },
    ],
  },
  "a function": {
    language: "python",
    mode: "functional",
    entry: "joined",
    tests: [
      { input: "[1, 2]\n[3]", output: "[1, 2, 3]" },
      { input: "[]\n[7]", output: "[7]" },
    ],
  },
};

// None of them adds one, or joins two lists, and no constant is right for both tests.
const LINES = [
  ...[
    "print(5)",
    "print(0)",
    "print('5\\n0')",
    "print([1, 2, 3])",
    "x = input()",
  ],
  ...["print(x)", "raise SystemExit", "import os", "os._exit(0)", "1 / 0"],
  ...["def joined(a, b):", "    return a", "    return [1, 2, 3]", "    pass"],
  ...["joined = lambda *all: all", "joined = None", "class Solution:"],
  ...[
    "    def joined(self, a, b): return [7]",
    "print(type(5))",
    "# [1, 2, 3]",
  ],
  ...[
    "while False: pass",
    "print(*range(5))",
    "print(end='5')",
    "assert False",
  ],
];

const python = embedded({ workers: 2 });
afterAll(() => python.close());

describe("a completion that holds no right program", () => {
  test.each(Object.keys(PROBLEMS))(
    "never scores where %s is asked for",
    async (name) => {
      const random = new Random(5, `no program ${name}`);
      for (let i = 0; i < 100; i++) {
        const lines = Array.from({ length: random.int(0, 6) }, () =>
          random.pick(LINES),
        );
        const program = lines.join("\n");
        const text = random.chance(0.8)
          ? `So:\n\`\`\`python\n${program}\n\`\`\``
          : program;
        const { passed } = await gradePython(
          python,
          `${name} ${i}`,
          PROBLEMS[name],
          text,
        );
        expect({ text, passed }).toEqual({ text, passed: false });
      }
    },
    600_000,
  );

  test("never scores in the small world", () => {
    const random = new Random(5, "no program");
    const bodies = [
      ...[
        "return 987654321",
        'return "zzz"',
        "return [[]]",
        "return",
        "throw 1",
      ],
      ...["return null", "return f", "return NaN", "return { a: 1 }", ""],
    ];
    for (let i = 0; i < 60; i++) {
      const task = drawTask("coding", random, { split: "train" });
      const body = random.pick(bodies);
      const text = `</think>\`\`\`js\nfunction f(x) { ${body} }\n\`\`\``;
      expect([
        task.id,
        body,
        spec("coding").verify(task, text, "stop").reward,
      ]).toEqual([task.id, body, 0]);
    }
  }, 600_000);
});
