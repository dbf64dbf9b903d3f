/** The reward service: verifiers behind HTTP, for trainers that run elsewhere. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Verdict } from "../../domains/index.js";
import { TaskError } from "../../error.js";
import { readJson, RefusedError, sendJson } from "../http/body.js";
import { checkToken, listen } from "../http/listen.js";
import { Metrics } from "../http/metrics.js";
import { step, type RewardRow } from "./judge.js";
import { readRewardRequest } from "./protocol.js";
import { VerdictCache } from "./verdictCache.js";
import { VerifierPool } from "./verifierPool.js";
import type { Judged } from "./worker.js";

/** Options of `startRewardServer`. */
export interface RewardServerOptions {
  /** Default 127.0.0.1: whoever reaches the port can make this machine verify, which for programs means to run them in the sandbox. */
  host?: string;
  /** Default 0: a free port. */
  port?: number;
  /** Threads that verify; default 2. */
  workers?: number;
  /** What requests must carry as `Authorization: Bearer …`; default none. */
  token?: string;
  /** Most bytes of a body; default 16 MiB. */
  bodyLimit?: number;
  /** Most rows that may wait at a time; beyond it requests are answered 503 with Retry-After; default 20,000. */
  queueLimit?: number;
}

/** A running service. */
export interface RewardServer {
  /** `http://host:port`. */
  url: string;
  /** What `/metrics` answers. */
  metrics(): string;
  /** Take no new request, answer those that are under way, end. */
  close(): Promise<void>;
}

class Service {
  private pending = 0;
  private ending = false;
  private readonly pool: VerifierPool;
  private readonly cache: VerdictCache;
  readonly metrics = new Metrics({
    m2rl_pending_rows: () => this.pending,
    m2rl_cached_verdicts: () => this.cache.count,
  });

  constructor(
    private readonly options: Required<
      Omit<RewardServerOptions, "host" | "port">
    >,
  ) {
    this.pool = new VerifierPool({ workers: options.workers });
    this.cache = new VerdictCache();
  }

  /** Answer a request, whatever it is. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const started = performance.now();
    const path = (request.url ?? "/").split("?")[0]!;
    try {
      await this.route(request, response, path);
    } catch (error) {
      this.refuse(response, error as Error);
    }
    this.metrics.observe((performance.now() - started) / 1000);
    this.metrics.add("m2rl_requests_total", {
      path: PATHS.has(path) ? path : "other",
      status: String(response.statusCode),
    });
  }

  /** From now on `/healthz` says that the service is about to end. */
  end(): void {
    this.ending = true;
  }

  close(): Promise<void> {
    return this.pool.close();
  }

  private async route(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> {
    if (path === "/healthz" && request.method === "GET") {
      sendJson(response, this.ending ? 503 : 200, {
        status: this.ending ? "ending" : "ok",
      });
      return;
    }
    checkToken(request, this.options.token);
    if (path === "/metrics" && request.method === "GET") {
      response.writeHead(200, { "content-type": "text/plain; version=0.0.4" });
      response.end(this.metrics.text());
      return;
    }
    if (!PATHS.has(path))
      throw new RefusedError(
        404,
        `no such path; known: ${[...PATHS].join(", ")}`,
      );
    if (request.method !== "POST")
      throw new RefusedError(405, `${path} must be asked by POST`);
    const body = await readJson(request, this.options.bodyLimit);
    if (path === "/step") sendJson(response, 200, step(stepRow(body)));
    else await this.rewards(body, response, path === "/verdicts");
  }

  private async rewards(
    body: unknown,
    response: ServerResponse,
    whole: boolean,
  ): Promise<void> {
    const { rows, answer } = readRewardRequest(body);
    if (this.pending + rows.length > this.options.queueLimit)
      throw new RefusedError(
        503,
        `${this.pending} rows wait and at most ${this.options.queueLimit} may; send fewer rows, or later`,
      );
    this.pending += rows.length;
    try {
      const { results, known } = await this.cache.judge(rows, (fresh) =>
        this.pool.judge(fresh),
      );
      this.metrics.add("m2rl_known_rows_total", {}, known);
      const verdicts = this.verdicts(results);
      sendJson(response, 200, whole ? verdicts : answer(verdicts));
    } finally {
      this.pending -= rows.length;
    }
  }

  /** The verdicts, when every row has one; a request is answered whole or not at all. */
  private verdicts(results: readonly Judged[]): Verdict[] {
    return results.map((result, i) => {
      if ("verdict" in result) {
        this.metrics.add("m2rl_verdicts_total", {
          outcome: result.verdict.outcome,
        });
        return result.verdict;
      }
      this.metrics.add("m2rl_failures_total", { kind: result.failed });
      throw new RefusedError(
        result.failed === "label" ? 422 : 503,
        results.length === 1 ? result.message : `row ${i}: ${result.message}`,
      );
    });
  }

  private refuse(response: ServerResponse, error: Error): void {
    const status =
      error instanceof RefusedError
        ? error.status
        : error instanceof TaskError
          ? 422
          : 503;
    sendJson(
      response,
      status,
      { error: error.message },
      status === 503 ? { "retry-after": "1" } : {},
    );
  }
}

/** `/` and `/rewards` answer numbers, `/verdicts` whole verdicts, `/step` the next turn of an episode. */
const PATHS: ReadonlySet<string> = new Set([
  ...["/", "/rewards", "/verdicts", "/step", "/metrics", "/healthz"],
]);

function stepRow(body: unknown): RewardRow {
  const { rows } = readRewardRequest([body]);
  return rows[0]!;
}

/**
 * Start the reward service.
 *
 * A verifier's or sandbox's failure is answered 503 with Retry-After, a label that is not a task 422, and neither is ever a reward.
 * The same row asked twice is judged once.
 *
 * @throws Error the port is taken
 * @example
 * const server = await startRewardServer();
 * await fetch(`${server.url}/rewards`, { method: "POST", body: JSON.stringify({ prompt: task.prompt, response: "\\boxed{4}", label: task }) });
 * await server.close();
 */
export async function startRewardServer({
  host = "127.0.0.1",
  port = 0,
  workers = 2,
  token = "",
  bodyLimit = 16 * 2 ** 20,
  queueLimit = 20_000,
}: RewardServerOptions = {}): Promise<RewardServer> {
  const service = new Service({
    ...{ workers, token, bodyLimit, queueLimit },
  });
  const { url, close } = await listen(
    (request, response) => service.handle(request, response),
    { port, host },
  ).catch(async (error: Error) => {
    await service.close();
    throw error;
  });
  return {
    url,
    metrics: () => service.metrics.text(),
    close: async () => {
      service.end();
      await close();
      await service.close();
    },
  };
}
