/** A process that answers requests: JSON lines in, JSON lines out. */
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";

/**
 * Start one side of a benchmark.
 *
 * @param name  how errors call it
 * @returns `ask(request)`, which resolves to the answer and rejects when the process ends without one · `quit()`
 */
export function startSide(name, program, args, env = {}) {
  const child = spawn(program, args, {
    env: { ...process.env, ...env },
    stdio: ["pipe", "pipe", "pipe"],
  });
  let errors = "";
  child.stderr.on("data", (part) => (errors = (errors + part).slice(-4000)));
  let waiting;
  const ended = new Promise((resolve) => {
    const end = (reason) => {
      waiting?.reject(
        new Error(`${name} ended (${reason}) without an answer:\n${errors}`),
      );
      waiting = undefined;
      resolve();
    };
    child.on("error", (error) => end(error.message));
    child.on("close", (code) => end(`exit code ${code}`));
  });
  child.stdin.on("error", () => {}); // the end of the process says more
  createInterface({ input: child.stdout }).on("line", (line) => {
    waiting?.resolve(JSON.parse(line));
    waiting = undefined;
  });
  const send = (request) => child.stdin.write(`${JSON.stringify(request)}\n`);
  return {
    ask(request) {
      return new Promise((resolve, reject) => {
        waiting = { resolve, reject };
        if (child.exitCode !== null)
          reject(new Error(`${name} has ended:\n${errors}`));
        else send(request);
      });
    },
    async quit() {
      if (child.exitCode === null) send({ kind: "quit" });
      await ended;
    },
  };
}
