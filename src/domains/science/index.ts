/**
 * The science domain: remembered formulas and atomic masses, with exact answers (HLE's place) and multiple choice among
 * single-word options (GPQA's place); options made of digits could not be learnt by a nano model, words can.
 *
 * Exports: `science` (the DomainSpec), `CHOICE_KINDS`, `readAnswer` (the last "Answer:").
 */
import { correct, gate, noAnswer, wrong } from "../gate.js";
import { equalAnswers } from "../math/answer.js";
import { terseSlip } from "../slip.js";
import type { DomainSpec, Verdict } from "../task.js";
import {
  KIND_NAMES,
  generate,
  type Option,
  type ScienceData,
} from "./generate.js";
import { reason } from "./reason.js";

export { CHOICE_KINDS } from "./generate.js";

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
  let answer = text.slice(at + "Answer:".length).split("\n", 1)[0]!;
  answer = answer
    .replaceAll("*", "")
    .replaceAll("$", "")
    .trim()
    .replace(/\.$/, "");
  for (const wrapper of [
    /^\\boxed\{([^{}]*)\}$/,
    /^\\text\{([^{}]*)\}$/,
    /^\(([^()]*)\)$/,
  ]) {
    answer = (wrapper.exec(answer)?.[1] ?? answer).trim();
  }
  return answer;
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
  const both = options.find(
    ({ word, letter }) => given === `${letter} ${word}`,
  );
  const chosen =
    byLetter ?? both ?? (byWord.length === 1 ? byWord[0] : undefined);
  if (!chosen) return wrong(`no such option: ${given.slice(0, 40)}`);
  return chosen.letter === right
    ? correct()
    : wrong(`expected ${right}, got ${chosen.letter}`);
}

/** Science: GPQA's and HLE's place in the nano world. */
export const science: DomainSpec = {
  name: "science",
  maxNewTokens: 96,
  maxTurns: 1,
  tools: [],
  kinds: KIND_NAMES.map((name) => ({ name, heldOut: false })),
  generate,
  verify: (task, completion, finish) =>
    gate(completion, finish, (text) => {
      const given = readAnswer(text);
      if (given === null) return noAnswer('no "Answer:" after </think>');
      if (given === "") return noAnswer('nothing after "Answer:"');
      const data = task.data as ScienceData;
      if ("options" in data)
        return gradeChoice(data.options, data.answer, given);
      return equalAnswers(String(data.answer), given)
        ? correct()
        : wrong(`expected ${data.answer}, got ${given.slice(0, 40)}`);
    }),
  demonstrate(task, random, { careful, slip }) {
    const { lines, answer } = reason(
      task,
      random,
      careful ? slip : terseSlip(slip, 5),
    );
    const reasoning = careful ? lines.join("\n") : "";
    return [{ role: "assistant", reasoning, content: `Answer: ${answer}` }];
  },
};
