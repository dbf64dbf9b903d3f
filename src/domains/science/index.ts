/**
 * The science domain: exact answers and multiple choice, said on a line "Answer: …".
 *
 * Exports: `science` (the DomainSpec), `readAnswer` (the last "Answer:"), `readChoice` (multiple choice of real data), the two scores of
 * Humanity's Last Exam (`gradeHleExact`, `judgeByServer`), types of `Task.data`.
 */
import { correct, gate, noAnswer, wrong } from "../gate.js";
import { equalAnswers } from "../math/answer.js";
import type { DomainSpec, Verdict } from "../task.js";
import { unwrapAnswer } from "./unwrap.js";
import { readChoice } from "./choice.js";
import {
  choicesOf,
  isLetterAnswer,
  isShortAnswer,
  type ChoiceAnswer,
  type ExactAnswer,
  type LetterAnswer,
  type Option,
  type ShortAnswer,
} from "./data.js";
import { gradeHleExact } from "./hle.js";

export type {
  ChoiceAnswer,
  ExactAnswer,
  LetterAnswer,
  Option,
  ShortAnswer,
} from "./data.js";
export { readChoice, type Choice, type Choices } from "./choice.js";
export {
  gradeHleExact,
  judgeByServer,
  judgePrompt,
  parseJudgement,
  readHleResponse,
  type HleResponse,
  type Judgement,
  type JudgeServer,
} from "./hle.js";

/**
 * The text after the last `Answer:` of an answer, to the end of its line, without bold marks, `$`, one pair of
 * brackets, a box or a final dot; null when there is no such line.
 *
 * @example
 * readAnswer("**Answer: (B)**") // "B"
 */
export function readAnswer(text: string): string | null {
  const at = text.lastIndexOf("Answer:");
  if (at < 0) return null;
  const line = text.slice(at + "Answer:".length).split("\n", 1)[0]!;
  return unwrapAnswer(line.replaceAll("*", ""));
}

function gradeChoice(
  options: readonly Option[],
  right: string,
  given: string,
): Verdict {
  const byLetter = options.find(({ letter }) => letter === given);
  const byWord = options.filter(
    ({ word }) => word.toLowerCase() === given.toLowerCase(),
  );
  // "B work", "B. work", "B) work", "(B) work".
  const said = /^\(?([A-Z])[).:]?\s+(.+)$/.exec(given);
  const both = options.find(
    ({ word, letter }) => said?.[1] === letter && said[2] === word,
  );
  const chosen =
    byLetter ?? both ?? (byWord.length === 1 ? byWord[0] : undefined);
  if (!chosen) return wrong(`no such option: ${given.slice(0, 40)}`);
  return chosen.letter === right
    ? correct()
    : wrong(`expected ${right}, got ${chosen.letter}`);
}

/**
 * The verdict on multiple choice of real data.
 *
 * @param id  the task's, for errors
 * @throws TaskError the answer is not a letter of the options, or the row's pattern is no regular expression
 * @example
 * gradeLetter("q1", { answer: "J", choices: 10 }, "Answer: (J)").reward // 1
 */
export function gradeLetter(
  id: string | number,
  data: LetterAnswer,
  text: string,
): Verdict {
  const choice = readChoice(text, choicesOf(id, data));
  if (choice === null) return noAnswer("no option is named");
  const { letter, how } = choice;
  const right = data.answer.trim().toUpperCase();
  return letter === right
    ? correct(`${letter}, by the rule "${how}"`)
    : wrong(`expected ${right}, got ${letter} by the rule "${how}"`);
}

/**
 * The science domain. `Task.data` holds an `ExactAnswer` or a `ChoiceAnswer` in the small world, a `LetterAnswer` or
 * `ShortAnswer` in real data.
 */
export const science: DomainSpec = {
  style: {
    label: "Science",
    color: "#1a9060",
    dash: "2 2.5",
    symbol: "triangle",
  },
  expert: "RL-Science",
  reasoning: true,
  rlPrompts: 19670,
  maxNewTokens: 220,
  maxTurns: 1,
  finalAnswer: readAnswer,
  verify: (task, completion, finish) =>
    gate(completion, finish, (text) => {
      if (isLetterAnswer(task))
        return gradeLetter(task.id, task.data as LetterAnswer, text);
      if (isShortAnswer(task))
        return gradeHleExact((task.data as ShortAnswer).reference, text);
      const given = readAnswer(text);
      if (given === null) return noAnswer('no "Answer:" after </think>');
      if (given === "") return noAnswer('nothing after "Answer:"');
      const data = task.data as ExactAnswer | ChoiceAnswer;
      if ("options" in data)
        return gradeChoice(data.options, data.answer, given);
      return equalAnswers(String(data.answer), given)
        ? correct()
        : wrong(`expected ${data.answer}, got ${given.slice(0, 40)}`);
    }),
};
