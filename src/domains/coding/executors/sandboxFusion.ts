/** An executor at a distance: a SandboxFusion server, asked over HTTP. */
import { InfrastructureError } from "../../../error.js";
import { Slots } from "../../../io/index.js";
import {
  failure,
  type PythonExecutor,
  type PythonLimits,
  type PythonOutcome,
  type PythonRun,
} from "./executor.js";
import { RUNNER } from "./runner.js";
import { Random } from "../../../random.js";

/** Options of `sandboxFusion`. */
export interface SandboxFusionOptions {
  /** Requests at a time; default 32. */
  concurrency?: number;
  /** Times a run is tried before the server counts as broken; default 4. */
  tries?: number;
  /** Seconds of the first pause between tries, doubled each time; default 0.5. */
  pause?: number;
}

/** The part of a reply of `/run_code` that is read. */
interface RunCodeReply {
  status?: string;
  message?: string;
  run_result?: {
    status?: string;
    execution_time?: number | null;
    return_code?: number | null;
    stdout?: string | null;
    stderr?: string | null;
  } | null;
}

// Room for connecting and for a place in the server's queue, in seconds.
const QUEUE = 60;

/** The script that the server runs: the runner, and a program as data. A result is printed after a mark of its own line. */
function scriptOf(run: PythonRun, mark: string): string {
  const { program, entry, input } = run;
  const order = JSON.stringify(
    JSON.stringify(entry ? { program, entry, input } : { program }),
  );
  return `${RUNNER}
def deliver(text):
    sys.__stdout__.flush()
    os.write(1, ("\\n${mark}" + text).encode("utf-8", "surrogatepass"))


run(json.loads(${order}), deliver)
`;
}

/** What a reply means; a text where the server failed, not the program. */
function outcomeOf(
  { status, message, run_result: ran }: RunCodeReply,
  mark: string | null,
  limits: PythonLimits,
): PythonOutcome | string {
  if (status === "SandboxError" || !ran)
    return message || `status ${status} without a result`;
  const seconds = ran.execution_time ?? 0;
  if (ran.status === "TimeLimitExceeded") {
    const detail = `more than ${limits.seconds} s`;
    return { kind: "time", detail, seconds };
  }
  if (ran.status !== "Finished") return `run status ${ran.status}`;
  const { stdout, stderr } = ran;
  const size = Buffer.byteLength(`${stdout ?? ""}${stderr ?? ""}`);
  if (size > limits.output * 1024) {
    const detail = `more than ${limits.output} KiB of output`;
    return { kind: "output", detail, seconds };
  }
  const code = ran.return_code ?? 0;
  if (code !== 0) return failure(stderr ?? "", code, seconds);
  const printed = stdout ?? "";
  const at = mark === null ? -1 : printed.lastIndexOf(mark);
  const output =
    mark === null ? printed : at < 0 ? "" : printed.slice(at + mark.length);
  return { kind: "ended", output, seconds };
}

class SandboxFusion implements PythonExecutor {
  private readonly slots: Slots;
  // Only spreads requests over time and makes a mark; no verdict depends on it.
  private readonly random = new Random(
    process.pid + Date.now(),
    "sandboxFusion",
  );
  private readonly ended = new AbortController();

  constructor(
    private readonly address: string,
    readonly concurrency: number,
    private readonly tries: number,
    private readonly pause: number,
  ) {
    this.slots = new Slots(concurrency);
  }

  run(run: PythonRun, limits: PythonLimits): Promise<PythonOutcome> {
    return this.slots.run(() => this.tried(run, limits));
  }

  close(): Promise<void> {
    this.ended.abort();
    return Promise.resolve();
  }

  private async tried(
    run: PythonRun,
    limits: PythonLimits,
  ): Promise<PythonOutcome> {
    const { address, tries, pause, random, ended } = this;
    let why = "";
    for (let i = 0; i < tries && !ended.signal.aborted; i++) {
      const wait = i === 0 ? 0 : 1000 * pause * 2 ** (i - 1);
      const ms = wait * (0.5 + random.next());
      if (ms > 0) await new Promise((resume) => setTimeout(resume, ms));
      const outcome = await this.once(run, limits).catch(
        ({ message, cause }: Error) =>
          cause instanceof Error ? cause.message : message,
      );
      if (typeof outcome !== "string") return outcome;
      why = outcome;
    }
    throw new InfrastructureError(
      `python: ${address} must answer with a result, got ${why} ${tries} times`,
    );
  }

  /** One request; a text says how the server failed. */
  private async once(
    run: PythonRun,
    limits: PythonLimits,
  ): Promise<PythonOutcome | string> {
    const { address, random, ended } = this;
    const mark = run.entry ? `${random.int(0, 2 ** 48)} result: ` : null;
    const timeout = AbortSignal.timeout(1000 * (limits.seconds + QUEUE));
    const reply = await fetch(address, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        language: "python",
        code: scriptOf(run, mark ?? ""),
        stdin: run.entry ? "" : run.input,
        compile_timeout: limits.seconds,
        run_timeout: limits.seconds,
        memory_limit_MB: limits.memory,
      }),
      signal: AbortSignal.any([timeout, ended.signal]),
    });
    if (!reply.ok) return `HTTP status ${reply.status}`;
    return outcomeOf((await reply.json()) as RunCodeReply, mark, limits);
  }
}

/**
 * Runs on a SandboxFusion server (`POST /run_code`), at most so many at a time. What is not an answer (no connection, a status
 * other than 200, "SandboxError", an empty result) is asked again after a pause with jitter, and then an error, never a verdict.
 *
 * Its limit of time is wall-clock time, and how well it isolates is the server's own affair.
 *
 * @param url  address of the server, without the path
 * @throws RangeError the address is none
 * @example
 * const python = sandboxFusion("http://127.0.0.1:8080", { concurrency: 64 });
 */
export function sandboxFusion(
  url: string,
  { concurrency = 32, tries = 4, pause = 0.5 }: SandboxFusionOptions = {},
): PythonExecutor {
  if (!/^https?:$/.test(URL.canParse(url) ? new URL(url).protocol : ""))
    throw new RangeError(
      `sandboxFusion: url must start with http:// or https://, got ${JSON.stringify(url)}`,
    );
  const address = `${url.replace(/\/+$/, "")}/run_code`;
  return new SandboxFusion(address, concurrency, tries, pause);
}
