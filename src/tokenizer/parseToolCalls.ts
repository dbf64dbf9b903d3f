/** Find the tool calls in the text of an assistant turn. */
import type { ToolCall } from "./message.js";

/** What `parseToolCalls` found: the valid calls in order, and one line for each block that is not. */
export interface ParsedToolCalls {
  calls: ToolCall[];
  errors: string[];
}

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";

/**
 * Parse the `<tool_call>{"name": …, "arguments": {…}}</tool_call>` blocks of an assistant turn.
 *
 * Only what follows the last `</think>` counts; calls inside an open think block are thoughts. The JSON is strict: nothing is
 * repaired. Arguments are an object, or a string that holds one. The last block may lack its closing tag when its JSON is whole.
 * One bad block does not hide the others: it is reported in `errors`. Other keys beside name and arguments are ignored. An object
 * key `__proto__`, at any depth, makes a call invalid.
 *
 * @param text  everything after the assistant header
 * @example
 * parseToolCalls('<tool_call>\n{"name": "find", "arguments": {"who": "Ana"}}\n</tool_call>').calls[0]?.name // "find"
 */
export function parseToolCalls(text: string): ParsedToolCalls {
  const calls: ToolCall[] = [];
  const errors: string[] = [];
  const answer = text.split("</think>").at(-1)!.split("<think>")[0]!;
  const [before, ...blocks] = answer.split(OPEN);
  if (before!.includes(CLOSE)) errors.push(`${CLOSE} must follow ${OPEN}`);
  blocks.forEach((block, index) => {
    const name = `tool call ${index + 1}`;
    const end = block.indexOf(CLOSE);
    if (end < 0 && index < blocks.length - 1) {
      errors.push(`${name}: must end with ${CLOSE}`);
      return;
    }
    try {
      calls.push(parseCall(end < 0 ? block : block.slice(0, end)));
    } catch (error) {
      errors.push(
        `${name}: ${end < 0 ? `must end with ${CLOSE}` : (error as Error).message}`,
      );
    }
    if (end >= 0 && block.indexOf(CLOSE, end + 1) >= 0)
      errors.push(`${CLOSE} must follow ${OPEN}`);
  });
  return { calls, errors };
}

function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Error(`must be JSON, got ${excerpt(text)}`);
  }
  refuseProto(value);
  return value;
}

/** `__proto__` as a key would change prototypes where arguments are copied by assignment. */
function refuseProto(root: unknown): void {
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__"))
      throw new Error("keys must not be __proto__");
    open.push(...Object.values(value));
  }
}

function parseCall(text: string): ToolCall {
  const call = parseJson(text.trim());
  if (!isObject(call))
    throw new Error(`must be an object, got ${excerpt(text)}`);
  if (typeof call.name !== "string" || call.name === "") {
    throw new Error(
      `name must be a non-empty string, got ${excerpt(JSON.stringify(call.name) ?? "nothing")}`,
    );
  }
  const given =
    typeof call.arguments === "string"
      ? parseJson(call.arguments)
      : call.arguments;
  if (!isObject(given)) {
    throw new Error(
      `arguments must be an object, got ${excerpt(JSON.stringify(call.arguments) ?? "nothing")}`,
    );
  }
  return { name: call.name, arguments: given };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function excerpt(text: string): string {
  const line = text.trim().replace(/\s+/g, " ");
  return line.length > 60
    ? `${line.slice(0, 60)}…`
    : line === ""
      ? "nothing"
      : line;
}
