/** Python problems: LiveCodeBench's protocol, and what programs try instead of solving them. */
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  embedded,
  gradeProgram,
  sandboxFusion,
  spec,
  type ProgramGrade,
  type PythonProblem,
  type Task,
} from "../../../src/domains/index.js";
import { InfrastructureError, TaskError } from "../../../src/error.js";
import { HACKS } from "./hacks.js";

const increment: PythonProblem = {
  language: "python",
  mode: "stdin",
  tests: [
    { input: "4\n", output: "5\n" },
    { input: "-1\n", output: "0\n" },
  ],
  limits: { seconds: 2, memory: 512, output: 1024 },
};
const add: PythonProblem = {
  language: "python",
  mode: "functional",
  entry: "joined",
  tests: [{ input: "[1, 2]\n[3]", output: "[1, 2, 3]" }],
};

const python = embedded({ workers: 2 });
afterAll(() => python.close());
const grade = (
  program: string,
  problem: PythonProblem = increment,
): Promise<ProgramGrade> => gradeProgram(python, "id", problem, program);

describe("gradeProgram in the jail", () => {
  test.each([
    "print(int(input()) + 1)",
    "import sys\nprint(int(sys.stdin.buffer.readline()) + 1)",
    "print(int(open(0).read()) + 1)",
    "n = int(input())\nprint(n + 1)\nexit(3)",
    "print(f'{int(input()) + 1}.0')",
    "import sys\nprint('a warning', file=sys.stderr)\nprint(int(input()) + 1)",
    "if __name__ == '__main__':\n    print(int(input()) + 1, end='')",
    "from __future__ import annotations\nprint(int(input()) + 1)",
    "print(reduce(add, [int(input()), 1]))",
    "import sys, threading\nsys.setrecursionlimit(10**6)\nthreading.stack_size(1 << 26)\ndef f(n): return 0 if n == 0 else 1 + f(n - 1)\ndef main(): print(int(input()) + f(20000) - 19999)\nthreading.Thread(target=main).start()",
    "import atexit\nn = int(input())\natexit.register(lambda: print(n + 1))",
    "import asyncio\nasync def main(): print(int(input()) + 1)\nasyncio.run(main())",
  ])("accepts %j", async (program) => {
    const { passed, tests } = await grade(program);
    expect({ passed, detail: tests.at(-1)?.detail }).toEqual({ passed: true });
  });

  test.each([
    ["print(int(input()) + 2)", "wrong", 'must be "5\\n", got "6\\n"'],
    ["print(5)", "wrong", 'must be "0\\n", got "5\\n"'],
    ["print(int(input()) + 1, 0)", "wrong", "got"],
    ["print(1 / 0)", "runtimeError", "ZeroDivisionError: division by zero"],
    ["print(", "runtimeError", "SyntaxError: '(' was never closed"],
    ["while True: pass", "time", "more than 2 s of CPU time"],
    ["x = 'a' * (1 << 30)", "memory", "MemoryError"],
    ["while True: print('a' * 1000)", "output", "more than 1024 KiB of output"],
  ])("of %j says %s", async (program, verdict, detail) => {
    const last = (await grade(program)).tests.at(-1)!;
    expect(last.verdict).toBe(verdict);
    expect(last.detail).toContain(detail);
  });

  test.each([
    ["def joined(a, b): return a + b", true],
    ["class Solution:\n    def joined(self, a, b): return a + b", true],
    ["def joined(a, b):\n    print('noise')\n    return tuple(a + b)", true],
    ["def joined(a, b): return [1.0, 2, 3]", true],
    ["def joined(a, b): return [True, 2, 3]", true],
    ["def joined(a, b): return set(a + b)", false],
    ["def joined(a, b): return [(1,), 2, 3]", false],
    ["def joined(a, b): return '[1, 2, 3]'", false],
    ["def joined(a, b): return None", false],
    ["def plus(a, b): return a + b", false],
    ["def joined(a, b): print([1, 2, 3])", false],
  ])("calls the function of %j: %s", async (program, passed) =>
    expect((await grade(program, add)).passed).toBe(passed),
  );

  test.each([
    ["x = 1", false],
    ["def add(a, b): return a + b", true],
    ["from operator import add", true],
    ["class Solution:\n    def add(self, a, b): return add(a, b)", true],
    ["class Solution:\n    pass", false],
  ])(
    "does not call what only the prelude imports under the entry's name: %j",
    async (program, passed) => {
      const tests = [{ input: "1\n2", output: "3" }];
      const problem = { ...add, entry: "add", tests };
      expect((await grade(program, problem)).passed).toBe(passed);
    },
  );

  test("asks for the same tests of a problem each time, in their order", async () => {
    const tests = Array.from({ length: 30 }, (_, i) => ({
      input: String(i),
      output: String(i + 1),
    }));
    const program = "print(int(input()) + 1)";
    const problem = { ...increment, tests, maxTests: 5 };
    expect((await grade(program, problem)).tests).toHaveLength(5);
    const odd =
      "n = int(input())\nprint(n + 1)\nimport sys\nprint(n, file=sys.stderr)\nassert n > 40";
    const first = (await grade(odd, problem)).tests.length;
    expect((await grade(odd, problem)).tests).toHaveLength(first);
  });
});

