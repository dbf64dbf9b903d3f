/** Runs other programs, and tells "no network" from other failures. */
import { spawn } from "node:child_process";
import { HOME_FOLDERS, PIP_CACHE, ROOT } from "./place.mjs";

/** A step that could not be done; the message says what is missing and what to do, ready for the terminal. */
export class SetupError extends Error {
  name = "SetupError";
  /** Names of the steps that could not be done. */
  failed;
  /** True when the reason is that nothing outside this machine can be reached. */
  offline;

  /** True when the index has no wheel for this machine, so that another way to an engine may be tried. */
  noWheel;

  constructor(message, { failed = [], offline = false, noWheel = false } = {}) {
    super(message);
    this.failed = failed;
    this.offline = offline;
    this.noWheel = noWheel;
  }
}

/** Seconds between two signs of life of a long command. */
const BEAT = 15;

/**
 * Run a program and keep what it prints.
 *
 * @param options  cwd: default the checkout · env: added to this process's · beat: printed with the seconds every 15 s
 *   · log: where beats go · show: what the terminal gets instead of `output`: "nothing" (default), "progress" (standard
 *   output, where progress bars are) or "everything"
 * @returns { code, output, missing } where missing means that there is no such program
 */
export function command(
  program,
  args,
  { cwd = ROOT, env = {}, beat, log = console.log, show = "nothing" } = {},
) {
  return new Promise((resolve) => {
    const started = performance.now();
    const child = spawn(program, args, {
      cwd,
      env: {
        ...process.env,
        ...HOME_FOLDERS,
        PIP_CACHE_DIR: PIP_CACHE,
        ...env,
      },
      stdio: [
        "ignore",
        show === "nothing" ? "pipe" : "inherit",
        show === "everything" ? "inherit" : "pipe",
      ],
    });
    const parts = [];
    child.stdout?.on("data", (part) => parts.push(part));
    child.stderr?.on("data", (part) => parts.push(part));
    const timer =
      beat === undefined
        ? undefined
        : setInterval(
            () =>
              log(
                `      ${beat}: ${Math.round((performance.now() - started) / 1000)} s`,
              ),
            BEAT * 1000,
          );
    const finish = (code, missing) => {
      clearInterval(timer);
      resolve({ code, missing, output: Buffer.concat(parts).toString("utf8") });
    };
    child.on("error", (error) =>
      finish(1, error.code === "ENOENT" || error.code === "EACCES"),
    );
    child.on("close", (code) => finish(code ?? 1, false));
  });
}

const NETWORK =
  /ENOTFOUND|EAI_AGAIN|ENETUNREACH|EHOSTUNREACH|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTCACHED|NewConnectionError|ConnectTimeout|ReadTimeout|Connection to \S+ timed out|name resolution|[Nn]etwork is unreachable|ProxyError/;

/** Whether a program's output says that it could not reach the network. */
export function saysOffline(output) {
  return NETWORK.test(output);
}

/** The last lines of a program's output, indented, for an error message. */
export function tail(output, lines = 15) {
  return output
    .trimEnd()
    .split("\n")
    .slice(-lines)
    .map((line) => `    ${line}`)
    .join("\n");
}
