import { describe, expect, test } from "vitest";
import { styleOf, STYLES, type Style } from "../../src/evaluate/index.js";

describe("styleOf(text)", () => {
  test.each<[string, Style]>([
    ["<think>\n3x=15\nx=5\n</think>\n\n\\boxed{5}", "careful"],
    ["<think>\n\n</think>\n\n\\boxed{5}", "empty"],
    ["<think></think>5", "empty"],
    ["\\boxed{5}", "none"],
    ["", "none"],
    // cut off while thinking, and before anything was thought
    ["<think>\n3x=15", "brief"],
    ["<think>\n3x=15\n\nx", "careful"],
    ["<think>\n", "empty"],
    // the prompt holds the beginning of the block
    ["3x=15\n</think>\n\n5", "brief"],
    ["3x=15\nx=5\n</think>\n\n5", "careful"],
    ["\n</think>\n\n5", "empty"],
    // an agent: the lines of all its turns
    [
      "<think>\n\n</think>\n\n<tool_call>…</tool_call><|im_end|>\n<|im_start|>assistant\n<think>\nfind\n</think>\n\nDone.",
      "brief",
    ],
    [
      "<think>\nfind\n</think>\n\n<tool_call>…</tool_call><|im_end|>\n<|im_start|>assistant\n<think>\nsend\n</think>\n\nDone.",
      "careful",
    ],
    ["<think>\n\n</think>\n\na<|im_end|>\n<think>\n\n</think>\n\nb", "empty"],
  ])("of %j is %s", (text, style) => {
    expect(styleOf(text)).toBe(style);
    expect(STYLES).toContain(style);
  });
});
