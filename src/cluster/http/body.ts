/** JSON bodies of HTTP requests, read with a limit, and JSON answers. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { M2rlError } from "../../error.js";
import { parseJson } from "../../io/index.js";

/** A request that is refused before any work: the status, and one line that says why. */
export class RefusedError extends M2rlError {
  override name = "RefusedError";

  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * The JSON value of a request's body.
 *
 * @param limit  most bytes
 * @throws RefusedError 413 the body is larger · 400 it is no JSON, or was broken off
 */
export function readJson(
  request: IncomingMessage,
  limit: number,
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > limit) {
        request.removeAllListeners("data").resume();
        reject(new RefusedError(413, `body must be at most ${limit} bytes`));
      } else chunks.push(chunk);
    });
    request.on("error", () => reject(new RefusedError(400, "body broke off")));
    request.on("end", () => {
      try {
        const text = Buffer.concat(chunks).toString("utf8");
        const failure = (why: string): RefusedError =>
          new RefusedError(400, why);
        resolve(parseJson(text, "body", { bytes: limit }, failure));
      } catch (error) {
        reject(error as RefusedError);
      }
    });
  });
}

/** Answer with JSON. */
export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(text),
    ...headers,
  });
  response.end(text);
}
