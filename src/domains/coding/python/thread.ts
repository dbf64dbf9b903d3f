/** The thread that grades Python programs while the verifier waits: it holds the executor. */
import { workerData, type MessagePort } from "node:worker_threads";
import type { PythonExecutor } from "../executors/executor.js";
import { defaultExecutor } from "../executors/defaultExecutor.js";
import { gradeProgram, type ProgramGrade } from "./gradeProgram.js";
import type { PythonProblem } from "./problem.js";

/** What the thread is started with. */
export interface ThreadSetup {
  /** Marks this thread's data as its own, since a module may be imported by any thread. */
  python: true;
  port: MessagePort;
  /** One 32-bit word: 1 when an answer waits in the port. */
  flag: Int32Array;
  /** Address of a SandboxFusion server; null: jails on this machine. */
  url: string | null;
}

/** One program to grade. */
export interface ThreadJob {
  id: string;
  problem: PythonProblem;
  program: string;
}

/** What became of it; a failure is the sandbox's. */
export type ThreadAnswer = { grade: ProgramGrade } | { failed: string };

function serve({ port, flag, url }: ThreadSetup): void {
  let executor: PythonExecutor | undefined;
  const answer = async (job: ThreadJob): Promise<ThreadAnswer> => {
    try {
      executor ??= defaultExecutor(url);
      const { id, problem, program } = job;
      return { grade: await gradeProgram(executor, id, problem, program) };
    } catch (error) {
      return { failed: (error as Error).message };
    }
  };
  port.on("message", (job: ThreadJob) => {
    void answer(job).then((said) => {
      port.postMessage(said);
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
    });
  });
}

if ((workerData as Partial<ThreadSetup> | null)?.python)
  serve(workerData as ThreadSetup);
