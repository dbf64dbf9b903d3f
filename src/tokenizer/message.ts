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

/** A message as OpenAI's interface and transformers' templates have it; `readMessage` makes it a `Message`. */
export interface ForeignMessage {
  role: string;
  /** Text, parts of text, or null beside tool calls. */
  content?: string | null | readonly { type?: string; text?: string }[];
  reasoning?: string | null;
  reasoning_content?: string | null;
  toolCalls?: readonly ToolCall[] | null;
  tool_calls?:
    | readonly {
        id?: string;
        type?: string;
        name?: string;
        arguments?: unknown;
        function?: { name: string; arguments: unknown };
      }[]
    | null;
  /** Say nothing to the model. */
  name?: string | null;
  tool_call_id?: string | null;
  [key: string]: unknown;
}
