/** What the sandbox's thread does: run programs, one after another, each in a fresh QuickJS runtime. */
import type { MessagePort } from "node:worker_threads";

/** One program and the inputs of its unit tests. */
export interface Job {
  program: string;
  /** JSON list of arguments, one call of `f` each. */
  inputs: string;
}

/** What became of a job; `results` holds one description per input, in the form of `describe`. */
export type JobResult =
  | { kind: "ran"; results: string; reusable: boolean }
  | { kind: "failed"; why: string; reusable: boolean }
  | { kind: "broken"; why: string };

/** What the thread is started with. */
export interface WorkerSetup {
  port: MessagePort;
  /** One 32-bit word: 1 when a result waits in the port. */
  flag: Int32Array;
  /** Path of the quickjs-emscripten package. */
  quickjs: string;
  harness: string;
  limits: RealmLimits;
}

/** Limits of one program that the thread itself keeps; they end it at the same place on every machine. */
export interface RealmLimits {
  /** Bytes of the module's memory, interpreter included; at least 16 MiB. */
  memory: number;
  /** Bytes of the interpreter's stack. */
  stack: number;
  /** Polls of the interpreter, one per 10,000 calls and loop turns. */
  polls: number;
}

type QuickJs = typeof import("quickjs-emscripten");
type Module = Awaited<ReturnType<QuickJs["newQuickJSWASMModule"]>>;
type Context = ReturnType<ReturnType<Module["newRuntime"]>["newContext"]>;
type Handle = ReturnType<Context["newString"]>;
type Finished = Exclude<JobResult, { kind: "broken" }>;

/** One program's fresh interpreter. */
interface Realm {
  context: Context;
  /** What is disposed of when the program has ended. */
  open: { dispose(): void }[];
  /** Whether the program has used up its polls. */
  isLate(): boolean;
}

/** The interpreter, with a memory that cannot grow beyond its limit. */
async function loadInterpreter(
  load: NodeJS.Require,
  { quickjs, limits }: WorkerSetup,
): Promise<Module> {
  interface WithMemory {
    WebAssembly: { Memory: new (pages: object) => object };
  }
  const { newQuickJSWASMModule, newVariant, RELEASE_SYNC } = load(
    quickjs,
  ) as QuickJs;
  // QuickJS counts 8 bytes per block in this build, whatever its size, so what bounds its heap is the module's memory.
  const pages = { initial: 256, maximum: limits.memory / 65536 };
  const { Memory } = (globalThis as unknown as WithMemory).WebAssembly;
  return newQuickJSWASMModule(
    newVariant(RELEASE_SYNC, { wasmMemory: new Memory(pages) }),
  );
}

/** Where Linux keeps this thread's account; "" elsewhere. */
function ownAccount(load: NodeJS.Require): string {
  try {
    const { readlinkSync } = load("node:fs") as typeof import("node:fs");
    return `/proc/${readlinkSync("/proc/thread-self")}/stat`;
  } catch {
    return "";
  }
}

/** The harness with the inputs of the tests: a function that takes the program's `f`. */
function startHarness(
  { context, open }: Realm,
  harness: string,
  inputs: string,
): Handle {
  const created = context.evalCode(harness, "harness.js");
  if (created.error) throw new Error("the harness does not compile");
  open.push(created.value);
  const given = context.newString(inputs);
  open.push(given);
  const started = context.callFunction(created.value, context.undefined, given);
  if (started.error) throw new Error("the harness does not start");
  open.push(started.value);
  return started.value;
}

/** An error in words; what the interpreter throws without a name is its memory limit, or the program's own. */
function describeError(
  { context, open }: Realm,
  harness: Handle,
  error: Handle,
): string {
  const shown: unknown = context.dump(error);
  const { name, message } = (shown ?? {}) as Record<string, unknown>;
  if (typeof name === "string" && name !== "")
    return `${name}: ${String(message)}`.slice(0, 200);
  const isLimit = context.getProp(harness, "isLimit");
  open.push(isLimit);
  const said = context.callFunction(isLimit, context.undefined, error);
  open.push(said.error ?? said.value);
  return said.error !== undefined || context.dump(said.value) === true
    ? "memory limit"
    : "error without a name";
}

/** The result of a program that threw. */
function refuse(realm: Realm, harness: Handle, error: Handle): Finished {
  realm.open.push(error);
  let why = "error that cannot be shown";
  try {
    if (!realm.isLate()) why = describeError(realm, harness, error);
  } catch {
    // a getter of the thrown value threw; it is refused all the same
  }
  if (realm.isLate()) why = "time limit";
  return { kind: "failed", why, reusable: true };
}

/** Load a program and call its `f` with every input. */
function callProgram(realm: Realm, harness: Handle, program: string): Finished {
  const { context, open } = realm;
  const loaded = context.evalCode(program, "program.js");
  if (loaded.error) return refuse(realm, harness, loaded.error);
  open.push(loaded.value);
  const found = context.evalCode("f", "program.js");
  if (found.error) return refuse(realm, harness, found.error);
  open.push(found.value);
  const called = context.callFunction(harness, context.undefined, found.value);
  if (called.error) return refuse(realm, harness, called.error);
  open.push(called.value);
  return {
    kind: "ran",
    results: context.getString(called.value),
    reusable: true,
  };
}

/** Do one job in a runtime of its own. */
function runJob(
  module: Module,
  { harness, limits }: WorkerSetup,
  { program, inputs }: Job,
): JobResult {
  // Left out: Date, promises and proxies have no use in these problems and make verdicts depend on more than the program.
  const intrinsics = {
    BaseObjects: true,
    Eval: true,
    RegExp: true,
    RegExpCompiler: true,
    JSON: true,
    MapSet: true,
  };
  const runtime = module.newRuntime();
  let polls = 0;
  runtime.setMaxStackSize(limits.stack);
  runtime.setInterruptHandler(() => ++polls > limits.polls);
  const context = runtime.newContext({ intrinsics });
  const realm: Realm = {
    context,
    open: [],
    isLate: () => polls > limits.polls,
  };
  let result: Finished;
  try {
    result = callProgram(realm, startHarness(realm, harness, inputs), program);
  } finally {
    for (const handle of realm.open.reverse()) handle.dispose();
  }
  try {
    context.dispose();
    runtime.dispose();
  } catch {
    result.reusable = false; // the verdict stands, the interpreter does not
  }
  return result;
}

/** Load the interpreter, say so, and answer every job. */
function serve(load: NodeJS.Require, setup: WorkerSetup): void {
  const { port, flag } = setup;
  const reply = (result: JobResult): void => {
    port.postMessage(result);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };
  const breakDown = (error: unknown): void =>
    reply({
      kind: "broken",
      why: error instanceof Error ? error.message : String(error),
    });
  loadInterpreter(load, setup).then((module) => {
    port.on("message", (job: Job) => {
      try {
        reply(runJob(module, setup, job));
      } catch (error) {
        breakDown(error);
      }
    });
    reply({ kind: "ran", results: ownAccount(load), reusable: true });
  }, breakDown);
}

const FUNCTIONS = [
  loadInterpreter,
  ownAccount,
  startHarness,
  describeError,
  refuse,
  callProgram,
  runJob,
  serve,
];

/**
 * Source of the sandbox's thread, which is started with a `WorkerSetup`. It is sent as text, so that it runs the same from compiled and
 * from transformed sources: its functions mention nothing but each other.
 *
 * @internal
 */
export const THREAD: string = [
  ...FUNCTIONS.map(String),
  'serve(require, require("node:worker_threads").workerData);',
].join("\n");
