/**
 * Everything that can go wrong, as a closed list of typed errors: data in fields, one lowercase line of text.
 *
 * @module
 */

/** Longest message, in characters: what others wrote stands in messages as it is, and may be a megabyte. */
const LONGEST = 4000;

/** Characters of a message's end that stay where its middle is left out. */
const END = 1000;

function shortened(message: string): string {
  if (message.length <= LONGEST) return message;
  const [head, end] = [message.slice(0, LONGEST - END), message.slice(-END)];
  const left = message.length - LONGEST;
  return `${head} … ${left} characters … ${end}`;
}

/**
 * Base class of every error that m2rl raises on purpose; `catch (e) { if (e instanceof M2rlError) … }`. A message of more than 4,000
 * characters loses its middle.
 */
export class M2rlError extends Error {
  override name = "M2rlError";

  constructor(message: string, options?: ErrorOptions) {
    super(shortened(message), options);
  }
}

/** The native tensor engine is missing or unusable; the message names the set-up command. */
export class EngineError extends M2rlError {
  override name = "EngineError";
}

/** A tensor is missing or has another shape than it must have. */
export class ShapeError extends M2rlError {
  override name = "ShapeError";
}

/** A checkpoint file or model folder breaks its format, or could not be written. */
export class CheckpointError extends M2rlError {
  override name = "CheckpointError";
}

/** A merge recipe is not valid, or does not fit the models that it names; the message holds file, line and column. */
export class RecipeError extends M2rlError {
  override name = "RecipeError";
}

/** A tokenizer file is broken or does not fit the model. */
export class TokenizerError extends M2rlError {
  override name = "TokenizerError";
}

/** A task, verifier option or benchmark name is not valid. */
export class TaskError extends M2rlError {
  override name = "TaskError";
}

/** A study file or one of its stages is not valid. */
export class StudyError extends M2rlError {
  override name = "StudyError";
}

/** Training must stop: a loss or gradient is not finite, or an option is out of range. */
export class TrainError extends M2rlError {
  override name = "TrainError";
}

/**
 * A verifier, sandbox or environment failed for a reason that is not the model's answer.
 * Never turned into a reward (design: the four outcomes).
 */
export class InfrastructureError extends M2rlError {
  override name = "InfrastructureError";
}

/** A package that only some work needs is not installed; the message names the command that brings it. */
export class MissingPackageError extends M2rlError {
  override name = "MissingPackageError";

  /** @param packages  names as npm knows them */
  constructor(
    message: string,
    readonly packages: readonly string[],
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * Check that values are finite numbers: at the door of public numeric functions, where a NaN or a string would turn into a wrong result.
 *
 * @param who   function that the message names
 * @param what  what the values are, for the message
 * @throws RangeError one is not: `groupAdvantages: rewards must be finite numbers, got NaN at 2`
 */
export function checkFinite(
  who: string,
  what: string,
  values: ArrayLike<unknown>,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (typeof value === "number" && Number.isFinite(value)) continue;
    const got =
      typeof value === "number" ? String(value) : JSON.stringify(value);
    throw new RangeError(
      `${who}: ${what} must be finite numbers, got ${got} at ${i}`,
    );
  }
}