describe("a program that does not solve the problem scores 0", () => {
  test.each(HACKS)("%s", async (_, program) => {
    const { passed, tests } = await grade(program);
    expect(passed).toBe(false);
    expect(tests.at(-1)!.verdict).not.toBe("right");
    expect((await grade("print(int(input()) + 1)")).passed).toBe(true);
  });

  test.each([
    "class A(list):\n    def __eq__(self, other): return True\ndef joined(a, b): return A()",
    "import json\njson.dumps = lambda *a: '[1, 2, 3]'\ndef joined(a, b): return []",
    "import os\ndef joined(a, b):\n    os.write(3, b'passed')\n    return a + b",
  ])("in functional problems: %j", async (program) =>
    expect((await grade(program, add)).passed).toBe(false),
  );
});

describe("coding.verify of a Python task", () => {
  const task: Task = {
    id: "python increment",
    domain: "coding",
    kind: "python",
    prompt: "Print the number after the one that is read.",
    data: increment,
  };
  const verify = (answer: string, data: unknown = increment) =>
    spec("coding").verify(
      { ...task, data },
      `<think>\n\n</think>\n\n${answer}`,
      "stop",
    );
  const fenced = (program: string): string =>
    `\`\`\`python\n${program}\n\`\`\``;

  test("takes what stands between the last two fences", () => {
    const right = fenced("print(int(input()) + 1)");
    expect(verify(`${fenced("print(0)")}\nBetter:\n${right}`)).toEqual({
      reward: 1,
      outcome: "correct",
    });
    expect(verify(fenced("print(0)"))).toEqual({
      reward: 0,
      outcome: "wrong",
      detail: 'test 1: wrong: must be "5\\n", got "0\\n"',
    });
    expect(verify("print(int(input()) + 1)").outcome).toBe("noAnswer");
  });

  test("refuses data that is no problem", () => {
    expect(() =>
      verify(fenced("1"), { language: "python", mode: "stdin", tests: [] }),
    ).toThrow(
      new TaskError(
        'coding: task "python increment": tests must be a list with at least one test',
      ),
    );
  });
});

describe("sandboxFusion", () => {
  let server: Server;
  let url: string;
  let open = 0;
  let most = 0;
  const bodies: Record<string, unknown>[] = [];
  const replies: [status: number, body: unknown][] = [];
  const finished = (fields: object): [number, unknown] => [
    200,
    {
      status: "Success",
      run_result: {
        status: "Finished",
        return_code: 0,
        execution_time: 0.1,
        stdout: "",
        stderr: "",
        ...fields,
      },
    },
  ];

  beforeAll(async () => {
    server = createServer((request, response) => {
      most = Math.max(most, ++open);
      const parts: Buffer[] = [];
      request.on("data", (part: Buffer) => parts.push(part));
      request.on("end", () =>
        setTimeout(() => {
          open--;
          bodies.push(
            JSON.parse(Buffer.concat(parts).toString()) as Record<
              string,
              unknown
            >,
          );
          const [status, body] = replies.shift() ?? finished({ stdout: "5\n" });
          response.writeHead(status).end(JSON.stringify(body));
        }, 5),
      );
    });
    await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => server.close());

  const remote = (options = {}) =>
    sandboxFusion(url, { pause: 0.001, ...options });
  const one = { ...increment, tests: increment.tests.slice(0, 1) };

  test("sends the program, its input and the limits by the names that the server reads", async () => {
    bodies.length = 0;
    expect((await gradeProgram(remote(), "id", one, "print(5)")).passed).toBe(
      true,
    );
    expect(bodies[0]).toMatchObject({
      language: "python",
      stdin: "4\n",
      run_timeout: 2,
      memory_limit_MB: 512,
    });
    expect(JSON.stringify(bodies[0])).not.toContain('output":');
  });

  test("asks again when the server fails, and throws when it goes on failing", async () => {
    const broken: [number, unknown] = [
      200,
      { status: "SandboxError", message: "no room", run_result: null },
    ];
    replies.push([503, {}], broken);
    expect((await gradeProgram(remote(), "id", one, "print(5)")).passed).toBe(
      true,
    );
    replies.push(broken, broken);
    await expect(
      gradeProgram(remote({ tries: 2 }), "id", one, "print(5)"),
    ).rejects.toThrow(
      new InfrastructureError(
        `python: ${url}run_code must answer with a result, got no room 2 times`,
      ),
    );
  });

  test.each([
    [{ status: "TimeLimitExceeded" }, "time"],
    [{ return_code: 1, stderr: "Traceback\nMemoryError" }, "memory"],
    [{ return_code: 1, stderr: "Traceback\nKeyError: 3" }, "runtimeError"],
    [{ stdout: "a".repeat(2 << 20) }, "output"],
    [{ stdout: "6" }, "wrong"],
  ])("reads %j as %s", async (fields, verdict) => {
    replies.push(finished(fields));
    const { tests } = await gradeProgram(remote(), "id", one, "print(5)");
    expect(tests[0]!.verdict).toBe(verdict);
  });

  test("keeps to its number of requests at a time", async () => {
    most = 0;
    const executor = remote({ concurrency: 3 });
    const grades = Array.from({ length: 20 }, () =>
      gradeProgram(executor, "id", one, "print(5)"),
    );
    expect((await Promise.all(grades)).every(({ passed }) => passed)).toBe(
      true,
    );
    expect(most).toBe(3);
  });
});
