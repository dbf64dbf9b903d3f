/**
 * The sandbox: programs written by a model run in QuickJS inside WebAssembly inside a thread of their own.
 *
 * The caller waits without an event loop, so verdicts are synchronous; the thread can be ended at any moment, so no program
 * can hold the process; every program gets a fresh runtime, so none can leave anything behind for the next.
 */
import { readFileSync } from "node:fs";
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
  THREAD,
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
   * Milliseconds of processor time that the thread may take, at the first try and at the second with a new thread; where a system
   * does not tell them, thirty times as many by the clock. The poll limit ends loops long before; only what cannot be polled comes
   * here, such as a builtin that scans 2^53 items.
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

/** Between two looks at the processor time of a thread that is waited for, milliseconds. */
const LOOK_MS = 50;

/** By the clock, a thread may take so many times its processor time: a busy machine gives it little. */
const BUSIEST = 30;

/** Milliseconds of a tick in Linux's accounts. */
const TICK = 10;

interface Thread {
  worker: Worker;
  port: MessagePort;
  flag: Int32Array;
  /** Linux's account of the thread; null where there is none. */
  account: string | null;
}

/** Milliseconds of processor time that a thread has taken so far; infinite once it has died, null where the system does not tell. */
function processorTime(account: string | null): number | null {
  if (account === null) return null;
  let stat: string;
  try {
    stat = readFileSync(account, "utf8");
  } catch {
    return Infinity;
  }
  // The 14th and 15th field, counted behind the name, which may hold anything.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return TICK * (Number(fields[11]) + Number(fields[12]));
}

/**
 * Wait for a result.
 *
 * @returns the result, "late" when the thread took more than `patience` milliseconds of processor time or died, or "starved" when it did not
 *   and by the clock took `BUSIEST` times as many
 */
function receive(
  { port, flag, account }: Thread,
  patience: number,
): JobResult | "late" | "starved" {
  const started = performance.now();
  const before = processorTime(account);
  while (Atomics.wait(flag, 0, 0, LOOK_MS) === "timed-out") {
    const now = processorTime(account);
    if (now !== null && now - before! > patience) return "late";
    if (performance.now() - started > BUSIEST * patience)
      return now === null ? "late" : "starved";
  }
  const received = receiveMessageOnPort(port) as
    { message: JobResult } | undefined;
  Atomics.store(flag, 0, 0);
  return received?.message ?? "starved";
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
  const worker = new Worker(THREAD, {
    eval: true,
    workerData: setup,
    transferList: [port2],
    env: {},
    execArgv: [],
    stdout: true,
    stderr: true,
    resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 8 },
  });
  // A thread that dies shows as a wait that ends without a result; the event itself must not end the process.
  worker.on("error", () => undefined);
  worker.unref();
  const thread = { worker, port: port1, flag, account: null };
  const ready = receive(thread, START_MS / BUSIEST);
  if (typeof ready === "object" && ready.kind === "ran")
    return { ...thread, account: ready.results || null };
  end(thread);
  const why =
    typeof ready === "object"
      ? ready.why
      : `no answer within ${START_MS / 1000} s`;
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
      const answered = typeof result === "object";
      if (!answered || result.kind === "broken" || !result.reusable)
        this.close();
      if (answered && result.kind === "ran")
        return { results: result.results.split(";") };
      if (answered && result.kind === "failed") return { failed: result.why };
      breakdown = answered
        ? result.why
        : result === "late"
          ? null
          : "a machine that gave it no processor time";
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
