/** How chats are put to the model of a folder: by its own template, or ours, and which tokens end its turns. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { TokenizerError } from "../error.js";
import { BUDGETS, readJsonObject } from "../io/index.js";
import {
  renderChat,
  renderSegments,
  type RenderChatOptions,
  type RenderOptions,
  type Segment,
} from "./chat.js";
import { CHAT_TEMPLATE } from "./chatTemplate.js";
import { FolderTemplate } from "./folderTemplate.js";
import type { ForeignMessage, Message } from "./message.js";
import { END_OF_TEXT, IM_END } from "./specials.js";
import type { Tokenizer } from "./tokenizer.js";

/** How chats are put to a model. */
export interface FolderChat {
  /** Whether the folder brings a template that is not ours. */
  isForeign: boolean;
  /** The text of a chat. */
  render(
    messages: readonly (Message | ForeignMessage)[],
    options?: RenderChatOptions,
  ): string;
  /** The same text in stretches, marked where a loss is taken: on what an assistant says, the token that ends its turn included. */
  segments(
    messages: readonly (Message | ForeignMessage)[],
    options?: RenderOptions,
  ): Segment[];
  /** Tokens that end a turn or a document: those of ChatML that the tokenizer has, and those that generation_config.json names. */
  ends: readonly number[];
}

/**
 * Read how chats are put to the model of a folder: by its template where it brings another than ours; else by `renderChat`, which renders
 * ours and keeps texts from forging turns.
 *
 * @throws TokenizerError a file is no JSON, or the template is not understood
 * @example
 * readFolderChat("data/nano/base", tokenizer).render([{ role: "user", content: "2+2?" }], { addGenerationPrompt: true })
 */
export function readFolderChat(
  folder: string,
  tokenizer: Tokenizer,
): FolderChat {
  const template = FolderTemplate.read(folder);
  const isForeign = template !== null && template.text !== CHAT_TEMPLATE;
  const ends = endsOf(folder, tokenizer);
  return {
    isForeign,
    render: (messages, options) =>
      isForeign
        ? template.render(messages, options)
        : renderChat(messages, options),
    segments: (messages, options) =>
      isForeign
        ? segmentsOf(
            template,
            messages,
            options,
            ends.map((id) => tokenizer.decode([id])),
          )
        : renderSegments(messages, options),
    ends,
  };
}

const CHATS = new WeakMap<Tokenizer, FolderChat>();

/**
 * How chats are put to the model of a tokenizer's own folder, read once.
 *
 * @throws TokenizerError the tokenizer was not read from a folder, or as `readFolderChat`
 * @example
 * chatOf(Tokenizer.fromFile("data/nano/base/tokenizer.json")).isForeign // false
 */
export function chatOf(tokenizer: Tokenizer): FolderChat {
  const { folder } = tokenizer;
  if (folder === null)
    throw new TokenizerError(
      "chatOf: tokenizer must be read from a model folder where its template is asked for, got one without a folder",
    );
  const chat = CHATS.get(tokenizer) ?? readFolderChat(folder, tokenizer);
  CHATS.set(tokenizer, chat);
  return chat;
}

/**
 * A chat by a template of another's. What an assistant says is what the template writes behind its own generation prompt, so that a
 * trained turn begins where the model would go on from.
 *
 * @param ends  texts of the tokens that may end a turn
 */
function segmentsOf(
  template: FolderTemplate,
  messages: readonly (Message | ForeignMessage)[],
  options: RenderOptions = {},
  ends: readonly string[],
): Segment[] {
  const whole = template.render(messages, options);
  const segments: Segment[] = [];
  let at = 0;
  for (const [i, { role }] of messages.entries()) {
    if (role !== "assistant") continue;
    const before = template.render(messages.slice(0, i), {
      ...options,
      addGenerationPrompt: true,
    });
    const after = template.render(messages.slice(0, i + 1), options);
    if (!after.startsWith(before) || !whole.startsWith(after))
      throw new TokenizerError(
        `readFolderChat: template must write a chat as the chat before and its next turn, got another text at message ${i}`,
      );
    const end = before.length + turnLength(after.slice(before.length), ends, i);
    segments.push(
      { text: whole.slice(at, before.length), trained: false },
      { text: whole.slice(before.length, end), trained: true },
    );
    at = end;
  }
  if (at < whole.length)
    segments.push({ text: whole.slice(at), trained: false });
  return segments;
}

/** Characters of an assistant turn up to the first token that ends it, where sampling would stop; what stands behind is not said. */
function turnLength(said: string, ends: readonly string[], i: number): number {
  const lengths = ends.flatMap((end) => {
    const place = said.indexOf(end);
    return place < 0 ? [] : [place + end.length];
  });
  if (lengths.length === 0)
    throw new TokenizerError(
      `readFolderChat: template must end what an assistant says by ${ends.map((end) => JSON.stringify(end)).join(" or ")}, got ${JSON.stringify(said.slice(-40))} at message ${i}`,
    );
  return Math.min(...lengths);
}

function endsOf(folder: string, tokenizer: Tokenizer): number[] {
  const ends = new Set(
    [IM_END, END_OF_TEXT]
      .filter((token) => tokenizer.has(token))
      .map((token) => tokenizer.id(token)),
  );
  const path = join(folder, "generation_config.json");
  if (existsSync(path)) {
    const settings: { eos_token_id?: number | number[] | null } =
      readJsonObject(
        path,
        BUDGETS.config,
        (text, cause) =>
          new TokenizerError(`readFolderChat: ${text}`, { cause }),
      );
    for (const id of [settings.eos_token_id ?? []].flat()) ends.add(id);
  }
  return [...ends];
}
