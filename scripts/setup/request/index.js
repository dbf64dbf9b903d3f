/** The part of the package `request` that danfojs-node uses, on Node's own fetch: reading a remote file as a stream. */
"use strict";
const { PassThrough, Readable, pipeline } = require("node:stream");

/**
 * Fetch `url`.
 *
 * @param options  url, method (default GET) and headers
 * @returns the body as a stream; "response" carries statusCode and statusMessage, "error" what went wrong
 */
function request({ url, method, headers }) {
  const body = new PassThrough();
  fetch(url, { method, headers }).then(
    (response) => {
      const { status, statusText } = response;
      body.emit("response", { statusCode: status, statusMessage: statusText });
      if (response.body === null) body.end();
      // An error of the source destroys `body`, which says so itself.
      else pipeline(Readable.fromWeb(response.body), body, () => {});
    },
    (error) => body.destroy(error),
  );
  return body;
}

request.get = (url) => request({ url });

module.exports = request;
