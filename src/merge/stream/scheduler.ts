/** Which job comes next: largest tensors first, as many at a time as there are threads and memory. */

/** A job with the memory that it holds. */
export interface Task {
  bytes: number;
  run(): Promise<void>;
}

/**
 * Run tasks in their order, at most `places` at a time and together within `memory`; a task that does not fit waits and lets smaller
 * ones pass.
 *
 * @throws the first failure, after which no other task starts; those that run are not waited for
 */
export function runTasks(
  tasks: readonly Task[],
  places: number,
  memory: number,
): Promise<void> {
  const waiting: (Task | undefined)[] = [...tasks];
  /** Place of the first that waits. */
  let first = 0;
  let running = 0;
  let used = 0;
  return new Promise((resolve, reject) => {
    let failed = false;
    const fits = (task: Task | undefined): task is Task =>
      task !== undefined && (running === 0 || used + task.bytes <= memory);
    const next = (): void => {
      if (failed) return;
      if (first === waiting.length && running === 0) return resolve();
      while (running < places) {
        let at = first;
        while (at < waiting.length && !fits(waiting[at])) at++;
        const task = waiting[at];
        if (task === undefined) return;
        waiting[at] = undefined;
        while (first < waiting.length && waiting[first] === undefined) first++;
        running++;
        used += task.bytes;
        task.run().then(
          () => {
            running--;
            used -= task.bytes;
            next();
          },
          (error: unknown) => {
            failed = true;
            reject(error);
          },
        );
      }
    };
    next();
  });
}
