/** English multiple choice: which of four words belongs to a class. */
import type { EnglishSource } from "./source.js";
import { CLASSES } from "./words.js";

const LETTERS = "ABCD";

/** English multiple choice. `Task.data` is a `LetterAnswer`, read by the rules for real data. */
export const science: EnglishSource = {
  kinds: [{ name: "memberChoice", heldOut: false }],
  generate(random) {
    const names = random.sample(Object.keys(CLASSES), LETTERS.length);
    const words = names.map((name) => random.pick(CLASSES[name]!));
    const [wanted, right] = [names[0]!, words[0]!];
    const shown = random.shuffle(words);
    const lines = shown.map((word, i) => `${LETTERS[i]}) ${word}`);
    return {
      // The order of the options makes no other problem.
      id: `english choice ${wanted}: ${[...words].sort().join(", ")}`,
      domain: "science",
      kind: "memberChoice",
      prompt: `Which of these is ${wanted}?\n${lines.join("\n")}\nAnswer with the letter and the word.`,
      data: { answer: LETTERS[shown.indexOf(right)], choices: shown },
    };
  },
};
