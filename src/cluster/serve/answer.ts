/** From a request that was read to its answer: decoded, and written whole or as server-sent events. */
import type { ServerResponse } from "node:http";
import { sendJson } from "../http/body.js";
import { apiError } from "./apiError.js";
import {
  decode,
  scorePrompt,
  type Delta,
  type ScoredToken,
  type Served,
} from "./decode.js";
import type { Choice, Form } from "./forms.js";
import type { ModelRequest } from "./requests.js";

/** Tokens of a request and its answer. */
export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** An answer under way. */
export interface Answering {
  served: Served;
  /** Name of the model, as answers give it. */
  model: string;
  request: ModelRequest;
  form: Form;
  response: ServerResponse;
  /** Aborted when nobody waits for the answer any more. */
  signal: AbortSignal;
}

const usageOf = (prompt: number, completion: number): Usage => ({
  prompt_tokens: prompt,
  completion_tokens: completion,
  total_tokens: prompt + completion,
});

/** Answer a request; returns its usage. */
export async function answer(answering: Answering): Promise<Usage> {
  return answering.request.sampling.stream
    ? await answerInPieces(answering)
    : await answerWhole(answering);
}

/** Decode each prompt n times: row p · n + i is choice i of prompt p, and its stream does not depend on anything else. */
function decodeRequest(
  { served, request, signal }: Answering,
  onDelta: (delta: Delta) => void,
): Promise<void> {
  const { prompts, sampling, maxTokens, top } = request;
  const rows = prompts.flatMap((prompt, p) =>
    Array.from({ length: sampling.n }, (_, i) => ({
      prompt,
      stream: `serve/${p}/${i}`,
    })),
  );
  return decode(
    served,
    {
      prompts: rows.map(({ prompt }) => prompt),
      streams: rows.map(({ stream }) => stream),
      ...{ maxTokens, sampling, top },
    },
    onDelta,
    signal,
  );
}

async function answerWhole(answering: Answering): Promise<Usage> {
  const { served, request, form, response, model, signal } = answering;
  const { prompts, sampling, echo, top, promptTop, maxTokens } = request;
  const scored = (echo && top !== null) || promptTop !== null;
  const promptTokens = prompts.map((prompt): (ScoredToken | null)[] =>
    scored
      ? scorePrompt(served, prompt, Math.max(top ?? 0, promptTop ?? 0))
      : [],
  );
  signal.throwIfAborted();
  const choices = prompts.flatMap((prompt, p) =>
    Array.from({ length: sampling.n }, (_, i) => ({
      index: p * sampling.n + i,
      ...{ prompt, promptTokens: promptTokens[p]! },
      tokens: [] as ScoredToken[],
      text: "",
      finish: "length" as Choice["finish"],
    })),
  );
  if (maxTokens > 0)
    await decodeRequest(answering, ({ row, token, text, finish }) => {
      const choice = choices[row]!;
      if (token !== null) choice.tokens.push(token);
      choice.text += text;
      choice.finish = finish ?? choice.finish;
    });
  const usage = usageOf(
    prompts.reduce((sum, { length }) => sum + length, 0),
    choices.reduce((sum, { tokens }) => sum + tokens.length, 0),
  );
  sendJson(response, 200, {
    ...head(form, form.object, model),
    choices: choices.map(form.choice),
    usage,
  });
  return usage;
}

function head(form: Form, object: string, model: string): object {
  const created = Math.floor(Date.now() / 1000);
  return { id: form.id, object, created, model };
}

async function answerInPieces(answering: Answering): Promise<Usage> {
  const { request, form, response, model } = answering;
  const { prompts, sampling } = request;
  const begin = head(form, form.piece, model);
  const event = (data: object): void =>
    void response.write(`data: ${JSON.stringify(data)}\n\n`);
  const send = (choice: object | null): void => {
    if (choice !== null) event({ ...begin, choices: [choice] });
  };
  response.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-cache",
  });
  for (let row = 0; row < prompts.length * sampling.n; row++)
    send(form.opening(row));
  let tokens = 0;
  const usage = (): Usage =>
    usageOf(
      prompts.reduce((sum, { length }) => sum + length, 0),
      tokens,
    );
  try {
    await decodeRequest(answering, (delta) => {
      if (delta.token !== null) tokens++;
      send(form.delta(delta));
    });
    if (sampling.includeUsage) event({ ...begin, choices: [], usage: usage() });
    response.write("data: [DONE]\n\n");
  } catch (error) {
    // The status is sent already: a stream says in an event that it broke, and never that it is done.
    event(apiError(error as Error).body);
  }
  response.end();
  return usage();
}
