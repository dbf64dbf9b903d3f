/**
 * The sandbox: programs written by a model run in QuickJS inside WebAssembly inside a thread of their own.
 *
 * The caller waits without an event loop, so verdicts are synchronous; the thread can be ended at any moment, so no program
 * can hold the process; every program gets a fresh runtime, so none can leave anything behind for the next.
 */
import { createRequire } from "node:module";
import {
  MessageChannel,
  Worker,
  receiveMessageOnPort,
  type MessagePort,
} from "node:worker_threads";
import { InfrastructureError } from "../../error.js";
import { HARNESS } from "./harness.js";
import {
  serve,
  type Job,
  type JobResult,
  type RealmLimits,
  type WorkerSetup,
} from "./worker.js";

/** Limits of one program. */
export interface Limits extends RealmLimits {
  /** Characters of the program. */
  length: number;
  /**
   * Milliseconds that the caller waits, at the first try and at the second with a new thread. The poll limit ends loops
   * long before; only what cannot be polled comes here, such as a builtin that scans 2^53 items.
   */
  patience: [number, number];
}

/** Limits of model-written programs: about 25 ms of looping, 32 MiB of memory. */
export const LIMITS: Readonly<Limits> = {
  length: 20_000,
  memory: 32 * 2 ** 20,
  stack: 128 * 2 ** 10,
  polls: 100,
  patience: [1_000, 3_000],
};

/** What running a program gave: one description per input, or why there are none. */
export type Run = { results: string[] } | { failed: string };

const START_MS = 60_000;

interface Thread {
  worker: Worker;
  port: MessagePort;
  flag: Int32Array;
}

/** Wait for a result; null when none came in time. */
function receive({ port, flag }: Thread, patience: number): JobResult | null {
  Atomics.wait(flag, 0, 0, patience);
  const received = receiveMessageOnPort(port) as
    { message: JobResult } | undefined;
  Atomics.store(flag, 0, 0);
  return received?.message ?? null;
}

function end({ worker, port }: Thread): void {
  port.close();
  void worker.terminate();
}

function start(limits: RealmLimits): Thread {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const quickjs = createRequire(import.meta.url).resolve("quickjs-emscripten");
  const setup: WorkerSetup = {
    port: port2,
    flag,
    quickjs,
    harness: HARNESS,
    limits,
  };
  const worker = new Worker(
    `(${serve.toString()})(require, require("node:worker_threads").workerData)`,
    {
      eval: true,
      workerData: setup,
      transferList: [port2],
      env: {},
      execArgv: [],
      stdout: true,
      stderr: true,
      resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 8 },
    },
  );
  // A thread that dies shows as a wait that ends without a result; the event itself must not end the process.
  worker.on("error", () => undefined);
  worker.unref();
  const thread = { worker, port: port1, flag };
  const ready = receive(thread, START_MS);
  if (ready?.kind === "ran") return thread;
  end(thread);
  const why =
    ready === null ? `no answer within ${START_MS / 1000} s` : ready.why;
  throw new InfrastructureError(
    `sandbox: QuickJS must start in its thread, got ${why}`,
  );
}

/** A thread that runs untrusted programs, one at a time. It starts with the first program and never keeps the process alive. */
export class Sandbox {
  private readonly limits: Readonly<Limits>;
  private thread: Thread | null = null;

  /** @param limits  default `LIMITS` */
  constructor(limits: Readonly<Limits> = LIMITS) {
    this.limits = limits;
  }

  /**
   * Run a program that defines a function `f`, once per input.
   *
   * Cost: 0.2 to 0.5 ms for a small program; the first call starts the thread, 0.1 s.
   *
   * @param program  source text, not trusted
   * @param inputs   arguments of the calls
   * @returns descriptions (`describe`) in the order of the inputs; `failed` when the program as a whole was stopped
   * @throws InfrastructureError the sandbox did not start, or broke down twice in a row; never for what a limit ends
   */
  run(program: string, inputs: readonly (number | number[])[]): Run {
    const { length, patience } = this.limits;
    if (program.length > length) return { failed: "program too long" };
    const job: Job = { program, inputs: JSON.stringify(inputs) };
    let breakdown: string | null = null;
    for (const ms of patience) {
      const thread = (this.thread ??= start(this.limits));
      thread.port.postMessage(job);
      const result = receive(thread, ms);
      if (result === null || result.kind === "broken" || !result.reusable)
        this.close();
      if (result?.kind === "ran") return { results: result.results.split(";") };
      if (result?.kind === "failed") return { failed: result.why };
      breakdown = result?.why ?? null;
    }
    if (breakdown === null) return { failed: "time limit" };
    throw new InfrastructureError(
      `sandbox: QuickJS must survive a program, got ${breakdown}`,
    );
  }

  /** End the thread; the next program starts a new one. */
  close(): void {
    if (this.thread) end(this.thread);
    this.thread = null;
  }
}
