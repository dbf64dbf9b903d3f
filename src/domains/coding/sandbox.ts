/**
 * The sandbox: programs written by a model run in QuickJS inside WebAssembly inside a thread of their own.
 *
 * The caller waits without an event loop, so verdicts are synchronous; the thread can be ended at any moment, so no program can hold
 * the process; every program gets a fresh runtime, so none can leave anything behind for the next.
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
  type Limits,
  type WorkerSetup,
} from "./worker.js";

/** Limits of one program: about 25 ms of looping, 8 MiB of heap. */
export const LIMITS: Limits = {
  memory: 8 * 2 ** 20,
  stack: 128 * 2 ** 10,
  polls: 100,
};

/** Longest program that is run, in characters. */
export const LONGEST_PROGRAM = 20_000;

const START_MS = 60_000;
// The poll limit ends loops long before. Only what cannot be polled, a builtin that scans 2^53 items, comes here.
const PATIENCE_MS = [1_000, 4_000];

interface Thread {
  worker: Worker;
  port: MessagePort;
  flag: Int32Array;
}

let current: Thread | null = null;

/** Wait for a result; null when none came in time. */
function receive({ port, flag }: Thread, patience: number): JobResult | null {
  Atomics.wait(flag, 0, 0, patience);
  const received = receiveMessageOnPort(port) as
    { message: JobResult } | undefined;
  Atomics.store(flag, 0, 0);
  return received?.message ?? null;
}

function start(): Thread {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const quickjs = createRequire(import.meta.url).resolve("quickjs-emscripten");
  const setup: WorkerSetup = {
    port: port2,
    flag,
    quickjs,
    harness: HARNESS,
    limits: LIMITS,
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
  if (ready?.kind !== "ran") {
    void worker.terminate();
    const why =
      ready === null
        ? `no answer within ${START_MS / 1000} s`
        : ready.kind === "broken"
          ? ready.why
          : "";
    throw new InfrastructureError(
      `sandbox: QuickJS must start in its thread, got ${why}`,
    );
  }
  return thread;
}

/** End the sandbox's thread; the next program starts a new one. */
export function closeSandbox(): void {
  current?.port.close();
  void current?.worker.terminate();
  current = null;
}

/** What running a program gave: one description per input, or why there are none. */
export type Run = { results: string[] } | { failed: string };

/**
 * Run a program that defines a function `f`, once per input.
 *
 * Cost: 0.2 ms for a small program; the first call starts the thread, 0.1 s.
 *
 * @param program  source text, not trusted
 * @param inputs   arguments of the calls
 * @returns descriptions (`describe`) in the order of the inputs; `failed` when the program as a whole was stopped
 * @throws InfrastructureError the sandbox broke down twice in a row; never the program's time, memory or output
 */
export function runProgram(
  program: string,
  inputs: readonly (number | number[])[],
): Run {
  if (program.length > LONGEST_PROGRAM) return { failed: "program too long" };
  const job: Job = { program, inputs: JSON.stringify(inputs) };
  let breakdown = "";
  for (const patience of PATIENCE_MS) {
    const thread = (current ??= start());
    thread.port.postMessage(job);
    const result = receive(thread, patience);
    if (result === null || result.kind === "broken" || !result.reusable)
      closeSandbox();
    if (result?.kind === "ran") return { results: result.results.split(";") };
    if (result?.kind === "failed") return { failed: result.why };
    breakdown = result?.why ?? "";
  }
  if (breakdown === "") return { failed: "time limit" };
  throw new InfrastructureError(
    `sandbox: QuickJS must survive a program, got ${breakdown}`,
  );
}
