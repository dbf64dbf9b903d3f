#!/usr/bin/env node
// Plays the head of a Ray cluster as a real process: takes jobs, does the first stage of each by `m2rl stage`, and never says that it ended.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";

const [port, mode] = process.argv.slice(2);
const jobs = new Set();

/** The first stage of a job's graph that waits for none. */
function work(entrypoint) {
  const file = /'([^']*graph\.json)'/.exec(entrypoint)[1];
  const { command, study, profile, stages } = JSON.parse(
    readFileSync(file, "utf8"),
  );
  const first = stages.find(({ after }) => after.length === 0);
  const [program, ...args] = command;
  // A stage ends when its standard input does, so that stays open.
  spawn(program, [...args, "stage", study, first.id, "--profile", profile], {
    stdio: ["pipe", "ignore", "ignore"],
  });
}

const server = createServer((request, response) => {
  let body = "";
  request.on("data", (chunk) => (body += chunk));
  request.on("end", () => {
    const path = `${request.method} ${request.url}`;
    const id = request.url.split("/")[3];
    if (path === "GET /api/version") response.end('{"version":"4"}');
    else if (path === "POST /api/jobs/") {
      const { submission_id, entrypoint } = JSON.parse(body);
      jobs.add(submission_id);
      response.end("{}");
      if (mode === "works") work(entrypoint);
    } else if (!jobs.has(id)) response.writeHead(404).end("{}");
    else {
      const status = mode === "works" ? "RUNNING" : "STOPPED";
      response.end(JSON.stringify({ status, message: "" }));
    }
  });
});
server.listen(Number(port), "127.0.0.1", () => console.log("up"));
