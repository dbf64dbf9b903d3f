/** What a model wrote, taken apart. */
import { describe, expect, test } from "vitest";
import { transcriptOf } from "../../src/view/data/transcript.js";

describe("transcriptOf", () => {
  test("tells thought and answer apart", () => {
    expect(
      transcriptOf("<think>\n6*7=42\n</think>\n\n\\boxed{42}<|im_end|>"),
    ).toEqual([
      { kind: "thought", text: "6*7=42" },
      { kind: "text", text: "\\boxed{42}" },
    ]);
  });

  test("shows tool calls and their results as turns", () => {
    const text =
      '<tool_call>\n{"name":"get"}\n</tool_call><|im_end|>\n<|im_start|>user\n<tool_response>\n3\n</tool_response><|im_end|>\n<|im_start|>assistant\ndone';
    expect(transcriptOf(text)).toEqual([
      { kind: "call", text: '{"name":"get"}' },
      { kind: "role", text: "user" },
      { kind: "result", text: "3" },
      { kind: "role", text: "assistant" },
      { kind: "text", text: "done" },
    ]);
  });

  test("keeps what was cut off inside a mark, and marks that only close", () => {
    expect(transcriptOf("<think>\nso far")).toEqual([
      { kind: "thought", text: "so far" },
    ]);
    expect(transcriptOf("a</think>b")).toEqual([
      { kind: "text", text: "a</think>b" },
    ]);
    expect(transcriptOf("")).toEqual([]);
  });
});
