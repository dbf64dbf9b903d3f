/** Texts of 100 kB that make careless readers slow: what every verifier is tried on. */

const SIZE = 100_000;

/** The text repeated to 100 kB. */
export function fill(unit: string): string {
  return unit.repeat(Math.ceil(SIZE / unit.length)).slice(0, SIZE);
}

function wrap(open: string, inside: string, close: string): string {
  const times = Math.floor(SIZE / (open.length + close.length));
  return open.repeat(times) + inside + close.repeat(times);
}

/** Texts of 100 kB, each of another kind. */
export const FAMILIES: Readonly<Record<string, string>> = {
  "open braces": fill("{"),
  "closed braces": fill("}"),
  "nested braces": wrap("{", "1", "}"),
  "open boxes": fill("\\boxed{"),
  "nested boxes": wrap("\\boxed{", "1", "}"),
  "closed boxes": fill("\\boxed{1}"),
  "boxes and prose": fill("\\boxed{1} and then "),
  "one long box": `\\boxed{${fill("1+")}1}`,
  "a number": `\\boxed{${fill("9")}}`,
  "a plain number": fill("7"),
  decimals: fill("1.5 "),
  "thousands commas": fill("1,000 "),
  "grouped digits": `1${fill(",000")}`,
  "tower of powers": `\\boxed{9${fill("^{9")}${fill("}")}}`,
  "flat tower": `\\boxed{9${fill("^9")}}`,
  "large power": "\\boxed{9^{9^{9^{9}}}}" + fill(" "),
  factorials: `\\boxed{9${fill("!")}}`,
  "nested fractions": wrap("\\frac{", "1", "}{2}"),
  "open fractions": fill("\\frac"),
  "nested roots": `\\boxed{${wrap("\\sqrt{", "2", "}")}}`,
  "short roots": `\\boxed{${fill("\\sqrt2")}}`,
  dollars: fill("$"),
  "pairs of dollars": fill("$x$ "),
  "open display": fill("\\["),
  "open parentheses": fill("\\("),
  "bracket between blanks": fill(" ["),
  "answer, again": fill("answer "),
  "answer:": fill("answer: "),
  "final answer is": fill("final answer is "),
  "answer $": fill("answer $"),
  "answer =": fill("answer = "),
  blanks: fill(" "),
  "a number and blanks": `1${fill(" ")}x`,
  "line breaks": fill("\n"),
  operators: fill("1+ "),
  minus: fill("-"),
  "parentheses in plain text": wrap(" (1+", "1", ")"),
  letters: fill("a"),
  words: fill("the answer choices suggest much "),
  equals: fill("x="),
  bars: `\\boxed{${fill("|")}}`,
  "sets in sets": `\\boxed{${wrap("\\{", "1", "\\}")}}`,
  list: `\\boxed{${fill("1,")}1}`,
  matrix: `\\boxed{\\begin{pmatrix}${fill("1&")}1\\end{pmatrix}}`,
  rows: `\\boxed{\\begin{pmatrix}${fill("1\\\\")}1\\end{pmatrix}}`,
  units: `\\boxed{5 ${fill("\\text{ cm}")}}`,
  sums: `\\boxed{${wrap("\\sum_{i=1}^{9}", "i", "")}}`,
  "bold marks": fill("**"),
  "think tags": fill("</think>"),
  "surrogate halves": fill("\ud800"),
  "zero bytes": fill("\0"),
  "answers of letters": fill("Answer: A "),
  confidence: fill("Confidence: "),
  verdicts: fill("Verdict: \n"),
  fences: fill("```\n"),
  "fences of programs": fill("```python\nx\n"),
  "open tool calls": fill("<tool_call>"),
  "tool calls": fill('<tool_call>{"name": "f", "arguments": {}}</tool_call>'),
  "tool calls in tool calls": wrap("<tool_call>", "1", "</tool_call>"),
  "nested lists": wrap("[", "1", "]"),
  "nested objects": wrap('{"a":', "1", "}"),
  "open quotes": fill('"'),
  "open apostrophes": fill("'"),
  backslashes: fill('"\\'),
  bullets: fill("* "),
  "bullets in lines": fill("* a\n"),
  highlights: fill("*a*"),
  "double brackets": fill("<<"),
  "empty titles": fill("<<\n>>"),
  paragraphs: fill("a\n\n"),
  "dividing stars": fill("***"),
  sentences: fill("A. "),
  abbreviations: fill("U.S. "),
  "questions and calls": fill("?!"),
  "table cells": fill("|a"),
  "words in parentheses": wrap("(a ", "b", ")"),
  hyphens: fill("a-"),
  emoji: fill("🙂"),
  "other scripts": fill("मछली 东京 "),
  "combining marks": fill("a\u0301"),
  "lines of numbers": fill("1 2\n"),
  links: fill("http://a.b/c "),
};

/** Seconds of CPU that a call took; the clock alone would measure the machine's other work. */
export function cpuSeconds(call: () => void): number {
  const { user, system } = process.cpuUsage();
  call();
  const spent = process.cpuUsage({ user, system });
  return (spent.user + spent.system) / 1e6;
}
