/** English prompts for a short text under constraints of IFEval, which are checked as in the real benchmark. */
import type { InstructionData } from "../../domains/instruction/data.js";
import type { Random } from "../../random.js";
import type { EnglishSource } from "./source.js";
import { COMMON, ENDINGS, KEYWORDS, REQUESTS, TOPICS } from "./words.js";

/** A sentence of a prompt and the constraints that it stands for. */
interface Clause {
  text: string;
  constraints: [id: string, kwargs: InstructionData["kwargs"][number]][];
}

const one = (
  text: string,
  id: string,
  kwargs: InstructionData["kwargs"][number] = null,
): Clause => ({ text, constraints: [[id, kwargs]] });

/** How long the text is: every prompt says it, since a model that may answer with nothing can keep any other rule. */
function length(random: Random): Clause {
  const least = random.int(4, 8);
  const most = least + random.int(4, 8);
  const id = "length_constraints:number_words";
  return {
    text: `Use at least ${least} and at most ${most} words.`,
    constraints: [
      [id, { num_words: least, relation: "at least" }],
      [id, { num_words: most + 1, relation: "less than" }],
    ],
  };
}

/** The other clause of a prompt by its kind; null: none. */
const CLAUSES: Readonly<Record<string, (random: Random) => Clause | null>> = {
  words: () => null,
  lowercase: () =>
    one(
      "Use only lowercase letters, no capital letters at all.",
      "change_case:english_lowercase",
    ),
  keyword: (random) => {
    const word = random.pick(KEYWORDS);
    const kwargs = { keywords: [word] };
    return one(`Use the word "${word}".`, "keywords:existence", kwargs);
  },
  forbidden: (random) => {
    const word = random.pick(COMMON);
    const kwargs = { forbidden_words: [word] };
    return one(
      `Do not use the word "${word}".`,
      "keywords:forbidden_words",
      kwargs,
    );
  },
  ending: (random) => {
    const phrase = random.pick(ENDINGS);
    const kwargs = { end_phrase: phrase };
    return one(
      `End with exactly these words: ${phrase}`,
      "startend:end_checker",
      kwargs,
    );
  },
  quotation: () =>
    one(
      "Put the whole answer in double quotation marks.",
      "startend:quotation",
    ),
  twice: (random) => {
    const keyword = random.pick(KEYWORDS);
    const kwargs = { keyword, frequency: 2, relation: "at least" };
    return one(
      `Use the word "${keyword}" at least twice.`,
      "keywords:frequency",
      kwargs,
    );
  },
};

/** Kinds that RL never trains. */
const HELD_OUT = ["quotation", "twice"];

/** English instructions. `Task.data` is an `InstructionData` without a topic, as in the real files. */
export const instruction: EnglishSource = {
  kinds: Object.keys(CLAUSES).map((name) => ({
    name,
    heldOut: HELD_OUT.includes(name),
  })),
  generate(random, kinds) {
    const kind = random.pick(kinds);
    const request = random
      .pick(REQUESTS)
      .replace("{topic}", random.pick(TOPICS));
    const other = CLAUSES[kind]!(random);
    const clauses = [length(random), ...(other ? [other] : [])];
    const prompt = [request, ...clauses.map(({ text }) => text)].join(" ");
    const constraints = clauses.flatMap((clause) => clause.constraints);
    const data: InstructionData = {
      instruction_id_list: constraints.map(([id]) => id),
      kwargs: constraints.map(([, kwargs]) => kwargs),
    };
    const id = `english instruction ${prompt}`;
    return { id, domain: "instruction", kind, prompt, data };
  },
};
