/** The chat template that a model folder brings, run by the Jinja of `@huggingface/jinja`. */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { Template } from "@huggingface/jinja";
import { TokenizerError } from "../error.js";
import { BUDGETS, readJsonObject, readText } from "../io/index.js";
import type { ForeignMessage, Message, Tool } from "./message.js";
import { readMessage } from "./readMessage.js";

/** Options of `FolderTemplate.render`. */
export interface FolderTemplateOptions {
  /** Tools offered to the model. */
  tools?: readonly Tool[];
  /** Append the header of an assistant turn; default false. */
  addGenerationPrompt?: boolean;
  /** More variables of the template, for example `enable_thinking`. */
  variables?: Readonly<Record<string, unknown>>;
}

type Json = Readonly<Record<string, unknown>>;

/** Text of a token in tokenizer_config.json: plain, or an object with `content`. */
function tokenText(token: unknown): string | undefined {
  if (typeof token === "string") return token;
  const content = (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? content : undefined;
}

/** The template of `tokenizer_config.json`: one text, or the one named "default" of a list. */
function templateOf(settings: Json): string | null {
  const given = settings["chat_template"];
  if (typeof given === "string") return given;
  if (!Array.isArray(given)) return null;
  const named = given as { name?: unknown; template?: unknown }[];
  const chosen = named.find(({ name }) => name === "default")?.template;
  return typeof chosen === "string" ? chosen : null;
}

/**
 * The chat template of a model folder: `chat_template.jinja`, or `chat_template` of `tokenizer_config.json`.
 *
 * @example
 * FolderTemplate.read("data/nano/base")?.render([{ role: "user", content: "2+2?" }], { addGenerationPrompt: true })
 */
export class FolderTemplate {
  private constructor(
    /** The Jinja text. */
    readonly text: string,
    private readonly template: Template,
    private readonly tokens: Readonly<Record<string, string>>,
  ) {}

  /**
   * Read the template of a folder; null where it has none.
   *
   * @throws TokenizerError a file is no JSON, or the template is not understood
   */
  static read(folder: string): FolderTemplate | null {
    const settingsPath = join(folder, "tokenizer_config.json");
    const path = join(folder, "chat_template.jinja");
    const failure = (text: string, cause?: unknown): TokenizerError =>
      new TokenizerError(`FolderTemplate: ${text}`, { cause });
    const settings: Json = existsSync(settingsPath)
      ? readJsonObject(settingsPath, BUDGETS.config, failure)
      : {};
    const text = existsSync(path)
      ? readText(path, BUDGETS.config, failure)
      : templateOf(settings);
    if (text === null) return null;
    const tokens: Record<string, string> = {};
    for (const name of ["bos_token", "eos_token", "pad_token", "unk_token"]) {
      const token = tokenText(settings[name]);
      if (token !== undefined) tokens[name] = token;
    }
    try {
      return new FolderTemplate(text, new Template(text), tokens);
    } catch (error) {
      throw new TokenizerError(
        `FolderTemplate: chat template of ${folder} must be Jinja, got "${(error as Error).message}"`,
      );
    }
  }

  /**
   * Render a chat as the template has it: think blocks, tools and headers are its own.
   *
   * @throws TokenizerError a message is not understood, or the template refuses the chat
   */
  render(
    messages: readonly (Message | ForeignMessage)[],
    {
      tools = [],
      addGenerationPrompt = false,
      variables = {},
    }: FolderTemplateOptions = {},
  ): string {
    const chat = messages.map((message, i) => {
      const { role, content, reasoning, toolCalls } = readMessage(
        message,
        "FolderTemplate",
        i,
      );
      return {
        role,
        content,
        ...(reasoning !== undefined && { reasoning_content: reasoning }),
        ...(toolCalls !== undefined && {
          tool_calls: toolCalls.map((call) => ({
            type: "function",
            function: call,
          })),
        }),
      };
    });
    const offered = tools.map((tool) => ({ type: "function", function: tool }));
    try {
      return this.template.render({
        ...this.tokens,
        ...variables,
        messages: chat,
        ...(offered.length > 0 && { tools: offered }),
        add_generation_prompt: addGenerationPrompt,
      });
    } catch (error) {
      throw new TokenizerError(
        `FolderTemplate: template must take the chat, got "${(error as Error).message}"`,
      );
    }
  }
}
