/** YAML that others wrote: the first thing that is wrong with its place, in a time that grows with the text and no faster. */
import { describe, expect, test } from "vitest";
import { BUDGETS, parseYaml } from "../../src/io/index.js";

const parse = (text: string): unknown =>
  parseYaml(
    text,
    ({ line, column }, message) =>
      new RangeError(`${line}:${column}: ${message}`),
  ).document.toJS();

test("parseYaml(text) reads YAML and JSON", () => {
  expect(parse("a: [1, x]\nb: { c: null }\n")).toEqual({
    ...{ a: [1, "x"], b: { c: null } },
  });
  expect(parse('{"a": [1, true]}')).toEqual({ a: [1, true] });
  expect(parse("")).toBeNull();
  expect(parse("---\na: 1\n...\n# the end\n")).toEqual({ a: 1 });
});

describe("parseYaml(text) throws the first thing that is wrong, with its place", () => {
  test.each([
    ["a: 1\nb: 2\na: 3\n", "3:1: Map keys must be unique"],
    ["x: {a: 1, b: {c: 1, c: 2}}", "1:21: Map keys must be unique"],
    ["? [1]\n: 2\n1: a\n1: b\n", "4:1: Map keys must be unique"],
    ["a: b: c\n]", "1:4: Nested mappings are not allowed in compact mappings"],
    ["a: 1\n]\n}", '2:1: Unexpected flow-seq-end token in YAML stream: "]"'],
    ["a: 'x\n", "2:1: Missing closing 'quote"],
    ["- !what 1\n", "1:3: Unresolved tag: !what"],
    ["a: 1\n---\nb: 2\n", "2:1: text must hold one document, got several"],
    ["[".repeat(300), /^1:201: values must lie at most 200 deep/],
    [
      Array.from({ length: 999 }, (_, i) => `${" ".repeat(i)}a:\n`).join(""),
      /^1:1: values must lie at most 200 deep|^\d+:\d+: /,
    ],
    [
      "a".repeat(BUDGETS.yaml.bytes + 1),
      "1:1: text must have at most 1000000 characters, got 1000001",
    ],
  ])("%#", (text, message) => {
    expect(() => parse(text)).toThrow(message);
  });
});

/** Texts of some length that are made of one piece; each was quadratic in some parser of YAML. */
const lines = (of: (i: number) => string): ((size: number) => string) => {
  const width = of(0).length;
  return (size) =>
    Array.from({ length: Math.ceil(size / width) }, (_, i) => of(i)).join("");
};
const FAMILIES: Record<string, (size: number) => string> = {
  keys: lines((i) => `key${i}: 1\n`),
  "keys in braces": (size) => `{${lines((i) => `key${i}: 1,`)(size)}}`,
  "the same key": lines(() => "a: 1\n"),
  "empty keys": lines(() => ":\n"),
  anchors: lines((i) => `- &a${i} x\n- *a${i}\n`),
  commas: (size) => `[${",".repeat(size)}]`,
  colons: (size) => `{${":,".repeat(size / 2)}}`,
  "closing braces": (size) => "}".repeat(size),
  "closing brackets": lines(() => "a: ]\n"),
  tags: lines(() => "!a "),
  "anchors of nothing": lines(() => "&a "),
  stars: lines(() => "* "),
  quotes: lines(() => '"a" "b" '),
  directives: lines(() => "%a\n"),
  documents: lines(() => "---\n"),
  "quoted text": (size) => `"${"x".repeat(size)}`,
  comments: lines(() => "# x\n"),
};

describe.each(Object.entries(FAMILIES))("%s", (_, text) => {
  test("take no longer a character in a longer text", () => {
    const cost = (size: number): number => {
      const given = text(size);
      const start = process.cpuUsage();
      try {
        parse(given);
      } catch (error) {
        expect(error).toBeInstanceOf(RangeError);
      }
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    // Quadratic, the second would take 16 times as long; what is quick has no ratio worth measuring.
    const small = Math.max(cost(8000), cost(8000));
    expect(cost(32_000)).toBeLessThan(Math.max(0.5, 10 * small));
  });
});
