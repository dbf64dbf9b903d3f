/** Chats as marked tokens, and which of them a step sees. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { hashModel } from "../../src/checkpoint/index.js";
import { renderChat, Tokenizer } from "../../src/tokenizer/index.js";
import { encodeChat, sftBatch } from "../../src/train/sftExamples.js";
import { trainSft } from "../../src/train/index.js";
import { newFolder, TOKENIZER_JSON, writePico } from "./fixture.js";

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
  test("by the folder's template the mask covers what it has the assistant say, behind the prompt that sampling would have", async () => {
    const folder = newFolder();
    const init = writePico(folder);
    writeFileSync(
      join(init, "chat_template.jinja"),
      "{% for m in messages %}{{ m.role }}:{{ m.content }}{% if m.role == 'assistant' %}<|im_end|>{% endif %}{{ '\\n' }}{% endfor %}{% if add_generation_prompt %}assistant:{% endif %}",
    );
    const own = Tokenizer.fromFile(join(init, "tokenizer.json"));
    const { tokens, mask } = encodeChat(own, chat, 512, "folder");
    const prompt = own.encode("user:2+2?\nassistant:");
    expect(tokens.slice(0, mask.indexOf(true))).toEqual(prompt);
    expect(own.decode(tokens.filter((_, t) => mask[t]))).toBe("4<|im_end|>");
    expect(own.decode(tokens)).toBe("user:2+2?\nassistant:4<|im_end|>\n");

    const run = { init, seed: 1, steps: 1, batchSize: 2 };
    const trained = async (name: string, template: "ours" | "folder") => {
      const out = join(folder, name);
      const log = join(folder, `${name}.jsonl`);
      return trainSft({ ...run, out, log, answerForm: { template } });
    };
    const [ours, theirs] = [
      await trained("ours", "ours"),
      await trained("theirs", "folder"),
    ];
    // This template leaves thoughts out.
    expect(theirs.tokens.trained).toBeLessThan(ours.tokens.trained);
    expect(hashModel(theirs.out)).not.toBe(hashModel(ours.out));
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
