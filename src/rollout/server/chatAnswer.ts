/** What servers answer to a chat, checked field by field; a message becomes the text that our verifiers read. */
import type { FinishReason } from "../../domains/index.js";
import { objectOf, readUsage, wrongAnswer } from "./answers.js";

/** A call as the server took it out of the model's text. */
export interface ChatCall {
  id: string;
  name: string;
  /** As the model wrote them: JSON, or what was meant to be. */
  arguments: string;
}

/** One answer of a chat. */
export interface ChatAnswer {
  /** The message as it goes back to the server when the chat goes on. */
  message: Record<string, unknown>;
  /** What the model wrote, in Qwen3's form: thoughts, content, calls. */
  text: string;
  calls: ChatCall[];
  finish: FinishReason;
  usage: { prompt: number; completion: number };
}

function callsOf(value: unknown): ChatCall[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value))
    return wrongAnswer("tool_calls must be a list", value);
  return value.map((item: unknown, i) => {
    const call = objectOf(item, "tool call");
    const { name, arguments: args } = objectOf(call["function"], "function");
    if (typeof name !== "string")
      return wrongAnswer("a tool call must have a name", name);
    return {
      id: typeof call["id"] === "string" ? call["id"] : `call_${i}`,
      name,
      arguments: typeof args === "string" ? args : JSON.stringify(args ?? {}),
    };
  });
}

const FINISHES: Readonly<Record<string, FinishReason>> = {
  stop: "stop",
  tool_calls: "stop",
  length: "length",
};

function optionalText(value: unknown, what: string): string {
  if (value === undefined || value === null) return "";
  return typeof value === "string"
    ? value
    : wrongAnswer(`${what} must be a text`, value);
}

/** Thoughts, content and calls as one text. A content that holds its thoughts is left as it is. */
function written(
  content: string,
  reasoning: string,
  calls: readonly ChatCall[],
): string {
  const thought = content.includes("</think>")
    ? ""
    : `<think>\n${reasoning}\n</think>\n\n`;
  const parts = calls.map(
    ({ name, arguments: args }) =>
      `<tool_call>\n{"name": ${JSON.stringify(name)}, "arguments": ${args}}\n</tool_call>`,
  );
  return thought + [content, ...parts].filter((part) => part !== "").join("\n");
}

/**
 * The answer of `/v1/chat/completions`.
 *
 * @throws WrongAnswer a field is missing or wrong; a call that the model wrote badly is none of these
 */
export function readChatAnswer(body: unknown): ChatAnswer {
  const { choices } = objectOf(body, "answer");
  const choice = objectOf((choices as unknown[] | undefined)?.[0], "choice");
  const message = objectOf(choice["message"], "message");
  const finish = FINISHES[String(choice["finish_reason"])];
  if (finish === undefined)
    return wrongAnswer(
      'finish_reason must be "stop", "tool_calls" or "length"',
      choice["finish_reason"],
    );
  const content = optionalText(message["content"], "content");
  const reasoning = optionalText(
    message["reasoning_content"] ?? message["reasoning"],
    "reasoning",
  );
  const calls = callsOf(message["tool_calls"]);
  return {
    message: {
      role: "assistant",
      content,
      ...(calls.length > 0 && {
        tool_calls: calls.map(({ id, ...call }) => ({
          ...{ id, type: "function", function: call },
        })),
      }),
    },
    text: written(content, reasoning, calls),
    calls,
    finish,
    usage: readUsage(body),
  };
}
