/** A file that breaks the safetensors format, with the rule that it breaks. */
import { CheckpointError } from "../../error.js";

/**
 * Which rule of the format is broken, one word for each error of the reference library. `"strict"`: none of its rules, but one of
 * ours.
 */
export type FormatFault =
  | "header-too-small"
  | "header-too-large"
  | "header-length"
  | "utf8"
  | "json"
  | "offset"
  | "overflow"
  | "misaligned"
  | "info"
  | "coverage"
  | "strict";

/** The header of a safetensors file breaks the format. */
export class FormatError extends CheckpointError {
  /** The rule. */
  readonly fault: FormatFault;

  /** @param fault the rule · @param message what must hold, and what was found */
  constructor(fault: FormatFault, message: string) {
    super(message);
    this.fault = fault;
  }
}
