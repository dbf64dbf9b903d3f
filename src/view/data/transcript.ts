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
 * Cost: one pass over the text for each kind of mark.
 *
 * @example
 * transcriptOf("<think>\n6*7\n</think>\n\n42").map(({ kind }) => kind) // ["thought", "text"]
 */
export function transcriptOf(completion: string): TranscriptPart[] {
  const parts: TranscriptPart[] = [];
  const add = (kind: TranscriptPart["kind"], text: string): void => {
    const own = withoutLines(text);
    if (own !== "") parts.push({ kind, text: own });
  };
  const text = completion.replaceAll("<|im_end|>", "");
  // Where each mark stands next, looked for again only when that is passed.
  const next = MARKS.map((mark) => ({ mark, at: text.indexOf(mark.open) }));
  let from = 0;
  while (from < text.length) {
    for (const place of next)
      if (place.at >= 0 && place.at < from)
        place.at = text.indexOf(place.mark.open, from);
    const found = next
      .filter(({ at }) => at >= 0)
      .sort((a, b) => a.at - b.at)[0];
    if (found === undefined) {
      add("text", text.slice(from));
      break;
    }
    const { mark, at } = found;
    add("text", text.slice(from, at));
    const start = at + mark.open.length;
    const end = text.indexOf(mark.close, start);
    add(mark.kind, text.slice(start, end < 0 ? undefined : end));
    from = end < 0 ? text.length : end + mark.close.length;
  }
  return parts;
}

/** A text without the line feeds around it. */
function withoutLines(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && text[from] === "\n") from++;
  while (to > from && text[to - 1] === "\n") to--;
  return text.slice(from, to);
}
