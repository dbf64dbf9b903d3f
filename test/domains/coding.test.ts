import { afterAll, describe, expect, test } from "vitest";
import {
  LIMITS,
  Sandbox,
  coding,
  lastProgram,
  type CodingData,
} from "../../src/domains/coding/index.js";
import { type Task, type Verdict } from "../../src/domains/index.js";
import { InfrastructureError } from "../../src/error.js";

const increment: Task = {
  id: "coding ops plus 1",
  domain: "coding",
  kind: "ops",
  prompt: "Write f(x): plus 1.",
  data: { kind: "ops", operations: [{ op: "+", by: 1 }] } satisfies CodingData,
};
const small: Task = {
  id: "coding list keep items below 4",
  domain: "coding",
  kind: "list",
  prompt: "Write f(a): keep items below 4.",
  data: {
    kind: "list",
    filters: [{ relation: "below", by: 4 }],
    map: null,
    reducer: "list",
  } satisfies CodingData,
};

const fenced = (program: string): string =>
  `<think>\nx + 1\n</think>\n\n\`\`\`js\n${program}\n\`\`\``;
const verify = (program: string, task: Task = increment): Verdict =>
  coding.verify(task, fenced(program), "stop");

describe("coding.verify", () => {
  test.each([
    "function f(x) { return x + 1; }",
    "const f = (x) => x + 1;",
    "var f = function (x) { return -~x; };",
    "globalThis.f = (x) => x + 1;",
    "class Adder { #by = 1; to(x) { return x + this.#by; } }\nfunction f(x) { return new Adder().to(x); }",
    "function f(x) { console.log('x is', x); return x + 1; }",
    "const f = (x) => eval('x + 1');",
    "const f = (x) => Math.max(...new Map([[0, x], [1, x + 1]]).values());",
    "let calls = 0; function f(x) { return calls++ < 99 ? x + 1 : 0; }",
    "Object.freeze(globalThis); function f(x) { return x + 1; }",
    "delete globalThis.JSON; delete globalThis.Array; function f(x) { return x + 1; }",
  ])("accepts %j", (program) =>
    expect(verify(program)).toEqual({ reward: 1, outcome: "correct" }),
  );

  test.each([
    // wrong values and types
    ["function f(x) { return x + 2; }", "f(0) must be 1, got 2"],
    ["function f(x) { return String(x + 1); }", "f(0) must be 1, got string"],
    [
      "function f(x) { return new Number(x + 1); }",
      "f(0) must be 1, got object",
    ],
    ["function f(x) { return [x + 1]; }", "f(0) must be 1, got [1]"],
    [
      "function f(x) { return { valueOf: () => x + 1, toString: () => String(x + 1) }; }",
      "got object",
    ],
    ["function f(x) { return BigInt(x + 1); }", "got bigint"],
    [
      "function f(x) { return x > 12 ? NaN : x + 1; }",
      "f(13) must be 14, got NaN",
    ],
    [
      "function f(x) { return x > 12 ? null : x + 1; }",
      "f(13) must be 14, got object",
    ],
    ["function f(x) { x + 1; }", "got undefined"],
    ["async function f(x) { return x + 1; }", "f(0) must be 1, got threw"],
    ["function* f(x) { yield x + 1; }", "got object"],
    ["function f(x) { return Promise.resolve(x + 1); }", "got threw"],
    ["const f = (x) => () => x + 1;", "got function"],
    // no function, no program
    ["function g(x) { return x + 1; }", "'f' is not defined"],
    ["var f = 3;", "got threw"],
    ["function f(x { return x + 1; }", "SyntaxError"],
    ["", "'f' is not defined"],
    ["throw new Error('no');", "Error: no"],
    ["throw undefined;", "error"],
    ["throw { get message() { for (;;); } };", "time limit"],
    ["return x + 1;", "SyntaxError"],
    ["function f(x) { return x + 1; }\0 junk(", "SyntaxError"],
    // a pretended harness
    [
      "Array.isArray = () => true; function f(x) { return { length: 1, 0: x + 1 }; }",
      "got object",
    ],
    [
      "Number.prototype.toString = () => '1'; function f(x) { return x; }",
      "f(0) must be 1, got 0",
    ],
    [
      "String.prototype.concat = Array.prototype.join = () => '1'; function f(x) { return x; }",
      "got 0",
    ],
    [
      "Object.prototype.toJSON = () => 1; JSON.stringify = () => '1'; function f(x) { return x; }",
      "got 0",
    ],
    [
      "Object.defineProperty(Object.prototype, 'expected', { get: () => 0 }); function f(x) { return x; }",
      "got 0",
    ],
    [
      "Function.prototype.call = Function.prototype.apply = () => 1; function f(x) { return x; }",
      "got 0",
    ],
    [
      "Symbol.prototype.toString = () => '1'; function f(x) { return Symbol('1'); }",
      "got symbol",
    ],
    ["function f(x) { return arguments.callee.caller ? x + 1 : 0; }", "got 0"],
    ["function f(x) { throw x + 1; }", "got threw"],
    ["console.log(1); function f(x) { console.log(x + 1); }", "got undefined"],
    // the host
    ["function f(x) { return process.pid; }", "got threw"],
    [
      "function f(x) { return require('fs').readdirSync('/').length; }",
      "got threw",
    ],
    ["function f(x) { return fetch('http://localhost').status; }", "got threw"],
    [
      "function f(x) { return (function () {}).constructor('return process')().pid; }",
      "got threw",
    ],
    [
      "import * as std from 'std';\nfunction f(x) { return x + 1; }",
      "could not load module 'std'",
    ],
    ["function f(x) { import('os'); return x + 1; }", "got threw"],
    [
      "function f(x) { return Object.keys(globalThis).includes('std') ? x + 1 : 0; }",
      "got 0",
    ],
    ["function f(x) { return Date.now(); }", "got threw"],
    ["function f(x) { return Math.random(); }", "got threw"],
    [
      "function f(x) { return Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); }",
      "got threw",
    ],
    // time
    ["function f(x) { for (;;); }", "time limit"],
    ["for (;;); function f(x) { return x + 1; }", "time limit"],
    [
      "function f(x) { try { for (;;); } catch { } finally { return x + 1; } }",
      "time limit",
    ],
    [
      "function f(x) { return /^(a+)+$/.test('a'.repeat(40) + 'b') ? x : x + 1; }",
      "time limit",
    ],
    [
      "Object.defineProperty(globalThis, 'f', { get() { for (;;); } });",
      "time limit",
    ],
    [
      "function f(x) { const a = [0]; Object.defineProperty(a, 0, { get() { for (;;); } }); return a; }",
      "time limit",
    ],
    // memory, stack, output
    [
      "function f(x) { const a = []; for (;;) a.push(new Array(1000).fill(x)); }",
      "got limit",
    ],
    [
      "const a = []; for (;;) a.push([1, 2, 3]); function f(x) { return x + 1; }",
      "memory limit",
    ],
    ["function f(x) { let s = 'a'; for (;;) s += s; }", "got limit"],
    ["function f(x) { return f(x); }", "got limit"],
    [
      `function f(x) { return ${"(".repeat(9000)}x + 1${")".repeat(9000)}; }`,
      "SyntaxError: stack overflow",
    ],
    ["function f(x) { for (;;) console.log('x'); }", "got output"],
    [
      "function f(x) { console.log('x'.repeat(1e5)); return x + 1; }",
      "got output",
    ],
    [
      "function f(x) { try { for (;;) console.log('x'); } catch { return x + 1; } }",
      "got output",
    ],
    [
      `function f(x) { return x + 1; } //${" ".repeat(LIMITS.length)}`,
      "program too long",
    ],
  ])("refuses program %#", (program, detail) => {
    const verdict = verify(program);
    expect(verdict).toMatchObject({ reward: 0, outcome: "wrong" });
    expect(verdict.detail).toContain(detail);
  });

  test("compares lists item by item, each item a number", () => {
    expect(verify("const f = (a) => a.filter(v => v < 4);", small).reward).toBe(
      1,
    );
    expect(
      verify(
        "const f = (a) => { for (let i = a.length; i--; ) if (a[i] >= 4) a.splice(i, 1); return a; };",
        small,
      ).reward,
    ).toBe(1);
    expect(
      verify("const f = (a) => a.filter(v => v <= 4);", small).reward,
    ).toBe(0);
    expect(
      verify("const f = (a) => a.filter(v => v < 4).map(String);", small)
        .reward,
    ).toBe(0);
    expect(
      verify("const f = (a) => a.filter(v => v < 4).join();", small).reward,
    ).toBe(0);
    expect(
      verify("const f = (a) => a.filter(v => v < 4).concat([[]]);", small)
        .reward,
    ).toBe(0);
    expect(
      verify("const f = (a) => new Set(a.filter(v => v < 4));", small).reward,
    ).toBe(0);
    expect(
      verify(
        "Array.prototype.filter = () => [1]; const f = (a) => a.filter(v => v < 4);",
        small,
      ).reward,
    ).toBe(0);
  });

  test.each([
    ["```js\nfunction f(x) { return x + 1; }\n```", "correct"],
    [
      "Here:\n```javascript\nfunction f(x) { return x + 1; }\n```\nIt adds one.",
      "correct",
    ],
    [
      "```js\nfunction f(x) { return x; }\n```\nNo:\n```js\nfunction f(x) { return x + 1; }\n```",
      "correct",
    ],
    [
      "```js\nfunction f(x) { return x + 1; }\n```\nor\n```js\nfunction f(x) { return x; }\n```",
      "wrong",
    ],
    [
      "```js\nfunction f(x) {\n```js\nfunction f(x) { return x + 1; }\n```",
      "correct",
    ],
    [
      "```js\nfunction f(x) { return x + 1; }\n```\n```js\nfunction f(x) { return",
      "correct",
    ],
    ["```js\r\nfunction f(x) { return x + 1; }\r\n```\r\n", "correct"],
    ["```js function f(x) { return x + 1; } ```", "noAnswer"],
    ["```js\nfunction f(x) { return x + 1; }```", "noAnswer"],
    ["```js\nfunction f(x) { return x + 1; }", "noAnswer"],
    ["```\nfunction f(x) { return x + 1; }\n```", "noAnswer"],
    ["```python\nf = lambda x: x + 1\n```", "noAnswer"],
    ["function f(x) { return x + 1; }", "noAnswer"],
    ["", "noAnswer"],
  ])("reads the last complete js block of %j", (answer, outcome) => {
    expect(
      coding.verify(increment, `</think>\n\n${answer}`, "stop").outcome,
    ).toBe(outcome);
  });

  test("looks only behind the last </think>, and never at a truncated completion", () => {
    const block = "```js\nfunction f(x) { return x + 1; }\n```";
    expect(
      coding.verify(increment, `<think>\n${block}\n</think>\n\n`, "stop")
        .outcome,
    ).toBe("noAnswer");
    expect(coding.verify(increment, block, "stop").outcome).toBe("noAnswer");
    expect(
      coding.verify(increment, `</think>\n${block}`, "length").outcome,
    ).toBe("truncated");
  });

  test("gives equal programs equal verdicts, whatever ran in between", () => {
    const right = "function f(x) { return 1 + x; }";
    expect(verify(right).reward).toBe(1);
    verify(
      "Object.prototype.valueOf = Array.prototype.map = Math.max = 3; globalThis.f = 4; while (true);",
    );
    expect(verify(right).reward).toBe(1);
    expect(verify(`${right} `).reward).toBe(1);
  });
});

