/** How this room fails: it says what must hold and what it got; whoever called it says who failed, as an error of its own type. */

/** Makes the error from its text: what must hold, got what. */
export type Failure = (text: string, cause?: unknown) => Error;

/** The code of a failed system call, such as "ENOENT"; undefined for any other error. */
export function systemCode(error: unknown): string | undefined {
  const code = (error as NodeJS.ErrnoException | null)?.code;
  return error instanceof Error && typeof code === "string" ? code : undefined;
}

/** Run an action; a failed system call becomes the error of `failure` about `subject`, other errors pass. */
export function guarded<T>(
  subject: string,
  verb: "readable" | "writable",
  failure: Failure,
  action: () => T,
): T {
  try {
    return action();
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    throw failure(
      `${subject} must be ${verb}, got "${(error as Error).message}"`,
      error,
    );
  }
}
