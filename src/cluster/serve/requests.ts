/** Bodies of requests for completions and chats, read and checked. */
import {
  readMessage,
  type FolderChat,
  type ForeignMessage,
  type Tokenizer,
  type Tool,
} from "../../tokenizer/index.js";
import { ApiError, refuse } from "./apiError.js";
import { booleanField, integerField, isIds, type Fields } from "./fields.js";
import {
  checkFields,
  MAX_CHOICES,
  MAX_TOP,
  readSampling,
  type Sampling,
} from "./sampling.js";

/** What is needed to read requests for a model. */
export interface Reader {
  tokenizer: Tokenizer;
  /** How chats are put to the model, and which tokens end an answer by themselves. */
  chat: FolderChat;
  /** Number of tokens that the model knows. */
  vocabulary: number;
  /** Most tokens of prompt and completion together. */
  maxPositions: number;
}

/** A request for completions or a chat. */
export interface ModelRequest {
  /** Tokens of each prompt. */
  prompts: number[][];
  sampling: Sampling;
  /** 0: nothing is sampled. */
  maxTokens: number;
  /** Alternatives to report beside each sampled token; null: no log-probabilities. */
  top: number | null;
  /** Whether the prompt is part of the text and of the log-probabilities. */
  echo: boolean;
  /** Alternatives to report beside each token of the prompt; null: no `prompt_logprobs`. */
  promptTop: number | null;
  /** Whether calls of tools are to be read from the text. */
  tools: boolean;
}

/** One prompt or several, each as text or as tokens. */
function readPrompts(value: unknown, reader: Reader): number[][] {
  const { tokenizer, vocabulary } = reader;
  const one = typeof value === "string" || isIds(value, vocabulary);
  const prompts: unknown[] = one || !Array.isArray(value) ? [value] : value;
  return prompts.map((prompt) => {
    if (typeof prompt === "string") return tokenizer.encode(prompt);
    if (isIds(prompt, vocabulary)) return prompt;
    return refuse(
      "prompt",
      `must be a text, a list of token ids below ${vocabulary}, or a list of such`,
      prompt,
    );
  });
}

function checkLengths(request: ModelRequest, { maxPositions }: Reader): void {
  const { prompts, maxTokens, sampling } = request;
  const choices = prompts.length * sampling.n;
  if (prompts.length === 0 || choices > MAX_CHOICES)
    refuse("n", `times prompts must be 1 to ${MAX_CHOICES}`, choices);
  const most = maxTokens === 0 ? maxPositions : maxPositions - 1;
  for (const { length } of prompts)
    if (length < 1 || length > most)
      throw new ApiError(
        400,
        `prompt must have 1 to ${most} tokens, since the model has ${maxPositions} positions, got ${length}`,
        "prompt",
        length < 1 ? "invalid_value" : "context_length_exceeded",
      );
}

/**
 * Read the body of a request for completions.
 *
 * @throws ApiError 400 a field is wrong or not supported; names it
 */
export function readCompletionRequest(
  body: Fields,
  reader: Reader,
): ModelRequest {
  checkFields(body, ["prompt", "logprobs", "echo", "prompt_logprobs"]);
  const sampling = readSampling(body, reader.vocabulary);
  sampling.stopIds.push(...reader.chat.ends);
  const top = { min: 0, max: MAX_TOP };
  const request: ModelRequest = {
    prompts: readPrompts(body["prompt"], reader),
    sampling,
    maxTokens: integerField(body, "max_tokens", { min: 0, max: 2 ** 31 }) ?? 16,
    top: integerField(body, "logprobs", top) ?? null,
    echo: booleanField(body, "echo"),
    promptTop: integerField(body, "prompt_logprobs", top) ?? null,
    tools: false,
  };
  if (sampling.stream && (request.echo || request.promptTop !== null))
    refuse("stream", "must be false with echo or prompt_logprobs", true);
  if (request.maxTokens === 0 && sampling.stream)
    refuse("max_tokens", "must be at least 1 in a stream", 0);
  checkLengths(request, reader);
  return request;
}

function readTools(body: Fields): Tool[] {
  const given = body["tools"] ?? [];
  if (!Array.isArray(given)) return refuse("tools", "must be a list", given);
  return given.map((tool: unknown) => {
    const inner = (tool as { function?: Partial<Tool> } | null)?.function;
    if (typeof inner?.name !== "string")
      return refuse("tools", "must be functions with names", tool);
    const { name, description = "", parameters = {} } = inner;
    return { name, description, parameters };
  });
}

function renderRequest(body: Fields, { chat: form }: Reader): string {
  const messages = body["messages"];
  if (!Array.isArray(messages) || messages.length === 0)
    return refuse("messages", "must be a list with a message", messages);
  const chat = messages.map((message: unknown, i) =>
    readMessage(message as ForeignMessage, "messages", i),
  );
  const options = { tools: readTools(body), addGenerationPrompt: true };
  return form.render(chat, options);
}

/**
 * Read the body of a request for a chat. Without a limit the answer may fill the model's positions.
 *
 * @throws ApiError 400 a field is wrong or not supported; names it · TokenizerError a message is not understood
 */
export function readChatRequest(body: Fields, reader: Reader): ModelRequest {
  checkFields(body, [
    ...["messages", "tools", "logprobs", "top_logprobs"],
    "max_completion_tokens",
  ]);
  const sampling = readSampling(body, reader.vocabulary);
  sampling.stopIds.push(...reader.chat.ends);
  const limit = { min: 1, max: 2 ** 31 };
  const tops = integerField(body, "top_logprobs", { min: 0, max: MAX_TOP });
  const wanted = booleanField(body, "logprobs");
  if (tops !== undefined && !wanted)
    refuse("top_logprobs", "must come with logprobs: true", tops);
  const request: ModelRequest = {
    prompts: [reader.tokenizer.encode(renderRequest(body, reader))],
    sampling,
    maxTokens:
      integerField(body, "max_completion_tokens", limit) ??
      integerField(body, "max_tokens", limit) ??
      reader.maxPositions,
    top: wanted ? (tops ?? 0) : null,
    echo: false,
    promptTop: null,
    tools: Array.isArray(body["tools"]) && body["tools"].length > 0,
  };
  checkLengths(request, reader);
  return request;
}
