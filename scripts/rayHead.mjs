/** A head of Ray on this machine, for scripts that need a cluster for a while. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync } from "node:fs";
import http from "node:http";
import { createServer } from "node:net";
import { join } from "node:path";

const BIN = join(import.meta.dirname, "..", ".venv", "bin");
const RAY = join(BIN, "ray");

/** The Python that has Ray. */
export const RAY_PYTHON = join(BIN, "python");

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/**
 * Start a head of two CPUs, which ends with this process at the latest.
 *
 * @returns `url`, and `end()`, which stops it · null where Ray is not set up
 */
export async function startRayHead() {
  if (!existsSync(RAY)) return null;
  const [port, dashboard] = [await freePort(), await freePort()];
  // Sockets lie in it, whose paths must be short.
  const folder = mkdtempSync("/tmp/m2rl-ray-");
  const child = spawn(
    RAY,
    [
      ...["start", "--head", "--block", "--disable-usage-stats"],
      ...["--num-cpus", "2", "--object-store-memory", "100000000"],
      ...["--port", String(port), "--dashboard-port", String(dashboard)],
      ...["--temp-dir", folder],
    ],
    { stdio: "ignore" },
  );
  process.once("exit", () => child.kill("SIGTERM"));
  const url = `http://127.0.0.1:${dashboard}`;
  const isUp = () =>
    new Promise((done) => {
      http
        .get(`${url}/api/version`, (answer) => {
          answer.resume();
          done(answer.statusCode === 200);
        })
        .on("error", () => done(false));
    });
  while (!(await isUp())) {
    if (child.exitCode !== null)
      throw new Error(`Ray's head ended with ${child.exitCode}`);
    await new Promise((done) => setTimeout(done, 500));
  }
  const end = async () => {
    if (child.exitCode !== null) return;
    child.kill("SIGTERM");
    await once(child, "exit");
  };
  return { url, end };
}
