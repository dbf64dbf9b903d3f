/** JSON over HTTP to a model server: few requests at a time, tried again where another try can help. */
import { randomInt } from "node:crypto";
import http from "node:http";
import https from "node:https";
import { InfrastructureError } from "../../error.js";
import { Slots } from "../../io/index.js";
import { WrongAnswer } from "./answers.js";

/** Options of `Client`. */
export interface ClientOptions {
  /** Sent as `Authorization: Bearer …`; default none. */
  token?: string;
  /** Most requests at a time; default 16. */
  concurrency?: number;
  /** Seconds that a request may take; default 600. */
  timeout?: number;
  /** Further tries after a failure that may pass (no connection, half an answer, 408, 429, 5xx); default 6. */
  retries?: number;
  /** Seconds before the second try, doubled each time up to 30, with jitter; default 0.5. */
  backoff?: number;
}

/** An answer of a server. */
export interface HttpAnswer {
  status: number;
  text: string;
  retryAfter: string | undefined;
}

/** Longest wait that a server may ask for, seconds. */
const LONGEST_WAIT = 600;

const PASSING: ReadonlySet<number> = new Set([408, 429, 500, 502, 503, 504]);

/** Seconds that a Retry-After header asks to wait: a number, or a date. */
function secondsOf(header: string | undefined): number {
  if (header === undefined) return 0;
  const seconds = Number(header);
  if (Number.isFinite(seconds)) return Math.max(0, seconds);
  const date = Date.parse(header);
  return Number.isNaN(date) ? 0 : Math.max(0, (date - Date.now()) / 1000);
}

/**
 * Asks one server.
 *
 * @example
 * const client = new Client("http://127.0.0.1:8392", { token: "secret" });
 * await client.ask("GET", "/v1/models");
 */
export class Client {
  /** Requests that were tried again. */
  retried = 0;
  /** Base URL, without `/v1` and without a slash at its end. */
  readonly url: string;
  private readonly agent: http.Agent;
  private readonly slots: Slots;
  private readonly options: Required<ClientOptions>;

  /** @throws RangeError the URL is none of http or https */
  constructor(
    url: string,
    {
      token = "",
      concurrency = 16,
      timeout = 600,
      retries = 6,
      backoff = 0.5,
    }: ClientOptions = {},
  ) {
    if (!/^https?:\/\/\S+$/.test(url) || !URL.canParse(url))
      throw new RangeError(
        `server: URL must begin with http:// or https://, got ${JSON.stringify(url)}`,
      );
    this.url = url.replace(/\/+$/, "").replace(/\/v1$/, "");
    const { Agent } = url.startsWith("https:") ? https : http;
    this.agent = new Agent({ keepAlive: true, maxSockets: concurrency });
    this.slots = new Slots(concurrency);
    this.options = { token, concurrency, timeout, retries, backoff };
  }

  /** Let go of the connections. */
  close(): void {
    this.agent.destroy();
  }

  /**
   * Ask, and again while that can help.
   *
   * @returns the status, and the body as JSON; a refusal (4xx) is returned, not thrown
   * @throws InfrastructureError no sound answer after all tries; names the server and what it did last
   */
  async ask(
    method: "GET" | "POST",
    path: string,
    body?: object,
  ): Promise<{ status: number; body: unknown; text: string }> {
    return this.slots.run(() => this.tries(method, path, body));
  }

  /**
   * What a reader makes of the body of an answer.
   *
   * @throws InfrastructureError a field is missing or wrong; names the server and the field
   */
  read<T>(body: unknown, reader: (body: unknown) => T): T {
    try {
      return reader(body);
    } catch (error) {
      if (!(error instanceof WrongAnswer)) throw error;
      throw new InfrastructureError(`server: ${this.url}: ${error.message}`, {
        cause: error,
      });
    }
  }

  private async tries(
    method: string,
    path: string,
    body: object | undefined,
  ): Promise<{ status: number; body: unknown; text: string }> {
    const { retries, backoff } = this.options;
    for (let attempt = 0; ; attempt++) {
      let why: string;
      let wait = 0;
      try {
        const answer = await this.once(method, path, body);
        const { status, text } = answer;
        if (!PASSING.has(status)) {
          const json = parse(text);
          if (json !== undefined || status >= 400)
            return { status, body: json, text };
          why = `no JSON: ${JSON.stringify(text.slice(0, 80))}`;
        } else why = `status ${status}: ${text.slice(0, 200)}`;
        wait = secondsOf(answer.retryAfter);
      } catch (error) {
        const { message, code } = error as NodeJS.ErrnoException;
        why = message === "" ? String(code) : message;
      }
      if (attempt >= retries || wait > LONGEST_WAIT)
        throw new InfrastructureError(
          `server: ${method} ${this.url}${path} must be answered, got ${why} (${attempt + 1} tries${wait > LONGEST_WAIT ? `; it asks to wait ${wait} s` : ""})`,
        );
      this.retried++;
      const pause = Math.min(30, backoff * 2 ** attempt);
      const jitter = 0.5 + randomInt(1000) / 2000;
      await sleep(Math.max(wait, pause * jitter));
    }
  }

  private once(
    method: string,
    path: string,
    body: object | undefined,
  ): Promise<HttpAnswer> {
    const { token, timeout } = this.options;
    const { request } = this.url.startsWith("https:") ? https : http;
    const text = body === undefined ? undefined : JSON.stringify(body);
    return new Promise((resolve, reject) => {
      const headers = {
        ...(text !== undefined && {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(text),
        }),
        ...(token !== "" && { authorization: `Bearer ${token}` }),
      };
      const own = request(
        this.url + path,
        { method, headers, agent: this.agent },
        (response) => {
          const chunks: Buffer[] = [];
          response.on("data", (chunk: Buffer) => chunks.push(chunk));
          response.on("error", reject);
          response.on("end", () =>
            resolve({
              status: response.statusCode ?? 0,
              text: Buffer.concat(chunks).toString("utf8"),
              retryAfter: response.headers["retry-after"],
            }),
          );
        },
      );
      const timer = setTimeout(
        () => own.destroy(new Error(`no answer within ${timeout} s`)),
        timeout * 1000,
      );
      own.on("error", reject);
      own.on("close", () => clearTimeout(timer));
      own.end(text);
    });
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function sleep(seconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, seconds * 1000));
}
