/**
 * A process that stands between a client and a server of models, and fails when it is told to.
 *
 * Usage: node faultyServer.mjs PORT TARGET, with lines {fault, after} on its input: after so many requests for completions every further
 * one meets the fault. It answers each line, and its start, by a line.
 */
import http from "node:http";
import { createInterface } from "node:readline";

const [port, target] = [Number(process.argv[2]), process.argv[3]];
let told = { fault: "none", after: 0 };
let asked = 0;

/** What happens to a request for completions, in place of an answer or to the text of a sound one. */
const FAULTS = {
  exit: () => process.exit(1),
  hang: () => undefined,
  storm500: (response) => response.writeHead(500).end("out of memory"),
  storm429: (response) => response.writeHead(429).end("too many requests"),
  html: (response) => response.end("<html>busy</html>"),
  half(response) {
    response.writeHead(200, { "content-length": "900" });
    response.write('{"choices": [', () => response.destroy());
  },
};
const DAMAGES = {
  // As Python's json writes what is no number.
  nan: (text) => text.replace(/("token_logprobs":\s*\[)[-\d.e]+/, "$1NaN"),
  null: (text) => text.replace(/("token_logprobs":\s*\[)[-\d.e]+/, "$1null"),
  unfinished: (text) => text.replace(/"finish_reason":\s*"\w+"/, '"other":1'),
};

function damaged(text) {
  const changed = DAMAGES[told.fault](text);
  if (changed === text) throw new Error(`nothing to damage in ${text}`);
  return changed;
}

http
  .createServer((request, response) => {
    const isAsked = request.url === "/v1/completions";
    const isHit = isAsked && asked >= told.after && told.fault !== "none";
    if (isAsked) asked++;
    const fault = isHit ? FAULTS[told.fault] : undefined;
    if (fault) {
      // Once all of the request is read, so that closing throws nothing away that was sent.
      request.resume().on("end", () => fault(response));
      return;
    }
    const { method, url, headers } = request;
    const own = http.request(target + url, { method, headers }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => {
        const text = Buffer.concat(chunks).toString();
        response.writeHead(answer.statusCode, {
          "content-type": "application/json",
        });
        response.end(isHit ? damaged(text) : text);
      });
    });
    own.on("error", () => response.destroy());
    request.pipe(own);
  })
  .listen(port, "127.0.0.1", function () {
    console.log(this.address().port);
  });

createInterface({ input: process.stdin }).on("line", (line) => {
  [told, asked] = [JSON.parse(line), 0];
  console.log("told");
});
