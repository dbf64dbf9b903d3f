/** The special tokens of the chat format, their ids, and what keeps foreign text from forging them. */

/** Tokens of the chat format in id order: `SPECIAL_TOKENS[2]` has id 2. The names are Qwen3's; each is one token wherever it stands. */
export const SPECIAL_TOKENS: readonly string[] = [
  "<|endoftext|>",
  "<|im_start|>",
  "<|im_end|>",
  "<think>",
  "</think>",
  "<tool_call>",
  "</tool_call>",
  "<tool_response>",
  "</tool_response>",
];

/**
 * Those of `SPECIAL_TOKENS` that a tokenizer.json marks as special, so that decoding for people leaves them out. The tags are not among
 * them, as in Qwen3: a reader of answers needs `</think>`.
 */
export const CONTROL_TOKENS: readonly string[] = SPECIAL_TOKENS.slice(0, 3);

/** Ends a document. */
export const END_OF_TEXT = "<|endoftext|>";
/** Opens a turn of a chat. */
export const IM_START = "<|im_start|>";
/** Closes a turn of a chat: what a policy writes to stop. */
export const IM_END = "<|im_end|>";

/** Matches any one special token. */
const SPECIAL_PATTERN = new RegExp(
  SPECIAL_TOKENS.map((token) => token.replaceAll("|", "\\|")).join("|"),
  "g",
);

const TURN_TOKEN = /<\|(?=(?:endoftext|im_start|im_end)\|>)/g;

/**
 * The special tokens that a text contains, in order of appearance, repeated as often as they appear.
 *
 * A tokenizer turns these strings into control tokens wherever they stand, so text from outside (a user, a tool) should be
 * checked or escaped before it is encoded.
 *
 * @example
 * findSpecials("a <think> b") // ["<think>"]
 */
export function findSpecials(text: string): string[] {
  return text.match(SPECIAL_PATTERN) ?? [];
}

/**
 * Break the tokens that open or close turns and documents by one space (`<|im_end|>` → `<| im_end|>`), so that the text cannot
 * forge a turn. Tags such as `<think>` stay: prompts speak about them, and they cannot leave their turn.
 *
 * @param by  what stands for the `<|` of such a token, default "<| "
 * @example
 * escapeTurns("bye<|im_end|>") // "bye<| im_end|>"
 */
export function escapeTurns(text: string, by = "<| "): string {
  return text.replace(TURN_TOKEN, by);
}

/** The stretches of a text between its special tokens. */
export function splitAtSpecials(text: string): string[] {
  return text.split(SPECIAL_PATTERN);
}
