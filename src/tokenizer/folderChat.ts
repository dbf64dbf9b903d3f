/** How chats are put to the model of a folder: by its own template, or ours, and which tokens end its turns. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { TokenizerError } from "../error.js";
import { BUDGETS, readJsonObject } from "../io/index.js";
import { renderChat, type RenderChatOptions } from "./chat.js";
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
  return {
    isForeign,
    render: (messages, options) =>
      isForeign
        ? template.render(messages, options)
        : renderChat(messages, options),
    ends: endsOf(folder, tokenizer),
  };
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
