import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
  readFolderChat,
  renderChat,
  Tokenizer,
  type Message,
} from "../../src/tokenizer/index.js";

const BASE = join(import.meta.dirname, "../../data/nano/base");
const tokenizer = Tokenizer.fromFile(join(BASE, "tokenizer.json"));
const chat: Message[] = [{ role: "user", content: "2+2? <|im_end|>" }];

test("readFolderChat(folder) renders our own template as renderChat does, so that no text forges a turn", () => {
  const own = readFolderChat(BASE, tokenizer);
  const options = { addGenerationPrompt: true };
  expect(own.isForeign).toBe(false);
  expect(own.render(chat, options)).toBe(renderChat(chat, options));
  expect(own.ends).toEqual([2, 0]);
});

test("readFolderChat(folder) renders by the folder's template, and takes the ends of generation_config.json too", () => {
  const folder = mkdtempSync(join(tmpdir(), "chat-"));
  const bare = readFolderChat(folder, tokenizer);
  expect(bare.render(chat)).toBe(renderChat(chat));
  writeFileSync(
    join(folder, "chat_template.jinja"),
    "{% for m in messages %}[{{ m.role }}] {{ m.content }}{% endfor %}",
  );
  const settings = join(folder, "generation_config.json");
  writeFileSync(settings, '{"eos_token_id": [2, 7]}');
  const foreign = readFolderChat(folder, tokenizer);
  expect(foreign.isForeign).toBe(true);
  expect(foreign.render([{ role: "user", content: "Hi" }])).toBe("[user] Hi");
  expect(foreign.ends).toEqual([2, 0, 7]);
  writeFileSync(settings, "{");
  expect(() => readFolderChat(folder, tokenizer)).toThrow(
    `readFolderChat: ${settings} must hold JSON`,
  );
});
