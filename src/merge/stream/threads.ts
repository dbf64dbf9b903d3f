/** The worker threads of a merge. */
import { builtFile } from "../../built.js";
import { Threads } from "../../io/index.js";
import type { Job, JobResult, WorkerSetup } from "./plan/job.js";

/** Threads that take the jobs of a merge, each with the result of its kind. */
export class MergeThreads {
  private readonly threads: Threads<WorkerSetup, Job, JobResult[Job["type"]]>;

  constructor(setup: WorkerSetup) {
    const module = builtFile("./worker.js", import.meta.url);
    this.threads = new Threads({ module, setup, caller: "merge" });
  }

  /** Run one job in a free thread; a new one starts when none is free, so the caller bounds their number. */
  run<Type extends Job["type"]>(
    job: Extract<Job, { type: Type }>,
  ): Promise<JobResult[Type]> {
    return this.threads.run(job) as Promise<JobResult[Type]>;
  }

  /** Run one job in every thread; none may be at work. */
  everywhere<Type extends Job["type"]>(
    job: Extract<Job, { type: Type }>,
  ): Promise<JobResult[Type][]> {
    return this.threads.everywhere(job) as Promise<JobResult[Type][]>;
  }

  /** End all threads, whatever they do; a job that runs fails. */
  close(): Promise<void> {
    return this.threads.close();
  }
}
