/** The two forms of an answer, completion and chat, whole or in pieces. */
import { randomUUID } from "node:crypto";
import { parseToolCalls, type Tokenizer } from "../../tokenizer/index.js";
import type { TurnFinish } from "../../model/index.js";
import type { Delta, ScoredToken } from "./decode.js";
import type { ModelRequest } from "./requests.js";

/** One whole choice. */
export interface Choice {
  index: number;
  prompt: readonly number[];
  /** Log-probabilities of the prompt, where they were asked for. */
  promptTokens: readonly (ScoredToken | null)[];
  tokens: readonly ScoredToken[];
  text: string;
  finish: TurnFinish;
}

/** How answers of one kind are written. */
export interface Form {
  id: string;
  object: string;
  /** `object` of a piece of a stream. */
  piece: string;
  choice(choice: Choice): object;
  /** What a stream sends of a choice before anything is decoded; null: nothing. */
  opening(index: number): object | null;
  /** What a stream sends of a step; null: nothing. */
  delta(delta: Delta): object | null;
}

/** A token as text. Bytes that are no character by themselves come out as U+FFFD. */
const textOf = (tokenizer: Tokenizer, id: number): string =>
  tokenizer.decode([id]);

/** Log-probabilities in the form of completions: columns, one entry per token. */
function columns(
  tokenizer: Tokenizer,
  tokens: readonly (ScoredToken | null)[],
  ids: readonly number[],
): object {
  const texts = ids.map((id) => textOf(tokenizer, id));
  let offset = 0;
  return {
    tokens: texts,
    token_logprobs: tokens.map((token) => token?.logprob ?? null),
    top_logprobs: tokens.map((token) =>
      token === null
        ? null
        : Object.fromEntries(
            // The token itself is always there; of two tokens with one text the likelier.
            [token, ...token.top]
              .sort((a, b) => a.logprob - b.logprob)
              .map(({ id, logprob }) => [textOf(tokenizer, id), logprob]),
          ),
    ),
    text_offset: texts.map((text) => (offset += text.length) - text.length),
  };
}

/** vLLM's form of log-probabilities of a prompt: by token id. */
function byId(
  tokenizer: Tokenizer,
  tokens: readonly (ScoredToken | null)[],
): unknown[] {
  return tokens.map((token) =>
    token === null
      ? null
      : Object.fromEntries(
          [token, ...token.top].map(({ id, logprob }) => [
            id,
            { logprob, decoded_token: textOf(tokenizer, id) },
          ]),
        ),
  );
}

/** Answers of `/v1/completions`. */
export function completionForm(
  tokenizer: Tokenizer,
  request: ModelRequest,
): Form {
  const { top, echo, promptTop, sampling } = request;
  const logprobs = (tokens: readonly (ScoredToken | null)[], ids: number[]) =>
    top === null ? null : columns(tokenizer, tokens, ids);
  return {
    id: `cmpl-${randomUUID()}`,
    object: "text_completion",
    piece: "text_completion",
    choice: ({ index, prompt, promptTokens, tokens, text, finish }) => {
      const ids = tokens.map(({ id }) => id);
      return {
        index,
        text: echo ? tokenizer.decode(prompt) + text : text,
        logprobs: echo
          ? logprobs([...promptTokens, ...tokens], [...prompt, ...ids])
          : logprobs(tokens, ids),
        finish_reason: finish,
        ...(promptTop !== null && {
          prompt_logprobs: byId(tokenizer, promptTokens),
        }),
        ...(sampling.returnIds && { token_ids: ids, prompt_token_ids: prompt }),
      };
    },
    opening: () => null,
    delta: ({ row, token, text, finish }) => {
      const wanted = top !== null || sampling.returnIds;
      if (text === "" && finish === null && !wanted) return null;
      const tokens = token === null ? [] : [token];
      const ids = tokens.map(({ id }) => id);
      return {
        index: row,
        text,
        logprobs: token === null ? null : logprobs(tokens, ids),
        finish_reason: finish,
        ...(sampling.returnIds && { token_ids: ids }),
      };
    },
  };
}

/** Log-probabilities in the form of chats: a list of tokens. */
function content(tokenizer: Tokenizer, tokens: readonly ScoredToken[]): object {
  const entry = ({ id, logprob }: { id: number; logprob: number }) => {
    const token = textOf(tokenizer, id);
    return { token, logprob, bytes: [...Buffer.from(token, "utf8")] };
  };
  return {
    content: tokens.map((token) => ({
      ...entry(token),
      top_logprobs: token.top.map(entry),
    })),
    refusal: null,
  };
}

/** The text before the first call of a tool, and the calls. A text with a broken call stays a text. */
function splitCalls(text: string): { text: string; calls: object[] } {
  const { calls, errors } = parseToolCalls(text);
  if (calls.length === 0 || errors.length > 0) return { text, calls: [] };
  // A call in a think block is a thought; the first that counts stands behind it.
  const from = Math.max(0, text.lastIndexOf("</think>"));
  return {
    text: text.slice(0, text.indexOf(CALL, from)).trimEnd(),
    calls: calls.map(({ name, arguments: given }, index) => ({
      index,
      id: `call_${randomUUID()}`,
      type: "function",
      function: { name, arguments: JSON.stringify(given) },
    })),
  };
}

const CALL = "<tool_call>";

/** Answers of `/v1/chat/completions`. The think block is part of the content, as the model wrote it. */
export function chatForm(tokenizer: Tokenizer, request: ModelRequest): Form {
  const { top, tools, sampling } = request;
  /** A choice's text that may turn out to be calls. */
  const held: string[] = [];
  return {
    id: `chatcmpl-${randomUUID()}`,
    object: "chat.completion",
    piece: "chat.completion.chunk",
    choice: ({ index, tokens, text, finish }) => {
      const split = tools ? splitCalls(text) : { text, calls: [] };
      const called = split.calls.length > 0;
      return {
        index,
        message: {
          role: "assistant",
          content: called && split.text === "" ? null : split.text,
          ...(called && { tool_calls: split.calls }),
        },
        logprobs: top === null ? null : content(tokenizer, tokens),
        finish_reason: called && finish === "stop" ? "tool_calls" : finish,
        ...(sampling.returnIds && { token_ids: tokens.map(({ id }) => id) }),
      };
    },
    opening: (index) => ({
      index,
      delta: { role: "assistant", content: "" },
      logprobs: null,
      finish_reason: null,
    }),
    delta: ({ row, token, text, finish }) => {
      let piece = text;
      let calls: object[] = [];
      if (tools) {
        // Whether a text holds calls is known at its end.
        held[row] = (held[row] ?? "") + text;
        piece = "";
        if (finish !== null)
          ({ text: piece, calls } = splitCalls(held[row] ?? ""));
      }
      const reported = top !== null && token !== null;
      if (piece === "" && finish === null && !reported) return null;
      const called = calls.length > 0;
      return {
        index: row,
        delta: {
          ...(piece !== "" && { content: piece }),
          ...(called && { tool_calls: calls }),
        },
        logprobs: reported ? content(tokenizer, [token]) : null,
        finish_reason: called && finish === "stop" ? "tool_calls" : finish,
      };
    },
  };
}
