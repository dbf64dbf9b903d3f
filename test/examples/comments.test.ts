/** Every `@example` of src/ runs, and gives the values that it states as "expression // value". */
import { afterAll, describe, expect, test } from "vitest";
import { readSources } from "../structure/sources.js";
import {
  checkValue,
  examplesOf,
  programOf,
  runProgram,
  type Example,
} from "./exampleCode.js";
import {
  endServer,
  enterFixture,
  scopeOf,
  withServer,
} from "./exampleScope.js";

async function check({ source, code }: Example): Promise<void> {
  const program = programOf(await withServer(code));
  const scope = await scopeOf(source, program.names);
  const values = await runProgram(program, scope);
  program.stated.forEach((stated, i) => {
    if (stated !== null) checkValue(values[i], stated);
  });
}

describe("@example", () => {
  enterFixture();
  afterAll(endServer);
  const examples = readSources().flatMap(examplesOf);

  test.for(examples.map((example) => [example.title, example] as const))(
    "%s",
    { timeout: 180_000 },
    ([, example]) => check(example),
  );

  test("none is empty", () => {
    expect(examples.filter(({ code }) => code === "")).toEqual([]);
  });
});

describe("what an example states", () => {
  const source = { path: "x.ts", text: "", imports: [] };
  const example = (code: string): Promise<void> =>
    check({ title: "", source, code });

  test.each([
    "1 + 1 // 3",
    "const a = 1;\na + 1; // 3",
    "[1]\n// [2]",
    '"a" // "b"',
    "1 / 3 // 0.36…",
    "({ a: 1, b: 2 }) // { a: 1 }",
    "throw new Error()",
    "missing",
  ])("%s fails", async (code) => {
    await expect(example(code)).rejects.toThrow();
  });

  test.each([
    "1 + 1 // 2",
    "const a = 1;\na + 1; // 2",
    "[1]\n// [1]",
    "1 / 3 // 0.33…",
    "({ a: 1, b: 2 }) // { a: 1, … }",
    "1 + 1 // whatever the reader wants to know",
  ])("%s passes", async (code) => {
    await example(code);
  });
});
