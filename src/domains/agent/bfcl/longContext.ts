/** What the long-context category adds to the classes: texts and tables in a file of Python that the package bfcl-eval ships. */
import { TaskError } from "../../../error.js";
import { PythonReader } from "../../../tokenizer/pythonLiteral.js";
import type { LongContext } from "./backends/bfclClass.js";

/** What the classes use, as the file calls it but for `_EXTENSION`. */
const NAMES = [
  "AUTOMOBILE",
  "BOOKING_RECORD",
  "CAR_STATUS_METADATA",
  "CREDIT_CARD",
  "FILE_CONTENT",
  "FILES_TAIL_USED",
  "INTERMEDIARY_CITIES",
  "LONG_WEATHER",
  "MA_20",
  "MA_5",
  "ORDER_DETAIL",
  "PARKING_BRAKE_INSTRUCTION",
  "POPULATE_FILE",
  "TECHNOLOGY",
  "TRANSACTION_HISTORY",
  "WATCH_LIST",
];

/**
 * Read the extensions out of the text of `long_context.py`: assignments of literals, one after the other. Nothing is executed.
 *
 * @throws TaskError the text is not such a file, or lacks one of the extensions
 */
export function readLongContext(text: string): LongContext {
  // One list ends with Python's ellipsis; as a text it is an item like the others.
  const reader = new PythonReader(text.replace(/, *\.\.\.\]/g, ', "..."]'));
  const found: Record<string, unknown> = {};
  try {
    while (!reader.done) {
      const name = reader.name();
      if (name === null) reader.expect("a name");
      reader.expect("=");
      found[name!.replace(/_EXTENSION$/, "")] = reader.value();
    }
  } catch (error) {
    throw new TaskError(
      `readLongContext: must be assignments of literals: ${(error as Error).message}`,
    );
  }
  const missing = NAMES.filter((name) => !Object.hasOwn(found, name));
  if (missing.length > 0)
    throw new TaskError(`readLongContext: missing ${missing.join(", ")}`);
  return found;
}
