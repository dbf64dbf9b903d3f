/** Names and texts of others, printed: nothing in them reaches a terminal, a page or a table as a command. */
import { describe, expect, test } from "vitest";
import { codeBlock, codeSpan, inLine, printable } from "../../src/io/index.js";

describe("printable(text)", () => {
  test("writes control characters of both sets, direction marks and lone surrogates as escapes", () => {
    expect(printable("\u001b[31m\u009b31m\u202egpj\u2066\u0000\r\u007f")).toBe(
      "\\u001b[31m\\u009b31m\\u202egpj\\u2066\\u0000\\u000d\\u007f",
    );
    expect(printable("\ud800a")).toBe("\\ud800a");
  });

  test("leaves text, tabs, line feeds, whole pairs and right-to-left letters as they are", () => {
    const text = "a\tb\nπ 👍 שלום مرحبا é";
    expect(printable(text)).toBe(text);
  });

  test("keeps the meaning of JSON", () => {
    const value = { "a\u001b\u202e\u0085": ["\u2028", "\n"] };
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  });

  test("inLine(text) leaves no line end", () => {
    expect(inLine("a\n# b\t\r\u2028")).toBe("a\\u000a# b\\u0009\\u000d\\u2028");
  });
});

describe("codeSpan(text) and codeBlock(text)", () => {
  test("cannot be left by what is inside", () => {
    expect(codeSpan("a")).toBe("`a`");
    expect(codeSpan("a`b``c")).toBe("``` a`b``c ```");
    expect(codeSpan("x\n# <script>|")).toBe("`x\\u000a# <script>\\|`");
    expect(codeBlock("a: 1\n```\n# b\n````", "yaml")).toBe(
      "`````yaml\na: 1\n```\n# b\n````\n`````",
    );
  });
});
