/** The stand-in for `request` through which danfojs-node reads remote files. */
import { createServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import type { Readable } from "node:stream";
import { expect, test } from "vitest";

const request = createRequire(import.meta.url)("request") as {
  get(url: string): Readable;
};

test("request.get(url) streams a body, tells its status, and fails where nothing answers", async () => {
  const server = createServer((_, response) => {
    response.writeHead(200).end("a,b\n1,2\n");
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const body = request.get(url);
  const status = new Promise((done) =>
    body.once("response", ({ statusCode }: { statusCode: number }) =>
      done(statusCode),
    ),
  );
  expect(await text(body)).toBe("a,b\n1,2\n");
  expect(await status).toBe(200);
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
  await expect(text(request.get(url))).rejects.toThrow();
});
