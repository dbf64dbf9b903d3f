/** The live page: a read-only server on loopback, and the events that tell a page when something changed. */
import { randomBytes, timingSafeEqual } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { RefusedError, sendJson } from "../../cluster/http/body.js";
import { listen } from "../../cluster/http/listen.js";
import { Resources } from "../data/resources.js";
import { ASSETS, asset, pageHtml, POLICY } from "./page.js";
import { QUESTIONS } from "./questions.js";

/** Options of `startView`. */
export interface ViewOptions {
  /** A profile of the study, default "quick". */
  profile?: string;
  /** Default 127.0.0.1: this machine alone. */
  host?: string;
  /** Default 0: a free port. */
  port?: number;
  /** What the address must carry; default a random one. */
  token?: string;
  /** Files of `m2rl diff --json` that the page "Weights" shows too. */
  reports?: readonly string[];
  /** Milliseconds between two looks at the files, default 1000. */
  every?: number;
}

/** A page that is being served. */
export interface View {
  /** Where to open it, with its token. */
  url: string;
  /** End: pages that are open are told nothing more. */
  close(): Promise<void>;
}

const HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `${POLICY}; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};

function equal(given: string, wanted: string): boolean {
  const a = Buffer.from(given);
  const b = Buffer.from(wanted);
  return a.length === b.length && timingSafeEqual(a, b);
}

class Service {
  private readonly listeners = new Set<ServerResponse>();
  private readonly timer: NodeJS.Timeout;
  private before: ReturnType<Resources["signature"]>;
  /** Name of the cookie: cookies of one host are shared by all of its ports. */
  cookie = "m2rl-view";

  constructor(
    private readonly resources: Resources,
    private readonly token: string,
    every: number,
  ) {
    this.before = resources.signature();
    this.timer = setInterval(() => this.tell(), every);
  }

  /** Answer a request, whatever it is. */
  handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    for (const [name, value] of Object.entries(HEADERS))
      response.setHeader(name, value);
    try {
      this.route(request, response);
    } catch (error) {
      const status = error instanceof RefusedError ? error.status : 500;
      sendJson(response, status, { error: (error as Error).message });
    }
    return Promise.resolve();
  }

  end(): void {
    clearInterval(this.timer);
    for (const listener of this.listeners) listener.end();
  }

  private route(request: IncomingMessage, response: ServerResponse): void {
    if (request.method !== "GET" && request.method !== "HEAD")
      throw new RefusedError(405, "this server only answers GET");
    const url = new URL(request.url ?? "/", "http://localhost");
    const path = url.pathname;
    if (path === "/" && equal(url.searchParams.get("token") ?? "", this.token))
      response.setHeader(
        "set-cookie",
        `${this.cookie}=${this.token}; HttpOnly; SameSite=Strict; Path=/`,
      );
    else this.check(request);
    if (path === "/")
      return this.send(
        response,
        "text/html; charset=utf-8",
        pageHtml(`${this.resources.study().name} · m2rl`, "live"),
      );
    const type = ASSETS[path.slice(1)];
    if (type !== undefined)
      return this.send(response, type, asset(path.slice(1)));
    if (path === "/events") return this.follow(response);
    const name = path.startsWith("/data/") ? path.slice(6) : "";
    if (!Object.hasOwn(QUESTIONS, name))
      throw new RefusedError(404, `no such page, got ${path}`);
    const answer = QUESTIONS[name]!(this.resources, url.searchParams);
    sendJson(response, 200, answer ?? null);
  }

  /** The token stands in the cookie that the first page set. */
  private check({ headers }: IncomingMessage): void {
    const cookies = (headers.cookie ?? "").split(/;\s*/);
    const own = cookies.find((each) => each.startsWith(`${this.cookie}=`));
    if (!equal(own?.slice(this.cookie.length + 1) ?? "", this.token))
      throw new RefusedError(
        403,
        "the token is missing or wrong; open the address that m2rl view printed",
      );
  }

  private send(
    response: ServerResponse,
    type: string,
    body: string | Buffer,
  ): void {
    response.writeHead(200, { "content-type": type });
    response.end(body);
  }

  private follow(response: ServerResponse): void {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(": open\n\n");
    this.listeners.add(response);
    response.on("close", () => this.listeners.delete(response));
  }

  /** Look at the files, and tell every open page what changed. */
  private tell(): void {
    if (this.listeners.size === 0) return;
    let now: ReturnType<Resources["signature"]>;
    try {
      now = this.resources.signature();
    } catch {
      // A folder that is away for a moment is looked at again.
      return;
    }
    const changed = (["study", "files"] as const).filter(
      (key) => now[key] !== this.before[key],
    );
    this.before = now;
    for (const listener of this.listeners)
      listener.write(
        changed.length > 0
          ? `event: change\ndata: ${JSON.stringify(changed)}\n\n`
          : ": still here\n\n",
      );
  }
}

/**
 * Serve a study as a page that follows what happens. Nothing that is asked changes a file.
 *
 * @param path  folder with a `study.yml`, or the file; or a folder of records of `m2rl evaluate --records`
 * @throws StudyError the study file is broken, or the folder holds neither · Error the port is taken
 * @example
 * const view = await startView("data/hard", { profile: "full" });
 * console.log(view.url);
 * await view.close();
 */
export async function startView(
  path: string,
  {
    profile,
    host = "127.0.0.1",
    port = 0,
    token = randomBytes(16).toString("hex"),
    every = 1000,
    reports,
  }: ViewOptions = {},
): Promise<View> {
  const resources = new Resources(path, { profile, isLive: true, reports });
  const service = new Service(resources, token, every);
  try {
    const { url, close } = await listen(
      (request, response) => service.handle(request, response),
      { port, host },
    );
    service.cookie = `m2rl-view-${new URL(url).port}`;
    return {
      url: `${url}/?token=${encodeURIComponent(token)}`,
      close: () => {
        service.end();
        return close();
      },
    };
  } catch (error) {
    service.end();
    throw error;
  }
}
