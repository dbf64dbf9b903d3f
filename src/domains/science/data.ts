/** What the verifier reads of a science task: a number, or the letter of one option. */

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