test("lastProgram never glues two blocks", () => {
  expect(lastProgram("```js\na\n```\nprose\n```js\nb\n```")).toBe("b");
  expect(lastProgram("no fence")).toBeNull();
});

describe("Sandbox", () => {
  const sandbox = new Sandbox();
  afterAll(() => sandbox.close());

  test("keeps nothing of one program for the next", () => {
    sandbox.run(
      "globalThis.leak = 1; Array.prototype.leak = 2; function f(x) { return x; }",
      [1],
    );
    const run = sandbox.run(
      "const f = () => (typeof leak === 'number' ? 1 : 0) + ([].leak === 2 ? 2 : 0);",
      [1],
    );
    expect(run).toEqual({ results: ["0"] });
  });

  test("gives each call its own argument", () => {
    expect(
      sandbox.run("function f(a) { a.push(1); return a; }", [[], []]),
    ).toEqual({ results: ["[1]", "[1]"] });
  });

  test("ends what cannot be polled by its processor time, and goes on with a new thread", () => {
    const hurried = new Sandbox({ ...LIMITS, patience: [200, 300] });
    hurried.run("function f(x) { return x; }", [1]);
    const scan =
      "function f(x) { return Array.prototype.indexOf.call({ length: 2 ** 53 - 1 }, 1); }";
    expect(hurried.run(scan, [1])).toEqual({ failed: "time limit" });
    expect(hurried.run("function f(x) { return x; }", [7])).toEqual({
      results: ["7"],
    });
    hurried.close();
  });

  test("works again after being closed", () => {
    sandbox.close();
    expect(sandbox.run("function f(x) { return x; }", [7])).toEqual({
      results: ["7"],
    });
  });

  test("throws InfrastructureError when QuickJS cannot start, instead of a verdict", () => {
    const broken = new Sandbox({ ...LIMITS, memory: 65536 });
    expect(() => broken.run("function f(x) { return x; }", [1])).toThrow(
      InfrastructureError,
    );
    expect(() => broken.run("function f(x) { return x; }", [1])).toThrow(
      /^sandbox: QuickJS must start in its thread, got /,
    );
  });

  test("survives programs nested as deeply as their length allows", () => {
    const around = [
      ["!", ""],
      ["-(", ")"],
      ["[", "]"],
      ["{", "}"],
      ["a=>", ""],
      ["`${", "}`"],
      ["f(", ")"],
      ["if(1)", ""],
      ["({a:", "})"],
      ["x?.", "y"],
      ["try{", "}finally{}"],
    ] as const;
    for (const [open, close] of around) {
      const depth = Math.floor(19_000 / (open.length + close.length));
      sandbox.run(`${open.repeat(depth)}1${close.repeat(depth)}`, [1]);
      sandbox.run(
        `eval(${JSON.stringify(open)}.repeat(1e5) + 1 + ${JSON.stringify(close)}.repeat(1e5))`,
        [1],
      );
      expect(sandbox.run("function f(x) { return x; }", [7])).toEqual({
        results: ["7"],
      });
    }
  });
});

describe("unitTests(data)", () => {
  test("tell neighbouring thresholds apart", () => {
    for (const relation of ["above", "below"] as const) {
      for (let by = 2; by <= 30; by++) {
        const data = (t: number): CodingData => ({
          kind: "list",
          filters: [{ relation, by: t }],
          map: null,
          reducer: "count",
        });
        const sign = relation === "above" ? ">" : "<";
        const task: Task = {
          ...small,
          id: `coding list count ${relation} ${by}`,
          data: data(by),
        };
        expect(
          verify(`const f = a => a.filter(v => v ${sign} ${by}).length;`, task)
            .reward,
        ).toBe(1);
        expect(
          verify(`const f = a => a.filter(v => v ${sign}= ${by}).length;`, task)
            .reward,
        ).toBe(0);
        expect(
          verify(
            `const f = a => a.filter(v => v ${sign} ${by + 1}).length;`,
            task,
          ).reward,
        ).toBe(0);
      }
    }
  });
});
