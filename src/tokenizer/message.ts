/** The chat that a template renders: messages, tools and tool calls. */

/** A function that the model may call, in the JSON-schema form that chat templates print. */
export interface Tool {
  name: string;
  description: string;
  parameters: Record<string, unknown>;
}

/** One call of a tool. */
export interface ToolCall {
  name: string;
  arguments: Record<string, unknown>;
}

/** One message of a chat (ChatML roles). `reasoning` is what stands between `<think>` and `</think>`. */
export interface Message {
  role: "system" | "user" | "assistant" | "tool";
  content: string;
  reasoning?: string;
  toolCalls?: ToolCall[];
}
