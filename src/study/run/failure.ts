/** Failures of the io room, told as failures of a study. */
import { StudyError } from "../../error.js";

/** A StudyError of a text that says what must hold. */
export function failure(text: string, cause?: unknown): StudyError {
  return new StudyError(`study: ${text}`, { cause });
}
