/** Failures of the file system, told as failures of a checkpoint. */
import { CheckpointError } from "../error.js";
import { systemCode } from "../io/index.js";

/** A failure of the file system (disk full, no permission, …) as a CheckpointError about `subject`; other errors unchanged. */
export function asCheckpointError(
  error: unknown,
  subject: string,
  verb: "readable" | "writable",
): unknown {
  if (systemCode(error) === undefined || error instanceof CheckpointError)
    return error;
  return new CheckpointError(
    `${subject} must be ${verb}, got ${(error as Error).message}`,
  );
}
