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

/**
 * Body of the sandbox's thread. It is sent as source text, so that it runs the same from compiled and from transformed
 * sources: it must not mention anything outside itself.
 *
 * @internal
 */
export function serve(
  load: NodeJS.Require,
  { port, flag, quickjs, harness, limits }: WorkerSetup,
): void {
  type Module = Awaited<
    ReturnType<(typeof import("quickjs-emscripten"))["newQuickJSWASMModule"]>
  >;
  type Finished = Exclude<JobResult, { kind: "broken" }>;
  type Handle = ReturnType<
    ReturnType<ReturnType<Module["newRuntime"]>["newContext"]>["newString"]
  >;
  interface WithMemory {
    WebAssembly: { Memory: new (pages: object) => object };
  }

  const build = async (): Promise<Module> => {
    const { newQuickJSWASMModule, newVariant, RELEASE_SYNC } = load(
      quickjs,
    ) as typeof import("quickjs-emscripten");
    // QuickJS counts 8 bytes per block in this build, whatever its size, so what bounds its heap is the module's memory.
    const pages = { initial: 256, maximum: limits.memory / 65536 };
    const { Memory } = (globalThis as unknown as WithMemory).WebAssembly;
    return newQuickJSWASMModule(
      newVariant(RELEASE_SYNC, { wasmMemory: new Memory(pages) }),
    );
  };

  // Left out: Date, promises and proxies have no use in these problems and make verdicts depend on more than the program.
  const intrinsics = {
    BaseObjects: true,
    Eval: true,
    RegExp: true,
    RegExpCompiler: true,
    JSON: true,
    MapSet: true,
  };

  const reply = (result: JobResult): void => {
    port.postMessage(result);
    Atomics.store(flag, 0, 1);
    Atomics.notify(flag, 0);
  };

  const message = (error: unknown): string =>
    error instanceof Error ? error.message : String(error);

  /** Where Linux keeps this thread's account; "" elsewhere. */
  const ownAccount = (): string => {
    try {
      const { readlinkSync } = load("node:fs") as typeof import("node:fs");
      return `/proc/${readlinkSync("/proc/thread-self")}/stat`;
    } catch {
      return "";
    }
  };

  const run = (module: Module, { program, inputs }: Job): JobResult => {
    const runtime = module.newRuntime();
    let polls = 0;
    runtime.setMaxStackSize(limits.stack);
    runtime.setInterruptHandler(() => ++polls > limits.polls);
    const context = runtime.newContext({ intrinsics });
    const open: { dispose(): void }[] = [];
    let result: Finished;
    try {
      result = inside();
    } finally {
      for (const handle of open.reverse()) handle.dispose();
    }
    try {
      context.dispose();
      runtime.dispose();
    } catch {
      result.reusable = false; // the verdict stands, the interpreter does not
    }
    return result;

    function inside(): Finished {
      const created = context.evalCode(harness, "harness.js");
      if (created.error) throw new Error("the harness does not compile");
      open.push(created.value);
      const given = context.newString(inputs);
      open.push(given);
      const prepared = context.callFunction(
        created.value,
        context.undefined,
        given,
      );
      if (prepared.error) throw new Error("the harness does not start");
      open.push(prepared.value);

      const isMemory = (error: Handle): boolean => {
        const isLimit = context.getProp(prepared.value, "isLimit");
        open.push(isLimit);
        const said = context.callFunction(isLimit, context.undefined, error);
        open.push(said.error ?? said.value);
        return said.error !== undefined || context.dump(said.value) === true;
      };
      const show = (error: Handle): string => {
        const shown: unknown = context.dump(error);
        const { name, message: text } = (shown ?? {}) as Record<
          string,
          unknown
        >;
        if (typeof name === "string" && name !== "")
          return `${name}: ${String(text)}`.slice(0, 200);
        return isMemory(error) ? "memory limit" : "error without a name";
      };
      const stop = (error: Handle): Finished => {
        open.push(error);
        let why = "error that cannot be shown";
        try {
          if (polls <= limits.polls) why = show(error);
        } catch {
          // a getter of the thrown value threw; it is refused all the same
        }
        if (polls > limits.polls) why = "time limit";
        return { kind: "failed", why, reusable: true };
      };

      const loaded = context.evalCode(program, "program.js");
      if (loaded.error) return stop(loaded.error);
      open.push(loaded.value);
      const found = context.evalCode("f", "program.js");
      if (found.error) return stop(found.error);
      open.push(found.value);
      const called = context.callFunction(
        prepared.value,
        context.undefined,
        found.value,
      );
      if (called.error) return stop(called.error);
      open.push(called.value);
      return {
        kind: "ran",
        results: context.getString(called.value),
        reusable: true,
      };
    }
  };

  build().then(
    (module) => {
      port.on("message", (job: Job) => {
        try {
          reply(run(module, job));
        } catch (error) {
          reply({ kind: "broken", why: message(error) });
        }
      });
      reply({ kind: "ran", results: ownAccount(), reusable: true });
    },
    (error: unknown) => reply({ kind: "broken", why: message(error) }),
  );
}
