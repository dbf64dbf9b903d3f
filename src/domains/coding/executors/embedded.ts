/** The embedded executor: warm Pythons in jails on this machine. */
import { availableParallelism } from "node:os";
import { InfrastructureError } from "../../../error.js";
import { Slots } from "../../../io/index.js";
import {
  failure,
  type PythonExecutor,
  type PythonLimits,
  type PythonOutcome,
  type PythonRun,
} from "./executor.js";
import { JailedServer, type Reply } from "./jailedServer.js";

/** Times a run is tried in a new jail before the sandbox counts as broken. */
const TRIES = 3;

/** Milliseconds that the fork server may take beyond a run's CPU time on a machine that is as busy as can be. */
const PATIENCE_MS = 120_000;

const SIGXCPU = 24;
const SIGKILL = 9;

/** What a reply means; null where the sandbox failed, not the program. */
function outcomeOf(
  { ending, status, seconds, stdout, stderr, result }: Reply,
  { entry }: PythonRun,
  limits: PythonLimits,
): PythonOutcome | null {
  if (ending === "output") {
    const detail = `more than ${limits.output} KiB of output`;
    return { kind: "output", detail, seconds };
  }
  if (ending === "idle")
    return { kind: "time", detail: "asleep, no progress", seconds };
  const late = status === -SIGKILL && seconds >= limits.seconds;
  if (ending === "time" || status === -SIGXCPU || late) {
    const detail = `more than ${limits.seconds} s of CPU time`;
    return { kind: "time", detail, seconds };
  }
  // No "+": the limits were never set. Killed by nobody here: the machine ran out of memory.
  if (result[0] !== 0x2b || status === -SIGKILL) return null;
  if (status < 0) {
    const detail = `ended by signal ${-status}`;
    return { kind: "runtimeError", detail, seconds };
  }
  if (status > 0) return failure(stderr.toString(), status, seconds);
  const output = entry === undefined ? stdout : result.subarray(1);
  return { kind: "ended", output: output.toString(), seconds };
}

/** Options of the embedded executor. */
export interface EmbeddedOptions {
  /** Jails, and runs at a time; default: the machine's cores, at most 4. */
  workers?: number;
}

class Embedded implements PythonExecutor {
  private readonly idle: JailedServer[] = [];
  private readonly all = new Set<JailedServer>();
  private readonly slots: Slots;
  private closed = false;

  constructor(readonly concurrency: number) {
    this.slots = new Slots(concurrency);
  }

  run(run: PythonRun, limits: PythonLimits): Promise<PythonOutcome> {
    return this.slots.run(() => this.tried(run, limits));
  }

  close(): Promise<void> {
    this.closed = true;
    for (const server of this.all) server.end();
    return Promise.resolve();
  }

  private async tried(
    run: PythonRun,
    limits: PythonLimits,
  ): Promise<PythonOutcome> {
    let why = "";
    for (let i = 0; i < TRIES && !this.closed; i++) {
      const outcome = await this.once(run, limits);
      if (typeof outcome !== "string") return outcome;
      why = outcome;
    }
    throw new InfrastructureError(
      this.closed
        ? "python: the executor was closed"
        : `python: the jail must survive a program, got ${why} ${TRIES} times`,
    );
  }

  /** One try; a text says how the sandbox failed. */
  private async once(
    run: PythonRun,
    limits: PythonLimits,
  ): Promise<PythonOutcome | string> {
    const server = this.idle.pop() ?? (await JailedServer.start());
    this.all.add(server);
    try {
      const patience = PATIENCE_MS + 20_000 * limits.seconds;
      const reply = await server.run(run, limits, patience);
      const outcome = outcomeOf(reply, run, limits);
      if (outcome !== null) {
        this.idle.push(server);
        return outcome;
      }
      this.end(server);
      return reply.stderr.toString().trim().split("\n").at(-1) || "killed";
    } catch (error) {
      this.end(server);
      return (error as Error).message;
    }
  }

  private end(server: JailedServer): void {
    server.end();
    this.all.delete(server);
  }
}

/**
 * Warm Pythons in jails on this machine. A jail starts with the first run that needs it and serves many: each run is a fork
 * of its own, which sees neither another run nor anything of the machine but /usr.
 *
 * @example
 * const python = embedded();
 * await python.run({ program: "print(int(input()) + 1)", input: "4" }, PYTHON_LIMITS); // { kind: "ended", output: "5\n", … }
 */
export function embedded({
  workers = Math.min(4, availableParallelism()),
}: EmbeddedOptions = {}): PythonExecutor {
  return new Embedded(workers);
}
