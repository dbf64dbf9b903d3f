/** What servers answer, checked field by field: a field that is missing or wrong is the server's fault, never a wrong answer. */
import type { FinishReason } from "../../domains/index.js";

type Json = Record<string, unknown>;

/** One sampled choice. */
export interface ServerChoice {
  text: string;
  finish: FinishReason;
  /** Sampled ids; null where the server gives none. */
  ids: number[] | null;
  /** One number a sampled token; null where the server gives none. */
  logprobs: number[] | null;
}

/** Tokens that a server says it read and sampled. */
export interface ServerUsage {
  prompt: number;
  completion: number;
}

/** An answer that is not of the protocol; `Client.read` says which server gave it. */
export class WrongAnswer extends Error {
  override name = "WrongAnswer";
}

/** Blame an answer. */
export function wrongAnswer(what: string, got: unknown): never {
  const text = JSON.stringify(got) ?? "nothing";
  throw new WrongAnswer(
    `${what}, got ${text.length > 80 ? `${text.slice(0, 80)}…` : text}`,
  );
}

/** A value as an object. */
export function objectOf(value: unknown, what: string): Json {
  if (typeof value !== "object" || value === null || Array.isArray(value))
    return wrongAnswer(`${what} must be an object`, value);
  return value as Json;
}

function finishOf(value: unknown): FinishReason {
  if (value === "stop" || value === "length") return value;
  return wrongAnswer(`finish_reason must be "stop" or "length"`, value);
}

function numbersOf(value: unknown, what: string): number[] | null {
  if (value === undefined || value === null) return null;
  if (!Array.isArray(value) || !value.every((x) => Number.isFinite(x)))
    return wrongAnswer(`${what} must be finite numbers`, value);
  return value as number[];
}

/**
 * The choices of an answer of `/v1/completions`, in the order of their index.
 *
 * @throws WrongAnswer a field is missing or wrong
 */
export function readChoices(body: unknown): ServerChoice[] {
  const { choices } = objectOf(body, "answer");
  if (!Array.isArray(choices) || choices.length === 0)
    return wrongAnswer("choices must be a list", choices);
  return choices
    .map((choice: unknown) => objectOf(choice, "choice"))
    .sort((a, b) => Number(a["index"] ?? 0) - Number(b["index"] ?? 0))
    .map(({ text, finish_reason, token_ids, logprobs }) => ({
      text:
        typeof text === "string"
          ? text
          : wrongAnswer("choice must have a text", text),
      finish: finishOf(finish_reason),
      ids: numbersOf(token_ids, "token_ids"),
      logprobs: numbersOf(
        (logprobs as Json | null | undefined)?.["token_logprobs"],
        "token_logprobs",
      ),
    }));
}

/** The usage of an answer; zeros where the server gives none. */
export function readUsage(body: unknown): ServerUsage {
  const usage = (objectOf(body, "answer")["usage"] ?? {}) as Json;
  return {
    prompt: Number(usage["prompt_tokens"] ?? 0),
    completion: Number(usage["completion_tokens"] ?? 0),
  };
}

/**
 * Log-probabilities of given ids in an answer: `prompt_logprobs` by id as vLLM has them, or the columns of `echo`.
 *
 * @returns one number per token, 0 for the first; null where the answer has neither
 * @throws WrongAnswer they are not those of `ids`, or not finite
 */
export function readPromptLogprobs(
  body: unknown,
  ids: readonly number[],
): Float32Array | null {
  const { choices } = objectOf(body, "answer");
  const choice = objectOf((choices as unknown[] | undefined)?.[0], "choice");
  const byId = choice["prompt_logprobs"];
  const columns = (choice["logprobs"] as Json | null | undefined)?.[
    "token_logprobs"
  ];
  const given = Array.isArray(byId)
    ? ids.map((id, t) => (byId[t] as Json | null)?.[id] as Json | undefined)
    : null;
  const values: unknown =
    given?.map((entry) => entry?.["logprob"]) ??
    (Array.isArray(columns) && columns.length >= ids.length ? columns : null);
  if (!Array.isArray(values)) return null;
  return Float32Array.from(ids, (_, t) => {
    const value: unknown = values[t];
    if (t === 0) return 0;
    if (typeof value !== "number" || !Number.isFinite(value) || value > 1e-3)
      return wrongAnswer(`log-probability of token ${t} must be one`, value);
    return value;
  });
}
