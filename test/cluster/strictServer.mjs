/**
 * A process that plays a server of models: it samples by defaults of its own where a request leaves them out, as vLLM does, or
 * refuses what OpenAI has not.
 *
 * Usage: node strictServer.mjs defaults|strict; it prints its port, and each request for an answer as a line of JSON.
 */
import http from "node:http";

const isStrict = process.argv[2] === "strict";
/** What a model folder wants. */
const DEFAULTS = { top_k: 1, min_p: 0.5, repetition_penalty: 4 };
const OPENAI = new Set([
  ...["model", "prompt", "messages", "n", "temperature", "top_p", "seed"],
  ...["max_tokens", "stop", "logprobs", "tools"],
  ...["presence_penalty", "frequency_penalty"],
]);

/** Its choices: one and the same where top_k leaves no other, else by seed and number. */
function choicesOf(body, isChat) {
  const { top_k, repetition_penalty } = { ...DEFAULTS, ...body };
  const isFree = isStrict || (top_k < 1 && repetition_penalty === 1);
  return Array.from({ length: body.n ?? 1 }, (_, index) => {
    const text = isFree ? `answer ${body.seed} ${index}` : "the same";
    const said = isChat ? { message: { content: text } } : { text };
    return { index, ...said, finish_reason: "stop" };
  });
}

function answer(url, text) {
  if (url === "/v1/models") return [200, { data: [{ id: "m" }] }];
  if (!/^\/v1\/(chat\/)?completions$/.test(url)) return [404, {}];
  const body = JSON.parse(text);
  console.log(text);
  const unknown = Object.keys(body).find((key) => !OPENAI.has(key));
  if (isStrict && unknown !== undefined)
    return [400, { error: { message: `unknown field ${unknown}` } }];
  const usage = { prompt_tokens: 1, completion_tokens: 1 };
  return [200, { choices: choicesOf(body, url.includes("chat")), usage }];
}

http
  .createServer((request, response) => {
    let text = "";
    request.on("data", (chunk) => (text += chunk));
    request.on("end", () => {
      const [status, body] = answer(request.url, text);
      response.writeHead(status).end(JSON.stringify(body));
    });
  })
  .listen(0, "127.0.0.1", function () {
    console.log(this.address().port);
  });
