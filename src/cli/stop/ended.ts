/** The wish of a person or a system that a server ends. */

/** Resolves at the first Ctrl-C or SIGTERM. */
export function ended(): Promise<void> {
  return new Promise((done) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const)
      process.once(signal, () => done());
  });
}
