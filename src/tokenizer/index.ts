/**
 * tokenizer: text ↔ tokens, and chats ↔ text.
 *
 * A byte-level BPE tokenizer with single-digit splitting, trained by `trainBpe` and kept as a Hugging Face `tokenizer.json`, which
 * `Tokenizer` runs through the Hugging Face tokenizers library. Chats are written in ChatML with `<think>`, tools, tool calls and
 * tool results; `renderSegments` says which stretches are trained, `renderToolResults` what to append between two turns of an
 * agent, and `parseToolCalls` reads back what the model called.
 *
 * @module
 */
export { Tokenizer } from "./tokenizer.js";
export { trainBpe, type TrainBpeOptions } from "./trainBpe.js";
export {
  CONTROL_TOKENS,
  SPECIAL_TOKENS,
  END_OF_TEXT,
  IM_START,
  IM_END,
  escapeTurns,
  findSpecials,
} from "./specials.js";
export {
  renderAssistant,
  renderChat,
  renderSegments,
  renderToolResults,
  type RenderChatOptions,
  type RenderOptions,
  type Segment,
} from "./chat.js";
export {
  parseToolCalls,
  type ParsedToolCall,
  type ParsedToolCalls,
  type ParseToolCallsOptions,
} from "./parseToolCalls.js";
export { PythonReader, readPythonLiteral } from "./pythonLiteral.js";
export { CHAT_TEMPLATE } from "./chatTemplate.js";
export {
  FolderTemplate,
  type FolderTemplateOptions,
} from "./folderTemplate.js";
export { chatOf, type FolderChat, readFolderChat } from "./folderChat.js";
export { readMessage } from "./readMessage.js";
export type { ForeignMessage, Message, Tool, ToolCall } from "./message.js";
