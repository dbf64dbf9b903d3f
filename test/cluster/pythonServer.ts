/** A server of models that others wrote, started on a free port by a Python that is named. */
import { spawn } from "node:child_process";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "../freePort.js";

/** A server that answers. */
export interface PythonServer {
  url: string;
  /** End it, with the processes that it started. */
  end(): void;
}

function isUp(url: string): Promise<boolean> {
  return fetch(`${url}/health`).then(
    (answer) => answer.ok,
    () => false,
  );
}

/**
 * Start a server, without a network, in a process group of its own, and wait until its `/health` answers.
 *
 * @param args  of Python, before host and port
 * @param env   beside the variables of this process
 * @throws Error it ended instead; with the last that it said
 */
export async function startPythonServer(
  python: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<PythonServer> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    python,
    [...args, "--host", "127.0.0.1", "--port", String(port)],
    {
      stdio: ["ignore", "ignore", "pipe"],
      detached: true,
      env: { ...process.env, HF_HUB_OFFLINE: "1", ...env },
    },
  );
  let said = "";
  child.stderr.on("data", (part: Buffer) => {
    said = (said + part.toString()).slice(-2000);
  });
  const hasEnded = (): boolean =>
    child.exitCode !== null || child.signalCode !== null;
  const end = (): void => {
    if (!hasEnded()) process.kill(-child.pid!, "SIGKILL");
  };
  // Also where the test has long given up waiting.
  process.once("exit", end);
  while (!(await isUp(url))) {
    if (hasEnded())
      throw new Error(
        `${python} ${args.join(" ")} ended with ${child.exitCode ?? child.signalCode}: ${said}`,
      );
    await wait(500);
  }
  return { url, end };
}
