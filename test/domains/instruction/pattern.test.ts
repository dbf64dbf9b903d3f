import { describe, expect, it } from "vitest";
import { pattern } from "../../../src/domains/instruction/index.js";
import { TaskError } from "../../../src/error.js";

describe("pattern(source)", () => {
  it.each([
    ["well\\-being", "well-being", "well being"],
    ["{name}", "a {name} b", "name"],
    ["a{,2}b$", "aab", "aac"],
    ["a{2}", "aa", "a{2}"],
    ["(?i)word", "WORD", "wor"],
    ["(?s)a.b", "a\nb", "ab"],
    ["a.b", "a\rb", "a\nb"],
    ["^b", "b", "a\nb"],
    ["(?m)^b", "a\nb", "ab"],
    ["b$", "b\n", "b\n\n"],
    ["\\Ab\\Z", "b", "b\n"],
    ["\\bér\\b", "ér", "éra"],
    ["\\w\\d\\s", "é٣\u0085", "-٣ "],
    ["[\\w-]+!", "a-b!", "!"],
    ["[^\\W_]", "é", "_"],
    ["[]a]", "]", "b"],
    ["[a\\]\\-&&]", "&", "b"],
    ["(?P<x>a)(?P=x)", "aa", "ab"],
    ["(a)\\1", "aa", "ab"],
    ["a(?#note)b", "ab", "anote"],
    ["\\x41\\u0042", "AB", "ab"],
    ["\\$5\\.00", "$5.00", "$5,00"],
    ["a|b", "b", "c"],
    ["x(?=y)", "xy", "xz"],
    ["(?<!y)x", "x", "yx"],
    ["#\"%&',/:;<=>@`~", "#\"%&',/:;<=>@`~", "x"],
    ["}]", "}]", "x"],
  ])("%j matches %j and not %j, as Python's re", (source, yes, no) => {
    expect(pattern(source).test(yes)).toBe(true);
    expect(pattern(source).test(no)).toBe(false);
  });

  it.each([
    ["a++", 'pattern: must not use a possessive quantifier, got "a++"'],
    ["(?>a)", 'pattern: must not use the construct "(?>", got "(?>a)"'],
    ["(?i:a)", 'pattern: must not use the construct "(?i", got "(?i:a)"'],
    [
      "(a)(?(1)b)",
      'pattern: must not use the construct "(?(", got "(a)(?(1)b)"',
    ],
    ["(?x)a", 'pattern: must not use the inline flag "x", got "(?x)a"'],
    ["\\q", 'pattern: must not use the escape "\\q", got "\\\\q"'],
    ["*a", 'pattern: must have something to repeat, got "*a"'],
    ["a**", 'pattern: must have something to repeat, got "a**"'],
    ["(a", 'pattern: must close every group, got "(a"'],
    ["a)", 'pattern: must open every group that it closes, got "a)"'],
    ["[a", 'pattern: must close every class, got "[a"'],
    ["\\2", 'pattern: must define the group 2, got "\\\\2"'],
    [
      "(a+)+",
      'pattern: must not repeat a group that repeats inside, got "(a+)+"',
    ],
  ])("throws TaskError on %j", (source, message) => {
    expect(() => pattern(source)).toThrow(TaskError);
    expect(() => pattern(source)).toThrow(message);
  });
});
