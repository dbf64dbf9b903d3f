/** Find the tool calls in the text of an assistant turn. */
import type { ToolCall } from "./message.js";
import { readPythonLiteral } from "./pythonLiteral.js";

/** A call as it was read. */
export interface ParsedToolCall extends ToolCall {
  /** Set where the call was no JSON and had to be repaired. */
  repaired?: true;
}

/** What `parseToolCalls` found: the valid calls in order, and one line for each block that is not. */
export interface ParsedToolCalls {
  calls: ParsedToolCall[];
  errors: string[];
}

/** Options of `parseToolCalls`. */
export interface ParseToolCallsOptions {
  /** Whether to repair invalid JSON; default true. */
  repair?: boolean;
}

const OPEN = "<tool_call>";
const CLOSE = "</tool_call>";

/** The tags that matter, wherever the next one stands. */
const TAG = /<think>|<\/think>|<tool_call>|<\/tool_call>/g;

/**
 * Parse the `<tool_call>{"name": …, "arguments": {…}}</tool_call>` blocks of an assistant turn.
 *
 * Only what follows the last `</think>` counts; calls inside an open think block are thoughts. The text is read from its start, and a
 * block is read as JSON: tags inside the strings of its arguments are text. Arguments are an object, or a string that holds one. The
 * last block may lack its closing tag when its JSON is whole. One bad block does not hide the others: it is reported in `errors`.
 * Other keys beside name and arguments are ignored. An object key `__proto__`, at any depth, makes a call invalid.
 *
 * What is no JSON is repaired in three cases, and its call marked `repaired`: single quotes and other literals of Python (True, None),
 * a comma after the last item, and a code fence around the whole block. Nothing else is guessed.
 *
 * Cost: linear in the text.
 *
 * @param text  everything after the assistant header
 * @example
 * parseToolCalls('<tool_call>\n{"name": "find", "arguments": {"who": "Ana"}}\n</tool_call>').calls[0]?.name // "find"
 */
export function parseToolCalls(
  text: string,
  { repair = true }: ParseToolCallsOptions = {},
): ParsedToolCalls {
  let calls: ParsedToolCall[] = [];
  let errors: string[] = [];
  let blocks = 0;
  let thinking = false;
  for (let tag = nextTag(text, 0); tag !== null;) {
    let next = tag.end;
    if (tag.text === "<think>") thinking = true;
    else if (tag.text === "</think>") {
      [calls, errors, blocks, thinking] = [[], [], 0, false];
    } else if (!thinking && tag.text === CLOSE) {
      errors.push(`${CLOSE} must follow ${OPEN}`);
    } else if (!thinking) {
      blocks++;
      const block = readBlock(text, tag.end);
      next = block.next;
      try {
        const call = parseCall(block.text, repair);
        if (!block.closed) throw new Error(UNCLOSED);
        calls.push(call);
      } catch (error) {
        const why = block.closed ? (error as Error).message : UNCLOSED;
        errors.push(`tool call ${blocks}: ${why}`);
      }
    }
    tag = nextTag(text, next);
  }
  return { calls, errors };
}

const UNCLOSED = `must end with ${CLOSE}`;

interface Tag {
  text: string;
  begin: number;
  end: number;
}

/** The first tag from a place on. */
function nextTag(text: string, from: number): Tag | null {
  TAG.lastIndex = from;
  const match = TAG.exec(text);
  return match === null
    ? null
    : { text: match[0], begin: match.index, end: TAG.lastIndex };
}

interface Block {
  text: string;
  /** Whether its closing tag stands behind it, or it is whole and the last thing of the text. */
  closed: boolean;
  /** Where reading goes on. */
  next: number;
}

/** The block whose opening tag ends at `begin`: up to the end of its JSON, or where that is broken up to the next tag. */
function readBlock(text: string, begin: number): Block {
  const end = objectEnd(text, begin);
  if (end !== null) {
    const tag = nextTag(text, end);
    const block = text.slice(begin, end);
    if (tag === null && text.slice(end).trim() === "")
      return { text: block, closed: true, next: text.length };
    if (tag?.text === CLOSE && text.slice(end, tag.begin).trim() === "")
      return { text: block, closed: true, next: tag.end };
  }
  const tag = nextTag(text, begin);
  if (tag === null)
    return { text: text.slice(begin), closed: false, next: text.length };
  const closed = tag.text === CLOSE;
  return {
    text: text.slice(begin, tag.begin),
    closed,
    next: closed ? tag.end : tag.begin,
  };
}

/** Characters of JSON outside strings. */
const OUTSIDE = /[\s{}[\]:,\-+.\w]/;

/** Where the JSON object ends that begins at a place; null where none does. A character that is no JSON ends the search. */
function objectEnd(text: string, begin: number): number | null {
  let depth = 0;
  let inString = false;
  for (let i = begin; i < text.length; i++) {
    const character = text[i]!;
    if (inString) {
      if (character === "\\") i++;
      else if (character === '"') inString = false;
      continue;
    }
    if (character === '"') {
      if (depth === 0) return null;
      inString = true;
    } else if (character === "{" || character === "[") depth++;
    else if (character === "}" || character === "]") {
      depth--;
      if (depth === 0) return i + 1;
      if (depth < 0) return null;
    } else if (!OUTSIDE.test(character)) return null;
    else if (depth === 0 && /\S/.test(character)) return null;
  }
  return null;
}

interface ReadJson {
  value: unknown;
  repaired: boolean;
}

const FENCE = /^```[a-z]*[ \t]*\n([\s\S]*)\n[ \t]*```$/;

function parseJson(text: string, repair: boolean): ReadJson {
  const read = ((): ReadJson => {
    try {
      return { value: JSON.parse(text), repaired: false };
    } catch {
      try {
        if (!repair) throw new SyntaxError("repair is off");
        const inner = FENCE.exec(text)?.[1] ?? text;
        return { value: readPythonLiteral(inner), repaired: true };
      } catch {
        throw new Error(`must be JSON, got ${excerpt(text)}`);
      }
    }
  })();
  refuseProto(read.value);
  return read;
}

/** `__proto__` as a key would change prototypes where arguments are copied by assignment. */
function refuseProto(root: unknown): void {
  const open = [root];
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (Object.hasOwn(value, "__proto__"))
      throw new Error("keys must not be __proto__");
    for (const inner of Object.values(value)) open.push(inner);
  }
}

function parseCall(text: string, repair: boolean): ParsedToolCall {
  const { value: call, repaired } = parseJson(text.trim(), repair);
  if (!isObject(call))
    throw new Error(`must be an object, got ${excerpt(text)}`);
  if (typeof call.name !== "string" || call.name === "") {
    throw new Error(
      `name must be a non-empty string, got ${excerpt(JSON.stringify(call.name) ?? "nothing")}`,
    );
  }
  const given =
    typeof call.arguments === "string"
      ? parseJson(call.arguments.trim(), repair)
      : { value: call.arguments, repaired: false };
  if (!isObject(given.value)) {
    throw new Error(
      `arguments must be an object, got ${excerpt(JSON.stringify(call.arguments) ?? "nothing")}`,
    );
  }
  return {
    name: call.name,
    arguments: given.value,
    ...(repaired || given.repaired ? { repaired: true as const } : {}),
  };
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
