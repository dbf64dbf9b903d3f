/** What a model wrote, taken apart into thought, answer, tool calls and their results; every character stays. */

/** One part of a completion. */
export interface TranscriptPart {
  kind: "thought" | "text" | "call" | "result" | "role";
  /** As it was written, without the marks around it. */
  text: string;
}

/** Marks around parts, as ChatML and its tool calls have them. */
const MARKS = [
  { kind: "thought", open: "<think>", close: "</think>" },
  { kind: "call", open: "<tool_call>", close: "</tool_call>" },
  { kind: "result", open: "<tool_response>", close: "</tool_response>" },
  { kind: "role", open: "<|im_start|>", close: "\n" },
] as const;

/**
 * The parts of a completion in their order. A mark that is opened and never closed holds the rest of the text: the completion was cut off
 * inside it.
 *
 * @example
 * transcriptOf("<think>\n6*7\n</think>\n\n42").map(({ kind }) => kind) // ["thought", "text"]
 */
export function transcriptOf(completion: string): TranscriptPart[] {
  const parts: TranscriptPart[] = [];
  const add = (kind: TranscriptPart["kind"], text: string): void => {
    const own = text.replace(/^\n+|\n+$/g, "");
    if (own !== "") parts.push({ kind, text: own });
  };
  let rest = completion.replaceAll("<|im_end|>", "");
  while (rest !== "") {
    const found = MARKS.map((mark) => ({ mark, at: rest.indexOf(mark.open) }))
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
    if (found === undefined) {
      add("text", rest);
      break;
    }
    const { mark, at } = found;
    add("text", rest.slice(0, at));
    const inner = rest.slice(at + mark.open.length);
    const end = inner.indexOf(mark.close);
    add(mark.kind, end < 0 ? inner : inner.slice(0, end));
    rest = end < 0 ? "" : inner.slice(end + mark.close.length);
  }
  return parts;
}
