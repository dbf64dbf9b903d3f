/** Literals of Python; the expected values are those of `ast.literal_eval`. */
import { describe, expect, test } from "vitest";
import { PythonReader, readPythonLiteral } from "../../src/tokenizer/index.js";

describe("readPythonLiteral(text)", () => {
  test.each<[string, unknown]>([
    ["'a\"b'", 'a"b'],
    ['"it\\\'s"', "it's"],
    ["'''two\nlines'''", "two\nlines"],
    ["'\\x41\\u00e9\\n\\q'", "Aé\n\\q"],
    ["-1_000.5e1", -10005],
    [
      "[1, 'x', (2, 3,), {'a': None, 4: True},]",
      [1, "x", [2, 3], { a: null, "4": true }],
    ],
    ["{}  # nothing", {}],
    ['{"a": true, "b": null}', { a: true, b: null }],
  ])("reads %s", (text, value) =>
    expect(readPythonLiteral(text)).toEqual(value),
  );

  test.each([
    "",
    "[1",
    "[,]",
    "'a",
    "'a\nb'",
    "os.exit()",
    "1 2",
    "{1}",
    "'\\x4'",
    "[".repeat(300),
  ])("throws SyntaxError on %j", (text) =>
    expect(() => readPythonLiteral(text)).toThrow(SyntaxError),
  );

  test("says what is missing and where", () => {
    expect(() => readPythonLiteral("[1 2]")).toThrow(
      'must have "," at character 3, got "2]"',
    );
  });
});

describe("PythonReader", () => {
  test("reads names, marks and values one after the other", () => {
    const reader = new PythonReader("f ( x = 1 )");
    expect(reader.name()).toBe("f");
    reader.expect("(");
    expect(reader.name()).toBe("x");
    expect(reader.take("=")).toBe(true);
    expect(reader.value()).toBe(1);
    expect(reader.done).toBe(false);
    expect(reader.take(")")).toBe(true);
    expect(reader.done).toBe(true);
  });
});
