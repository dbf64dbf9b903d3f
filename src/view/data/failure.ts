/** The error of files that pages cannot show. */
import { StudyError } from "../../error.js";

/** A StudyError of `m2rl view`. */
export function failure(text: string, cause?: unknown): StudyError {
  return new StudyError(`view: ${text}`, { cause });
}
