/** A model of ours behind OpenAI's protocol, for any client that speaks it. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { basename, resolve } from "node:path";
import { hashModel } from "../../checkpoint/index.js";
import { Slots } from "../../io/index.js";
import { toolName } from "../../toolName.js";
import { loadPolicy } from "../../model/index.js";
import { readFolderChat } from "../../tokenizer/index.js";
import { readJson, sendJson } from "../http/body.js";
import { checkToken, listen } from "../http/listen.js";
import { Metrics } from "../http/metrics.js";
import { answer } from "./answer.js";
import { ApiError, apiError } from "./apiError.js";
import type { Served } from "./decode.js";
import { fieldsOf } from "./fields.js";
import { chatForm, completionForm } from "./forms.js";
import {
  readChatRequest,
  readCompletionRequest,
  type Reader,
} from "./requests.js";

/** Options of `startModelServer`. */
export interface ModelServerOptions {
  /** Default 127.0.0.1. */
  host?: string;
  /** Default 0: a free port. */
  port?: number;
  /** Name of the model; default that of its folder. */
  name?: string;
  /** What requests must carry as `Authorization: Bearer …`; default none. */
  token?: string;
  /** Most bytes of a body; default 4 MiB. */
  bodyLimit?: number;
  /** Most requests that may wait; beyond it they are answered 503 with Retry-After; default 256. */
  queueLimit?: number;
}

/** A running server. */
export interface ModelServer {
  /** `http://host:port`; clients call what lies under `/v1` of it. */
  url: string;
  /** Name of the model. */
  name: string;
  /** Take no new request, answer those that are under way, end. */
  close(): Promise<void>;
}

/** Paths that are asked by POST. */
const ASKED = new Set(["/v1/completions", "/v1/chat/completions"]);

class Service {
  private ending = false;
  private readonly queue = new Slots(1);
  private readonly metrics = new Metrics({
    m2rl_pending_requests: () => this.queue.pending,
  });
  private readonly started = Math.floor(Date.now() / 1000);

  constructor(
    private readonly served: Served,
    private readonly reader: Reader,
    private readonly identity: { name: string; hash: string },
    private readonly limits: {
      token: string;
      bodyLimit: number;
      queueLimit: number;
    },
  ) {}

  /** From now on `/healthz` says that the server is about to end. */
  end(): void {
    this.ending = true;
  }

  async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const start = performance.now();
    const path = (request.url ?? "/").split("?")[0]!;
    try {
      await this.route(request, response, path);
    } catch (error) {
      const { status, body } = apiError(error as Error);
      const again = status === 503 ? { "retry-after": "1" } : undefined;
      if (!response.headersSent && !response.destroyed)
        sendJson(response, status, body, again);
    }
    this.metrics.observe((performance.now() - start) / 1000);
    this.metrics.add("m2rl_requests_total", {
      path: ASKED.has(path) ? path : "other",
      status: String(response.statusCode),
    });
  }

  private async route(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    if (path === "/healthz" || path === "/health")
      return sendJson(response, this.ending ? 503 : 200, {
        status: this.ending ? "ending" : "ok",
      });
    checkToken(request, this.limits.token);
    if (path === "/metrics") {
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
      response.end(this.metrics.text());
      return;
    }
    if (path === "/version")
      return sendJson(response, 200, { version: toolName().split(" ")[1] });
    if (path === "/v1/models")
      return sendJson(response, 200, { object: "list", data: [this.card()] });
    if (path === `/v1/models/${encodeURIComponent(this.identity.name)}`)
      return sendJson(response, 200, this.card());
    if (!ASKED.has(path))
      throw new ApiError(404, `no such path; known: ${PATHS.join(", ")}`);
    if (request.method !== "POST")
      throw new ApiError(405, `${path} must be asked by POST`);
    const body = fieldsOf(await readJson(request, this.limits.bodyLimit));
    await this.answer(body, response, path === "/v1/chat/completions");
  }

  /** The model as `/v1/models` lists it; `root` is its hash, by which records know it again. */
  private card(): object {
    return {
      id: this.identity.name,
      object: "model",
      created: this.started,
      owned_by: "m2rl",
      root: this.identity.hash,
      max_model_len: this.reader.maxPositions,
    };
  }

  private async answer(
    body: Readonly<Record<string, unknown>>,
    response: ServerResponse,
    isChat: boolean,
  ): Promise<void> {
    const { name } = this.identity;
    if (body["model"] !== name)
      throw new ApiError(
        404,
        `model must be ${JSON.stringify(name)}, got ${JSON.stringify(body["model"])}`,
        "model",
        "model_not_found",
      );
    const read = isChat ? readChatRequest : readCompletionRequest;
    const request = read(body, this.reader);
    if (this.queue.pending >= this.limits.queueLimit)
      throw new ApiError(
        503,
        `${this.queue.pending} requests wait and at most ${this.limits.queueLimit} may; ask later`,
      );
    const gone = new AbortController();
    response.once("close", () => gone.abort(new Error("the client left")));
    const form = (isChat ? chatForm : completionForm)(
      this.served.tokenizer,
      request,
    );
    const usage = await this.queue.run(() => {
      gone.signal.throwIfAborted();
      const { served } = this;
      const { signal } = gone;
      return answer({ served, model: name, request, form, response, signal });
    });
    this.metrics.add("m2rl_prompt_tokens_total", {}, usage.prompt_tokens);
    this.metrics.add("m2rl_sampled_tokens_total", {}, usage.completion_tokens);
  }
}

const PATHS = [...["/v1/models", ...ASKED, "/version", "/metrics", "/healthz"]];

/**
 * Serve a model folder.
 *
 * Requests are decoded one after another, the choices of a request together, so that a seed gives the same answer whatever else is
 * asked at the time. Log-probabilities of sampled tokens are those under the temperature, before any nucleus; those of a prompt are at
 * temperature 1. A field that the server does not have is refused, never ignored.
 *
 * @param folder  model folder
 * @throws CheckpointError · TokenizerError the folder is broken · Error the port is taken
 * @example
 * const server = await startModelServer("data/nano/base");
 * await fetch(`${server.url}/v1/completions`, { method: "POST", body: JSON.stringify({ model: "base", prompt: "1+1=" }) });
 * await server.close();
 */
export async function startModelServer(
  folder: string,
  {
    host = "127.0.0.1",
    port = 0,
    name = basename(resolve(folder)),
    token = "",
    bodyLimit = 4 * 2 ** 20,
    queueLimit = 256,
  }: ModelServerOptions = {},
): Promise<ModelServer> {
  const served = loadPolicy(folder);
  const { policy, tokenizer } = served;
  const reader: Reader = {
    tokenizer,
    chat: readFolderChat(folder, tokenizer),
    vocabulary: tokenizer.size,
    maxPositions: policy.config.maxPositions,
  };
  const service = new Service(
    served,
    reader,
    { name, hash: hashModel(folder) },
    { token, bodyLimit, queueLimit },
  );
  const { url, close } = await listen(
    (request, response) => service.handle(request, response),
    { port, host },
  ).catch((error: Error) => {
    policy.dispose();
    throw error;
  });
  return {
    url,
    name,
    close: async () => {
      service.end();
      await close();
      policy.dispose();
    },
  };
}
