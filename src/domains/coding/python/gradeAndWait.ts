/** Grading for callers that cannot wait for a promise: a thread works, the caller sleeps. */
import {
  MessageChannel,
  receiveMessageOnPort,
  Worker,
  type MessagePort,
} from "node:worker_threads";
import { builtFile } from "../../../built.js";
import { InfrastructureError } from "../../../error.js";
import type { ProgramGrade } from "./gradeProgram.js";
import type { PythonProblem } from "./problem.js";
import type { ThreadAnswer, ThreadJob, ThreadSetup } from "./thread.js";

interface Thread {
  worker: Worker;
  port: MessagePort;
  flag: Int32Array;
}

let thread: Thread | undefined;

function start(): Thread {
  const { port1, port2 } = new MessageChannel();
  const flag = new Int32Array(new SharedArrayBuffer(4));
  const url = process.env.M2RL_SANDBOX_URL || null;
  const setup: ThreadSetup = { python: true, port: port2, flag, url };
  const worker = new Worker(builtFile("./thread.js", import.meta.url), {
    workerData: setup,
    transferList: [port2],
    execArgv: [],
  });
  // A thread that dies shows as a wait without an end; the event itself must not end the process.
  worker.on("error", () => undefined);
  worker.unref();
  port1.unref();
  return { worker, port: port1, flag };
}

/** The longest a grade may take: every test to its last second on a machine that gives it little time, and all tries. */
function patience({ tests, limits }: PythonProblem): number {
  return 1000 * (600 + 60 * tests.length * (limits?.seconds ?? 6));
}

/**
 * As `gradeProgram`, with the executor of this process: the server that M2RL_SANDBOX_URL names, else jails on this machine.
 * The caller's thread sleeps until the grade is there.
 *
 * Cost: 0.1 s for the thread and 0.3 s for the first jail, then a few milliseconds for a small test.
 *
 * @throws InfrastructureError no jail can be made here, the sandbox failed, or its thread ended
 */
export function gradeAndWait(
  id: string,
  problem: PythonProblem,
  program: string,
): ProgramGrade {
  const { port, flag, worker } = (thread ??= start());
  const job: ThreadJob = { id, problem, program };
  port.postMessage(job);
  Atomics.wait(flag, 0, 0, patience(problem));
  const answer = receiveMessageOnPort(port) as
    { message: ThreadAnswer } | undefined;
  Atomics.store(flag, 0, 0);
  if (answer === undefined) {
    port.close();
    void worker.terminate();
    thread = undefined;
    throw new InfrastructureError(
      "python: the thread that grades must answer, got nothing",
    );
  }
  if ("failed" in answer.message)
    throw new InfrastructureError(answer.message.failed);
  return answer.message.grade;
}
