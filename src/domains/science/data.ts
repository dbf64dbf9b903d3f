/** What the verifier reads of a science task: a number, or the letter of one option. */
import { TaskError } from "../../error.js";
import type { Task } from "../task.js";
import type { Choices } from "./choice.js";

/** One option: a word and its letter. */
export interface Option {
  word: string;
  letter: string;
}

/** Part of `Task.data` of a science task with an exact answer. */
export interface ExactAnswer {
  answer: number;
}

/** Part of `Task.data` of a multiple-choice task; `answer` is the letter of the right option. */
export interface ChoiceAnswer {
  options: readonly Option[];
  answer: string;
}

/** `Task.data` of a question of Humanity's Last Exam whose answer is a short text. */
export interface ShortAnswer {
  /** The right answer. */
  reference: string;
  /** The bare question, for a judge. */
  question: string;
}

/** `Task.data` of multiple choice in real data, where options are texts, or only their number is known, or not even that. */
export interface LetterAnswer {
  /** The letter of the right option. */
  answer: string;
  /** How many options there are, 2 to 26, or their texts; default 26, every letter. */
  choices?: number | readonly string[];
  /** A regular expression that finds the answer, as rows of the training blend bring one. */
  pattern?: string;
}

/**
 * What may be chosen in a task of real data.
 *
 * @throws TaskError the number of options is not 2 to 26, or the answer is none of their letters
 */
export function choicesOf(
  id: string | number,
  { answer, choices = 26, pattern }: LetterAnswer,
): Choices {
  const texts = typeof choices === "number" ? undefined : choices;
  const count = texts?.length ?? (choices as number);
  const refuse = (why: string): never => {
    throw new TaskError(`science: task ${JSON.stringify(id)}: ${why}`);
  };
  if (!Number.isInteger(count) || count < 2 || count > 26)
    refuse(`choices must be 2 to 26 options, got ${count}`);
  const index = answer.trim().toUpperCase().charCodeAt(0) - 65;
  if (answer.trim().length !== 1 || !(index >= 0 && index < count))
    refuse(
      `answer must be a letter from A to ${String.fromCharCode(64 + count)}, got ${JSON.stringify(answer)}`,
    );
  return {
    count,
    ...(texts === undefined ? {} : { texts }),
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** Whether a task is answered by a short text, as in Humanity's Last Exam. */
export function isShortAnswer({ data }: Task): boolean {
  return typeof (data as Partial<ShortAnswer>).reference === "string";
}

/** Whether a task is multiple choice of real data: a letter, and no options in the form of the nano tasks. */
export function isLetterAnswer({ data }: Task): boolean {
  const { answer, options } = data as { answer?: unknown; options?: unknown };
  return typeof answer === "string" && options === undefined;
}
