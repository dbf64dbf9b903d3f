/** Read a message as other libraries write it: OpenAI's and transformers' names, content as parts, thoughts inside the content. */
import { TokenizerError } from "../error.js";
import type { ForeignMessage, Message, ToolCall } from "./message.js";

type Json = Record<string, unknown>;

const ROLES = ["system", "user", "assistant", "tool"] as const;

/** Keys that say nothing to the model: who a message answers, in which words it was sampled. */
const UNUSED: readonly string[] = ["name", "tool_call_id", "id", "annotations"];

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Refuse with the place of the message. */
type Fail = (must: string, got: unknown) => never;

/** Content as one text: a string, null, or a list of parts of text. */
function readContent(content: unknown, fail: Fail): string {
  if (typeof content === "string") return content;
  if (content === null || content === undefined) return "";
  if (!Array.isArray(content)) return fail("content must be text", content);
  return content
    .map((part: unknown) => {
      if (typeof part === "string") return part;
      if (isObject(part) && typeof part["text"] === "string") {
        const { type = "text", text } = part;
        if (type === "text") return text as string;
      }
      const type = isObject(part) ? part["type"] : part;
      return fail("parts of content must be text", type);
    })
    .join("");
}

function readCall(call: unknown, fail: Fail): ToolCall {
  if (!isObject(call)) return fail("a tool call must be an object", call);
  const inner = isObject(call["function"]) ? call["function"] : call;
  const { name, arguments: given } = inner;
  if (typeof name !== "string" || name === "")
    return fail("a tool call must have a name", name);
  let parsed = given;
  if (typeof given === "string") {
    try {
      parsed = JSON.parse(given);
    } catch {
      return fail("arguments of a tool call must be JSON", given);
    }
  }
  if (!isObject(parsed))
    return fail("arguments of a tool call must be an object", parsed);
  return { name, arguments: parsed };
}

/** Of two spellings of a key the one that is given; both are refused. */
function either(
  message: Json,
  ours: string,
  theirs: string,
  fail: Fail,
): unknown {
  const [a, b] = [message[ours] ?? null, message[theirs] ?? null];
  if (a !== null && b !== null)
    return fail(`message must have either ${ours} or ${theirs}`, "both");
  return a ?? b;
}

/** Thoughts inside a content, cut as the template of Qwen3 does: before the first and behind the last `</think>`. */
function splitThoughts(content: string): {
  content: string;
  reasoning?: string;
} {
  const END = "</think>";
  if (!content.includes(END)) return { content };
  const before = content.slice(0, content.indexOf(END)).replace(/\n+$/, "");
  return {
    reasoning: before.split("<think>").at(-1)!.replace(/^\n+/, ""),
    content: content.split(END).at(-1)!.replace(/^\n+/, ""),
  };
}

const KNOWN: readonly string[] = [
  "role",
  "content",
  "reasoning",
  "reasoning_content",
  "toolCalls",
  "tool_calls",
  ...UNUSED,
];

/**
 * A message in this library's form: `reasoning_content` → `reasoning`, `tool_calls` (with `function` inside or without, arguments as
 * object or JSON) → `toolCalls`, parts of text → one text, thoughts inside the content of an assistant → `reasoning`, as Qwen3's
 * template does. Null and absent keys are the same; `name`, `tool_call_id`, `id` and `annotations` say nothing to a model.
 *
 * @param caller  name for messages
 * @param index   position in the chat, for messages
 * @throws TokenizerError a role, key, part or call is not understood
 * @example
 * readMessage({ role: "assistant", content: "<think>\nr\n</think>\n\nx" }) // { role: "assistant", reasoning: "r", content: "x" }
 */
export function readMessage(
  message: Message | ForeignMessage,
  caller = "readMessage",
  index = 0,
): Message {
  const fail: Fail = (must, got) => {
    throw new TokenizerError(
      `${caller}: ${must}, got ${shown(got)} in messages[${index}]`,
    );
  };
  if (!isObject(message)) return fail("a message must be an object", message);
  const role = ROLES.find((each) => each === message.role);
  if (role === undefined)
    return fail(`role must be system, user, assistant or tool`, message.role);
  const unknown = Object.keys(message).find(
    (key) =>
      !KNOWN.includes(key) &&
      (message as Json)[key] !== null &&
      (message as Json)[key] !== undefined,
  );
  if (unknown !== undefined)
    return fail(`keys of a message must be ${KNOWN.join(", ")}`, unknown);
  const content = readContent(message.content, fail);
  const reasoning = either(
    message as Json,
    "reasoning",
    "reasoning_content",
    fail,
  );
  const calls = either(message as Json, "toolCalls", "tool_calls", fail);
  if (role !== "assistant") {
    if (reasoning !== null)
      return fail("only an assistant has reasoning", role);
    if (Array.isArray(calls) && calls.length > 0)
      return fail("only an assistant has tool calls", role);
    return { role, content };
  }
  if (reasoning !== null && typeof reasoning !== "string")
    return fail("reasoning must be text", reasoning);
  if (calls !== null && !Array.isArray(calls))
    return fail("tool calls must be a list", calls);
  const split =
    reasoning === null ? splitThoughts(content) : { content, reasoning };
  return {
    role,
    ...split,
    ...(calls === null
      ? {}
      : { toolCalls: calls.map((call) => readCall(call, fail)) }),
  };
}

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
}
