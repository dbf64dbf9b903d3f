/** Threads that judge rows side by side, so that a slow verifier holds up neither the server nor the others. */
import { builtFile } from "../../built.js";
import { Threads } from "../../io/index.js";
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
  private readonly threads: Threads<null, RewardRow[], Judged[]>;
  private free: number;
  private closed = false;

  constructor({ workers = 2, patience = 120 }: VerifierPoolOptions = {}) {
    this.free = workers;
    this.threads = new Threads({
      module: builtFile("./worker.js", import.meta.url),
      setup: null,
      caller: "rewards",
      patience,
    });
  }

  /** Judge rows; results stand in their order. Never rejects: what failed is said row by row. */
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
    await this.threads.close();
  }

  private batch(rows: RewardRow[], retried: boolean): Promise<Judged[]> {
    return new Promise((done) => {
      this.queue.push({ rows, retried, done });
      this.next();
    });
  }

  private next(): void {
    while (this.free > 0 && this.queue.length > 0) {
      const batch = this.queue.shift()!;
      this.free--;
      void this.threads
        .run(batch.rows)
        .catch((error: Error) => error)
        .then((results) => {
          this.free++;
          if (results instanceof Error) this.again(batch, results.message);
          else batch.done(results);
          this.next();
        });
    }
  }

  /** Rows of a thread that ended: each alone once more, so that one of them cannot fail its neighbours. */
  private again({ rows, retried, done }: Batch, reason: string): void {
    if (retried || this.closed) done(rows.map(() => lost(reason)));
    else
      void Promise.all(rows.map((row) => this.batch([row], true))).then(
        (results) => done(results.flat()),
      );
  }
}

function lost(message: string): Judged {
  return { failed: "infrastructure", message };
}
