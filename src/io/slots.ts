/** A bound on how much asynchronous work is under way at a time. */

/**
 * Places for work: what finds none free waits, first come, first served.
 *
 * @example
 * const slots = new Slots(1);
 * const ended: string[] = [];
 * const work = (name: string) => slots.run(async () => void ended.push(name));
 * await Promise.all([work("first"), work("second")]);
 * ended // ["first", "second"]
 */
export class Slots {
  /** Pieces of work that wait or are under way. */
  pending = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param count  places, at least 1 */
  constructor(private readonly count: number) {}

  /** Do a piece of work once a place is free; the place is free again when the work ends, even if it fails. */
  async run<Result>(work: () => Promise<Result>): Promise<Result> {
    if (this.pending++ >= this.count)
      await new Promise<void>((turn) => this.waiting.push(turn));
    try {
      return await work();
    } finally {
      this.pending--;
      this.waiting.shift()?.();
    }
  }
}
