/** Chats as marked tokens, and which of them a step sees. */
import { describe, expect, test } from "vitest";
import { renderChat, Tokenizer } from "../../src/tokenizer/index.js";
import { encodeChat, sftBatch } from "../../src/train/sftExamples.js";
import { TOKENIZER_JSON } from "./fixture.js";

describe("encodeChat", () => {
  const tokenizer = Tokenizer.fromJson(TOKENIZER_JSON);
  const chat = [
    { role: "user" as const, content: "2+2?" },
    { role: "assistant" as const, content: "4", reasoning: "2+2=4" },
  ];
  test("the mask covers what the assistant says, its end token included, and nothing else", () => {
    const { tokens, mask } = encodeChat(tokenizer, chat, 512);
    expect(tokens).toEqual(tokenizer.encode(renderChat(chat)));
    expect(tokenizer.decode(tokens.filter((_, t) => mask[t]))).toBe(
      "<think>\n2+2=4\n</think>\n\n4<|im_end|>",
    );
  });
  test("throws TrainError when the chat is longer than the model's positions", () => {
    expect(() => encodeChat(tokenizer, chat, 5)).toThrow(
      /^encodeChat: chat must have at most 5 tokens, got \d+$/,
    );
  });
});

describe("sftBatch", () => {
  test("goes through all examples once an epoch, in an order of its own", () => {
    const examples = [0, 1, 2, 3, 4, 5, 6];
    const steps = [0, 1, 2, 3, 4, 5, 6]
      .map((s) => sftBatch(examples, 1, s, 2))
      .flat();
    expect([...steps.slice(0, 7)].sort()).toEqual(examples);
    expect([...steps.slice(7)].sort()).toEqual(examples);
    expect(steps.slice(0, 7)).not.toEqual(steps.slice(7));
  });
});
