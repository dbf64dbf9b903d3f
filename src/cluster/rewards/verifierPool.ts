/** Threads that judge rows side by side, so that a slow verifier holds up neither the server nor the others. */
import { Worker } from "node:worker_threads";
import { builtFile } from "../../built.js";
import type { RewardRow } from "./judge.js";
import type { Judged } from "./worker.js";

/** Rows sent to a thread at a time: enough to hide the cost of a message, few enough to spread a request over threads. */
const BATCH = 16;

/** Options of the pool. */
export interface VerifierPoolOptions {
  /** Threads; default 2. */
  workers?: number;
  /** Seconds that a batch may take before its thread is ended and its rows fail; default 120. */
  patience?: number;
}

interface Batch {
  rows: RewardRow[];
  /** Whether these rows were in a thread that ended before. */
  retried: boolean;
  done(results: Judged[]): void;
}

/**
 * Judges rows in threads of its own. A thread that ends or hangs is replaced; its rows are tried once more, each alone, and
 * then reported as an infrastructure failure, never as a reward.
 */
export class VerifierPool {
  private readonly queue: Batch[] = [];
  private readonly idle: Worker[] = [];
  private readonly all = new Set<Worker>();
  private closed = false;
  private readonly patience: number;

  constructor({ workers = 2, patience = 120 }: VerifierPoolOptions = {}) {
    this.patience = patience;
    for (let i = 0; i < workers; i++) this.start();
  }

  /** Judge rows; results stand in their order. */
  async judge(rows: readonly RewardRow[]): Promise<Judged[]> {
    const batches: Promise<Judged[]>[] = [];
    for (let i = 0; i < rows.length; i += BATCH)
      batches.push(this.batch(rows.slice(i, i + BATCH), false));
    return (await Promise.all(batches)).flat();
  }

  /** End the threads; what is still queued fails. */
  async close(): Promise<void> {
    this.closed = true;
    for (const { rows, done } of this.queue.splice(0))
      done(rows.map(() => lost("the service was ended")));
    await Promise.all([...this.all].map((worker) => worker.terminate()));
  }

  private batch(rows: RewardRow[], retried: boolean): Promise<Judged[]> {
    return new Promise((done) => {
      this.queue.push({ rows, retried, done });
      this.next();
    });
  }

  private start(): void {
    const worker = new Worker(builtFile("./worker.js", import.meta.url));
    this.all.add(worker);
    this.idle.push(worker);
  }

  private next(): void {
    while (this.idle.length > 0 && this.queue.length > 0)
      this.run(this.idle.pop()!, this.queue.shift()!);
  }

  private run(worker: Worker, batch: Batch): void {
    const settle = (): void => {
      clearTimeout(timer);
      worker.removeAllListeners();
    };
    const end = (reason: string): void => {
      settle();
      this.all.delete(worker);
      void worker.terminate();
      if (!this.closed) this.start();
      void this.again(batch, reason).then(batch.done);
      this.next();
    };
    const timer = setTimeout(
      () => end(`no verdict within ${this.patience} s`),
      1000 * this.patience,
    );
    worker.once("message", (results: Judged[]) => {
      settle();
      this.idle.push(worker);
      batch.done(results);
      this.next();
    });
    worker.once("error", (error: Error) => end(error.message));
    worker.once("exit", (code) => end(`the thread ended with code ${code}`));
    worker.postMessage(batch.rows);
  }

  /** Rows of a thread that ended: each alone once more, so that one of them cannot fail its neighbours. */
  private async again(
    { rows, retried }: Batch,
    reason: string,
  ): Promise<Judged[]> {
    if (retried || this.closed) return rows.map(() => lost(reason));
    return (
      await Promise.all(rows.map((row) => this.batch([row], true)))
    ).flat();
  }
}

function lost(message: string): Judged {
  return { failed: "infrastructure", message };
}
