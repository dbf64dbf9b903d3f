/** An HTTP server that ends gracefully, and the bearer token that its requests must carry. */
import { timingSafeEqual } from "node:crypto";
import {
  createServer,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { AddressInfo } from "node:net";
import { RefusedError } from "./body.js";

/** Where a server listens. */
export interface Address {
  /** 0: a free port. */
  port: number;
  host: string;
}

/** A server that listens. */
export interface Listening {
  /** `http://host:port`. */
  url: string;
  /** Take no new request, answer those that are under way, end. */
  close(): Promise<void>;
}

/**
 * Listen at an address.
 *
 * @param handle  answers a request, whatever it is
 * @throws Error the port is taken
 * @example
 * const { url, close } = await listen(async (request, response) => { response.end("ok"); }, { port: 0, host: "127.0.0.1" });
 */
export async function listen(
  handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>,
  { port, host }: Address,
): Promise<Listening> {
  let ending = false;
  const server = createServer((request, response) => {
    // A connection that is kept open for more requests must not hold up the end.
    response.once("finish", () => {
      if (ending) request.socket.end();
    });
    void handle(request, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, resolve);
  });
  const { port: own } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(":") ? `[${host}]` : host}:${own}`,
    close: async () => {
      ending = true;
      const closed = new Promise<void>((done) => server.close(() => done()));
      server.closeIdleConnections();
      await closed;
    },
  };
}

/**
 * Refuse a request without the token.
 *
 * @param token  what must stand behind `Authorization: Bearer`; "" asks for none
 * @throws RefusedError 401 it is missing or another
 */
export function checkToken(request: IncomingMessage, token: string): void {
  if (token === "") return;
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    throw new RefusedError(401, "the bearer token is missing or wrong");
}
