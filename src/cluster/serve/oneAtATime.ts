/** Work that is done one piece at a time, in the order in which it was asked for. */

/**
 * A queue with one worker.
 *
 * @example
 * const queue = new OneAtATime();
 * await Promise.all([queue.run(first), queue.run(second)]); // second starts when first has ended, even if it failed
 */
export class OneAtATime {
  /** Pieces of work that wait or are under way. */
  pending = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** Do a piece of work when its turn comes. */
  run<Result>(work: () => Promise<Result>): Promise<Result> {
    this.pending++;
    const done = this.last.then(work).finally(() => this.pending--);
    this.last = done.catch(() => undefined);
    return done;
  }
}
