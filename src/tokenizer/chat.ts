/** The chat template: ChatML with `<think>`, tools, tool calls and tool results, as text and as trained segments. */
import { TokenizerError } from "../error.js";
import type { ForeignMessage, Message, Tool, ToolCall } from "./message.js";
import { readMessage } from "./readMessage.js";
import { IM_END, IM_START, escapeTurns } from "./specials.js";

/** Options of `renderSegments`. */
export interface RenderOptions {
  /** Tools offered to the model; they are listed in the system turn. */
  tools?: readonly Tool[];
}

/** Options of `renderChat`. */
export interface RenderChatOptions extends RenderOptions {
  /** Append the header of an assistant turn, for the model to go on from. */
  addGenerationPrompt?: boolean;
}

/** A stretch of a rendered chat, and whether a loss is taken on it. */
export interface Segment {
  text: string;
  trained: boolean;
}

const ASSISTANT_HEADER = `${IM_START}assistant\n`;

/** JSON with a space after each comma and colon, as Python writes it and as models are trained to write it. */
function spacedJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spacedJson).join(", ")}]`;
  if (typeof value === "object" && value !== null) {
    const fields = Object.entries(value).filter(
      ([, field]) => field !== undefined,
    );
    return `{${fields.map(([name, field]) => `${JSON.stringify(name)}: ${spacedJson(field)}`).join(", ")}}`;
  }
  return JSON.stringify(value) ?? "null";
}

/** Inside JSON a string that opens or closes a turn is written by its code, so that it is read back as it was. */
function renderToolCall(call: ToolCall): string {
  const json = spacedJson({ name: call.name, arguments: call.arguments });
  return `<tool_call>\n${escapeTurns(json, "<\\u007c")}\n</tool_call>`;
}

/** Qwen3's instructions for tool use. */
function renderTools(tools: readonly Tool[]): string {
  const signatures = tools.map(({ name, description, parameters }) =>
    spacedJson({
      type: "function",
      function: { name, description, parameters },
    }),
  );
  return [
    "# Tools",
    "",
    "You may call one or more functions to assist with the user query.",
    "",
    "You are provided with function signatures within <tools></tools> XML tags:",
    "<tools>",
    ...signatures,
    "</tools>",
    "",
    "For each function call, return a json object with function name and arguments within <tool_call></tool_call> XML tags:",
    "<tool_call>",
    '{"name": <function-name>, "arguments": <args-json-object>}',
    "</tool_call>",
  ].join("\n");
}

/**
 * Text of an assistant turn, without header and without `<|im_end|>`:
 *
 *   <think>\n{reasoning}\n</think>\n\n{content}\n<tool_call>\n{"name": …, "arguments": {…}}\n</tool_call>
 *
 * The think block is always there, empty when there is no reasoning. The newline before the first call is left out when the
 * content is empty.
 *
 * @throws TokenizerError the message is not an assistant's
 * @example
 * renderAssistant({ role: "assistant", content: "4", reasoning: "2 + 2 = 4" })
 */
export function renderAssistant(given: Message | ForeignMessage): string {
  const message = readMessage(given, "renderAssistant");
  if (message.role !== "assistant") {
    throw new TokenizerError(
      `renderAssistant: role must be "assistant", got "${message.role}"`,
    );
  }
  const body = [
    message.content,
    ...(message.toolCalls ?? []).map(renderToolCall),
  ];
  if (message.content === "") body.shift();
  return escapeTurns(
    `<think>\n${message.reasoning ?? ""}\n</think>\n\n${body.join("\n")}`,
  );
}

/** A turn whose text is not trained, newline after it included. */
function renderTurn(role: string, text: string): string {
  return `${IM_START}${role}\n${escapeTurns(text)}${IM_END}\n`;
}

/** Break the tags of tool results: nobody but a tool may open or close such a block. */
function breakResults(text: string): string {
  return text.replace(/<(?=\/?tool_response>)/g, "< ");
}

function renderToolTurn(messages: readonly Message[]): string {
  const responses = messages.map(
    ({ content }) =>
      `<tool_response>\n${breakResults(content)}\n</tool_response>`,
  );
  return renderTurn("user", responses.join("\n"));
}

/**
 * Stretches of a rendered chat with the mark of what is trained: the text of assistant turns with their `<|im_end|>`. Headers, the
 * newline after `<|im_end|>`, and every other turn are not.
 *
 * @throws TokenizerError a system message stands behind another message, or as `readMessage`
 * @example
 * renderSegments([{ role: "user", content: "2+2?" }, { role: "assistant", content: "4" }])
 */
export function renderSegments(
  chat: readonly (Message | ForeignMessage)[],
  { tools = [] }: RenderOptions = {},
): Segment[] {
  if (!Array.isArray(chat))
    throw new TokenizerError(
      `renderChat: messages must be a list, got ${chat === null ? "null" : typeof chat}`,
    );
  const messages = (chat as readonly (Message | ForeignMessage)[]).map(
    (message, i) => readMessage(message, "renderChat", i),
  );
  const segments: Segment[] = [];
  const add = (text: string, trained: boolean): void => {
    const last = segments.at(-1);
    if (last !== undefined && last.trained === trained) last.text += text;
    else segments.push({ text, trained });
  };

  const first = messages[0];
  const system = first?.role === "system" ? first.content : "";
  if (tools.length > 0)
    add(
      renderTurn(
        "system",
        (system === "" ? "" : `${system}\n\n`) + renderTools(tools),
      ),
      false,
    );
  else if (first?.role === "system") add(renderTurn("system", system), false);

  for (let i = first?.role === "system" ? 1 : 0; i < messages.length; i++) {
    const message = messages[i]!;
    if (message.role === "user")
      add(renderTurn("user", breakResults(message.content)), false);
    else if (message.role === "tool") {
      let end = i + 1;
      while (messages[end]?.role === "tool") end++;
      add(renderToolTurn(messages.slice(i, end)), false);
      i = end - 1;
    } else if (message.role === "assistant") {
      add(ASSISTANT_HEADER, false);
      add(renderAssistant(message) + IM_END, true);
      add("\n", false);
    } else {
      throw new TokenizerError(
        `renderChat: a system message must be the first message, got it at position ${i}`,
      );
    }
  }
  return segments;
}

/**
 * Render a chat as one text.
 *
 * Format: ChatML as in Qwen3's template: tools as JSON lines in the system turn, consecutive tool messages merged into one user
 * turn of `<tool_response>` blocks. Deviates: every assistant turn keeps its `<think>` block (Qwen3 drops it before the last
 * question), so that the text of a whole history is the concatenation of what was generated and what was appended, byte for byte.
 *
 * Inside contents, strings that open or close turns are broken by a space (`escapeTurns`; inside calls they are escaped as JSON), and so are the tags of tool results in user
 * and tool messages; other tags, such as `<think>`, become tokens of their own there. Thoughts inside the content of an assistant are
 * its reasoning, and messages may be written as OpenAI and transformers do (`readMessage`).
 *
 * @param messages  the chat; a system message only in the first place
 * @param options   tools: offered tools · addGenerationPrompt: append the header of an assistant turn, default false
 * @throws TokenizerError a system message stands behind another message, or as `readMessage`
 * @example
 * renderChat([{ role: "user", content: "2+2?" }], { addGenerationPrompt: true })
 */
export function renderChat(
  messages: readonly (Message | ForeignMessage)[],
  { tools = [], addGenerationPrompt = false }: RenderChatOptions = {},
): string {
  const text = renderSegments(messages, { tools })
    .map((segment) => segment.text)
    .join("");
  return addGenerationPrompt ? text + ASSISTANT_HEADER : text;
}

/**
 * Exactly what stands between the `<|im_end|>` of an assistant turn and the text of the next one, when tools have answered or the user
 * has: the newline, one user turn with the results or the user's own, and the next assistant header. Appending it to the tokens of a rollout gives the
 * same text as rendering the whole history.
 *
 * @param given  messages of tools or of the user, at least one
 * @throws TokenizerError a message is of another role, or there is none
 * @example
 * renderToolResults([{ role: "tool", content: '{"ok": true}' }])
 */
export function renderToolResults(
  given: readonly (Message | ForeignMessage)[],
): string {
  const messages = given.map((message, i) =>
    readMessage(message, "renderToolResults", i),
  );
  if (messages.length === 0)
    throw new TokenizerError(
      "renderToolResults: messages must not be empty, got 0 messages",
    );
  for (const { role } of messages) {
    if (role !== "tool" && role !== "user")
      throw new TokenizerError(
        `renderToolResults: role must be "tool" or "user", got "${role}"`,
      );
  }
  return `\n${renderChat(messages, { addGenerationPrompt: true })}`;
}
