/** What every executor of Python programs is: a program and one input in, what became of it out. */

/** One run of a program. */
export interface PythonRun {
  /** Source text, not trusted. */
  program: string;
  /** Standard input; with `entry` one JSON value a line, the arguments of the call. */
  input: string;
  /** The function to call, a method of `Solution` where the program has one; absent: the program reads and prints. */
  entry?: string;
}

/** Limits of one run. */
export interface PythonLimits {
  /** Seconds of CPU time, all threads together; LiveCodeBench: 6. A remote sandbox counts wall-clock time. */
  seconds: number;
  /** MiB of address space, interpreter included (about 40). */
  memory: number;
  /** KiB that may be written to standard output and standard error together. */
  output: number;
}

/** The limits where a problem names none: LiveCodeBench's time, 1 GiB, 10 MiB. */
export const PYTHON_LIMITS: Readonly<PythonLimits> = {
  seconds: 6,
  memory: 1024,
  output: 10240,
};

/** What became of a run. That the sandbox failed is not an outcome but an `InfrastructureError`. */
export type PythonOutcome =
  | {
      kind: "ended";
      /** What was printed; with `entry` the result as JSON, or "!" and the type of a result that is no JSON value. */
      output: string;
      /** Seconds of CPU time. */
      seconds: number;
    }
  | {
      kind: "runtimeError" | "time" | "memory" | "output";
      /** One line that says what happened. */
      detail: string;
      seconds: number;
    };

/** A place where untrusted Python runs. */
export interface PythonExecutor {
  /** Runs that it takes at a time; further ones wait. */
  readonly concurrency: number;
  /**
   * Run a program on one input.
   *
   * @throws InfrastructureError the sandbox failed, also when asked again; never for anything the program did
   */
  run(run: PythonRun, limits: PythonLimits): Promise<PythonOutcome>;
  /** End what runs; later runs fail. */
  close(): Promise<void>;
}

/** The outcome of a program that ended with an error: the last line it wrote, memory told apart. */
export function failure(
  stderr: string,
  status: number | null,
  seconds: number,
): PythonOutcome {
  const last = stderr.trimEnd().split("\n").at(-1)?.trim() ?? "";
  const memory = /^MemoryError\b/.test(last);
  const detail = last !== "" ? last : `ended with status ${status}`;
  return {
    kind: memory ? "memory" : "runtimeError",
    detail: detail.slice(0, 200),
    seconds,
  };
}
